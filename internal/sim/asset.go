package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"

	"github.com/labstack/echo/v4"
)

// Assets are the styles, scripts and images of a service's pages: the files of FS
// below pages/assets. Their addresses carry their hash, so that a browser may keep
// them.
type Assets struct{ FS fs.FS }

// assetFolder is where the files are.
const assetFolder = "pages/assets/"

// Serve answers a request whose parameter "name" names the file. The exchange stays
// out of the journal.
func (a Assets) Serve(c echo.Context) error {
	ExchangeOf(c.Request().Context()).Quiet = true
	name := c.Param("name")
	b, err := fs.ReadFile(a.FS, assetFolder+name)
	if err != nil {
		return echo.ErrNotFound
	}
	// Not mime.TypeByExtension, which reads the machine's own tables.
	kind := "text/javascript; charset=utf-8"
	switch path.Ext(name) {
	case ".css":
		kind = "text/css; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("X-Content-Type-Options", "nosniff")
	return c.Blob(http.StatusOK, kind, b)
}

// Hash identifies a file's content; empty when there is no such file.
func (a Assets) Hash(name string) string {
	b, err := fs.ReadFile(a.FS, assetFolder+name)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
