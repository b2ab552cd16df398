package insi

import (
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

const (
	// maxIdentities bounds the list of the page; the search narrows it.
	maxIdentities = 30
	// maxFromForm bounds what the page generates at a time: a million takes
	// some seconds. The action takes more.
	maxFromForm = 1_000_000
)

// identityView is what the page's template gets.
type identityView struct {
	Lang, Token, Base string
	Query             string
	Notice, Problem   string
	Total             int
	Found             []registre.Patient
	More              bool
	Form              *identityForm
	Answers           []identityAnswer
	Cases             []identityCase
	Variants          []string
}

// identityAnswer is what INSi would answer to the traits of an identity.
type identityAnswer struct {
	How   journal.Text
	Code  ins.Code
	Count int
}

// identityCase is a search of the CNDA's tests with the answer of the base as it
// is.
type identityCase struct {
	ins.Case
	Refused []*ins.Refusal
	Result  ins.Result
}

// Expected tells whether the base answers as the test wants.
func (c identityCase) Expected() bool {
	if c.Code == "" {
		return len(c.Refused) > 0
	}
	return c.Result.Code == c.Code && c.Result.Patient.ID == c.Patient
}

// T picks the person's language.
func (v identityView) T(fr, en string) string {
	if v.Lang == "en" {
		return en
	}
	return fr
}

// Text picks the language of a text.
func (v identityView) Text(t journal.Text) string { return v.T(t.FR, t.EN) }

// Pick is the address of an identity's form.
func (v identityView) Pick(id string) string {
	q := url.Values{"id": {id}}
	if v.Query != "" {
		q.Set("q", v.Query)
	}
	return v.Base + "?" + q.Encode() + "#fiche"
}

// Selected tells whether this identity is the one of the form.
func (v identityView) Selected(id string) bool { return v.Form != nil && v.Form.Get("id") == id }

// Badge is the console's class for an answer's code.
func (v identityView) Badge(c ins.Code) string {
	switch c {
	case ins.Found:
		return "o-ok"
	case ins.Several:
		return "o-fault"
	}
	return "o-refused"
}

// view reads what every answer of the page shows.
func (p identityPage) view(c echo.Context) identityView {
	v := identityView{
		Lang: p.r.Lang(c), Token: p.r.Token(c), Base: identityBase, Query: c.FormValue("q"), Variants: ins.Variants(),
	}
	_ = p.world.Store.View(func(tx *store.Txn) error {
		v.Found, v.Total = registre.SearchPatients(tx, v.Query, maxIdentities+1), registre.CountPatients(tx)
		for _, known := range ins.Cases() {
			one := identityCase{Case: known}
			if one.ByVitale() {
				if one.Refused = known.Vitale.Check(); len(one.Refused) == 0 {
					one.Result = ins.MatchVitale(tx, known.Vitale)
				}
			} else if one.Refused = known.Traits.Check(); len(one.Refused) == 0 {
				one.Result = ins.Match(tx, known.Traits)
			}
			v.Cases = append(v.Cases, one)
		}
		return nil
	})
	if len(v.Found) > maxIdentities {
		v.Found, v.More = v.Found[:maxIdentities], true
	}
	return v
}

func (d identities) get(ref string) (p registre.Patient, ok bool) {
	_ = d.world.Store.View(func(tx *store.Txn) error {
		p, ok = d.find(tx, ref)
		return nil
	})
	return p, ok
}

// answers searches for an identity by its own traits: first name alone, the whole
// list, then with the place.
func (d identities) answers(p registre.Patient) []identityAnswer {
	t := ins.Traits{BirthName: p.BirthName, GivenNames: []string{p.FirstGivenName}, Sex: p.Sex, BirthDate: p.BirthDate}
	list, place := t, t
	list.GivenNames, place.BirthPlace = p.GivenNames, p.BirthPlace
	asked := []struct {
		how journal.Text
		t   ins.Traits
	}{
		{journal.Text{FR: "premier prénom", EN: "first name"}, t},
		{journal.Text{FR: "liste des prénoms", EN: "list of first names"}, list},
	}
	if p.BirthPlace != "" {
		asked = append(asked, struct {
			how journal.Text
			t   ins.Traits
		}{journal.Text{FR: "premier prénom et lieu", EN: "first name and place"}, place})
	}
	var out []identityAnswer
	_ = d.world.Store.View(func(tx *store.Txn) error {
		for _, a := range asked {
			one := identityAnswer{How: a.how}
			if len(a.t.Check()) == 0 {
				r := ins.Match(tx, a.t)
				one.Code, one.Count = r.Code, r.Count
			}
			out = append(out, one)
		}
		return nil
	})
	return out
}
