package psc

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// sessionsView is the overview of the service.
type sessionsView struct {
	Sessions []sessionView
	Waiting  []demandView
	Settled  []demandView
	Left     map[string]int
	Policies []policyView
	Clients  []clientView
	Keys     []keyView
	Options  []optionView
	// Form is what the policy form shows again after a refusal.
	Form     url.Values
	Outcomes []outcomeView
}

// sessionView is a living session.
type sessionView struct {
	session
	Name   string
	Ends   time.Time // at the latest
	Idles  time.Time // if nothing happens
	Attach []string  // clients
}

func (p *panel) mountSessions(g *echo.Group) {
	g.GET("", p.sessions)
	g.GET("/live", p.sessionsLive)
	g.POST("/end", p.sessionsEnd)
	g.POST("/answer", p.sessionsAnswer)
	g.POST("/policy", p.sessionsPolicy)
	g.POST("/policy/remove", p.sessionsPolicyRemove)
	g.POST("/client", p.sessionsClient)
	g.POST("/rotate", p.sessionsRotate)
}

func (p *panel) sessionsData(c echo.Context) (panelData, sessionsView, error) {
	s := p.s
	v := sessionsView{Sessions: s.living(), Policies: s.policyViews(), Clients: s.clientViews(), Form: c.QueryParams()}
	v.Waiting, v.Settled = s.history("", "", 8)
	v.Left = lefts(v.Waiting...)
	var err error
	if v.Keys, err = s.keyViews(); err != nil {
		return panelData{}, v, err
	}
	lang := p.r.Lang(c)
	v.Options, v.Outcomes = optionViews(s.config, lang), outcomes(lang)
	return p.data(c, v, "panels/sessions.html", "panels/settings.html", "panels/part.html"), v, nil
}

func (p *panel) sessions(c echo.Context) error {
	d, _, err := p.sessionsData(c)
	if err != nil {
		return err
	}
	return p.show(c, d)
}

func (p *panel) sessionsLive(c echo.Context) error {
	d, v, err := p.sessionsData(c)
	if err != nil {
		return err
	}
	a := liveAnswer{Left: v.Left, Count: len(v.Waiting)}
	return p.answerLive(c, d, a, "living", "demands", "policies", "clients", "keys")
}

// living are the sessions that live, the newest first.
func (s *Service) living() []sessionView {
	var out []sessionView
	l := s.config.Lifetimes
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for row := range sessions.All(tx) {
			if !row.valid(s.now(), l) {
				continue
			}
			v := sessionView{
				session: row, Name: row.Person,
				Ends: row.Started.Add(time.Duration(l.Session)), Idles: row.Used.Add(time.Duration(l.Idle)),
			}
			for id := range row.Clients {
				v.Attach = append(v.Attach, id)
			}
			slices.Sort(v.Attach)
			out = append(out, v)
		}
		return nil
	})
	for i := range out {
		if who, ok := s.person(out[i].Person); ok {
			out[i].Name = who.Name()
		}
	}
	slices.SortFunc(out, func(a, b sessionView) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// sessionsEnd closes one session, or all that live.
func (p *panel) sessionsEnd(c echo.Context) error {
	if c.FormValue("all") != "" {
		for _, v := range p.s.living() {
			if _, err := p.s.endSession(v.ID, "console"); err != nil {
				return err
			}
		}
		return p.back(c, nil, "all-ended", "")
	}
	ended, err := p.s.endSession(c.FormValue("sid"), "console")
	switch {
	case err != nil:
		return err
	case !ended:
		return p.back(c, nil, "", "unknown_session")
	}
	return p.back(c, nil, "ended", "")
}

// sessionsAnswer answers a demand of any channel in the person's place, without
// a number or a code.
func (p *panel) sessionsAnswer(c echo.Context) error {
	outcome, done := outcomeApprove, "approved"
	switch c.FormValue("do") {
	case outcomeApprove:
	case outcomeRefuse:
		outcome, done = outcomeRefuse, "refused"
	default:
		return echo.NewHTTPError(http.StatusBadRequest, "do: approve, refuse")
	}
	_, refusal := p.s.answerDemand(c.FormValue("demand"), outcome, "", "console")
	return p.back(c, nil, done, codeOf(refusal))
}

// act runs an action with what a form says, and answers the form.
func (p *panel) act(c echo.Context, do func(context.Context, map[string]any) (any, error), in map[string]any, keep url.Values, done string) error {
	if _, err := do(c.Request().Context(), in); err != nil {
		e := sim.AsError(err)
		if e.Kind == sim.Internal {
			p.s.world.Log.ErrorContext(c.Request().Context(), "psc: console form", "error", err)
			return p.back(c, keep, "", "server_error")
		}
		return p.back(c, keep, "", e.Code)
	}
	return p.back(c, nil, done, "")
}
