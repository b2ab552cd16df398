package mssante

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// The codes of refusals over HTTP.
const (
	webBadRequest  = "bad-request"
	webNotFound    = "not-found"
	webUnavailable = "unavailable"
	webInternal    = "internal"
)

// page is an answer over HTTP.
type page struct {
	media string
	body  []byte
}

// answer acts on a request that was decoded.
type answer func(ctx context.Context, patch map[string]any) (page, *sim.Error)

// mount adds the routes.
func (s *Service) mount(g *echo.Group) {
	get := func(path, op string, decode func(echo.Context, *sim.Exchange) (answer, *sim.Error)) {
		h := s.web(op, decode)
		g.GET(path, h)
		g.HEAD(path, h)
	}
	get(autoconfigPath, opAutoconfig, s.autoconfig)
	get(autoconfigKnown, opAutoconfig, s.autoconfig)
	get(whitelistPath, opWhitelist, s.whitelist)
	get(s.config.Whitelist.ChecksumPath, opChecksum, s.checksum)
}

// web runs an operation over HTTP: decode, decide, act, encode.
func (s *Service) web(name string, decode func(echo.Context, *sim.Exchange) (answer, *sim.Error)) echo.HandlerFunc {
	op := s.ops[name]
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		x := sim.ExchangeOf(ctx)
		x.Begin("mssante", op)
		act, refusal := decode(c, x)
		var patch map[string]any
		if refusal == nil {
			patch, refusal = s.world.Decide(ctx, x)
		}
		if refusal == nil && x.Wire.Kind == sim.HTTPStatus {
			return nil // the edge answers
		}
		var p page
		if refusal == nil {
			p, refusal = act(ctx, patch)
		}
		if refusal != nil {
			return s.refuseWeb(c, x, refusal)
		}
		return c.Blob(http.StatusOK, p.media, p.body)
	}
}

// refuseWeb writes a refusal as plain text.
func (s *Service) refuseWeb(c echo.Context, x *sim.Exchange, e *sim.Error) error {
	x.Refuse(e)
	if e.Err != nil {
		s.world.Log.WarnContext(c.Request().Context(), "mssante", "op", x.Entry.Op, "error", e.Err)
	}
	status := e.Status
	if status == 0 {
		status = map[string]int{
			webBadRequest: http.StatusBadRequest, webNotFound: http.StatusNotFound, webUnavailable: http.StatusServiceUnavailable,
		}[e.Code]
	}
	if status == 0 {
		status = http.StatusInternalServerError
	}
	text := e.Text
	if text == "" {
		text = http.StatusText(status)
	}
	return c.String(status, text+"\n")
}

// patched writes a fault's values into the places that it names.
func patched(places map[string]*string, patch map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		p, ok := places[name]
		if !ok {
			return fmt.Errorf("patch: nothing is named %q, there are %v", name, slices.Sorted(maps.Keys(places)))
		}
		switch v := patch[name].(type) {
		case nil:
			*p = ""
		case string:
			*p = v
		default:
			*p = fmt.Sprint(v)
		}
	}
	return nil
}

func discoveryCause(rule, fr, en, ref string) journal.Cause {
	return journal.Cause{Rule: "mssante." + rule, Text: journal.Text{FR: fr, EN: en}, Ref: ref}
}
