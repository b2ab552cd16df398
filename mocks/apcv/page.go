package apcv

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

//go:embed pages
var pages embed.FS

// render executes one block of the page's file. It is parsed each time: nothing
// stays in memory for the simulators that never show it.
func render(data any, block string) ([]byte, error) {
	t, err := template.New(block).ParseFS(pages, "pages/telephone.html")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, block, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// asset serves the page's style and script.
func asset(c echo.Context) error {
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
