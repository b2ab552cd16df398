// Package dossier is the patient's record of the reference client "LPS témoin":
// the little that identitovigilance asks of a healthcare software.
//
// A record has one of four statuses (RNIV, EXI SI 07):
//
//	provisoire ──INSi──► récupérée ──identity checked──► qualifiée
//	     └──identity checked──► validée ──INSi──────────────► qualifiée
//
// What INSi answers is first a proposal beside the local traits; a person accepts
// it. Some answers can't be accepted: a birth date with 00, an empty name, first
// name list or sex. A doubtful or fictive identity is provisional, has no INS and
// makes no call to INSi (EXI ID 26). A matricule leaves the software only when
// the identity is qualified (EXI ID 29). A verification that says no takes the
// INS away, and puts the record on the list of those to work on.
//
// Texts are in both languages. State: a Record, in memory.
package dossier
