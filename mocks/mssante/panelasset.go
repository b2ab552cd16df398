package mssante

import (
	"embed"
	"html/template"
	"sync"

	"github.com/segursim/segursim/internal/sim"
)

//go:embed pages
var pages embed.FS

// assets serves the pages' styles and scripts.
func assets() sim.Assets { return sim.Assets{FS: pages} }

// parsed are the templates of a page with what all share, parsed when first asked for:
// nothing of them is in memory where nobody looks.
func parsed(name string) func() (*template.Template, error) {
	return sync.OnceValues(func() (*template.Template, error) {
		return template.New(name).ParseFS(pages, "pages/frame.html", "pages/"+name+"*.html")
	})
}
