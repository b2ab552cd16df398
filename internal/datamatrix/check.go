package datamatrix

import "strings"

// The OIDs of the national health identities (ANS, Référentiel INS).
const (
	OIDNIR  = "1.2.250.1.213.1.4.8"  // matricule of a NIR
	OIDNIA  = "1.2.250.1.213.1.4.9"  // matricule of a NIA
	OIDTest = "1.2.250.1.213.1.4.10" // NIR of test
	OIDDemo = "1.2.250.1.213.1.4.11" // NIR of demonstration
)

// Check says what [Encode] thinks of an identity: errors, for which it refuses,
// and remarks. The offsets are -1.
func Check(id Identity) []Finding {
	var n notes
	checker{&n, func(int) int { return -1 }, Erreur}.all(id, func(i int) bool { return *id.value(i) != "" || !optional(i) })
	return n.found
}

// checker holds values against the rules of their blocks.
type checker struct {
	*notes
	at  func(field int) int // where the value of a field is
	key Level               // how bad a wrong key is
}

// all checks the fields that are wanted, then how they agree.
func (c checker) all(id Identity, wanted func(field int) bool) {
	for i, f := range fields {
		if !wanted(i) {
			continue
		}
		v := *id.value(i)
		if !c.length(i, f, v) {
			continue
		}
		switch f.id {
		case "S1":
			c.matricule(v)
		case "S2":
			c.oid(v)
		case "S3", "S4":
			c.personName(i, v)
		case "S5":
			c.sex(v)
		case "S6":
			c.date(v)
		case "S7":
			c.place(v)
		}
	}
	c.agreement(id)
}

// length checks the number of characters; what depends on it is not looked at
// when it is wrong.
func (c checker) length(i int, f field, v string) bool {
	n := len([]rune(v))
	switch {
	case n >= f.min && n <= f.max:
		return true
	case n == 0:
		c.addf(Erreur, rule(f, "longueur"), f.id, c.at(i), f.id+" (%[1]s) est vide.", f.id+" (%[2]s) is empty.", f.name.FR, f.name.EN)
	case f.variable():
		c.addf(Erreur, rule(f, "longueur"), f.id, c.at(i), f.id+" (%[1]s) a %[3]d caractères : il en faut %[4]d à %[5]d.",
			f.id+" (%[2]s) has %[3]d characters: %[4]d to %[5]d are wanted.", f.name.FR, f.name.EN, n, f.min, f.max)
	default:
		c.addf(Erreur, rule(f, "longueur"), f.id, c.at(i), f.id+" (%[1]s) a %[3]d caractère(s) : il en faut %[4]d.",
			f.id+" (%[2]s) has %[3]d character(s): %[4]d are wanted.", f.name.FR, f.name.EN, n, f.max)
	}
	return false
}

func rule(f field, what string) string { return strings.ToLower(f.id) + "." + what }

func (c checker) sex(v string) {
	switch v {
	case "F", "M":
	case "I":
		c.add(Erreur, "s5.valeur", "S5", c.at(4), "S5 vaut I (indéterminé) : INSi ne rend que F ou M, et le datamatrix de même.",
			"S5 is I (undetermined): INSi answers F or M only, and so does the datamatrix.")
	default:
		c.addf(Erreur, "s5.valeur", "S5", c.at(4), "S5 vaut « %s » : F ou M sont attendus.", "S5 is “%s”: F or M is wanted.", shown(v))
	}
}

// place checks the shape of a COG: five digits, or 2A or 2B and three.
func (c checker) place(v string) {
	rest := v
	if strings.HasPrefix(v, "2A") || strings.HasPrefix(v, "2B") {
		rest = v[2:]
	}
	if !digits(rest) {
		c.addf(Erreur, "s7.forme", "S7", c.at(6), "S7 vaut « %s » : un code INSEE est de cinq chiffres, ou de 2A ou 2B et trois chiffres.",
			"S7 is “%s”: an INSEE code is five digits, or 2A or 2B and three digits.", shown(v))
	}
}

// agreement notes what the blocks say against each other. None is an error: a
// matricule may outlive a correction of the civil status, and the official test
// data has such cases. Inferred: the format asks for no such comparison.
func (c checker) agreement(id Identity) {
	m, ok := parseMatricule(id.Matricule)
	if !ok || id.OID == OIDNIA {
		return
	}
	if sex := m.sex(); sex != "" && (id.Sex == "F" || id.Sex == "M") && sex != id.Sex {
		c.addf(Information, "s5.matricule", "S5", c.at(4), "Le premier chiffre du matricule (%s) ne va pas avec le sexe %s.",
			"The first digit of the matricule (%s) does not go with sex %s.", id.Matricule[:1], id.Sex)
	}
	if d, ok := parseDate(id.BirthDate); ok && id.Matricule[1:3] != d.year[2:] {
		c.addf(Information, "s6.matricule", "S6", c.at(5), "L'année du matricule (%s) n'est pas celle de la naissance (%s).",
			"The year in the matricule (%s) is not that of the birth (%s).", id.Matricule[1:3], d.year)
	}
}

// digits tells whether s is made of digits, at least one.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
