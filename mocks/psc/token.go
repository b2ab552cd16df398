package psc

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

// The grant types.
const (
	grantCode     = "authorization_code"
	grantRefresh  = "refresh_token"
	grantPassword = "password"
	grantClient   = "client_credentials"
	grantCIBA     = "urn:openid:params:grant-type:ciba"
	grantDevice   = "urn:ietf:params:oauth:grant-type:device_code"
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// token answers the token endpoint, in Keycloak's order of checks: TLS, grant
// type, client, parameters given twice, then the grant's own.
func (s *Service) token(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	r := c.Request()
	if e := s.needTLS(r); e != nil {
		return e
	}
	grants := map[string]func(echo.Context, *sim.Exchange, form, Client) *sim.Error{
		grantCode:     s.grantCode,
		grantRefresh:  s.grantRefresh,
		grantPassword: s.grantPassword,
		grantClient:   s.grantClient,
		grantCIBA:     s.grantCIBA,
		grantDevice:   s.grantDevice,
	}
	return s.dispatch(r, x, f, grants)(c)
}

// dispatch runs the checks that every grant shares and returns the grant.
func (s *Service) dispatch(r *http.Request, x *sim.Exchange, f form,
	grants map[string]func(echo.Context, *sim.Exchange, form, Client) *sim.Error,
) func(echo.Context) *sim.Error {
	no := func(e *sim.Error) func(echo.Context) *sim.Error { return func(echo.Context) *sim.Error { return e } }
	g := f.get("grant_type")
	if g == "" {
		return no(refuse(http.StatusBadRequest, "invalid_request", "Missing form parameter: grant_type", cause("grant-type",
			"Le paramètre grant_type manque.", "The parameter grant_type is missing.", "RFC 6749 §5.2")))
	}
	run, ok := grants[g]
	if !ok {
		return no(refuse(http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant_type", cause("grant-type",
			"grant_type « "+g+" » n'existe pas ici.", "grant_type “"+g+"” does not exist here.", "RFC 6749 §5.2")))
	}
	client, refusal := s.authenticate(r, f, x)
	if refusal != nil {
		return no(refusal)
	}
	if name, twice := f.duplicated(); twice {
		return no(refuse(http.StatusBadRequest, "invalid_request", "duplicated parameter", cause("duplicated",
			"Le paramètre « "+name+" » est présent plusieurs fois.", "The parameter “"+name+"” appears more than once.", "RFC 6749 §3.2")))
	}
	return func(c echo.Context) *sim.Error { return run(c, x, f, client) }
}

// grantPassword refuses: no editor is allowed direct access grants.
func (s *Service) grantPassword(_ echo.Context, _ *sim.Exchange, _ form, c Client) *sim.Error {
	return refuse(http.StatusBadRequest, "unauthorized_client", "Client not allowed for direct access grants", cause("password",
		"Le client "+c.ID+" n'a pas droit au flux « password » ; PSC ne l'ouvre à aucun éditeur.",
		"Client "+c.ID+" may not use the password grant; PSC opens it to no editor.", "RFC 6749 §4.3"))
}

// grantDevice refuses: the device grant is advertised, not offered.
func (s *Service) grantDevice(_ echo.Context, _ *sim.Exchange, _ form, c Client) *sim.Error {
	return refuse(http.StatusBadRequest, "unauthorized_client",
		"Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is disabled for the client.", cause("device",
			"Le client "+c.ID+" n'a pas droit au flux « device ».", "Client "+c.ID+" may not use the device grant.", "RFC 8628 §3.5"))
}
