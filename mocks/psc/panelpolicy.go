package psc

import (
	"cmp"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/store"
)

// policyView is who answers in somebody's place, and how.
type policyView struct {
	Person string // empty: everybody else
	Name   string
	Policy Policy
	Once   bool
	// Runtime ones were set by an action or here, and can be removed; the others
	// are of the configuration.
	Runtime bool
}

// outcomeView is a choice of the policy form.
type outcomeView struct{ Value, Text string }

func outcomes(lang string) []outcomeView {
	return []outcomeView{
		{outcomeApprove, choose(lang, "confirmer", "approve")},
		{outcomeRefuse, choose(lang, "refuser", "refuse")},
		{outcomeWrongNumber, choose(lang, "se tromper de numéro", "pick a wrong number")},
		{outcomeAsk, choose(lang, "attendre quelqu’un", "wait for somebody")},
	}
}

// policyViews are the policies in force: those of persons, by identifier, then
// the general one.
func (s *Service) policyViews() []policyView {
	byPerson := map[string]policyView{}
	for id, p := range s.config.Persons {
		byPerson[id] = policyView{Person: id, Policy: p}
	}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for row := range policies.All(tx) {
			byPerson[row.ID] = policyView{Person: row.ID, Policy: row.Policy, Once: row.Once, Runtime: true}
		}
		return nil
	})
	out := make([]policyView, 0, len(byPerson)+1)
	for id, v := range byPerson {
		v.Name = id
		if who, ok := s.person(id); ok {
			v.Name = who.Name()
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b policyView) int { return cmp.Compare(a.Person, b.Person) })
	return append(out, policyView{Policy: s.config.Approve})
}

// sessionsPolicy sets a person's policy.
func (p *panel) sessionsPolicy(c echo.Context) error {
	in, keep := map[string]any{}, url.Values{}
	for _, name := range []string{"login_hint", "outcome", "after", "polls", "once"} {
		v := identifier(c.FormValue(name))
		in[name] = v
		if v != "" {
			keep.Set(name, v)
		}
	}
	return p.act(c, p.s.actPolicy, in, keep, "policy")
}

// sessionsPolicyRemove goes back to the policy of the configuration.
func (p *panel) sessionsPolicyRemove(c echo.Context) error {
	there := false
	err := p.s.world.Store.Update(func(tx *store.Txn) error {
		var err error
		there, err = policies.Delete(tx, c.FormValue("person"))
		return err
	})
	switch {
	case err != nil:
		return err
	case !there:
		return p.back(c, nil, "", "unknown_person")
	}
	return p.back(c, nil, "no-policy", "")
}
