package psc

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

//go:embed pages
var pages embed.FS

// assets serves the pages' styles and scripts.
func assets() sim.Assets { return sim.Assets{FS: pages} }

// pageData is what every page of the wallet gets.
type pageData struct {
	Lang string
	// Query carries ui_locales from page to page; empty when it was not given.
	Query string
	V     any
}

// T picks the person's language.
func (p pageData) T(fr, en string) string { return choose(p.Lang, fr, en) }

// Route is the address of one of an attempt's routes.
func (p pageData) Route(attempt, verb string) string {
	return walletPath + "/" + attempt + "/" + verb + p.Query
}

// Asset is the address of a style, a script or an image: it changes with its
// content, so that a browser may keep it.
func (p pageData) Asset(name string) string {
	return walletPath + "/assets/" + name + "?v=" + assets().Hash(name)
}

func choose(lang, fr, en string) string {
	if lang == "en" {
		return en
	}
	return fr
}

// walletPolicy is the content security policy of every wallet page: nothing
// inline, nothing foreign. It has no form-action, like Keycloak's own: browsers
// hold that directive against the redirections that follow a form too, so it
// would have to name every host that the service sends the person through after
// its redirect URI.
const walletPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"frame-ancestors 'self'; object-src 'none'; base-uri 'none'"

// page renders a wallet page. They are parsed each time they are shown: a login
// page is rare, and nothing stays in memory for the simulators that never show
// one.
func (s *Service) page(c echo.Context, status int, name string, v any) *sim.Error {
	lang, chosen := pageLang(c.Request())
	data := pageData{Lang: lang, V: v}
	if chosen {
		data.Query = "?ui_locales=" + lang
	}
	out, err := render(data, "page", "layout.html", name+".html")
	if err != nil {
		return sim.AsError(err)
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store, must-revalidate, max-age=0")
	h.Set("Content-Language", lang)
	h.Set("Content-Security-Policy", walletPolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if err := c.HTMLBlob(status, out); err != nil {
		return sim.AsError(err)
	}
	return nil
}

// render executes one block of files under pages/.
func render(data any, block string, files ...string) ([]byte, error) {
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = "pages/" + f
	}
	t, err := template.New(block).ParseFS(pages, paths...)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, block, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// errorView is what the error page shows: Keycloak's text, our cause, and the
// exchange's id, to find it in the journal.
type errorView struct {
	Text, FR, EN, Exchange string
}

// errorPage shows a refusal as Keycloak does where it can't redirect.
func (s *Service) errorPage(c echo.Context) func(*sim.Error) error {
	return func(e *sim.Error) error {
		status := e.Status
		if status == 0 {
			status = statusOf(e)
		}
		v := errorView{
			Text: orElse(e.Text, e.Code), FR: e.Cause.Text.FR, EN: e.Cause.Text.EN,
			Exchange: sim.ExchangeOf(c.Request().Context()).Entry.ID,
		}
		if refusal := s.page(c, status, "error", v); refusal != nil {
			return refusal
		}
		return nil
	}
}

// confirmLogout asks before a logout that no id_token_hint vouches for.
func (s *Service) confirmLogout(c echo.Context, row session, f form) *sim.Error {
	name := row.Person
	if p, ok := s.person(row.Person); ok {
		name = p.Name()
	}
	return s.page(c, http.StatusOK, "confirm", map[string]string{
		"Name": name, "Action": c.Request().URL.Path, "Client": f.get("client_id"),
		"Back": f.get("post_logout_redirect_uri"), "State": f.get("state"),
	})
}
