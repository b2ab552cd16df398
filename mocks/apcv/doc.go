// Package apcv simulates the service of the application carte Vitale (ApCV): a
// patient shows a QR code on a phone, the software sends what it scanned, and gets
// a context that stands for the card: in a search of the INSi téléservice, and to
// sign an invoice.
//
// # What is known, and what is ours
//
// Known from a public generator of requests (Pyxvital): the paths, the SOAP
// actions, the names of the fields of each request, the headers (MessageID,
// Action, Security with the professional's assertion, ContexteLPS; no
// ContexteBAM). Known from published clients: the names of a context's fields,
// Identifiant, TokenApCV, DateFinValidite, this one seen as a dateTime and as
// YYYYMMDDHHMMSS; the name of one error, ERREUR_INTERNE_SERVEUR.
//
// Everything else is invented, marked so on the wire (X-Segursim-Contrat) and
// gathered where it can be swapped: the payload of the QR code in payload.go, the
// answers in answer.go, the codes of the refusals in fault.go and, each by its
// name, in [Config].
//
// # A reading, as states
//
//	code     show ─► shown ─┬─ authentifierUtilisateurProximite ─► used, context
//	                        ├─ a newer code on the same phone ───► replaced
//	                        └─ validity over ────────────────────► expired
//	context  alive ─┬─ detruireContexteApCV, or the patient ─► destroyed
//	                └─ validity over ────────────────────────► expired
//
// A code serves once. A context serves the professional who read it, any number
// of times until its end: restituerContexteApCV gives the latest one again,
// signerVitale signs with it, and its token takes the place of the Vitale
// assertion in INSi, which asks this service through the [tlsi.VitaleProof] that
// it registers in its world.
//
// # State
//
// All of it is in the world's store, in the apcv_* tables of state.go; the Service
// keeps only the timers, made again from there after a reset.
//
// # Limits
//
// Not simulated: the NFC exchange (its text is the same as the QR code's), the
// version 2 of the authentication service, the enrolment of a patient, the
// transmission of what was signed.
package apcv
