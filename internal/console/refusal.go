package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// A refusal is an error that the caller is told.
type refusal struct {
	status int
	code   string
	text   journal.Text
	err    error
}

// Error describes the refusal for a log.
func (r *refusal) Error() string {
	if r.err != nil {
		return r.code + ": " + r.err.Error()
	}
	return r.code + ": " + r.text.EN
}

// Unwrap returns the underlying error.
func (r *refusal) Unwrap() error { return r.err }

func refuse(status int, code, fr, en string) *refusal {
	return &refusal{status: status, code: code, text: journal.Text{FR: fr, EN: en}}
}

func refusef(status int, code, fr, en string, args ...any) *refusal {
	return refuse(status, code, fmt.Sprintf(fr, args...), fmt.Sprintf(en, args...))
}

func notFound(what journal.Text, id string) *refusal {
	return refusef(http.StatusNotFound, "not_found", what.FR+" « %s » : inconnu ou disparu.", what.EN+" “%s”: unknown or gone.", id)
}

// unavailable refuses what needs a part that Deps left nil.
func unavailable() *refusal {
	return refuse(http.StatusNotImplemented, "not_available",
		"Cette partie du simulateur n'est pas démarrée.", "This part of the simulator is not started.")
}

// ErrorBody is the body of every error of the API.
type ErrorBody struct {
	Error ErrorDetail `json:"error"`
}

// ErrorDetail says what was refused and why, in both languages.
type ErrorDetail struct {
	Code    string       `json:"code" doc:"stable identifier"`
	Message journal.Text `json:"message"`
}

// asRefusal turns any error of a handler into what the caller is told.
func asRefusal(e echo.Context, err error) *refusal {
	var (
		r       *refusal
		simErr  *sim.Error
		httpErr *echo.HTTPError
		tooBig  *http.MaxBytesError
	)
	switch {
	case errors.As(err, &r):
		return r
	case errors.As(err, &tooBig):
		return refusef(http.StatusRequestEntityTooLarge, "too_large",
			"Le corps dépasse %d octets.", "The body is over %d bytes.", tooBig.Limit)
	case errors.As(err, &simErr):
		return ofSim(simErr)
	case errors.As(err, &httpErr):
		return ofHTTP(e, httpErr)
	}
	return &refusal{
		status: http.StatusInternalServerError, code: "internal", err: err,
		text: journal.Text{FR: "Erreur interne du simulateur : " + err.Error(), EN: "Internal error of the simulator: " + err.Error()},
	}
}

// ofSim gives a service's refusal the status of its kind.
func ofSim(err *sim.Error) *refusal {
	r := &refusal{code: err.Code, text: err.Cause.Text, err: err}
	switch err.Kind {
	case sim.BadRequest:
		r.status = http.StatusBadRequest
	case sim.Unauthorized, sim.Forbidden:
		r.status = http.StatusForbidden
	case sim.NotFound:
		r.status = http.StatusNotFound
	case sim.Conflict:
		r.status = http.StatusConflict
	case sim.TooLarge:
		r.status = http.StatusRequestEntityTooLarge
	case sim.Unavailable:
		r.status = http.StatusServiceUnavailable
	default:
		r.status = http.StatusInternalServerError
	}
	if r.code == "" {
		r.code = "refused"
	}
	if r.text == (journal.Text{}) {
		r.text = journal.Text{FR: err.Error(), EN: err.Error()}
	}
	return r
}

func ofHTTP(e echo.Context, err *echo.HTTPError) *refusal {
	path := e.Request().URL.Path
	switch err.Code {
	case http.StatusNotFound:
		return refusef(err.Code, "not_found", "Rien à l'adresse %s.", "Nothing at %s.", path)
	case http.StatusMethodNotAllowed:
		allow := e.Response().Header().Get(echo.HeaderAllow)
		return refusef(err.Code, "method_not_allowed",
			"Méthode %s refusée sur %s ; acceptées : %s.", "Method %s refused on %s; accepted: %s.",
			e.Request().Method, path, allow)
	}
	msg := fmt.Sprint(err.Message)
	return &refusal{status: err.Code, code: "http_error", text: journal.Text{FR: msg, EN: msg}, err: err}
}

// handleError answers an error: JSON under /api, a page elsewhere.
func (c *Console) handleError(err error, e echo.Context) {
	if e.Response().Committed || errors.Is(err, context.Canceled) {
		return
	}
	r := asRefusal(e, err)
	if r.status >= http.StatusInternalServerError && c.deps.World.Log != nil {
		c.deps.World.Log.ErrorContext(e.Request().Context(), "console", slog.String("path", e.Request().URL.Path), slog.Any("error", err))
	}
	if !isAPI(e.Request().URL.Path) && strings.Contains(e.Request().Header.Get("Accept"), "text/html") {
		if c.renderRefusal(e, r) == nil {
			return
		}
	}
	body, _ := json.Marshal(ErrorBody{ErrorDetail{r.code, r.text}})
	_ = e.Blob(r.status, echo.MIMEApplicationJSON, append(body, '\n'))
}

func isAPI(path string) bool { return path == "/api" || strings.HasPrefix(path, "/api/") }
