package psc

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

// userinfo answers the professional's data, by GET or POST (OIDC Core 1.0 §5.3),
// to a living access token whose scope holds openid. Its refusals are those of
// Keycloak 19 and later: the challenge in WWW-Authenticate, and the JSON body
// (inferred for PSC).
func (s *Service) userinfo(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	r := c.Request()
	if e := s.needTLS(r); e != nil {
		return e
	}
	token := bearer(r.Header.Get("Authorization"))
	if token == "" && r.Method == http.MethodPost {
		token = f.get("access_token")
	}
	if token == "" {
		c.Response().Header().Set("WWW-Authenticate", challenge("", ""))
		return refuse(http.StatusUnauthorized, bare, "", cause("bearer",
			"Aucun jeton : en-tête Authorization: Bearer attendu.", "No token: an Authorization: Bearer header is expected.", "RFC 6750 §2"))
	}
	no := func(status int, code, text string, why error) *sim.Error {
		c.Response().Header().Set("WWW-Authenticate", challenge(code, text))
		return refuse(status, code, text, cause("userinfo", "Jeton refusé : "+why.Error()+".", "Token refused: "+why.Error()+".", "RFC 6750 §3.1"))
	}
	claims, sess, err := s.access(walletRealm, token, s.issuer(r, walletRealm))
	switch {
	case errors.Is(err, errNoSession):
		return no(http.StatusUnauthorized, "invalid_token", "User session not found or doesn't have client attached on it", err)
	case errors.Is(err, errIdle):
		return no(http.StatusUnauthorized, "invalid_token", "Session expired", err)
	case err != nil:
		return no(http.StatusUnauthorized, "invalid_token", "Token verification failed", err)
	}
	if !hasScope(text(claims, "scope"), "openid") {
		return no(http.StatusForbidden, "insufficient_scope", "Missing openid scope", errors.New("le scope ne contient pas openid"))
	}
	person, ok := s.person(sess.Person)
	if !ok {
		return no(http.StatusUnauthorized, "invalid_token", "User not found", errNoPerson)
	}
	client, refusal := s.client(text(claims, "azp"))
	if refusal != nil {
		return no(http.StatusUnauthorized, "invalid_token", "Client not found", refusal)
	}
	x.Fact("person", map[string]any{"id": person.ID})
	x.Fact("client", map[string]any{"id": client.ID, "auth": "bearer"})
	body := s.userinfoClaims(person)
	c.Response().Header().Set("Cache-Control", "no-cache")
	if s.config.Userinfo == "jwt" || client.SignedUserinfo {
		body.Add("iss", s.issuer(r, walletRealm))
		body.Add("aud", client.ID)
		body.Add("exp", s.now().Add(time.Duration(s.config.Lifetimes.Access)).Unix())
		signed, err := s.sign(walletRealm, body)
		if err != nil {
			return sim.AsError(err)
		}
		if err := c.Blob(http.StatusOK, "application/jwt", []byte(signed)); err != nil {
			return sim.AsError(err)
		}
		return nil
	}
	return answer(c, http.StatusOK, body)
}

// challenge writes WWW-Authenticate.
func challenge(code, text string) string {
	h := `Bearer realm="` + walletRealm.name + `"`
	if code != "" {
		h += `, error="` + code + `", error_description="` + text + `"`
	}
	return h
}

// older tells whether the year's answers have the older shape.
func (s *Service) older() bool { return s.config.Profile != profile2026 }
