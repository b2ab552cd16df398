package insi

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// The console page of the base of identities: search, add, edit, mark, delete,
// generate, reset, and what INSi would answer to the CNDA's tests. It needs no
// script and keeps nothing: what it shows is in its address, or in the form that
// was sent.

//go:embed pages/identity.html pages/identityform.html pages/identity.css
var identityPages embed.FS

const identityBase = "/console/insi/identites"

// identityPanels are the pages.
func identityPanels(w *sim.World) []sim.Panel {
	title := journal.Text{FR: "Identités", EN: "Identities"}
	return []sim.Panel{{Name: "identites", Title: title, Mount: func(g *echo.Group, r sim.PanelRenderer) {
		p := identityPage{identities{w}, r, title}
		g.GET("", p.show)
		g.GET("/identity.css", p.style)
		g.POST("/save", p.save)
		g.POST("/delete", p.delete)
		g.POST("/generate", p.generate)
		g.POST("/reset", p.reset)
		g.POST("/variant", p.variant)
	}}}
}

type identityPage struct {
	identities
	r     sim.PanelRenderer
	title journal.Text
}

// show answers GET: ?q= what is searched, ?id= the identity to edit, ?new= a form
// for another one, ?done= what the last form did.
func (p identityPage) show(c echo.Context) error {
	v := p.view(c)
	v.Notice = identityNotice(v.Lang, c.QueryParam("done"))
	v.Problem = identityProblem(v.Lang, c.QueryParam("problem"))
	switch id := c.QueryParam("id"); {
	case id != "":
		found, ok := p.get(id)
		if !ok {
			v.Problem = unknownText(v, id)
			break
		}
		f := formOf(found)
		v.Form, v.Answers = &f, p.answers(found)
	case c.QueryParam("new") != "":
		v.Form = &identityForm{New: true}
	}
	return p.render(c, v)
}

// save answers the form of an identity: to its page when it is written, else the
// form again, with what was typed and why it is refused.
func (p identityPage) save(c echo.Context) error {
	f, err := formFrom(c)
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, err.Error())
	}
	body, err := f.body()
	if _, taken := p.get(f.Get("id")); f.New && taken && err == nil {
		err = actionError(sim.Conflict, "id_taken", "Une identité a déjà l'identifiant « "+f.Get("id")+" ».", "An identity already has the id “"+f.Get("id")+"”.")
	}
	if err == nil {
		saved, _, refusal := p.set(body)
		if refusal == nil {
			return p.back(c, url.Values{"q": {c.FormValue("q")}, "id": {saved.ID}, "done": {"saved"}})
		}
		err = refusal
	}
	v := p.view(c)
	v.Form, v.Problem = &f, refusalText(v.Lang, err)
	return p.render(c, v)
}

func (p identityPage) delete(c echo.Context) error {
	q := url.Values{"q": {c.FormValue("q")}}
	if refusal := p.remove(c.FormValue("id")); refusal != nil {
		return p.refused(c, q, refusal)
	}
	q.Set("done", "deleted")
	return p.back(c, q)
}

func (p identityPage) generate(c echo.Context) error {
	n, err := strconv.Atoi(c.FormValue("count"))
	if err != nil || n > maxFromForm {
		return p.refused(c, nil, actionError(sim.BadRequest, "bad_number", "", ""))
	}
	first, refusal := p.identities.generate(n, c.FormValue("seed"))
	if refusal != nil {
		return p.refused(c, nil, refusal)
	}
	return p.back(c, url.Values{"q": {first[:len(first)-7]}, "done": {"generated"}})
}

func (p identityPage) reset(c echo.Context) error {
	if refusal := p.identities.reset(); refusal != nil {
		return p.refused(c, nil, refusal)
	}
	return p.back(c, url.Values{"done": {"reset"}})
}

func (p identityPage) variant(c echo.Context) error {
	changed, refusal := p.identities.variant(c.FormValue("test"))
	if refusal != nil {
		return p.refused(c, nil, refusal)
	}
	return p.back(c, url.Values{"id": {changed.ID}, "done": {"variant"}})
}

// refused answers a form that did nothing: the page says why by the refusal's
// code, so that an address can't put words in it.
func (p identityPage) refused(c echo.Context, q url.Values, refusal *sim.Error) error {
	if refusal.Kind == sim.Internal {
		p.world.Log.ErrorContext(c.Request().Context(), "insi: console form", "error", refusal)
	}
	if q == nil {
		q = url.Values{}
	}
	q.Set("problem", refusal.Code)
	return p.back(c, q)
}

func (p identityPage) back(c echo.Context, q url.Values) error {
	for name, values := range q {
		if values[0] == "" {
			q.Del(name)
		}
	}
	return c.Redirect(http.StatusSeeOther, identityBase+"?"+q.Encode())
}

// refusalText is why a form was refused, in the person's language.
func refusalText(lang string, err error) string {
	var refusal *sim.Error
	if !errors.As(err, &refusal) || refusal.Kind == sim.Internal {
		return identityProblem(lang, "server_error")
	}
	if lang == "en" {
		return refusal.Cause.Text.EN
	}
	return refusal.Cause.Text.FR
}

func (p identityPage) style(c echo.Context) error {
	sim.ExchangeOf(c.Request().Context()).Quiet = true
	b, err := identityPages.ReadFile("pages/identity.css")
	if err != nil {
		return fmt.Errorf("identity.css: %w", err)
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=86400")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", b)
}

// Style is the address of the page's style, which changes with its content.
func (v identityView) Style() string {
	b, _ := identityPages.ReadFile("pages/identity.css") // embedded: it is there
	sum := sha256.Sum256(b)
	return identityBase + "/identity.css?v=" + hex.EncodeToString(sum[:6])
}

func (p identityPage) render(c echo.Context, v identityView) error {
	t, err := template.ParseFS(identityPages, "pages/identity.html", "pages/identityform.html")
	if err != nil {
		return fmt.Errorf("identity.html: %w", err)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "panel", v); err != nil {
		return fmt.Errorf("identity.html: %w", err)
	}
	return p.r.Render(c, p.title, b.String())
}
