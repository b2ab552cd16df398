package registre

import (
	"slices"
	"strings"
)

// A Patient is a person with an identity known to the base of the INS.
type Patient struct {
	// ID is the row's name in files and scenarios: "adrun-zoe".
	ID string `json:"id"`
	// Source names the public source of the identity, or "segursim".
	Source string `json:"source"`
	// INS is the active INS; its Matricule is empty for a person without.
	INS INS `json:"ins"`
	// History are former INS, or what the official data gives as such: it may
	// repeat the active one, or end before it begins.
	History []INS `json:"historique"`
	// BirthName and GivenNames are in upper case without diacritics, as INSi
	// has them.
	BirthName  string   `json:"nomNaissance"`
	GivenNames []string `json:"prenoms"`
	// FirstGivenName is the "premier prénom de naissance".
	FirstGivenName string `json:"premierPrenom"`
	// UsedName and UsedGivenName are what the person goes by; empty when the same.
	UsedName      string `json:"nomUtilise"`
	UsedGivenName string `json:"prenomUtilise"`
	// BirthDate is AAAA-MM-JJ; 00 stands for an unknown month or day.
	BirthDate string `json:"dateNaissance"`
	// Sex is "F", "M" or "I" (indéterminé, which INSi never answers).
	Sex string `json:"sexe"`
	// BirthPlace is the INSEE code (COG) of the place of birth, 99… abroad;
	// empty when unknown.
	BirthPlace string `json:"lieuNaissance"`
	// Holder is the ID of the ouvrant droit whose card names the person; empty for
	// one with rights of their own.
	Holder string `json:"ouvrantDroit,omitempty"`
	// Rank is the "rang de naissance", which tells twins apart on a card: 1 to 9,
	// 0 meaning 1.
	Rank int `json:"rang,omitempty"`
	// Death is the date of death, or empty.
	Death string `json:"deces"`
	// Record is the state of the patient's DMP.
	Record RecordState `json:"dmp"`
	// Marks are particularities: see the Mark constants.
	Marks []Mark `json:"marqueurs"`
	// Contact is where the person lives and is reached.
	Contact Contact `json:"coordonnees"`
	// Note says what the identity is for.
	Note string `json:"remarque"`
}

// An INS is a matricule in a domain, with its time of validity.
type INS struct {
	Matricule string `json:"matricule"` // 13 characters
	Key       string `json:"cle"`       // 2 digits
	OID       string `json:"oid"`
	From      string `json:"dateDeb"` // AAAA-MM-JJ or empty
	To        string `json:"dateFin"` // AAAA-MM-JJ or empty
}

// Full returns matricule and key together: 15 characters, or "".
func (i INS) Full() string { return i.Matricule + i.Key }

// Contact is an address and ways to reach somebody.
type Contact struct {
	Lines      []string `json:"lignes"`
	PostalCode string   `json:"codePostal"`
	City       string   `json:"commune"`
	Phone      string   `json:"telephone"`
	Email      string   `json:"courriel"`
}

// RecordState is the state of a DMP.
type RecordState string

// The states of a DMP.
const (
	RecordAbsent RecordState = "inexistant" // never made, or the person opposed
	RecordEmpty  RecordState = "vide"
	RecordOpen   RecordState = "ouvert"
	RecordClosed RecordState = "ferme"
)

// A Mark is a particularity of an identity.
type Mark string

// The marks. Homonym, doubtful and fictitious are the attributes of the RNIV.
const (
	MarkHomonym    Mark = "homonyme"
	MarkDoubtful   Mark = "douteux"
	MarkFictitious Mark = "fictif"
	MarkDiscordant Mark = "discordant" // the identity document says otherwise
	MarkWrongKey   Mark = "cle-fausse" // a key kept wrong as published
	// The person is found by their traits, and INSi answers this one empty.
	MarkNoBirthName Mark = "nom-vide"
	MarkNoGivenName Mark = "prenom-vide"
)

// Marks are all marks there are.
func Marks() []Mark {
	return []Mark{
		MarkHomonym, MarkDoubtful, MarkFictitious, MarkDiscordant, MarkWrongKey,
		MarkNoBirthName, MarkNoGivenName,
	}
}

// Has tells whether the patient carries the mark.
func (p Patient) Has(m Mark) bool { return slices.Contains(p.Marks, m) }

// BirthRank is the rang de naissance, 1 when the row says nothing.
func (p Patient) BirthRank() int { return max(1, p.Rank) }

// Name returns first given name and birth name, as a person reads them.
func (p Patient) Name() string { return strings.TrimSpace(p.FirstGivenName + " " + p.BirthName) }

// TraitsKey is the key of the patients' "traits" index: birth name, one given
// name or the whole space-separated list, sex and birth date.
func TraitsKey(birthName, givenName, sex, birthDate string) string {
	return birthName + "|" + givenName + "|" + sex + "|" + birthDate
}

// traits are the keys under which a patient's strict traits are found: one for
// each given name, and one for the whole list.
func (p *Patient) traits() []string {
	given := slices.Clone(p.GivenNames)
	if len(given) > 1 {
		given = append(given, strings.Join(p.GivenNames, " "))
	}
	if p.FirstGivenName != "" {
		given = append(given, p.FirstGivenName)
	}
	slices.Sort(given)
	given = slices.Compact(given)
	for i, g := range given {
		given[i] = TraitsKey(p.BirthName, g, p.Sex, p.BirthDate)
	}
	return given
}

// Given tells whether a text is one of the given names, or the whole list
// joined by spaces.
func (p *Patient) Given(text string) bool {
	if text == "" {
		return false
	}
	if text == p.FirstGivenName || slices.Contains(p.GivenNames, text) {
		return true
	}
	return len(p.GivenNames) > 1 && text == strings.Join(p.GivenNames, " ")
}
