package psc

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// waitView is what the page shows while the phone is asked.
type waitView struct {
	Attempt string
	Client  string
	Name    string
	Number  string
	Seconds int // left before the demand expires
	Total   int // that it had
}

// loginECPS starts a demand on the person's phone and shows the number to find.
func (s *Service) loginECPS(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	a, refusal := s.begin(c)
	if refusal != nil {
		return refusal
	}
	id := identifier(f.get("identifiant"))
	x.Fact("person", map[string]any{"id": id})
	p, ok := s.person(id)
	a.Request.LoginHint = id
	switch {
	case id == "":
		return s.showLogin(c, a, tabECPS, "no-identifier")
	case !ok || !p.Active():
		return s.showLogin(c, a, tabECPS, "unknown-person")
	case s.reachable(p, channelMobile) != nil:
		return s.showLogin(c, a, tabECPS, "no-ecps")
	}
	remember(c, id, f.get("memoriser") != "")
	return s.startDemand(c, x, a, p)
}

// startDemand asks the person on their phone and shows the page that waits. A
// demand of the same attempt that still waits is withdrawn: its number is no
// longer on the screen.
func (s *Service) startDemand(c echo.Context, x *sim.Exchange, a attempt, p registre.Professional) *sim.Error {
	s.withdraw(a.Demand, "remplacée par une nouvelle demande")
	d, err := s.ask(demand{
		Kind: "web", Client: a.Request.Client, Person: p.ID, Channel: channelMobile, Number: s.twoDigits(),
		Scope: a.Request.Scope, ACR: s.acr(a.Request.ACR), Attempt: a.ID,
		Expires: s.now().Add(time.Duration(s.config.Lifetimes.CIBA)),
	})
	if err != nil {
		return sim.AsError(err)
	}
	a.Demand = d.ID
	if err := s.world.Store.Update(func(tx *store.Txn) error { return attempts.Put(tx, a) }); err != nil {
		return sim.AsError(err)
	}
	x.Fact("ciba", map[string]any{"id": d.ID, "channel": d.Channel, "number": d.Number})
	return s.showWait(c, a, d, p)
}

func (s *Service) twoDigits() string {
	b := s.world.Random(2)
	return string([]byte{'0' + b[0]%10, '0' + b[1]%10})
}

// showWait shows the number and what is left of the demand's time.
func (s *Service) showWait(c echo.Context, a attempt, d demand, p registre.Professional) *sim.Error {
	return s.page(c, http.StatusOK, "wait", waitView{
		Attempt: a.ID, Client: s.clientName(a.Request.Client), Name: p.Name(), Number: d.Number,
		Seconds: s.secondsLeft(d), Total: totalSeconds(d),
	})
}

// secondsLeft is a demand's remaining simulated time, a begun second counted,
// never negative.
func (s *Service) secondsLeft(d demand) int {
	return max(0, int((d.Expires.Sub(s.now())+time.Second-1)/time.Second))
}

// totalSeconds is the time that a demand had, at least 1.
func totalSeconds(d demand) int {
	return max(1, int(d.Expires.Sub(d.Created).Round(time.Second)/time.Second))
}

// loginState tells the waiting page how the demand stands.
func (s *Service) loginState(c echo.Context, x *sim.Exchange, _ form) *sim.Error {
	x.Quiet = true
	a, refusal := s.attempt(c.Param("id"))
	if refusal != nil {
		return refusal
	}
	d, _, err := s.settle(a.Demand)
	if err != nil {
		return sim.AsError(err)
	}
	noStore(c)
	return answer(c, http.StatusOK, map[string]any{"state": d.State, "left": s.secondsLeft(d)})
}
