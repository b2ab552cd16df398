package apcv

import (
	"bytes"
	"embed"
	"html/template"

	"github.com/segursim/segursim/internal/sim"
)

//go:embed pages
var pages embed.FS

// assets serves the pages' styles and scripts.
func assets() sim.Assets { return sim.Assets{FS: pages} }

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
