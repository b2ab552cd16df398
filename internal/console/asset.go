package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:embed assets/*
var assetFiles embed.FS

// An asset is a style sheet, a script or an image of the console.
type asset struct {
	body  []byte
	media string
	hash  string
}

func loadAssets() (map[string]asset, error) {
	files, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("console: assets: %w", err)
	}
	out := map[string]asset{}
	for _, f := range files {
		b, err := assetFiles.ReadFile("assets/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("console: assets: %w", err)
		}
		sum := sha256.Sum256(b)
		a := asset{body: b, hash: hex.EncodeToString(sum[:])}
		// Not mime.TypeByExtension, which reads the machine's own tables.
		switch {
		case strings.HasSuffix(f.Name(), ".css"):
			a.media = "text/css; charset=utf-8"
		case strings.HasSuffix(f.Name(), ".js"):
			a.media = "text/javascript; charset=utf-8"
		case strings.HasSuffix(f.Name(), ".svg"):
			a.media = "image/svg+xml"
		default:
			return nil, fmt.Errorf("console: asset %s: unknown type", f.Name())
		}
		out[f.Name()] = a
	}
	return out, nil
}

// getAsset sends an asset; its address carries its hash, so it may be kept.
func (c *Console) getAsset(e echo.Context) error {
	a, ok := c.assets[e.Param("name")]
	if !ok {
		return echo.ErrNotFound
	}
	h := e.Response().Header()
	tag := `"` + a.hash + `"`
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("ETag", tag)
	if e.Request().Header.Get("If-None-Match") == tag {
		return e.NoContent(http.StatusNotModified)
	}
	return e.Blob(http.StatusOK, a.media, a.body)
}
