package ins

import (
	"strings"

	"github.com/segursim/segursim/internal/registre"
)

// TIQ are the traits as an answer writes them (INSi_RESULTAT_INS.xsd). An empty
// one is an element that is there and holds nothing.
type TIQ struct {
	BirthName string
	// GivenName is the first of the list, which answers since 2021 leave out.
	GivenName  string
	List       string // ListePrenom: all first names, joined by spaces
	Sex        string
	BirthDate  string
	BirthPlace string
}

// Answer returns the traits that INSi answers for an identity. Those that a mark
// says to be empty are (registre.MarkNoBirthName, registre.MarkNoGivenName): the
// person is found by traits that INSi then does not repeat, or by a matricule.
func Answer(p registre.Patient) TIQ {
	t := TIQ{
		BirthName: p.BirthName, GivenName: p.FirstGivenName, List: strings.Join(p.GivenNames, " "),
		Sex: p.Sex, BirthDate: p.BirthDate, BirthPlace: p.BirthPlace,
	}
	if p.Has(registre.MarkNoBirthName) {
		t.BirthName = ""
	}
	if p.Has(registre.MarkNoGivenName) {
		t.GivenName, t.List = "", ""
	}
	return t
}
