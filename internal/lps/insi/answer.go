package insi

import "strings"

// The codes of an answer (CodeCR).
const (
	Found   = "00" // one identity, with its INS
	Unknown = "01" // none
	Several = "02" // more than one: none is told
)

// An Answer is what INSi says to a search.
type Answer struct {
	Code   string  `xml:"CR>CodeCR"` // Found, Unknown or Several
	Label  string  `xml:"CR>LibelleCR"`
	Person *Person `xml:"INDIVIDU"` // nil unless Found
	// Message is the identifier of the call, for the log.
	Message string `xml:"-"`
}

// A Person is an identity with its INS.
type Person struct {
	Active  INS      `xml:"INSACTIF"`
	History []INS    `xml:"INSHISTO"` // as answered, in its order
	Traits  Identity `xml:"TIQ"`
}

// An INS is a matricule under an authority's OID.
type INS struct {
	Number string `xml:"IdIndividu>NumIdentifiant"` // 13 characters, without the key
	Key    string `xml:"IdIndividu>Cle"`
	Type   string `xml:"IdIndividu>TypeMatricule"` // "NIR", or nothing
	OID    string `xml:"OID"`
	From   string `xml:"DateDeb"` // ISO 8601 dates, empty when not said
	To     string `xml:"DateFin"`
}

// String is the matricule with its key, as it is read aloud.
func (i INS) String() string { return strings.TrimSpace(i.Number + " " + i.Key) }

// An Identity is what INSi knows of a person. Any field may be empty.
type Identity struct {
	Name       string `xml:"NomNaissance"`
	FirstName  string `xml:"Prenom"`
	FirstNames string `xml:"ListePrenom"` // separated by spaces
	Sex        string `xml:"Sexe"`
	Born       string `xml:"DateNaissance"` // YYYY-MM-DD, 00 where not known
	Place      string `xml:"LieuNaissance"` // COG
}
