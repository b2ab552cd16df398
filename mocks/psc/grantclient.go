package psc

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
)

// grantClient answers client_credentials (RFC 6749 §4.4), which the discovery
// document promises and PSC opens to no editor: a client needs a service account.
func (s *Service) grantClient(c echo.Context, x *sim.Exchange, f form, client Client) *sim.Error {
	return s.serviceAccount(c, x, f, client, walletRealm)
}

func (s *Service) serviceAccount(c echo.Context, x *sim.Exchange, f form, client Client, rl realm) *sim.Error {
	if !client.ServiceAccount {
		return refuse(http.StatusUnauthorized, "unauthorized_client", "Client not enabled to retrieve service account", cause("service-account",
			"Le client "+client.ID+" n'a pas de compte de service.", "Client "+client.ID+" has no service account.", "RFC 6749 §4.4, Keycloak"))
	}
	if client.allows(authNone) && len(client.Auth) == 1 {
		return refuse(http.StatusUnauthorized, "unauthorized_client", "Public client not allowed to retrieve service account", cause("service-account",
			"Un client public n'a pas de compte de service.", "A public client has no service account.", "RFC 6749 §4.4, Keycloak"))
	}
	if e := s.checkScope(client, f.get("scope")); e != nil {
		return e
	}
	now, life := s.now(), time.Duration(s.config.Lifetimes.Access)
	scope := s.grantedScope(f.get("scope"))
	var claims jose.Claims
	claims.Add("exp", now.Add(life).Unix())
	claims.Add("iat", now.Unix())
	claims.Add("jti", s.tokenID("trrtcc:"))
	claims.Add("iss", s.issuer(c.Request(), rl))
	claims.Add("sub", registre.SubOf("service-account/"+client.ID))
	claims.Add("typ", "Bearer")
	claims.Add("azp", client.ID)
	claims.Add("acr", "1")
	claims.Add("scope", scope)
	claims.Add("clientHost", c.RealIP())
	claims.Add("preferred_username", "service-account-"+client.ID)
	claims.Add("clientAddress", c.RealIP())
	claims.Add("client_id", client.ID)
	token, err := s.sign(rl, claims)
	if err != nil {
		return sim.AsError(err)
	}
	x.Fact("token", claims.Map())
	var out jose.Claims
	out.Add("access_token", token)
	out.Add("expires_in", int64(life.Seconds()))
	out.Add("refresh_expires_in", 0)
	out.Add("token_type", "Bearer")
	out.Add("not-before-policy", 0)
	out.Add("scope", scope)
	return success(c, out)
}
