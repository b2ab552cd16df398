package mssante

import (
	"bytes"
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

// The console's pages of the service. They show what the store holds and act through
// what the actions act through.
//
//	boites     the boîtes aux lettres, and how a client reaches them
//	courrier   the webmail of one of them
//	composer   a message of a simulated correspondent
//	usagers    the patient's side, and the test address
//	compteurs  counters, thresholds, the server's trace
//	controle   the linter alone, and its rules
//
// A page is whole without JavaScript; with it, panel.js asks GET …/live for the parts
// that changed. Everything that comes from a message is hostile: the templates escape
// it, nothing of it is ever HTML, and files only leave as attachments.

// maxUpload bounds a form that carries files: more than the largest message that
// Mon espace santé takes, so that its refusal can be seen.
const maxUpload = 32 << 20

// Panels are the service's pages in the console.
func (s *Service) Panels() []sim.Panel {
	desk := &panels{s: s, shelf: &shelf{}, said: &notes{by: map[string]note{}}}
	return []sim.Panel{
		desk.panel("boites", journal.Text{FR: "Boîtes aux lettres", EN: "Mailboxes"}, 0, (*panel).mountBoxes),
		desk.panel("courrier", journal.Text{FR: "Courrier", EN: "Mail"}, 0, (*panel).mountMail),
		desk.panel("composer", journal.Text{FR: "Écrire un message", EN: "Write a message"}, maxUpload, (*panel).mountCompose),
		desk.panel("usagers", journal.Text{FR: "Mon espace santé (usagers)", EN: "Mon espace santé (patients)"}, maxUpload, (*panel).mountPatients),
		desk.panel("compteurs", journal.Text{FR: "Compteurs et trace", EN: "Counters and trace"}, 0, (*panel).mountCounters),
		desk.panel("controle", journal.Text{FR: "Contrôler un message", EN: "Check a message"}, maxUpload, (*panel).mountCheck),
	}
}

// panels is what the pages share: the files of forms that are not sent yet, and what
// forms said.
type panels struct {
	s     *Service
	shelf *shelf
	said  *notes
}

// panelRoot is where the pages are.
const panelRoot = "/console/mssante/"

// panel is one mounted page.
type panel struct {
	*panels
	r     sim.PanelRenderer
	name  string
	title journal.Text
	tmpl  func() (*template.Template, error)
}

func (d *panels) panel(name string, title journal.Text, maxForm int64, mount func(*panel, *echo.Group)) sim.Panel {
	return sim.Panel{Name: name, Title: title, MaxForm: maxForm, Mount: func(g *echo.Group, r sim.PanelRenderer) {
		p := &panel{panels: d, r: r, name: name, title: title, tmpl: parsed(name)}
		g.GET("/assets/:name", assets().Serve)
		mount(p, g)
	}}
}

// base is the page's path.
func (p *panel) base() string { return panelRoot + p.name }

// panelData is what the templates get.
type panelData struct {
	Lang, Token     string
	Name            string // of the panel
	Notice, Problem string
	Query           url.Values
	V               any

	tmpl  *template.Template
	stamp string
}

func (p *panel) data(c echo.Context, v any) (panelData, error) {
	t, err := p.tmpl()
	if err != nil {
		return panelData{}, err
	}
	d := panelData{Lang: p.r.Lang(c), Token: p.r.Token(c), Name: p.name, Query: c.QueryParams(), V: v, tmpl: t}
	if n, ok := p.said.get(c.QueryParam("said")); ok {
		text := choose(d.Lang, n.text)
		if n.refused {
			d.Problem = text
		} else {
			d.Notice = text
		}
	}
	return d, nil
}

// page renders a whole page around a view.
func (p *panel) page(c echo.Context, v any) error { return p.block(c, "panel", v) }

// block renders one block of the templates as a whole page.
func (p *panel) block(c echo.Context, name string, v any) error {
	stamp := p.stamp() // before the view is old
	d, err := p.data(c, v)
	if err != nil {
		return err
	}
	d.stamp = stamp
	out, err := d.render(name)
	if err != nil {
		return err
	}
	return p.r.Render(c, p.title, out)
}

// stamp changes whenever something may have changed: every exchange, event and
// delivery is in the journal.
func (p *panel) stamp() string {
	return strconv.FormatUint(p.s.world.Journal.Last(), 36)
}

func (d panelData) render(block string) (string, error) {
	var b bytes.Buffer
	if err := d.tmpl.ExecuteTemplate(&b, block, d); err != nil {
		return "", err
	}
	return b.String(), nil
}

// Part renders one part, wrapped so that the script can replace it.
func (d panelData) Part(name string) (template.HTML, error) {
	out, err := d.render(name)
	if err != nil {
		return "", err
	}
	return template.HTML(`<div class="part" id="part-` + name + `" data-rev="` + revision(out) + `" tabindex="-1">` + out + `</div>`), nil //nolint:gosec // name is ours, out comes from html/template
}

// revision identifies a rendering.
func revision(html string) string {
	sum := sha256.Sum256([]byte(html))
	return hex.EncodeToString(sum[:8])
}

// liveAnswer is what the script reads.
type liveAnswer struct {
	Stamp string              `json:"stamp"`
	Parts map[string]livePart `json:"parts"`
}

type livePart struct {
	Rev  string `json:"rev"`
	HTML string `json:"html"`
}

// live answers the script with the parts named; with nothing when nothing happened
// since the stamp that it gives.
func (p *panel) live(c echo.Context, view func() (any, error), parts ...string) error {
	stamp := p.stamp()
	if c.QueryParam("stamp") == stamp {
		return c.NoContent(http.StatusNoContent)
	}
	v, err := view()
	if err != nil {
		return err
	}
	d, err := p.data(c, v)
	if err != nil {
		return err
	}
	a := liveAnswer{Stamp: stamp, Parts: map[string]livePart{}}
	for _, name := range parts {
		out, err := d.render(name)
		if err != nil {
			return err
		}
		a.Parts[name] = livePart{Rev: revision(out), HTML: out}
	}
	return c.JSON(http.StatusOK, a)
}

// choose picks a text's language.
func choose(lang string, t journal.Text) string {
	if lang == "en" && t.EN != "" || t.FR == "" {
		return t.EN
	}
	return t.FR
}
