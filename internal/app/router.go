package app

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

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
	g.GET("/", a.doorstep)
	a.mountPKI(g)
	for _, s := range a.services {
		s.Mount(g)
	}
	return e
}

// doorstep tells somebody who opens the front door in a browser where things are.
func (a *App) doorstep(c echo.Context) error {
	x := sim.ExchangeOf(c.Request().Context())
	x.Quiet = true
	doc := a.Endpoints()
	var b strings.Builder
	fmt.Fprintf(&b, "SEGURSIM — SIMULATEUR de services de santé / SIMULATED health services\n\nconsole  http://%s\n", doc.Listeners[Control])
	for _, s := range a.services {
		fmt.Fprintf(&b, "\n%s\n", s.Info().Title.FR)
		fields := doc.Services[s.Info().Name]
		for _, k := range slices.Sorted(maps.Keys(fields)) {
			fmt.Fprintf(&b, "  %-14s %v\n", k, fields[k])
		}
	}
	return c.String(http.StatusOK, b.String())
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
