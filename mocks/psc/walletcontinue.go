package psc

import (
	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// loginContinue ends a login once the person has answered; before that it shows
// the number again, and after a refusal the login page.
func (s *Service) loginContinue(c echo.Context, x *sim.Exchange, _ form) *sim.Error {
	a, refusal := s.begin(c)
	if refusal != nil {
		return refusal
	}
	d, _, err := s.settle(a.Demand)
	if err != nil {
		return sim.AsError(err)
	}
	p, ok := s.person(d.Person)
	a.Request.LoginHint = orElse(d.Person, a.Request.LoginHint)
	switch {
	case d.ID == "":
		return s.showLogin(c, a, tabECPS, "")
	case d.State == pending:
		return s.showWait(c, a, d, p)
	case d.State == used:
		// Another request ended this login since begin looked: the page has expired.
		if _, refusal := s.attempt(a.ID); refusal != nil {
			return refusal
		}
		return s.showLogin(c, a, tabECPS, "refused")
	case d.State == expired:
		return s.showLogin(c, a, tabECPS, "expired")
	case d.State == refused && d.Reason == reasonWrongNumber:
		return s.showLogin(c, a, tabECPS, "wrong-number")
	case d.State != approved:
		return s.showLogin(c, a, tabECPS, "refused")
	case !ok || !p.Active():
		return s.showLogin(c, a, tabECPS, "unknown-person")
	}
	if refusal := s.complete(c, x, a, p, d.Channel); refusal != nil {
		return refusal
	}
	err = s.world.Store.Update(func(tx *store.Txn) error {
		row, ok := demands.Get(tx, d.ID)
		if !ok {
			return nil
		}
		row.State = used
		return demands.Put(tx, row)
	})
	if err != nil {
		s.world.Log.WarnContext(c.Request().Context(), "psc", "op", "login", "error", err)
	}
	return nil
}

// reasonWrongNumber is the reason of a demand that was refused for a wrong number.
const reasonWrongNumber = "mauvais numéro"

// complete marks the attempt as used and sends the code.
func (s *Service) complete(c echo.Context, x *sim.Exchange, a attempt, p registre.Professional, mode string) *sim.Error {
	a, refusal := s.consume(a)
	if refusal != nil {
		return refusal
	}
	x.Fact("person", map[string]any{"id": p.ID})
	return s.finish(c, x, a.Request, p, mode)
}
