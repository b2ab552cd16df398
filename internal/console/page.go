package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

//go:embed templates/*.html
var templateFiles embed.FS

// loadPages parses each page with the frame and the partials: a page is
// templates/<name>.html, a partial begins with an underscore.
func loadPages() (map[string]*template.Template, error) {
	frame, err := template.ParseFS(templateFiles, "templates/_*.html")
	if err != nil {
		return nil, fmt.Errorf("console: templates: %w", err)
	}
	names, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("console: templates: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, f := range names {
		if strings.HasPrefix(f.Name(), "_") {
			continue
		}
		t, err := template.Must(frame.Clone()).ParseFS(templateFiles, "templates/"+f.Name())
		if err != nil {
			return nil, fmt.Errorf("console: templates: %w", err)
		}
		pages[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = t
	}
	return pages, nil
}

// A page is what a template sees; its methods are the templates' vocabulary.
type page struct {
	console *Console
	request *http.Request

	Lang   string // "fr" or "en"
	Title  journal.Text
	Notice journal.Text // what a form has just done
	Error  journal.Text // why a form was refused
	Data   any
}

func (c *Console) page(e echo.Context, title journal.Text, data any) *page {
	return &page{
		console: c, request: e.Request(), Lang: c.lang(e), Title: title, Data: data,
		Notice: notices()[e.QueryParam("notice")],
	}
}

// notices are what forms say after they succeeded, by the name that the redirect
// carries.
func notices() map[string]journal.Text {
	return map[string]journal.Text{
		"clock":   {FR: "Horloge changée.", EN: "Clock changed."},
		"fault":   {FR: "Défaut posé.", EN: "Fault set."},
		"removed": {FR: "Défaut retiré.", EN: "Fault removed."},
		"cleared": {FR: "Tous les défauts sont retirés.", EN: "All faults are removed."},
		"journal": {FR: "Journal vidé.", EN: "Journal emptied."},
		"reset":   {FR: "Le monde simulé est revenu à son état de départ.", EN: "The simulated world is back to its baseline."},
		"run":     {FR: "Fait.", EN: "Done."},
	}
}

// render writes a page inside the frame.
func (c *Console) render(e echo.Context, status int, name string, p *page) error {
	return c.execute(e, status, name, "frame", p)
}

// fragment writes one block of a page, for the scripts.
func (c *Console) fragment(e echo.Context, name, block string, p *page) error {
	return c.execute(e, http.StatusOK, name, block, p)
}

func (c *Console) execute(e echo.Context, status int, name, block string, p *page) error {
	pages, err := c.pages()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pages[name].ExecuteTemplate(&b, block, p); err != nil {
		return fmt.Errorf("console: page %s: %w", name, err)
	}
	return e.HTMLBlob(status, b.Bytes())
}

// renderRefusal is the error page.
func (c *Console) renderRefusal(e echo.Context, r *refusal) error {
	p := c.page(e, journal.Text{FR: "Refusé", EN: "Refused"}, r)
	p.Error = r.text
	block := "frame"
	if r.status == http.StatusUnauthorized || r.status == http.StatusMisdirectedRequest {
		block = "door" // without the navigation: the caller is not in
	}
	return c.execute(e, r.status, "error", block, p)
}

// lang is the language the person chose: ?lang=, then the cookie, then French.
func (c *Console) lang(e echo.Context) string {
	if l := e.QueryParam("lang"); l == "fr" || l == "en" {
		return l
	}
	if k, err := e.Cookie(langCookie); err == nil && k.Value == "en" {
		return "en"
	}
	return "fr"
}

const langCookie = "segursim_lang"

// keepLang leaves the choice of ?lang= in the cookie.
func keepLang(next echo.HandlerFunc) echo.HandlerFunc {
	return func(e echo.Context) error {
		if l := e.QueryParam("lang"); l == "fr" || l == "en" {
			e.SetCookie(&http.Cookie{
				Name: langCookie, Value: l, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
				HttpOnly: true, SameSite: http.SameSiteLaxMode,
			})
		}
		return next(e)
	}
}

// T chooses between two texts.
func (p *page) T(fr, en string) string {
	if p.Lang == "en" {
		return en
	}
	return spaced(fr)
}

// Text chooses a text's language.
func (p *page) Text(t journal.Text) string {
	if p.Lang == "en" && t.EN != "" || t.FR == "" {
		return t.EN
	}
	return spaced(t.FR)
}

// spaced keeps French punctuation on the line of its word.
func spaced(s string) string {
	return strings.NewReplacer("« ", "«\u00a0", " »", "\u00a0»", " ;", "\u202f;", " :", "\u00a0:", " ?", "\u202f?", " !", "\u202f!").Replace(s)
}

// Token is the forms' hidden field.
func (p *page) Token() string { return p.console.csrf }

// Version is the simulator's.
func (p *page) Version() string { return p.console.deps.Version }

// Clock is the simulated clock, for the frame.
func (p *page) Clock() ClockView { return p.console.clockView() }

// SwitchLang is this page's address in the other language.
func (p *page) SwitchLang() string {
	q := p.request.URL.Query()
	q.Del("notice")
	q.Set("lang", p.T("en", "fr"))
	return p.path() + "?" + q.Encode()
}

// path is the page's own path; a page shown in answer to a form has the form's.
func (p *page) path() string {
	if p.request.Method != http.MethodGet {
		return "/console"
	}
	return p.request.URL.Path
}

// Here tells whether a navigation entry is the page shown.
func (p *page) Here(path string) bool {
	at := p.request.URL.Path
	return at == path || (path != "/console" && strings.HasPrefix(at, path+"/"))
}

// Nav lists the services for the navigation.
func (p *page) Nav() []ServiceView {
	out := make([]ServiceView, 0, len(p.console.deps.Services))
	for _, s := range p.console.deps.Services {
		out = append(out, viewService(s))
	}
	return out
}

// Asset is the address of a script or a style sheet, which changes with its
// content.
func (p *page) Asset(name string) string {
	return "/console/assets/" + name + "?v=" + p.console.assets[name].hash[:12]
}

// With is the page's query with one parameter changed; "" removes it.
func (p *page) With(name, value string) string {
	q := url.Values{}
	for k, v := range p.request.URL.Query() {
		q[k] = v
	}
	q.Del("notice")
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	return "?" + q.Encode()
}

// Suffix is an encoded query as the end of an address.
func (p *page) Suffix(query string) template.URL {
	if query == "" {
		return ""
	}
	return template.URL("?" + query)
}
