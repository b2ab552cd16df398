package psc

import (
	"net/http"

	gojose "github.com/go-jose/go-jose/v4"
	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/sim"
)

// introspect answers RFC 7662 as Keycloak does: the token's claims, then
// client_id, username and active; or only active: false, whatever is wrong.
func (s *Service) introspect(rl realm) handler {
	return func(c echo.Context, x *sim.Exchange, f form) *sim.Error {
		r := c.Request()
		if e := s.needTLS(r); e != nil {
			return e
		}
		client, refusal := s.authenticate(r, f, x)
		if refusal != nil {
			// Keycloak says nothing more precise here (from memory of its source: inferred).
			return refuse(http.StatusUnauthorized, "invalid_request", "Authentication failed.", refusal.Cause)
		}
		if client.allows(authNone) && len(client.Auth) == 1 {
			return refuse(http.StatusForbidden, "invalid_request", "Client not allowed.", cause("introspect-public",
				"Un client public n'a pas le droit d'introspecter.", "A public client may not introspect.", "Keycloak"))
		}
		bad := func(text, fr, en string) *sim.Error {
			return refuse(http.StatusBadRequest, "invalid_request", text, cause("introspect", fr, en, "RFC 7662 §2.1"))
		}
		if name, twice := f.duplicated(); twice {
			return bad("duplicated parameter", "Le paramètre « "+name+" » est présent plusieurs fois.", "The parameter “"+name+"” appears more than once.")
		}
		token := f.get("token")
		if token == "" {
			return bad("Token not provided.", "Le paramètre token manque.", "The parameter token is missing.")
		}
		switch h := f.get("token_type_hint"); h {
		case "", "access_token", "refresh_token":
		default:
			return bad("Unsupported token type.", "token_type_hint « "+h+" » est inconnu.", "token_type_hint “"+h+"” is unknown.")
		}
		claims, err := s.introspected(rl, token, s.issuer(r, rl))
		c.Response().Header().Set("Cache-Control", "no-cache")
		if err != nil {
			x.Note(cause("token-inactive", "Jeton inactif : "+err.Error()+".", "Inactive token: "+err.Error()+".", "RFC 7662 §2.2"))
			x.Fact("token", map[string]any{"active": false})
			return answer(c, http.StatusOK, map[string]any{"active": false})
		}
		claims.Add("client_id", textOf(claims, "azp"))
		claims.Add("username", textOf(claims, "preferred_username"))
		if s.config.Profile == profile2026 {
			claims.Add("token_type", textOf(claims, "typ"))
		}
		claims.Add("active", true)
		x.Fact("token", claims.Map())
		return answer(c, http.StatusOK, claims)
	}
}

// introspected returns a living token's claims in their own order.
func (s *Service) introspected(rl realm, token, issuer string) (jose.Claims, error) {
	if _, _, err := s.access(rl, token, issuer); err == nil {
		return ordered(token)
	} else if claims, rerr := s.readClaims(rl, token, gojose.SignatureAlgorithm(s.refreshAlg())); rerr == nil {
		if !s.now().Before(instant(claims, "exp")) {
			return nil, errInactive
		}
		if _, serr := s.session(claims); serr != nil {
			return nil, serr
		}
		return ordered(token)
	} else {
		return nil, err
	}
}

func textOf(c jose.Claims, name string) string {
	v, _ := c.Get(name)
	t, _ := v.(string)
	return t
}
