package insi

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/datamatrix"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
)

// The console page of the datamatrix INS: one part writes, for a patient or for
// fields that are typed, the other reads what a scanner gave. It needs no script
// and keeps nothing: what it shows is in its address, or in the form that was
// sent.

//go:embed pages/datamatrix.html pages/datamatrix.css
var datamatrixPages embed.FS

const datamatrixBase = "/console/insi/datamatrix"

// datamatrixPanel is the page.
func datamatrixPanel(w *sim.World) sim.Panel {
	title := journal.Text{FR: "Datamatrix INS", EN: "Datamatrix INS"}
	return sim.Panel{Name: "datamatrix", Title: title, Mount: func(g *echo.Group, r sim.PanelRenderer) {
		p := datamatrixPage{datamatrixes{w}, r, title}
		g.GET("", p.show)
		g.POST("/decode", p.decode)
		g.GET("/image.svg", p.image)
		g.GET("/image.png", p.image)
		g.GET("/datamatrix.css", p.style)
	}}
}

type datamatrixPage struct {
	datamatrixes
	r     sim.PanelRenderer
	title journal.Text
}

// datamatrixView is what the page's template gets.
type datamatrixView struct {
	Lang, Token, Base string
	Query             string // what was searched
	Patients          []registre.Patient
	More              bool
	Patient           *registre.Patient // who was picked
	Unknown           string            // who was picked and is not there
	Fields            []datamatrixField
	Module            int
	Written           *written
	Image             template.URL // the picture's address without its kind's ending
	Force             url.Values   // what to send to make it all the same
	Scanned           string
	Read              *decoded
}

// datamatrixField is one input of the form.
type datamatrixField struct {
	Name, Label, Value, Hint string
	Max                      int
	Findings                 []datamatrix.Finding
}

// T picks the person's language.
func (v datamatrixView) T(fr, en string) string {
	if v.Lang == "en" {
		return en
	}
	return fr
}

// Text picks the language of a text of the codec.
func (v datamatrixView) Text(t datamatrix.Text) string { return v.T(t.FR, t.EN) }

// Style is the address of the page's style, which changes with its content.
func (v datamatrixView) Style() string {
	b, _ := datamatrixPages.ReadFile("pages/datamatrix.css") // embedded: it is there
	sum := sha256.Sum256(b)
	return v.Base + "/datamatrix.css?v=" + hex.EncodeToString(sum[:6])
}

// Pieces cuts a payload at its separators, which a person can't see.
func (v datamatrixView) Pieces(payload string) []string {
	return strings.Split(payload, datamatrix.GS)
}

// Level names a level in the person's language.
func (v datamatrixView) Level(l datamatrix.Level) string {
	switch l {
	case datamatrix.Erreur:
		return v.T("erreur", "error")
	case datamatrix.Avertissement:
		return v.T("avertissement", "warning")
	}
	return v.T("information", "information")
}

// Class is the console's class for a level.
func (v datamatrixView) Class(l datamatrix.Level) string {
	switch l {
	case datamatrix.Erreur:
		return "o-failed"
	case datamatrix.Avertissement:
		return "o-refused"
	}
	return "o-event"
}

// show answers GET: the page, with the datamatrix of the patient or of the
// fields in its address.
func (p datamatrixPage) show(c echo.Context) error {
	v := p.view(c)
	id, before := datamatrix.Identity{}, []datamatrix.Finding(nil)
	q := c.QueryParams()
	switch ref := q.Get("patient"); {
	case ref != "":
		found, ok := p.patient(ref)
		if !ok {
			v.Unknown = ref
			break
		}
		v.Patient = &found
		id, before = identityOf(found)
	case q.Has("s1"):
		for i, to := range []*string{&id.Matricule, &id.OID, &id.GivenNames, &id.BirthName, &id.Sex, &id.BirthDate, &id.BirthPlace} {
			*to = q.Get("s" + strconv.Itoa(i+1))
		}
		if date, err := datamatrix.FromISO(id.BirthDate); err == nil {
			id.BirthDate = date
		}
	}
	if v.Patient != nil || q.Has("s1") && v.Unknown == "" {
		w := p.write(id, before, q.Get("force") == "true")
		v.Written = &w
		if w.Symbol != nil {
			v.Image = imageQuery(w.Payload, v.Module)
		} else if _, err := datamatrix.Compose(id); err == nil {
			v.Force = forced(q)
		}
	}
	v.Fields = v.fields(id)
	return p.render(c, v)
}

// decode answers the form of the second part.
func (p datamatrixPage) decode(c echo.Context) error {
	v := p.view(c)
	v.Scanned = c.FormValue("scan")
	read := p.read(v.Scanned)
	v.Read = &read
	v.Fields = v.fields(datamatrix.Identity{})
	return p.render(c, v)
}

// image answers the picture of any payload: p in base64url, m the side of a
// module, and download to keep it as a file.
func (p datamatrixPage) image(c echo.Context) error {
	sim.ExchangeOf(c.Request().Context()).Quiet = true
	payload, err := base64.RawURLEncoding.DecodeString(c.QueryParam("p"))
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, "p: base64url")
	}
	module, err := strconv.Atoi(c.QueryParam("m"))
	if err != nil || module == 0 {
		return echo.NewHTTPError(http.StatusBadRequest, "m: 1 … 40")
	}
	s, err := datamatrix.NewSymbol(string(payload))
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, err.Error())
	}
	kind, name, draw := "image/svg+xml", "datamatrix-ins-test.svg", s.SVG
	if strings.HasSuffix(c.Request().URL.Path, ".png") {
		kind, name, draw = "image/png", "datamatrix-ins-test.png", s.PNG
	}
	b, err := draw(datamatrix.Drawing{Module: module})
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, err.Error())
	}
	if c.QueryParam("download") != "" {
		c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	return c.Blob(http.StatusOK, kind, b)
}

func (p datamatrixPage) style(c echo.Context) error {
	sim.ExchangeOf(c.Request().Context()).Quiet = true
	b, err := datamatrixPages.ReadFile("pages/datamatrix.css")
	if err != nil {
		return fmt.Errorf("datamatrix.css: %w", err)
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=86400")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", b)
}

func (p datamatrixPage) render(c echo.Context, v datamatrixView) error {
	t, err := template.ParseFS(datamatrixPages, "pages/datamatrix.html")
	if err != nil {
		return fmt.Errorf("datamatrix.html: %w", err)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "panel", v); err != nil {
		return fmt.Errorf("datamatrix.html: %w", err)
	}
	return p.r.Render(c, p.title, b.String())
}
