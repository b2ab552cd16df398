package apcv

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// The console's page of the service: the patient's phone. It shows what the store
// holds and acts through what the actions act through.
//
// The page is whole without JavaScript; with it, panel.js asks GET …/live every
// second for the parts, and replaces those whose rendering changed. Countdowns are
// not part of a rendering: they travel aside.

const (
	panelName = "telephone"
	panelBase = "/console/apcv/" + panelName
)

// Panels are the service's pages in the console.
func (s *Service) Panels() []sim.Panel {
	title := journal.Text{FR: "Téléphone du patient (ApCV)", EN: "Patient’s phone (ApCV)"}
	return []sim.Panel{{Name: panelName, Title: title, Mount: func(g *echo.Group, r sim.PanelRenderer) {
		p := &panel{s: s, r: r, title: title}
		g.GET("/assets/:name", assets().Serve)
		g.GET("", p.phone)
		g.GET("/live", p.phoneLive)
		g.GET("/qr/:file", p.image)
		g.POST("/show", p.show)
		g.POST("/expire", p.expire)
		g.POST("/destroy", p.destroy)
	}}}
}

// panel is the mounted page.
type panel struct {
	s     *Service
	r     sim.PanelRenderer
	title journal.Text
}

// panelData is what the templates get.
type panelData struct {
	Lang, Token     string
	Live            bool // rendering for the script: without countdowns
	Notice, Problem string
	Query           url.Values
	V               phoneView
}

// T picks the person's language.
func (d panelData) T(fr, en string) string { return choose(d.Lang, fr, en) }

// Base is the page's path.
func (d panelData) Base() string { return panelBase }

// Asset is the address of a style or a script: it changes with its content.
func (d panelData) Asset(name string) string {
	return panelBase + "/assets/" + name + "?v=" + assets().Hash(name)
}

// Seconds is a countdown's figure, left out where the script writes it.
func (d panelData) Seconds(n int) string {
	if d.Live {
		return ""
	}
	return strconv.Itoa(n)
}

// For is the page of another patient, under the same search.
func (d panelData) For(patient string) string {
	q := url.Values{}
	if typed := d.Query.Get("q"); typed != "" {
		q.Set("q", typed)
	}
	q.Set("patient", patient)
	return panelBase + "?" + q.Encode()
}

// LiveURL is where the script asks.
func (d panelData) LiveURL() string { return panelBase + "/live?" + d.Query.Encode() }

// Part renders one part, wrapped so that the script can replace it.
func (d panelData) Part(name string) (template.HTML, error) {
	still, err := render(d, name)
	if err != nil {
		return "", err
	}
	_, rev, err := d.live(name)
	if err != nil {
		return "", err
	}
	return template.HTML(`<div class="part" id="part-` + name + `" data-part="` + name + `" data-rev="` + rev + `" tabindex="-1">` + string(still) + `</div>`), nil //nolint:gosec // name is ours, still comes from html/template
}

// live renders a part for the script, with what identifies the rendering.
func (d panelData) live(part string) (html, rev string, err error) {
	d.Live = true
	b, err := render(d, part)
	sum := sha256.Sum256(b)
	return string(b), hex.EncodeToString(sum[:8]), err
}

func (p *panel) data(c echo.Context) panelData {
	lang, q := p.r.Lang(c), c.QueryParams()
	return panelData{
		Lang: lang, Token: p.r.Token(c), Query: q, V: p.s.phoneView(q.Get("patient"), q.Get("q")),
		Notice: panelNotice(lang, q.Get("done")), Problem: panelProblem(lang, q.Get("problem")),
	}
}

func (p *panel) phone(c echo.Context) error {
	out, err := render(p.data(c), "panel")
	if err != nil {
		return err
	}
	return p.r.Render(c, p.title, string(out))
}

// liveAnswer is what the script reads.
type liveAnswer struct {
	Parts map[string]livePart `json:"parts"`
	Left  map[string]int      `json:"left"` // seconds, by code or context
	Time  string              `json:"time"` // simulated, as a phone shows it
	Say   string              `json:"say"`  // for the live region, when it changes
}

type livePart struct {
	Rev  string `json:"rev"`
	HTML string `json:"html"`
}

func (p *panel) phoneLive(c echo.Context) error {
	d := p.data(c)
	a := liveAnswer{Parts: map[string]livePart{}, Left: d.V.lefts(), Time: d.V.Clock, Say: d.V.say(d.Lang)}
	for _, name := range []string{"screen", "people", "contexts"} {
		html, rev, err := d.live(name)
		if err != nil {
			return err
		}
		a.Parts[name] = livePart{Rev: rev, HTML: html}
	}
	return c.JSON(http.StatusOK, a)
}

func choose(lang, fr, en string) string {
	if lang == "en" {
		return en
	}
	return fr
}
