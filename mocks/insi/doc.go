// Package insi simulates INSi, the téléservice of the Assurance Maladie that gives
// the Identité Nationale de Santé: its search by identity traits and by carte
// Vitale, and a verification of identities whose contract is not public.
//
// Specifications: the WSDL package DESIR_ICIR_EXP 1.5.0 (6 November 2020); of the
// integration guide SEL-MP-043, which is not public, what open clients quote of
// it; captures of the real service in padoa/tlsi-ins; CNDA test plan INSi as far
// as public issues and injection files show it.
//
// # A call, as states
//
//	POST /lps ─► door (internal/tlsi: envelope, headers, software, access) ─► decode ─► director ─┐
//	   ┌──────────────────────────────────────────────────────────────────────────────────────────┘
//	   ├─ traits   lexical rules ─► match ─┬─ none ─► 01 (qualif-like: fault insi_102)
//	   │                                   ├─ one ──► 00, INDIVIDU
//	   │                                   └─ many ─► 02
//	   ├─ vitale   rules ─► proof (assertion or ApCV) ─► same card ─► match ─► 00, 01, 02
//	   └─ verif    rules ─► matricule, key, OID, traits ─► OK or KO, never the traits
//
//	lot   submit ─► EN_COURS ── Lot.Delay + n × Lot.Each ──► TERMINE ── Lot.Keep ──► gone
//	                   └ retrieve: insi_944                     └ retrieve, as often as wanted
//
// # Operations
//
//	traits             rechercherInsAvecTraitsIdentite (WS_INS2)   confirmed
//	vitale             rechercherInsAvecCarteVitale (WS_INS1)      confirmed; how fields are weighed is inferred
//	verif              verifierInsAvecTraitsIdentite               invented, with the names that are known
//	verif.lot, .suivi, .retrait                                    invented
//	wsdl               GET /lps?wsdl, and the schemas it imports   ours, with the same names
//
// Every name of the invented ones is in contrat-verification.yaml, which a user's
// file replaces (Config.VerificationContract); their answers carry
// X-Segursim-Contrat: invente.
//
// # What is not known
//
// The codes of most refusals: ours begin at insi_901, end their text by saying so,
// and are options (Config.Codes). Whether the service judges the order of fields,
// what a Vitale assertion carries, whether a Vitale search goes with a structure's
// certificate: options too. Rules of names and matching: see internal/ins.
//
// # State
//
// Identities are rows of the registre. The insi_* tables of state.go hold the
// counters of calls and the lots, so that a reset or a snapshot misses nothing.
package insi
