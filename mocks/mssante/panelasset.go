package mssante

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

//go:embed pages
var pages embed.FS

// parsed are the templates of a page with what all share, parsed when first asked for:
// nothing of them is in memory where nobody looks.
func parsed(name string) func() (*template.Template, error) {
	return sync.OnceValues(func() (*template.Template, error) {
		return template.New(name).ParseFS(pages, "pages/frame.html", "pages/"+name+"*.html")
	})
}

// panelAsset serves the pages' style and script.
func panelAsset(c echo.Context) error {
	sim.ExchangeOf(c.Request().Context()).Quiet = true
	name := c.Param("name")
	b, err := pages.ReadFile("pages/assets/" + name)
	if err != nil {
		return echo.ErrNotFound
	}
	// Not mime.TypeByExtension, which reads the machine's own tables.
	kind := "text/javascript; charset=utf-8"
	if strings.HasSuffix(name, ".css") {
		kind = "text/css; charset=utf-8"
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("X-Content-Type-Options", "nosniff")
	return c.Blob(http.StatusOK, kind, b)
}

// assetHash identifies an asset's content; empty when there is no such asset.
func assetHash(name string) string {
	b, err := pages.ReadFile("pages/assets/" + name)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
