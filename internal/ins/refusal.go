package ins

// A Trait names what is refused, by its element in the schemas of INSi.
type Trait string

// The traits, and the other identifiers that a request carries.
const (
	BirthName  Trait = "NomNaissance"
	GivenName  Trait = "Prenom"
	Sex        Trait = "Sexe"
	BirthDate  Trait = "DateNaissance"
	BirthPlace Trait = "LieuNaissance"
	Matricule  Trait = "MatriculeIndividu"
	Holder     Trait = "MatriculeOD"
	Key        Trait = "Cle"
	OID        Trait = "OID"
	Rank       Trait = "RangNaissance"
)

// A Rule names what a value breaks.
type Rule string

// The rules.
const (
	Missing    Rule = "missing"
	TooLong    Rule = "too-long"
	LowerCase  Rule = "lower-case"
	Diacritic  Rule = "diacritic" // or a ligature, or a letter of another alphabet
	Character  Rule = "character"
	Start      Rule = "start"
	End        Rule = "end"
	Hyphens    Rule = "hyphens"    // too many in a row
	Separators Rule = "separators" // spaces and apostrophes side by side
	Value      Rule = "value"      // none of the values allowed
	Form       Rule = "form"
	Impossible Rule = "impossible" // a date that no calendar has
	WrongKey   Rule = "wrong-key"
)

// A Refusal says which rule a value breaks. It is an error.
type Refusal struct {
	Trait Trait
	Rule  Rule
	// Value is what was sent, cut when long.
	Value string
	// Position is the character at fault, from 1; 0 when the whole is meant.
	Position int
	// FR and EN say what happened and what was expected.
	FR, EN string
	// Ref cites where the rule is from.
	Ref string
	// Inferred says that no source states this rule in so many words.
	Inferred bool
}

// Error says what was refused, for a log.
func (r *Refusal) Error() string { return "ins: " + string(r.Trait) + ": " + r.EN }

// Code is the code of the fault that INSi answers, where a public source tells
// it: insi_19 for a missing birth name (ABAK's tests, after the guide). It is
// empty otherwise: the list of codes is not public.
func (r *Refusal) Code() string {
	if r.Trait == BirthName && r.Rule == Missing {
		return "insi_19"
	}
	return ""
}

// refLexical is what the rules on names are known from.
const refLexical = "SEL-MP-043 §2, §3.4.1 (EF_INS01_03, EF_INS10_01, EF_INS10_02)"

// maxQuoted bounds what a refusal quotes, in bytes.
const maxQuoted = 120

func quoted(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	cut := maxQuoted
	for cut > 0 && s[cut]&0xc0 == 0x80 { // not inside a character
		cut--
	}
	return s[:cut] + "…"
}

func missing(t Trait, fr, en, ref string) *Refusal {
	return &Refusal{Trait: t, Rule: Missing, FR: fr + " manque.", EN: en + " is missing.", Ref: ref}
}
