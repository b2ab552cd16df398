// Package lps is "LPS témoin", the reference client of the simulator: a small
// healthcare software (logiciel de professionnel de santé) that plays a
// scenario over the network, to demonstrate it and to prove the simulator.
//
// It knows the simulator as an editor's software would, by addresses: the
// endpoints document and the certificate authority of the control API, then
// the simulated services themselves. Package oidc holds its Pro Santé Connect
// side, package mss that of MSSanté. It imports no simulated service and none of the
// kernel.
//
// A script is the software's part of a scenario:
//
//	psc-ciba   login by CIBA from a heavy client's own server, refresh, logout,
//	           and a second login launched
//	psc-web    login by authorization code with PKCE in a small browser,
//	           logout, and a second login launched
//	insi-…     searches of a patient's INS by traits and by card, with the
//	           professional's card or a structure's certificate; verification;
//	           what the record does with each answer
//	apcv-qr    a QR code scanned from the patient's phone, and what it opens
//	mss-…      MSSanté: ten messages with documents, the test address of Mon espace
//	           santé, a replacement and a deletion, the API LPS and the ends of its
//	           sessions, a BAL applicative, a biology report that is received
//
// What a person sees in a video of evidence are pages: the software serves its
// own (CGU, login zone, connected zone, logout zone, patient's sheet, comparison
// of traits, journal of calls) on 127.0.0.1:0, reads each one back through HTTP, and confirms the scenario's manual step as itself,
// which the run's record says. The approval belongs to the person, so to the
// scenario's own "do" step.
//
// Time is the simulator's: between two polls the software waits until the
// simulated clock has moved on, and moves it itself when it is allowed to.
//
// It can misbehave on purpose (Options.Misbehave), so that a scenario is seen to
// fail.
//
// State: a session in memory for the time of one Play; nothing outlives it.
package lps
