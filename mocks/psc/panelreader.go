package psc

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// readerView is the card reader.
type readerView struct {
	Holder   *registre.Professional // whose card is in; nil when there is none
	Failures int                    // wrong codes in a row of that card
	Tries    int                    // codes that it may still be given
	Waiting  []demandView
	History  []demandView
	People   peopleView
	Left     map[string]int
}

// Blocked tells whether the card in the reader is blocked.
func (v readerView) Blocked() bool { return v.Holder.Card.State == registre.CardBlocked }

// Usable tells whether it can confirm anything.
func (v readerView) Usable() bool { return v.Holder != nil && v.Holder.Card.Usable() }

// Other tells whether the card in the reader is not the one that a demand wants.
func (v readerView) Other(d demandView) bool { return v.Holder != nil && v.Holder.ID != d.Person }

func (p *panel) mountReader(g *echo.Group) {
	g.GET("", p.reader)
	g.GET("/live", p.readerLive)
	g.POST("/insert", p.readerInsert)
	g.POST("/remove", p.readerRemove)
	g.POST("/unblock", p.readerUnblock)
	g.POST("/answer", p.readerAnswer)
}

func (p *panel) readerState(c echo.Context) readerView {
	s, v := p.s, readerView{Tries: maxPIN}
	here := ""
	if who, ok := s.inserted(); ok && who.Card != nil {
		v.Holder, here = &who, who.ID
		_ = s.world.Store.View(func(tx *store.Txn) error {
			row, _ := readers.Get(tx, readerID)
			v.Failures = row.Failures[who.ID]
			return nil
		})
		v.Tries = max(0, maxPIN-v.Failures)
	}
	v.Waiting, v.History = s.history("", channelCard, 6)
	v.Left = lefts(v.Waiting...)
	v.People = s.people(c.QueryParam("q"), here, waits(v.Waiting), hasCard, func(p registre.Professional) string { return string(p.Card.State) })
	return v
}

func (p *panel) readerData(c echo.Context) (panelData, readerView) {
	v := p.readerState(c)
	return p.data(c, v, "panels/cps.html", "panels/part.html"), v
}

func (p *panel) reader(c echo.Context) error {
	d, _ := p.readerData(c)
	return p.show(c, d)
}

func (p *panel) readerLive(c echo.Context) error {
	d, v := p.readerData(c)
	a := liveAnswer{Left: v.Left, Count: len(v.Waiting)}
	switch {
	case len(v.Waiting) > 0:
		a.Say = d.T("Demande de ", "Request from ") + v.Waiting[0].Service + d.T(" pour ", " for ") + v.Waiting[0].Name + "."
	case len(v.History) > 0 && p.s.fresh(v.History[0]):
		a.Say = demandOutcome(d.Lang, v.History[0])
	}
	return p.answerLive(c, d, a, "reader", "demands", "people", "history")
}

// keepSearch keeps the search box as it is across a form.
func keepSearch(c echo.Context) url.Values {
	q := url.Values{}
	if typed := c.FormValue("q"); typed != "" {
		q.Set("q", typed)
	}
	return q
}

func (p *panel) readerInsert(c echo.Context) error {
	person := identifier(c.FormValue("person"))
	if person == "" {
		return p.back(c, keepSearch(c), "", "unknown_person")
	}
	return p.back(c, keepSearch(c), "inserted", codeOf(p.s.insert(person)))
}

func (p *panel) readerRemove(c echo.Context) error {
	return p.back(c, keepSearch(c), "removed", codeOf(p.s.insert("")))
}

// readerUnblock unblocks the card in the reader. A revoked or expired card stays so.
func (p *panel) readerUnblock(c echo.Context) error {
	who, ok := p.s.inserted()
	switch {
	case !ok:
		return p.back(c, keepSearch(c), "", "no-card")
	case who.Card == nil || who.Card.State != registre.CardBlocked && who.Card.State != registre.CardActive:
		return p.back(c, keepSearch(c), "", "card-unusable")
	}
	if _, err := p.s.actUnblock(c.Request().Context(), map[string]any{"login_hint": who.ID}); err != nil {
		return p.back(c, keepSearch(c), "", codeOf(sim.AsError(err)))
	}
	return p.back(c, keepSearch(c), "unblocked", "")
}

// readerAnswer confirms a demand with the card in the reader and its code, or
// refuses it.
func (p *panel) readerAnswer(c echo.Context) error {
	q := keepSearch(c)
	q.Set("demand", c.FormValue("demand"))
	d, ok := p.s.demandOf(c.FormValue("demand"))
	switch {
	case !ok || d.Channel != channelCard:
		return p.back(c, q, "", "unknown_demand")
	case c.FormValue("do") == "refuse":
		_, refusal := p.s.answerDemand(d.ID, outcomeRefuse, "", "personne")
		return p.back(c, q, "refused", codeOf(refusal))
	case c.FormValue("do") != "confirm":
		return echo.NewHTTPError(http.StatusBadRequest, "do: confirm, refuse")
	case d.State != pending || !p.s.now().Before(d.Expires):
		return p.back(c, q, "", "not_pending") // before a code is counted
	}
	if _, in := p.s.inserted(); in && c.FormValue("pin") == "" {
		return p.back(c, q, "", "no-pin")
	}
	return p.back(c, q, "approved", codeOf(p.s.answerByCard(d, c.FormValue("pin"))))
}

// demandOf finds a demand.
func (s *Service) demandOf(id string) (demand, bool) {
	var d demand
	var ok bool
	_ = s.world.Store.View(func(tx *store.Txn) error {
		d, ok = demands.Get(tx, id)
		return nil
	})
	return d, ok
}
