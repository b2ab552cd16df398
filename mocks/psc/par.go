package psc

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// parPrefix begins every request_uri made here (RFC 9126 §2.2).
const parPrefix = "urn:ietf:params:oauth:request_uri:"

// par keeps an authorization request and answers where: a request_uri that
// serves once, within a minute (RFC 9126).
func (s *Service) par(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	r := c.Request()
	if e := s.needTLS(r); e != nil {
		return e
	}
	client, refusal := s.authenticate(r, f, x)
	if refusal != nil {
		return refuse(http.StatusUnauthorized, "invalid_client", "Authentication failed.", refusal.Cause)
	}
	bad := func(text, fr, en string) *sim.Error {
		return refuse(http.StatusBadRequest, "invalid_request", text, cause("par", fr, en, "RFC 9126 §2.1"))
	}
	if f.has("request_uri") {
		return bad("It is not allowed to include request_uri to PAR.", "request_uri est interdit dans une demande poussée.",
			"request_uri is forbidden in a pushed request.")
	}
	if !client.allowsRedirect(f.get("redirect_uri")) {
		return bad("Invalid parameter: redirect_uri", "redirect_uri « "+f.get("redirect_uri")+" » n'est pas enregistrée pour "+client.ID+".",
			"redirect_uri “"+f.get("redirect_uri")+"” is not registered for "+client.ID+".")
	}
	if _, refusal := s.checkAuthorize(f, client, x); refusal != nil {
		if refusal.Code == "unsupported_response_type" {
			refusal.Code, refusal.Text = "invalid_request", "Unsupported response type"
		}
		if refusal.Code == "invalid_scope" {
			refusal.Code = "invalid_request"
		}
		return refusal
	}
	life := time.Duration(s.config.Lifetimes.PAR)
	row := pushed{ID: s.world.ID(), Client: client.ID, Params: f, Expires: s.now().Add(life)}
	if err := s.world.Store.Update(func(tx *store.Txn) error { return pushes.Put(tx, row) }); err != nil {
		return sim.AsError(err)
	}
	noStore(c)
	return answer(c, http.StatusCreated, jose.Claims{
		{Name: "request_uri", Value: parPrefix + row.ID}, {Name: "expires_in", Value: int64(life.Seconds())},
	})
}
