package psc

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// oauthBody is Keycloak's error body.
type oauthBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// bare is the code of a refusal that has a status and no body.
const bare = "-"

// refuse makes an OAuth refusal. The cause is for the journal.
func refuse(status int, code, text string, cause journal.Cause) *sim.Error {
	return &sim.Error{Kind: sim.KindOf(status), Status: status, Code: code, Text: text, Cause: cause}
}

// cause writes one: a stable rule, the two languages, what it cites.
func cause(rule, fr, en, ref string) journal.Cause {
	return journal.Cause{Rule: "psc." + rule, Text: journal.Text{FR: fr, EN: en}, Ref: ref}
}

// encode writes a refusal as Keycloak's endpoints do: JSON, not to be stored.
// Errors that a fault brings without a status are 400.
func encode(c echo.Context, e *sim.Error) error {
	status := e.Status
	if status == 0 {
		status = statusOf(e)
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	if e.Code == bare {
		return c.NoContent(status)
	}
	return writeJSON(c, status, oauthBody{e.Code, e.Text})
}

// statusOf is the status of a code that came without one: from a fault.
func statusOf(e *sim.Error) int {
	switch e.Code {
	case "server_error", "temporarily_unavailable":
		return http.StatusServiceUnavailable
	case "invalid_client", "unauthorized_client", "invalid_token":
		return http.StatusUnauthorized
	case "insufficient_scope":
		return http.StatusForbidden
	}
	if e.Kind == sim.Internal && e.Err != nil {
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}
