// Package registre holds what several simulated services share: professionals
// and their identifiers, structures, patients with their INS, and sample
// documents. It knows no protocol and no service.
//
//	table           row           one is found by
//	professionnels  Professional  any identifier, RPPS, sub, name, card, BAL, structure
//	structures      Structure     Struct_IdNat, FINESS, SIRET, technical identifier, name
//	patients        Patient       id, matricule (active or former), strict traits, name, ouvrant droit
//	lots-patients   Lot           the same, for patients by the thousand: see GetPatient, FindTraits…
//	documents       Document      id, patient, author
//
// Shapes follow what is public: the professional's side uses the field names of
// the userinfo of Pro Santé Connect, spelling included, in the order of the
// published samples; e-CPS devices use the names of ANS's psc-secpsc-api; the
// patient's side follows the INS traits of the Référentiel INS and of the INSi
// schemas. Field names that are ours are French.
//
// Rows come from YAML files, and professionals also from the RASS extraction
// that Pro Santé Connect itself is fed with: see Seed. Nothing is half-loaded.
//
// State lives in the store only. Rows are values whose slices are shared
// between copies: code that changes a slice copies it first.
//
// Limits: the registre refuses malformed identifiers but not a wrong Luhn key
// in an identifier of a professional or a structure, since published samples
// have some; it keeps no birth date of a professional.
package registre
