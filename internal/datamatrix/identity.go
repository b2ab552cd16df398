package datamatrix

import "strings"

// Identity is what a datamatrix INS says of a person. The fields are as the
// blocks carry them: a birth date is JJ-MM-AAAA (see [FromISO] and
// [Identity.ISOBirthDate]).
type Identity struct {
	// Matricule is the matricule INS and its key: 15 characters.
	Matricule string `json:"matricule"`
	// OID is the domain of the matricule: 19 or 20 characters.
	OID string `json:"oid"`
	// GivenNames is the list of birth given names, separated by spaces: 1 to 100
	// characters, upper case without diacritics.
	GivenNames string `json:"prenoms"`
	// BirthName is the birth name: 1 to 100 characters, like GivenNames.
	BirthName string `json:"nomNaissance"`
	// Sex is "F" or "M".
	Sex string `json:"sexe"`
	// BirthDate is JJ-MM-AAAA; 00 stands for an unknown day or month.
	BirthDate string `json:"dateNaissance"`
	// BirthPlace is the INSEE code (COG) of the place of birth: 5 characters, or
	// empty, which leaves the block out.
	BirthPlace string `json:"lieuNaissance"`
}

// Header is the fixed beginning of a payload: the mark IS, the version 01 and 22
// zeros kept for later (ANS format datamatrix INS v2.2 §3).
const Header = "IS" + "01" + "0000000000000000000000"

// GS is the separator that closes a field of variable length (ASCII 29).
const GS = "\x1d"

// field describes a block: its identifier and the bounds of its length.
type field struct {
	id       string
	min, max int
	name     Text
}

func (f field) variable() bool { return f.min != f.max }

// fields are the blocks in their usual order (ANS format datamatrix INS v2.2
// §5). S7 is the only one that may be left out.
var fields = [...]field{
	{"S1", 15, 15, Text{"matricule INS", "INS number"}},
	{"S2", 19, 20, Text{"OID", "OID"}},
	{"S3", 1, 100, Text{"liste des prénoms", "list of given names"}},
	{"S4", 1, 100, Text{"nom de naissance", "birth name"}},
	{"S5", 1, 1, Text{"sexe", "sex"}},
	{"S6", 10, 10, Text{"date de naissance", "birth date"}},
	{"S7", 5, 5, Text{"lieu de naissance", "place of birth"}},
}

// optional tells whether the n-th field may be absent.
func optional(n int) bool { return n == len(fields)-1 }

// value points to the n-th field of an identity.
func (id *Identity) value(n int) *string {
	return [...]*string{&id.Matricule, &id.OID, &id.GivenNames, &id.BirthName, &id.Sex, &id.BirthDate, &id.BirthPlace}[n]
}

// A Block is one block of an identity, for a table: its identifier, what it is
// about, and its value.
type Block struct {
	ID    string `json:"bloc"`
	Name  Text   `json:"nom"`
	Value string `json:"valeur"`
}

// Blocks returns the seven blocks of the identity in their usual order, the
// absent ones with an empty value.
func (id Identity) Blocks() []Block {
	out := make([]Block, len(fields))
	for n, f := range fields {
		out[n] = Block{f.id, f.name, *id.value(n)}
	}
	return out
}

// Visible writes a payload for people: each separator as "<GS>", which [Decode]
// takes for a separator too.
func Visible(payload string) string { return strings.ReplaceAll(payload, GS, "<GS>") }
