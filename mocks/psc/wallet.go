package psc

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// The wallet's pages. Real ones are a single-page application whose requests are
// not documented: the paths and forms below are ours, what they lead to is not.

// walletPath begins the login pages' paths.
const walletPath = "/login-page"

// The tabs of the login page.
const (
	tabECPS = "ecps"
	tabCPS  = "cps"
)

// loginView is what the login page shows.
type loginView struct {
	Attempt  string
	Client   string
	Tab      string // the one shown first
	Hint     string // identifier to show in the field
	Remember bool   // the browser keeps an identifier
	Problem  string // why the last try failed: see problem in login.html
	Card     string // name on the card in the reader; empty when there is none
	TLSCard  string // name on the certificate that the browser showed
	Why      string // why a living session did not suffice
}

// showLogin shows the login page, with what was wrong with the last try.
func (s *Service) showLogin(c echo.Context, a attempt, tab, problem string) *sim.Error {
	v := loginView{
		Attempt: a.ID, Client: s.clientName(a.Request.Client), Tab: orElse(tab, tabECPS),
		Hint: a.Request.LoginHint, Problem: problem, Why: a.Reauth,
	}
	if known := remembered(c.Request()); known != "" {
		v.Remember = true
		v.Hint = orElse(v.Hint, known)
	}
	if p, ok := s.inserted(); ok {
		v.Card = p.Name()
	}
	if p, ok := s.certified(sim.ExchangeOf(c.Request().Context()).Chain); ok {
		v.TLSCard = p.Name()
	}
	return s.page(c, http.StatusOK, "login", v)
}

// clientName is how a client is called before people.
func (s *Service) clientName(id string) string {
	if c, refusal := s.client(id); refusal == nil && c.Name != "" {
		return c.Name
	}
	return id
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

// loginShow shows the login page of an attempt again, on the tab that ?onglet=
// names: what a person who reloads or comes back gets.
func (s *Service) loginShow(c echo.Context, _ *sim.Exchange, f form) *sim.Error {
	a, refusal := s.begin(c)
	if refusal != nil {
		return refusal
	}
	tab := tabECPS
	if f.get("onglet") == tabCPS {
		tab = tabCPS
	}
	return s.showLogin(c, a, tab, "")
}

// loginCancel sends access_denied back to the client, and withdraws what was
// asked on the phone.
func (s *Service) loginCancel(c echo.Context, _ *sim.Exchange, _ form) *sim.Error {
	a, refusal := s.begin(c)
	if refusal != nil {
		return refusal
	}
	a, refusal = s.consume(a)
	if refusal != nil {
		return refusal
	}
	s.withdraw(a.Demand, "annulée sur la page de connexion")
	c.Set(pageKey, func(e *sim.Error) error { return s.sendError(c, a.Request, e) })
	return refuse(http.StatusBadRequest, "access_denied", "User cancelled", cause("cancelled",
		"La personne a annulé la connexion.", "The person cancelled the login.", "RFC 6749 §4.1.2.1"))
}

// consume marks an attempt as used: of two requests that end it at once, one
// gets "Page has expired".
func (s *Service) consume(a attempt) (attempt, *sim.Error) {
	won := false
	err := s.world.Store.Update(func(tx *store.Txn) error {
		row, ok := attempts.Get(tx, a.ID)
		if !ok || row.Done {
			return nil
		}
		won, a = true, row
		a.Done = true
		return attempts.Put(tx, a)
	})
	switch {
	case err != nil:
		return a, sim.AsError(err)
	case !won:
		return a, refuse(http.StatusBadRequest, "expired", "Page has expired", cause("attempt",
			"Cette page de connexion a déjà servi.", "This login page was used before.", "Keycloak"))
	}
	return a, nil
}

// withdraw ends a demand that nobody waits for any more.
func (s *Service) withdraw(id, why string) {
	if id == "" {
		return
	}
	// A demand that was answered or expired meanwhile stays as it is.
	_, _ = s.answerDemand(id, outcomeRefuse, "", why)
}

// identifier is what a person typed, without the blanks of a pasted number.
func identifier(typed string) string { return strings.Join(strings.Fields(typed), "") }
