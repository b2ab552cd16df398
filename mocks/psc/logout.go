package psc

import (
	"net/http"
	"net/url"

	gojose "github.com/go-jose/go-jose/v4"
	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// logout answers the end_session endpoint: RP-initiated logout by GET or POST
// (OIDC RP-Initiated Logout 1.0), of which the server-side variant is a POST of
// id_token_hint alone; and Keycloak's older POST of refresh_token with the
// client's credentials, answered 204. Refusals of the former are pages.
func (s *Service) logout(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	r := c.Request()
	if e := s.needTLS(r); e != nil {
		return e
	}
	if r.Method == http.MethodPost && f.has("refresh_token") {
		return s.logoutToken(c, x, f)
	}
	c.Set(pageKey, s.errorPage(c))
	if f.has("redirect_uri") && !f.has("post_logout_redirect_uri") {
		return refuse(http.StatusBadRequest, "invalid_redirect_uri", "Invalid parameter: redirect_uri", cause("logout-redirect",
			"redirect_uri est l'ancien paramètre : employer post_logout_redirect_uri avec id_token_hint.",
			"redirect_uri is the former parameter: use post_logout_redirect_uri with id_token_hint.", "OIDC RP-Initiated Logout 1.0 §2"))
	}
	var claims map[string]any
	if hint := f.get("id_token_hint"); hint != "" {
		var err error
		claims, err = s.readClaims(walletRealm, hint, gojose.RS256) // an expired hint is accepted (§2)
		if err != nil || text(claims, "typ") != "ID" {
			return refuse(http.StatusBadRequest, "invalid_token", "Invalid parameter: id_token_hint", cause("id-token-hint",
				"id_token_hint n'est pas un ID token émis ici.", "id_token_hint is not an ID token issued here.", "OIDC RP-Initiated Logout 1.0 §4"))
		}
	}
	client, refusal := s.logoutClient(f, claims)
	if refusal != nil {
		return refusal
	}
	back := f.get("post_logout_redirect_uri")
	if refusal := checkBack(back, client); refusal != nil {
		return refusal
	}
	id := sessionID(claims)
	if cookie, err := r.Cookie(cookieName); err == nil && claims == nil {
		if row, ok := s.browserSession(cookie.Value); ok {
			if r.Method == http.MethodGet || f.get("confirm") == "" {
				return s.confirmLogout(c, row, f)
			}
			id = row.ID
		}
	}
	ended := false
	if id != "" {
		var err error
		if ended, err = s.endSession(id, "déconnexion"); err != nil {
			return sim.AsError(err)
		}
	}
	x.Fact("session", map[string]any{"id": id, "ended": ended})
	s.setCookie(c, "")
	if back == "" {
		return s.page(c, http.StatusOK, "closed", nil)
	}
	return redirect(c, s.logoutTarget(back, f.get("state")))
}

// logoutClient is the client that asks: by client_id, or by the hint.
func (s *Service) logoutClient(f form, claims map[string]any) (*Client, *sim.Error) {
	id := f.get("client_id")
	azp := text(claims, "azp")
	if id != "" && azp != "" && id != azp {
		return nil, refuse(http.StatusBadRequest, "invalid_request", "Invalid parameter: client_id", cause("logout-client",
			"L'ID token a été émis pour "+azp+", pas pour "+id+".", "The ID token was issued to "+azp+", not to "+id+".", "OIDC RP-Initiated Logout 1.0 §2"))
	}
	if id == "" {
		id = azp
	}
	if id == "" {
		return nil, nil
	}
	c, refusal := s.client(id)
	if refusal != nil {
		return nil, nil // Keycloak goes on without a client
	}
	return &c, nil
}

func checkBack(back string, client *Client) *sim.Error {
	switch {
	case back == "":
		return nil
	case client == nil:
		return refuse(http.StatusBadRequest, "invalid_request", "Missing parameters: id_token_hint", cause("logout-redirect",
			"post_logout_redirect_uri exige id_token_hint (ou client_id).",
			"post_logout_redirect_uri needs id_token_hint (or client_id).", "OIDC RP-Initiated Logout 1.0 §3, Keycloak"))
	case !client.allowsPostLogout(back):
		return refuse(http.StatusBadRequest, "invalid_redirect_uri", "Invalid redirect uri", cause("logout-redirect",
			"post_logout_redirect_uri « "+back+" » n'est pas enregistrée pour "+client.ID+".",
			"post_logout_redirect_uri “"+back+"” is not registered for "+client.ID+".", "OIDC RP-Initiated Logout 1.0 §3"))
	}
	return nil
}

// logoutTarget adds the state, unless the quirk that loses it is on.
func (s *Service) logoutTarget(back, state string) string {
	if state == "" || s.config.LogoutState == "omit" {
		return back
	}
	u, err := url.Parse(back)
	if err != nil {
		return back
	}
	q := u.Query()
	q.Set("state", state)
	u.RawQuery = q.Encode()
	return u.String()
}

// logoutToken is Keycloak's older back-channel logout: 204, or JSON refusals.
func (s *Service) logoutToken(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	client, refusal := s.authenticate(c.Request(), f, x)
	if refusal != nil {
		return refusal
	}
	claims, err := s.readClaims(walletRealm, f.get("refresh_token"), gojose.SignatureAlgorithm(s.refreshAlg()))
	if err != nil || text(claims, "typ") != "Refresh" {
		return invalidGrant("Invalid refresh token", "refresh-token", "Ce refresh_token n'est pas le nôtre.", "This refresh_token is not ours.", "Keycloak")
	}
	if text(claims, "azp") != client.ID {
		return invalidGrant("Invalid refresh token. Token client and authorized client don't match", "refresh-client",
			"Ce refresh_token appartient au client "+text(claims, "azp")+".", "This refresh_token belongs to client "+text(claims, "azp")+".", "Keycloak")
	}
	ended, err := s.endSession(sessionID(claims), "déconnexion")
	if err != nil {
		return sim.AsError(err)
	}
	x.Fact("session", map[string]any{"id": sessionID(claims), "ended": ended})
	return noBody(c, http.StatusNoContent)
}

func (s *Service) browserSession(value string) (session, bool) {
	var row session
	var ok bool
	_ = s.world.Store.View(func(tx *store.Txn) error {
		row, ok = sessions.First(tx, "browser", value)
		return nil
	})
	return row, ok && value != "" && row.valid(s.now(), s.config.Lifetimes)
}
