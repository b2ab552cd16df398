package console

import (
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// mountPanels gives each panel of each service its place.
func (c *Console) mountPanels(e *echo.Echo) {
	for _, s := range c.deps.Services {
		p, ok := s.(sim.PanelService)
		if !ok {
			continue
		}
		for _, panel := range p.Panels() {
			panel.Mount(e.Group("/console/"+s.Info().Name+"/"+panel.Name, keepLang), renderer{c})
		}
	}
}

// formLimits are the bounds of the forms of panels that set their own, by path.
func formLimits(services []sim.Service) map[string]int64 {
	out := map[string]int64{}
	for _, s := range services {
		p, ok := s.(sim.PanelService)
		if !ok {
			continue
		}
		for _, panel := range p.Panels() {
			if panel.MaxForm > 0 {
				out["/console/"+s.Info().Name+"/"+panel.Name] = panel.MaxForm
			}
		}
	}
	return out
}

// maxForm is how large the form may be that is sent to a path.
func (c *Console) maxForm(path string) int64 {
	for base, n := range c.forms {
		if path == base || strings.HasPrefix(path, base+"/") {
			return n
		}
	}
	return maxJSON
}

// A renderer puts the services' panels into the console's frame.
type renderer struct{ console *Console }

// Render writes a panel inside the console's frame.
func (r renderer) Render(e echo.Context, title journal.Text, body string) error {
	return r.console.render(e, http.StatusOK, "panel", r.console.page(e, title, template.HTML(body)))
}

// Lang is the language the person reads.
func (r renderer) Lang(e echo.Context) string { return r.console.lang(e) }

// Token is what a form carries in its field "_token"; a script sends it as the
// header X-Segursim-Form.
func (r renderer) Token(echo.Context) string { return r.console.csrf }

var _ sim.PanelRenderer = renderer{}
