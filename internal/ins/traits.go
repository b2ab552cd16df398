package ins

import "strings"

// Traits are the strict traits of a request, as they were sent.
type Traits struct {
	BirthName string
	// GivenNames are the elements Prenom. Clients send one: a first name, or
	// the whole list joined by spaces. Several are joined here (inferred: the
	// schema allows them, nothing says what they mean).
	GivenNames []string
	Sex        string // "F" or "M"
	BirthDate  string // AAAA-MM-JJ, 00 for an unknown month or day
	BirthPlace string // COG; empty when it is not said
}

// GivenName is the text that first names are compared with.
func (t Traits) GivenName() string { return strings.Join(t.GivenNames, " ") }

// Check returns every rule that the traits break, in the order of the schema;
// none when a search may begin. Birth name, first name, sex and birth date are
// needed, the place is not (INSi_RECSANS_INS.xsd makes them all optional: the
// service refuses by itself).
func (t Traits) Check() []*Refusal {
	var out []*Refusal
	for _, r := range []*Refusal{
		CheckBirthName(t.BirthName), CheckGivenName(t.GivenName()), CheckSex(t.Sex),
		CheckBirthDate(t.BirthDate), checkPlace(t.BirthPlace),
	} {
		if r != nil {
			out = append(out, r)
		}
	}
	return out
}

func checkPlace(place string) *Refusal {
	if place == "" {
		return nil
	}
	return CheckBirthPlace(place)
}
