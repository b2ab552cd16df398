// Package psc simulates Pro Santé Connect: the OpenID provider of the French
// health professionals, a Keycloak realm (esante-wallet) behind a wallet that
// authenticates by e-CPS application or CPx card, with CIBA; and the
// authorization server of the espace de confiance (signsessiondata) that trades
// its tokens for API tokens bound to a certificate.
//
// Specifications: OpenID Connect Core 1.0, CIBA Core 1.0, RP-Initiated Logout
// 1.0, RFC 6749, 7009, 7523, 7636, 7662, 8693, 8705, 9126, 9207; the référentiel
// Pro Santé Connect (arrêté of 4 April 2022); and, for bodies, texts and the order
// of checks, the public source code of Keycloak.
//
// # A login, as states
//
//	CIBA     ciba.request ─► demand(pending) ─┬─ approve ─► approved ─► poll ─► used, session
//	                                          ├─ refuse, wrong number ─► refused ─► access_denied
//	                                          └─ 120 s ─► expired ─► expired_token, forgotten 15 s later
//	browser  authorize ─► attempt ─┬─ e-CPS ─► demand, as above ─► continue ─┐
//	                               └─ CPS: certificate, or reader and PIN ───┴─► session ─► code
//	         authorize, living session ───────────────────────────────────────────────────► code
//	tokens   code | auth_req_id | refresh_token ─► access + refresh + ID token
//	session  ends by logout, revocation of its last client, 4 h, or 30 idle minutes
//
// # Operations
//
// operation.go lists them with what is known of each. In short: the two discovery
// documents, the wallet's and Keycloak's authorization endpoints, token (code,
// refresh, CIBA, client_credentials; password and device refused), userinfo,
// JWKS with rotation, introspection, revocation, logout in three forms, PAR,
// CIBA, and the exchange of the espace de confiance.
//
// # What is not known
//
// Where the real behaviour is unknown, it is an option of Config with a default:
// the reaction to another acr_values, to a missing nonce, to a binding message
// that is not two digits, to the wrong number on the phone, to a refresh token
// used twice; the e-CPS value of authMode; the default channel.
//
// # State
//
// All of it is in the world's store, in the psc_* tables of state.go, so that a
// reset or a snapshot misses nothing. Sources of the facts: ansforge/
// psc-edc-proxy-esante, ansforge/PSC-POC, ansforge/DRIM-M_DRIMbox,
// ansforge/IG-securisation-transport-api-rest, ansforge/psc-rass-loader,
// keycloak/keycloak, and the public pages of industriels.esante.gouv.fr.
package psc
