package psc

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// The wallet's pages. Real ones are a single-page application whose requests are
// not documented: the paths and forms below are ours, what they lead to is not.

// walletPath begins the login pages' paths.
const walletPath = "/login-page"

// loginView is what the login page shows.
type loginView struct {
	Attempt string
	Client  string
	Tab     string // "ecps" or "cps"
	Hint    string // identifier to show in the field
	Problem string // message of the last try, in the page's language
	Card    string // name on the card in the reader; empty when there is none
	TLSCard string // name on the certificate that the browser showed
	Why     string
}

// waitView is what the page shows while the phone or the card is asked.
type waitView struct {
	Attempt string
	Name    string
	Number  string
	Card    bool
	Seconds int // left before the demand expires
}

func (s *Service) loginView(a attempt, tab, problem string) loginView {
	name := a.Request.Client
	if c, refusal := s.client(a.Request.Client); refusal == nil && c.Name != "" {
		name = c.Name
	}
	if tab == "" {
		tab = "ecps"
	}
	v := loginView{Attempt: a.ID, Client: name, Tab: tab, Hint: a.Request.LoginHint, Problem: problem, Why: a.Reauth}
	if p, ok := s.inserted(); ok {
		v.Card = p.Name()
	}
	return v
}

// attempt returns a login attempt that still waits.
func (s *Service) attempt(id string) (attempt, *sim.Error) {
	var a attempt
	var ok bool
	_ = s.world.Store.View(func(tx *store.Txn) error {
		a, ok = attempts.Get(tx, id)
		return nil
	})
	if !ok || a.Done {
		return a, refuse(http.StatusBadRequest, "expired", "Page has expired", cause("attempt",
			"Cette page de connexion est inconnue ou a déjà servi.", "This login page is unknown or was used before.", "Keycloak"))
	}
	if s.now().Sub(a.Created) > time.Duration(s.config.Lifetimes.Login) {
		return a, refuse(http.StatusBadRequest, "temporarily_unavailable", "authentication_expired", cause("attempt-expired",
			"La page de connexion est restée ouverte trop longtemps.", "The login page was left open for too long.", "Keycloak"))
	}
	return a, nil
}

// begin finds the attempt of a wallet page's request; one that expired goes back
// to the client as authentication_expired.
func (s *Service) begin(c echo.Context) (attempt, *sim.Error) {
	c.Set(pageKey, s.errorPage(c))
	a, refusal := s.attempt(c.Param("id"))
	if refusal != nil && refusal.Code == "temporarily_unavailable" {
		c.Set(pageKey, func(e *sim.Error) error { return s.sendError(c, a.Request, e) })
	}
	return a, refusal
}

// loginECPS starts a demand on the person's phone and shows the number to find.
func (s *Service) loginECPS(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	a, refusal := s.begin(c)
	if refusal != nil {
		return refusal
	}
	id := f.get("identifiant")
	x.Fact("person", map[string]any{"id": id})
	p, ok := s.person(id)
	a.Request.LoginHint = id
	switch {
	case !ok || !p.Active():
		return s.page(c, http.StatusOK, "login", s.loginView(a, "ecps", "unknown-person"))
	case s.reachable(p, channelMobile) != nil:
		return s.page(c, http.StatusOK, "login", s.loginView(a, "ecps", "no-ecps"))
	}
	return s.startDemand(c, x, a, p, channelMobile)
}

// startDemand asks the person and shows the page that waits.
func (s *Service) startDemand(c echo.Context, x *sim.Exchange, a attempt, p registre.Professional, channel string) *sim.Error {
	d, err := s.ask(demand{
		Kind: "web", Client: a.Request.Client, Person: p.ID, Channel: channel, Number: s.twoDigits(),
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
	x.Fact("ciba", map[string]any{"id": d.ID, "channel": channel, "number": d.Number})
	return s.page(c, http.StatusOK, "wait", waitView{
		Attempt: a.ID, Name: p.Name(), Number: d.Number, Card: channel == channelCard,
		Seconds: int(d.Expires.Sub(s.now()).Seconds()),
	})
}

func (s *Service) twoDigits() string {
	b := s.random(2)
	return string([]byte{'0' + b[0]%10, '0' + b[1]%10})
}

// loginCPS authenticates by card: the client certificate that the browser showed
// if it is a card's, else the card in the simulated reader and its PIN.
func (s *Service) loginCPS(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	a, refusal := s.begin(c)
	if refusal != nil {
		return refusal
	}
	if len(x.Chain) > 0 && s.world.PKI.VerifyClient(x.Chain) == nil {
		if p, ok := s.person(x.Chain[0].Subject.CommonName); ok && p.Active() {
			return s.complete(c, x, a, p, channelCard)
		}
	}
	p, problem := s.useCard(f.get("pin"))
	if problem != "" {
		return s.page(c, http.StatusOK, "login", s.loginView(a, "cps", problem))
	}
	return s.complete(c, x, a, p, channelCard)
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
	return answer(c, http.StatusOK, map[string]any{"state": d.State, "left": max(0, int(d.Expires.Sub(s.now()).Seconds()))})
}

// loginContinue ends a login once the person has answered.
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
	switch {
	case d.ID == "":
		return s.page(c, http.StatusOK, "login", s.loginView(a, "", ""))
	case d.State == pending:
		return s.page(c, http.StatusOK, "wait", waitView{
			Attempt: a.ID, Name: p.Name(), Number: d.Number, Card: d.Channel == channelCard,
			Seconds: int(d.Expires.Sub(s.now()).Seconds()),
		})
	case d.State == expired:
		return s.page(c, http.StatusOK, "login", s.loginView(a, "ecps", "expired"))
	case d.State != approved:
		return s.page(c, http.StatusOK, "login", s.loginView(a, "ecps", "refused"))
	case !ok || !p.Active():
		return s.page(c, http.StatusOK, "login", s.loginView(a, "ecps", "unknown-person"))
	}
	if err := s.world.Store.Update(func(tx *store.Txn) error {
		d.State = used
		return demands.Put(tx, d)
	}); err != nil {
		return sim.AsError(err)
	}
	return s.complete(c, x, a, p, d.Channel)
}

// complete marks the attempt as used and sends the code.
func (s *Service) complete(c echo.Context, x *sim.Exchange, a attempt, p registre.Professional, mode string) *sim.Error {
	a.Done = true
	if err := s.world.Store.Update(func(tx *store.Txn) error { return attempts.Put(tx, a) }); err != nil {
		return sim.AsError(err)
	}
	x.Fact("person", map[string]any{"id": p.ID})
	return s.finish(c, x, a.Request, p, mode)
}

// loginCancel sends access_denied back to the client.
func (s *Service) loginCancel(c echo.Context, _ *sim.Exchange, _ form) *sim.Error {
	a, refusal := s.begin(c)
	if refusal != nil {
		return refusal
	}
	a.Done = true
	if err := s.world.Store.Update(func(tx *store.Txn) error { return attempts.Put(tx, a) }); err != nil {
		return sim.AsError(err)
	}
	c.Set(pageKey, func(e *sim.Error) error { return s.sendError(c, a.Request, e) })
	return refuse(http.StatusBadRequest, "access_denied", "User cancelled", cause("cancelled",
		"La personne a annulé la connexion.", "The person cancelled the login.", "RFC 6749 §4.1.2.1"))
}
