package psc

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// grant is what a token answer is made of.
type grant struct {
	realm   realm
	issuer  string
	client  string
	person  registre.Professional
	session session
	scope   string
	nonce   string
	now     time.Time
}

// tokens signs the tokens of a grant, attaches the client to the session, and
// returns the answer with its members in Keycloak's order.
func (s *Service) tokens(g grant, x *sim.Exchange) (jose.Claims, *sim.Error) {
	l := s.config.Lifetimes
	sessionLeft := g.session.Started.Add(time.Duration(l.Session)).Sub(g.now)
	accessFor := min(time.Duration(l.Access), sessionLeft)
	refreshFor := min(time.Duration(l.Refresh), time.Duration(l.Idle), sessionLeft)

	claims := s.accessClaims(g, accessFor)
	access, err := s.sign(g.realm, claims)
	if err != nil {
		return nil, sim.AsError(err)
	}
	refreshID := s.world.ID()
	refresh, err := s.signRefresh(s.refreshClaims(g, refreshID, refreshFor))
	if err != nil {
		return nil, sim.AsError(err)
	}
	idToken := ""
	if hasScope(g.scope, "openid") {
		if idToken, err = s.sign(g.realm, s.idClaims(g, accessFor, access)); err != nil {
			return nil, sim.AsError(err)
		}
	}
	if err := s.attach(g, refreshID); err != nil {
		return nil, sim.AsError(err)
	}
	x.Fact("token", claims.Map())
	x.Fact("person", map[string]any{"id": g.person.ID})
	x.Fact("session", map[string]any{"id": g.session.ID})

	var out jose.Claims
	out.Add("access_token", access)
	out.Add("expires_in", int64(accessFor.Seconds()))
	out.Add("refresh_expires_in", int64(refreshFor.Seconds()))
	out.Add("refresh_token", refresh)
	out.Add("token_type", "Bearer")
	if idToken != "" {
		out.Add("id_token", idToken)
	}
	out.Add("not-before-policy", 0)
	out.Add("session_state", g.session.ID)
	out.Add("scope", g.scope)
	return out, nil
}

// attach notes the client and the refresh token in the session.
func (s *Service) attach(g grant, refreshID string) error {
	return s.world.Store.Update(func(tx *store.Txn) error {
		row, ok := sessions.Get(tx, g.session.ID)
		if !ok {
			row = g.session
		}
		since, last := map[string]time.Time{}, map[string]string{}
		for k, v := range row.Clients {
			since[k] = v
		}
		for k, v := range row.LastRefresh {
			last[k] = v
		}
		if _, ok := since[g.client]; !ok {
			since[g.client] = g.now
		}
		last[g.client] = refreshID
		row.Clients, row.LastRefresh, row.Used = since, last, g.now
		return sessions.Put(tx, row)
	})
}

func (s *Service) signRefresh(claims jose.Claims) (string, error) {
	k := s.secret(secretRefresh)
	return jose.SignHMAC(s.refreshAlg(), k.Value, jose.Spaced, k.Kid, claims)
}

// refreshAlg is HS512 on newer Keycloaks, HS256 before.
func (s *Service) refreshAlg() string {
	if s.config.Profile == profile2026 {
		return "HS512"
	}
	return "HS256"
}

// success writes a token answer.
func success(c echo.Context, body jose.Claims) *sim.Error {
	noStore(c)
	return answer(c, http.StatusOK, body)
}
