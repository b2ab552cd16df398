package psc

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// The console's pages of the service: the person's side of a login (phone, card
// reader) and the overview. They show what the store holds and act through what
// the actions act through; none keeps anything of its own.
//
// Each page is made of parts. The page is whole without JavaScript; with it,
// panel.js asks GET …/live every second for the parts, and replaces those whose
// rendering changed. Countdowns are not part of a rendering: they travel aside.

// Panels are the service's pages in the console.
func (s *Service) Panels() []sim.Panel {
	return []sim.Panel{
		s.panel("ecps", journal.Text{FR: "Téléphone e-CPS", EN: "e-CPS phone"}, (*panel).mountPhone),
		s.panel("cps", journal.Text{FR: "Lecteur de carte CPS", EN: "CPS card reader"}, (*panel).mountReader),
		s.panel("sessions", journal.Text{FR: "Sessions et réglages", EN: "Sessions and settings"}, (*panel).mountSessions),
	}
}

// panel is one mounted page.
type panel struct {
	s     *Service
	r     sim.PanelRenderer
	name  string
	title journal.Text
	base  string // its path
}

func (s *Service) panel(name string, title journal.Text, mount func(*panel, *echo.Group)) sim.Panel {
	return sim.Panel{Name: name, Title: title, Mount: func(g *echo.Group, r sim.PanelRenderer) {
		p := &panel{s: s, r: r, name: name, title: title, base: "/console/psc/" + name}
		g.GET("/assets/:name", assets().Serve)
		mount(p, g)
	}}
}

// panelData is what a panel's templates get.
type panelData struct {
	Lang  string
	Token string
	Base  string
	Live  bool // rendering for the script: without countdowns
	// Notice and Problem are what the last form did, or why it did not.
	Notice, Problem string
	Query           url.Values
	V               any

	parts []string
}

// T picks the person's language.
func (d panelData) T(fr, en string) string { return choose(d.Lang, fr, en) }

// Asset is the address of a panel's style or script.
func (d panelData) Asset(name string) string {
	return d.Base + "/assets/" + name + "?v=" + assets().Hash(name)
}

// Seconds is a countdown's figure, left out where the script writes it.
func (d panelData) Seconds(n int) string {
	if d.Live {
		return ""
	}
	return strconv.Itoa(n)
}

// With is the page's query with one parameter changed; "" removes it. What the
// last form said goes away.
func (d panelData) With(name, value string) string {
	q := url.Values{}
	for k, v := range d.Query {
		if k != "done" && k != "problem" && k != "lang" {
			q[k] = v
		}
	}
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	return d.Base + "?" + q.Encode()
}

// Of is the same data about one thing: a row's template.
func (d panelData) Of(v any) panelData {
	d.V = v
	return d
}

// Duration writes a duration as the configuration does.
func (d panelData) Duration(v Duration) string { return shortDuration(v) }

// shortDuration leaves out what is zero at the end: "2m", not "2m0s".
func shortDuration(v Duration) string {
	s := time.Duration(v).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// LiveURL is where the script asks.
func (d panelData) LiveURL() string { return d.Base + "/live?" + d.Query.Encode() }

// Part renders one part, wrapped so that the script can replace it.
func (d panelData) Part(name string) (template.HTML, error) {
	still, err := d.render(name, false)
	if err != nil {
		return "", err
	}
	_, rev, err := d.live(name)
	if err != nil {
		return "", err
	}
	return template.HTML(`<div class="part" id="part-` + name + `" data-part="` + name + `" data-rev="` + rev + `" tabindex="-1">` + still + `</div>`), nil //nolint:gosec // name is ours, still comes from html/template
}

func (d panelData) render(part string, live bool) (string, error) {
	d.Live = live
	b, err := render(d, part, d.parts...)
	return string(b), err
}

// live renders a part for the script, with what identifies the rendering.
func (d panelData) live(part string) (html, rev string, err error) {
	html, err = d.render(part, true)
	sum := sha256.Sum256([]byte(html))
	return html, hex.EncodeToString(sum[:8]), err
}

func (p *panel) data(c echo.Context, v any, files ...string) panelData {
	lang := p.r.Lang(c)
	q := c.QueryParams()
	return panelData{
		Lang: lang, Token: p.r.Token(c), Base: p.base, Query: q, V: v,
		Notice: panelNotice(lang, q.Get("done")), Problem: panelProblem(lang, q.Get("problem")),
		parts: files,
	}
}

// show renders a whole panel: the file's block "panel".
func (p *panel) show(c echo.Context, d panelData) error {
	out, err := render(d, "panel", d.parts...)
	if err != nil {
		return err
	}
	return p.r.Render(c, p.title, string(out))
}

// liveAnswer is what the script reads.
type liveAnswer struct {
	Parts map[string]livePart `json:"parts"`
	Left  map[string]int      `json:"left"`  // seconds, by demand
	Time  string              `json:"time"`  // simulated, as a phone shows it
	Say   string              `json:"say"`   // for the live region, when it changes
	Count int                 `json:"count"` // demands that wait, for the title
}

type livePart struct {
	Rev  string `json:"rev"`
	HTML string `json:"html"`
}

// answerLive writes the parts named.
func (p *panel) answerLive(c echo.Context, d panelData, a liveAnswer, names ...string) error {
	a.Parts = map[string]livePart{}
	for _, name := range names {
		html, rev, err := d.live(name)
		if err != nil {
			return err
		}
		a.Parts[name] = livePart{Rev: rev, HTML: html}
	}
	a.Time = p.s.now().Format("15:04")
	return c.JSON(http.StatusOK, a)
}

// back answers a form: to the page, with what it did or why it did not.
func (p *panel) back(c echo.Context, q url.Values, done, problem string) error {
	if q == nil {
		q = url.Values{}
	}
	if problem != "" {
		q.Set("problem", problem)
	} else if done != "" {
		q.Set("done", done)
	}
	to := p.base
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	return c.Redirect(http.StatusSeeOther, to)
}
