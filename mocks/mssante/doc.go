// Package mssante simulates the messaging of the espace de confiance MSSanté: an
// operator with its boîtes aux lettres, over SMTP and IMAP, and Mon espace santé's
// messaging behind addresses <matricule INS>@patient.mssante.fr.
//
// # What is known
//
// Of the référentiel socle #2 (API LPS, v1.0.1), through public readings of it and
// the REM of the Ségur: SMTP and IMAP with STARTTLS, XOAUTH2 with a Pro Santé
// Connect token, PLAIN after mutual TLS for a BAL applicative, the page of
// autoconfiguration at https://autoconfig.<domaine>/mail/config-v1.1.xml, the form
// of the liste blanche. Not known, hence options of [Config]: what an operator
// checks in a token, how a certificate is bound to a BAL, the labels of DNS SRV,
// where the checksum of the liste blanche is.
//
// # Opening a BAL
//
//	token        VerifyToken ─► checks of the settings ─► the person holds, shares
//	             or has delegation for the BAL ─► it is active
//	certificate  shown ─► valid, an ORG AUTH_CLI ─► the BAL is an APP bound to it
//	             ─► it is active
//
// An open session ends with its Pro Santé Connect session, with its BAL, or when the
// person loses the BAL. A BAL that nobody uses for 45 days is inaccessible.
//
// # State
//
// All of it is in the world's store: tables of bal, of mailbox, and the mssante_*
// tables of this package. Beside it are open connections and timers, made again
// after a reset; and what fixtures and settings declare, which never changes.
//
// # Limits
//
// See absent in discovery.go: no exchange between operators, no LDAP, none of the
// historic web services. The name server has the simulated domains only, and no
// name of the real messaging.
package mssante
