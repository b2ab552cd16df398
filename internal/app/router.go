package app

import (
	"errors"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// newEcho is an echo that writes nothing by itself.
func newEcho() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard)
	return e
}

// router has every service on one front door: their real paths do not collide.
func (a *App) router() http.Handler {
	e := newEcho()
	e.HTTPErrorHandler = frontDoorError
	g := e.Group("")
	a.mountPKI(g)
	for _, s := range a.services {
		s.Mount(g)
	}
	return e
}

// frontDoorError answers what no service does, and says so in the journal.
func frontDoorError(err error, c echo.Context) {
	status, text := http.StatusInternalServerError, "internal error of the simulator"
	var he *echo.HTTPError
	if errors.As(err, &he) {
		status = he.Code
		text = http.StatusText(status)
	}
	r := c.Request()
	x := sim.ExchangeOf(r.Context())
	cause := journal.Cause{Rule: "route.unknown", Text: journal.Text{
		FR: "Aucun service simulé ne répond à " + r.Method + " " + r.URL.Path + ".",
		EN: "No simulated service answers " + r.Method + " " + r.URL.Path + ".",
	}}
	kind := sim.NotFound
	switch {
	case status == http.StatusMethodNotAllowed:
		cause.Rule = "route.method"
		cause.Text.FR = r.URL.Path + " n'accepte pas la méthode " + r.Method + "."
		cause.Text.EN = r.URL.Path + " does not accept the method " + r.Method + "."
		kind = sim.BadRequest
	case he == nil:
		cause.Rule, kind = "internal", sim.Internal
		cause.Text = journal.Text{FR: "Erreur interne : " + err.Error(), EN: "Internal error: " + err.Error()}
	}
	x.Refuse(&sim.Error{Kind: kind, Status: status, Code: cause.Rule, Text: text, Cause: cause})
	if !c.Response().Committed {
		_ = c.String(status, text+"\n")
	}
}
