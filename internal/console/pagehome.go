package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

// homeData is what the first page shows.
type homeData struct {
	Listeners []endpointField
	CA        string
	Services  []homeService
	Counters  Counters
	Refusals  []refusedEntry
	Faults    int
}

type homeService struct {
	ServiceView
	Fields    []endpointField
	Exchanges uint64
}

// An endpointField is a value of the endpoints document, to be copied.
type endpointField struct{ Name, Value string }

// A refusedEntry is a refusal with its causes.
type refusedEntry struct {
	journal.Summary
	Causes []journal.Cause
}

// How many refusals the first page shows, and how many of the newest entries it
// looks at for them.
const (
	homeRefusals = 6
	homeDepth    = 5000
)

func (c *Console) homePage(e echo.Context) error {
	data := homeData{Counters: c.counters.read(), Refusals: c.lastRefusals(e)}
	doc := c.endpointsDocument()
	if m, ok := doc["listeners"].(map[string]any); ok {
		data.Listeners = flatten("", m)
	}
	data.CA, _ = doc["ca"].(string)
	for _, s := range c.deps.Services {
		h := homeService{ServiceView: viewService(s), Fields: c.endpointFields(s.Info().Name)}
		for _, n := range data.Counters.Counts {
			if n.Service == h.Name {
				h.Exchanges += n.Count
			}
		}
		data.Services = append(data.Services, h)
	}
	if c.deps.Engine != nil {
		data.Faults = len(c.deps.Engine.Faults())
	}
	return c.render(e, http.StatusOK, "home", c.page(e, journal.Text{FR: "Accueil", EN: "Home"}, data))
}

func (c *Console) lastRefusals(e echo.Context) []refusedEntry {
	f := filter{outcome: []string{string(journal.Refused), string(journal.Failed)}}
	log := c.deps.World.Journal
	var out []refusedEntry
	for _, s := range f.backward(e.Request().Context(), log, 0, homeRefusals, homeDepth) {
		r := refusedEntry{Summary: s}
		if entry, ok := log.Get(s.Seq); ok {
			r.Causes = entry.Causes
		}
		out = append(out, r)
	}
	return out
}

// endpointsDocument is the endpoints document as plain JSON values.
func (c *Console) endpointsDocument() map[string]any {
	if c.deps.Endpoints == nil {
		return nil
	}
	b, err := json.Marshal(c.deps.Endpoints())
	if err != nil {
		return nil
	}
	var doc map[string]any
	_ = json.Unmarshal(b, &doc)
	return doc
}

// endpointFields lists a service's part of the endpoints document.
func (c *Console) endpointFields(service string) []endpointField {
	all, _ := c.endpointsDocument()["services"].(map[string]any)
	fields, _ := all[service].(map[string]any)
	return flatten("", fields)
}

// flatten lists the leaves of a JSON object by dotted path, sorted.
func flatten(prefix string, m map[string]any) []endpointField {
	var out []endpointField
	for _, k := range slices.Sorted(maps.Keys(m)) {
		switch v := m[k].(type) {
		case map[string]any:
			out = append(out, flatten(prefix+k+".", v)...)
		case []any:
			for i, item := range v {
				out = append(out, endpointField{fmt.Sprintf("%s%s.%d", prefix, k, i), fmt.Sprint(item)})
			}
		case nil:
		default:
			out = append(out, endpointField{prefix + k, fmt.Sprint(v)})
		}
	}
	return out
}
