package dossier

import (
	"strings"

	"github.com/segursim/segursim/internal/lps/insi"
)

// A Refusal is an answer that the record can't take.
type Refusal struct {
	Rule string // the requirement: "INS/va1.28"
	Text Text
}

// Error says why, in English.
func (e *Refusal) Error() string { return "dossier: " + e.Text.EN + " (" + e.Rule + ")" }

// Receive puts an answer beside the local traits, for a person to accept. An
// answer that found nobody, or several, changes nothing. One that can't be
// accepted is a *Refusal, and changes nothing either but the list of work.
func (r *Record) Receive(a insi.Answer) error {
	r.Proposal, r.Alerts = nil, nil
	if a.Code != insi.Found || a.Person == nil {
		return nil
	}
	p := *a.Person
	if refused := acceptable(p.Traits); refused != nil {
		r.Work = refused.Text
		return refused
	}
	r.Proposal, r.Alerts = &p, r.compare(p.Traits)
	return nil
}

// acceptable holds an answer against the rules of the guide (INS/va1.28 and .31).
func acceptable(t insi.Identity) *Refusal {
	for _, field := range []struct{ value, fr, en string }{
		{t.Name, "sans nom de naissance", "without a birth name"},
		{t.FirstName + t.FirstNames, "sans liste de prénoms", "without a list of first names"},
		{t.Sex, "sans sexe", "without a sex"},
	} {
		if strings.TrimSpace(field.value) == "" {
			return &Refusal{"INS/va1.31", Text{"Réponse de l'INSi refusée : identité " + field.fr, "INSi's answer refused: an identity " + field.en}}
		}
	}
	parts := strings.Split(t.Born, "-")
	if len(parts) != 3 || parts[1] == "00" || parts[2] == "00" || parts[0] == "0000" {
		return &Refusal{"INS/va1.28", Text{"Réponse de l'INSi refusée : date de naissance incomplète (" + t.Born + ")", "INSi's answer refused: an incomplete birth date (" + t.Born + ")"}}
	}
	return nil
}

// compare lists where the answer and the local record differ.
func (r *Record) compare(t insi.Identity) []Text {
	var out []Text
	name, _ := insi.Normalize(r.Name)
	list := t.FirstNames
	if list == "" {
		list = t.FirstName
	}
	if !same(name, t.Name) {
		out = append(out, Text{"Nom de naissance différent : " + t.Name, "Another birth name: " + t.Name})
	}
	if len(r.FirstNames) > 0 {
		first, _ := insi.Normalize(r.FirstNames[0])
		// EXI ID 10: the first name is the beginning of the list; hyphen and
		// apostrophe are as good as a space.
		if !strings.HasPrefix(loose(list)+" ", loose(first)+" ") {
			out = append(out, Text{"Le premier prénom n'est pas le début de la liste : " + list, "The first name is not the beginning of the list: " + list})
		}
	}
	for _, field := range []struct{ local, answer, fr, en string }{
		{r.Sex, t.Sex, "Sexe différent : ", "Another sex: "},
		{r.Born, t.Born, "Date de naissance différente : ", "Another birth date: "},
		{r.Place, t.Place, "Lieu de naissance différent : ", "Another birth place: "},
	} {
		if field.local != "" && field.answer != field.local {
			out = append(out, Text{field.fr + field.answer, field.en + field.answer})
		}
	}
	return out
}

// Accept takes the proposal in: the local strict traits become those of the
// answer, with its INS and its history as they came (EXI REC 08). It returns
// false when there is no proposal.
func (r *Record) Accept() bool {
	p := r.Proposal
	if p == nil || r.Doubtful || r.Fictive {
		return false
	}
	active := p.Active
	r.INS, r.History = &active, p.History
	r.Name, r.Sex, r.Born = p.Traits.Name, p.Traits.Sex, p.Traits.Born
	if p.Traits.Place != "" {
		r.Place = p.Traits.Place
	}
	list := p.Traits.FirstNames
	if list == "" {
		list = p.Traits.FirstName
	}
	r.FirstNames = strings.Fields(list)
	r.Proposal, r.Alerts, r.Work = nil, nil, Text{}
	r.settle()
	return true
}

// Verified takes the result of a verification in. A no takes the INS away and
// puts the record on the list of work (INS/va1.08).
func (r *Record) Verified(ok bool) {
	if ok {
		return
	}
	r.drop()
	r.Checked = false
	r.Work = Text{"Vérification négative : matricule et OID retirés, identité à reprendre", "Verification failed: matricule and OID removed, identity to be worked on"}
	r.settle()
}

func same(a, b string) bool { return loose(a) == loose(b) }

// loose writes hyphens and apostrophes as spaces.
func loose(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return r == ' ' || r == '-' || r == '\'' }), " ")
}
