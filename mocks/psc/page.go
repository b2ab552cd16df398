package psc

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

//go:embed pages
var pages embed.FS

// pageData is what every page of the wallet gets.
type pageData struct {
	Lang string
	Path string // of the wallet's own routes
	V    any
}

// T picks the person's language.
func (p pageData) T(fr, en string) string {
	if p.Lang == "en" {
		return en
	}
	return fr
}

// page renders a wallet page. They are parsed each time they are shown: a login
// page is rare, and nothing stays in memory for the simulators that never show
// one.
func (s *Service) page(c echo.Context, status int, name string, v any) *sim.Error {
	out, err := render(pageData{Lang: pageLang(c.Request()), Path: walletPath, V: v}, "layout.html", name+".html")
	if err != nil {
		return sim.AsError(err)
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store, must-revalidate, max-age=0")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if name != "formpost" {
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'self'; object-src 'none'; base-uri 'none'")
	}
	if err := c.HTMLBlob(status, out); err != nil {
		return sim.AsError(err)
	}
	return nil
}

func render(data pageData, files ...string) ([]byte, error) {
	for i := range files {
		files[i] = "pages/" + files[i]
	}
	t, err := template.New("page").ParseFS(pages, files...)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "page", data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// errorPage shows a refusal as Keycloak does where it can't redirect.
func (s *Service) errorPage(c echo.Context) func(*sim.Error) error {
	return func(e *sim.Error) error {
		status := e.Status
		if status == 0 {
			status = statusOf(e)
		}
		if refusal := s.page(c, status, "error", map[string]string{"Text": orElse(e.Text, e.Code), "FR": e.Cause.Text.FR, "EN": e.Cause.Text.EN}); refusal != nil {
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

// pageLang is French, unless the browser prefers English or ui_locales says so.
func pageLang(r *http.Request) string {
	want := r.URL.Query().Get("ui_locales") + " " + r.Header.Get("Accept-Language")
	want = strings.ToLower(strings.TrimSpace(want))
	if strings.HasPrefix(want, "en") {
		return "en"
	}
	return "fr"
}

// asset serves the pages' style and script.
func (s *Service) asset(c echo.Context) error {
	sim.ExchangeOf(c.Request().Context()).Quiet = true
	sub, err := fs.Sub(pages, "pages/assets")
	if err != nil {
		return err
	}
	b, err := fs.ReadFile(sub, c.Param("name"))
	if err != nil {
		return echo.ErrNotFound
	}
	kind := map[bool]string{true: "text/css; charset=utf-8", false: "text/javascript; charset=utf-8"}[strings.HasSuffix(c.Param("name"), ".css")]
	c.Response().Header().Set("Cache-Control", "max-age=3600")
	return c.Blob(http.StatusOK, kind, b)
}
