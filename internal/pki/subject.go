package pki

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Subject is what a certificate says of its holder. Which fields count depends
// on the kind; a field that the kind has no place for is refused.
type Subject struct {
	Given        string `json:"given,omitempty" yaml:"given"`
	Family       string `json:"family,omitempty" yaml:"family"`
	PersonID     string `json:"person_id,omitempty" yaml:"person_id"`       // PS_IdNat with its type digit: 899700366240, 3FINESS/n, 0ADELI
	Title        string `json:"title,omitempty" yaml:"title"`               // defaults to the label of the profession or of the card
	Profession   int    `json:"profession,omitempty" yaml:"profession"`     // code of TRE_G15
	StructureID  string `json:"structure_id,omitempty" yaml:"structure_id"` // Struct_IdNat with its type digit
	Organization string `json:"organization,omitempty" yaml:"organization"` // raison sociale, cut at 40 characters
	Department   string `json:"department,omitempty" yaml:"department"`     // "Paris (75)"
	CommonName   string `json:"common_name,omitempty" yaml:"common_name"`   // of an organisation's certificate; a server's defaults to its first host
	Pseudonym    string `json:"pseudonym,omitempty" yaml:"pseudonym"`       // of a service card
	Email        string `json:"email,omitempty" yaml:"email"`               // rfc822Name, software certificates only
	CardNumber   string `json:"card_number,omitempty" yaml:"card_number"`   // ten digits; derived from the person id when empty
}

const organizationCut = 40

// value is a field with the limits it has in a certificate.
type value struct {
	name, text string
	required   bool
	allowed    bool
}

// check refuses a subject that does not fill the profile.
func (s Subject) check(k Kind, g gabarit) error {
	if g.profession && (s.Profession < 1 || s.Profession > 999) {
		return fmt.Errorf("kind %s wants profession, a code of TRE_G15, not %d", k, s.Profession)
	}
	if !g.profession && s.Profession != 0 {
		return fmt.Errorf("kind %s has no place for profession", k)
	}
	person := g.shape == shapePerson || g.shape == shapeEmployee
	structure := g.shape != shapePerson
	service := g.shape == shapeService
	fields := []value{
		{"given", s.Given, person, person},
		{"family", s.Family, person, person},
		{"person_id", s.PersonID, person || service, person || service},
		{"title", s.Title, person || service, person || service},
		{"structure_id", s.StructureID, structure, structure},
		{"organization", s.Organization, structure, structure},
		{"department", s.Department, structure, structure},
		{"common_name", s.CommonName, g.shape == shapeStructure, g.shape == shapeStructure},
		{"pseudonym", s.Pseudonym, service, service},
		{"email", s.Email, false, g.software()},
		{"card_number", s.CardNumber, !g.software(), !g.software()},
	}
	for _, f := range fields {
		switch {
		case f.text == "" && f.required:
			return fmt.Errorf("kind %s wants %s", k, f.name)
		case f.text != "" && !f.allowed:
			return fmt.Errorf("kind %s has no place for %s", k, f.name)
		}
		if err := checkText(f.text); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if !g.software() && !digits(s.CardNumber, 10) {
		return fmt.Errorf("card_number: want ten digits, not %q", s.CardNumber)
	}
	if s.Email != "" {
		if a, err := mail.ParseAddress(s.Email); err != nil || a.Address != s.Email {
			return fmt.Errorf("email: %q is not an address", s.Email)
		}
	}
	return nil
}

// checkText holds a value to the upper bound of X.520 for names (ub-name aside,
// 64 characters) and to printable text.
func checkText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("not UTF-8: %q", s)
	}
	if n := utf8.RuneCountInString(s); n > 64 {
		return fmt.Errorf("%d characters, more than 64", n)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return fmt.Errorf("control character in %q", s)
	}
	return nil
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}

// complete fills what may be left out.
func (s Subject) complete(k Kind, g gabarit, hosts []string) Subject {
	if r := []rune(s.Organization); len(r) > organizationCut {
		s.Organization = strings.TrimSpace(string(r[:organizationCut]))
	}
	if s.Title == "" {
		switch g.shape {
		case shapePerson:
			s.Title = titleOf(k, s.Profession)
		case shapeEmployee:
			s.Title = "Personnel santé ou social"
		case shapeService:
			s.Title = "Carte de service santé ou social"
		case shapeStructure:
		}
	}
	if s.CommonName == "" && k == ServSSL && len(hosts) > 0 {
		s.CommonName = hosts[0]
	}
	if s.CardNumber == "" && !g.software() && s.PersonID != "" {
		s.CardNumber = cardNumber(s.PersonID)
	}
	return s
}

// cardNumber makes up a stable card number: 99, which no real series seen
// begins with, and eight digits.
func cardNumber(personID string) string {
	sum := sha256.Sum256([]byte("segursim card " + personID))
	return fmt.Sprintf("99%08d", binary.BigEndian.Uint64(sum[:8])%100_000_000)
}

// name builds the distinguished name, in encoding order.
func (s Subject) name(g gabarit) ([]byte, error) {
	country := rdn{{attrCountry, "FR"}}
	place := []rdn{country, {{attrState, s.Department}}, {{attrOrganization, s.Organization}}, {{attrUnit, s.StructureID}}}
	title := rdn{{attrTitle, s.Title}}
	holder := rdn{{attrGivenName, s.Given}, {attrCommonName, s.PersonID}, {attrSurname, s.Family}}
	switch g.shape {
	case shapePerson:
		return encodeName(country, title, holder)
	case shapeEmployee:
		return encodeName(append(place, title, holder)...)
	case shapeService:
		return encodeName(append(place, title, rdn{{attrPseudonym, s.Pseudonym}}, rdn{{attrCommonName, s.PersonID}})...)
	case shapeStructure:
	}
	return encodeName(append(place, rdn{{attrCommonName, s.CommonName}})...)
}

// upn is the user principal name: a dot after the type digit for a
// professional's card, none for an employee's (both observed).
func (s Subject) upn(g gabarit) string {
	id := s.PersonID
	if g.card != CPE && len(id) > 1 {
		id = id[:1] + "." + id[1:]
	}
	return id + "@carte-cps.fr"
}
