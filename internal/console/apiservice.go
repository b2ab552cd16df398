package console

import (
	"cmp"
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// A ServiceView describes a simulated service.
type ServiceView struct {
	Name    string         `json:"name"`
	Title   journal.Text   `json:"title"`
	Spec    string         `json:"spec" doc:"the specification and its version"`
	Hosts   []string       `json:"hosts" doc:"qualification host names it answers for"`
	Ops     []OpView       `json:"ops"`
	Absent  []journal.Text `json:"absent" doc:"what is not simulated"`
	Actions []ActionView   `json:"actions" doc:"verbs of POST /api/actions/{service}/{verb}"`
	Panels  []PanelView    `json:"panels" doc:"its pages in the console"`
}

// An OpView is one operation.
type OpView struct {
	Name       string                  `json:"name"`
	Title      journal.Text            `json:"title"`
	Method     string                  `json:"method,omitempty"`
	Path       string                  `json:"path,omitempty"`
	Provenance sim.Provenance          `json:"provenance" doc:"confirmed, inferred or invented"`
	Source     string                  `json:"source,omitempty"`
	Facts      map[string]sim.FactType `json:"facts" doc:"what its journal entries carry, by dotted path"`
	Codes      []string                `json:"codes" doc:"errors that a fault may have it answer"`
}

// An ActionView is something a person or the outside world does.
type ActionView struct {
	Verb   string            `json:"verb"`
	Title  journal.Text      `json:"title"`
	Params map[string]string `json:"params" doc:"fields of the JSON body: name to meaning"`
}

// A PanelView is a page of a service.
type PanelView struct {
	Name  string       `json:"name"`
	Title journal.Text `json:"title"`
	Path  string       `json:"path"`
}

// ServiceList is the answer of GET /api/services.
type ServiceList struct {
	Services []ServiceView `json:"services"`
}

func (c *Console) listServices(e echo.Context) error {
	out := ServiceList{Services: []ServiceView{}}
	for _, s := range c.deps.Services {
		out.Services = append(out.Services, viewService(s))
	}
	return answer(e, http.StatusOK, out)
}

func viewService(s sim.Service) ServiceView {
	info := s.Info()
	v := ServiceView{
		Name: info.Name, Title: info.Title, Spec: info.Spec, Hosts: append([]string{}, s.Hosts()...),
		Absent: append([]journal.Text{}, info.Absent...), Ops: []OpView{}, Actions: []ActionView{}, Panels: []PanelView{},
	}
	for _, op := range info.Ops {
		o := OpView{
			Name: op.Name, Title: op.Title, Method: op.Method, Path: op.Path, Provenance: op.Provenance,
			Source: op.Source, Facts: op.Facts, Codes: append([]string{}, op.Codes...),
		}
		if o.Facts == nil {
			o.Facts = map[string]sim.FactType{}
		}
		v.Ops = append(v.Ops, o)
	}
	if a, ok := s.(sim.ActionService); ok {
		for verb, action := range a.Actions() {
			params := maps.Clone(action.Params)
			if params == nil {
				params = map[string]string{}
			}
			v.Actions = append(v.Actions, ActionView{verb, action.Title, params})
		}
		slices.SortFunc(v.Actions, func(x, y ActionView) int { return cmp.Compare(x.Verb, y.Verb) })
	}
	if p, ok := s.(sim.PanelService); ok {
		for _, panel := range p.Panels() {
			v.Panels = append(v.Panels, PanelView{panel.Name, panel.Title, "/console/" + info.Name + "/" + panel.Name})
		}
	}
	return v
}

// service finds a service by name.
func (c *Console) service(name string) (sim.Service, error) {
	for _, s := range c.deps.Services {
		if s.Info().Name == name {
			return s, nil
		}
	}
	return nil, notFound(journal.Text{FR: "Service", EN: "Service"}, name)
}

// postAction runs a service's verb and answers with its own result, {} when it
// has none. A field that the action does not document is refused.
func (c *Console) postAction(e echo.Context) error {
	s, err := c.service(e.Param("service"))
	if err != nil {
		return err
	}
	var action sim.Action
	if a, ok := s.(sim.ActionService); ok {
		action = a.Actions()[e.Param("verb")]
	}
	if action.Do == nil {
		return notFound(journal.Text{FR: "Action", EN: "Action"}, e.Param("service")+"/"+e.Param("verb"))
	}
	in := map[string]any{}
	if err := decodeJSON(e, &in, true); err != nil {
		return err
	}
	for name := range in {
		if _, known := action.Params[name]; !known {
			return refusef(http.StatusBadRequest, "unknown_field",
				"Champ « %s » inconnu ; connus : %v.", "Unknown field “%s”; known: %v.", name, slices.Sorted(maps.Keys(action.Params)))
		}
	}
	out, err := action.Do(e.Request().Context(), in)
	if err != nil {
		return err
	}
	if out == nil {
		out = struct{}{}
	}
	return answer(e, http.StatusOK, out)
}
