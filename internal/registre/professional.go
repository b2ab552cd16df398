package registre

import "strings"

// A Professional is a person with an account at Pro Santé Connect.
type Professional struct {
	Identity `yaml:",inline"`
	// Exercices are the professional data; empty for a person without any, whose
	// userinfo is then minimal.
	Exercices []Exercice `json:"exercices"`
	// Card is the CPx card; nil for a person who has none.
	Card *Card `json:"carte"`
	// EIMs are the e-CPS devices; empty for a person without e-CPS.
	EIMs []EIM `json:"eims"`
}

// Identity is who a professional is, and the state of the account.
type Identity struct {
	// ID is the national identifier, the SubjectNameID: see KindOf. Its case counts.
	ID string `json:"id"`
	// Source names the public source of the identity, or "segursim".
	Source string `json:"source"`
	// Sub is the technical UUID of the 2026 tokens.
	Sub string `json:"sub"`
	// PSI is the functional UUID of a person who activated Pro Santé Identité,
	// else empty.
	PSI string `json:"psi"`
	// Civility is "M", "MME" or empty.
	Civility   string `json:"codeCivilite"`
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
	// OtherIDs are the identifiers that the tokens and the userinfo list.
	OtherIDs []OtherID `json:"otherIds"`
	// The next three are userinfo claims that do not come from an activity.
	ModeAcces  string `json:"Mode_Acces_Raison"`
	Regulation string `json:"Acces_Regulation_Medicale"`
	Palier     string `json:"Palier_Authentification"`
	// State is the state of the account.
	State AccountState `json:"compte"`
	// Employer is the Struct_IdNat of the structure that employs a person who is
	// identified through it, else empty.
	Employer string `json:"structure"`
	// MSSante are the addresses of the personal mailboxes.
	MSSante []string `json:"mssante"`
}

// AccountState says whether a person may log in.
type AccountState string

// The account states.
const (
	AccountActive   AccountState = "actif"
	AccountDisabled AccountState = "desactive"
)

// An OtherID is an identifier with where it comes from: 1 is the quality of a
// main identifier, 2 of an additional one (ansforge/psc-secpsc-api).
type OtherID struct {
	Identifiant string `json:"identifiant"`
	Origine     string `json:"origine"`
	Qualite     int    `json:"qualite"`
}

// An Exercice is one profession exercised, encoded as the userinfo does.
type Exercice struct {
	Practice   `yaml:",inline"`
	Activities []Activity `json:"activities"`
}

// Practice is an exercice without its activities. Absent values are empty.
type Practice struct {
	CodeProfession               string `json:"codeProfession"`               // NOS TRE_G15: "10"
	CodeCategorieProfessionnelle string `json:"codeCategorieProfessionnelle"` // C civil, M military, E student
	CodeCiviliteDexercice        string `json:"codeCiviliteDexercice"`        // "DR"
	NomDexercice                 string `json:"nomDexercice"`
	PrenomDexercice              string `json:"prenomDexercice"`
	CodeTypeSavoirFaire          string `json:"codeTypeSavoirFaire"` // "S"
	CodeSavoirFaire              string `json:"codeSavoirFaire"`     // NOS TRE_R38: "SM26"
}

// An Activity is where and how an exercice takes place, encoded as the userinfo
// does. CodeGenreActivite is absent from the older userinfo.
type Activity struct {
	CodeModeExercice      string `json:"codeModeExercice"`      // L liberal, S salaried, B voluntary
	CodeSecteurDactivite  string `json:"codeSecteurDactivite"`  // NOS TRE_R02: "SA07"
	CodeSectionPharmacien string `json:"codeSectionPharmacien"` // "A"
	CodeRole              string `json:"codeRole"`
	CodeGenreActivite     string `json:"codeGenreActivite"` // "GENR01"
	Site                  `yaml:",inline"`
}

// Active tells whether the person may log in.
func (p Professional) Active() bool { return p.State == AccountActive }

// Kind tells what the national identifier is.
func (p Professional) Kind() Kind {
	k, _ := KindOf(p.ID)
	return k
}

// RPPS returns the RPPS number, 11 digits, of a person who has one, else "".
func (p Professional) RPPS() string {
	if p.Kind() == RPPS {
		return p.ID[1:]
	}
	for _, o := range p.OtherIDs {
		if k, _ := KindOf(o.Identifiant); k == RPPS {
			return o.Identifiant[1:]
		}
	}
	return ""
}

// Name returns given and family name, as a person reads them.
func (p Professional) Name() string { return strings.TrimSpace(p.GivenName + " " + p.FamilyName) }

// First returns the first activity of the first exercice that has one, from
// which the userinfo's top-level claims are made (inferred from the samples).
func (p Professional) First() (Exercice, Activity, bool) {
	for _, e := range p.Exercices {
		if len(e.Activities) > 0 {
			return e, e.Activities[0], true
		}
	}
	return Exercice{}, Activity{}, false
}

// Device returns the first e-CPS device that can be used.
func (p Professional) Device() (EIM, bool) {
	for _, d := range p.EIMs {
		if d.Enabled() {
			return d, true
		}
	}
	return EIM{}, false
}

// Identifiers are all under which the person is known: the national one, the
// others, and that of Pro Santé Identité; each once.
func (p Professional) Identifiers() []string {
	out := []string{p.ID}
	add := func(id string) {
		for _, known := range out {
			if id == known {
				return
			}
		}
		if id != "" {
			out = append(out, id)
		}
	}
	for _, o := range p.OtherIDs {
		add(o.Identifiant)
	}
	add(p.PSI)
	return out
}
