package console

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

// journalPageSize is how many entries a page of the journal shows.
const journalPageSize = 100

// journalData is what the journal's page shows.
type journalData struct {
	Filter   url.Values
	Query    string // the filter as a query, without the page's own parameters
	Rows     []journal.Summary
	Newest   uint64 // the live list goes on from here
	Older    uint64 // first number of the page before this one; 0 when there is none
	Live     bool   // the newest page
	Stats    journal.Stats
	Ops      []string
	Services []string
}

// filterNames are the query parameters that the page passes on.
func filterNames() []string {
	return []string{"service", "op", "outcome", "status", "transport", "q", "where"}
}

// pageFilter reads the filter of a page. Other parameters (lang, notice) are left
// alone.
func (c *Console) pageFilter(e echo.Context) (*filter, url.Values, error) {
	kept := url.Values{}
	for _, name := range filterNames() {
		if v := e.QueryParam(name); v != "" {
			kept.Set(name, v)
		}
	}
	f, err := c.filter(kept)
	return f, kept, err
}

func (c *Console) journalPage(e echo.Context) error {
	title := journal.Text{FR: "Journal", EN: "Journal"}
	data := journalData{Stats: c.deps.World.Journal.Stats()}
	data.Services, data.Ops = c.opNames()
	f, kept, err := c.pageFilter(e)
	data.Filter, data.Query = kept, kept.Encode()
	if err != nil {
		p := c.page(e, title, data)
		r := asRefusal(e, err)
		p.Error = r.text
		return c.render(e, r.status, "journal", p)
	}
	before, err := number(e.QueryParams(), "before", 0, 1<<63)
	if err != nil {
		return err
	}
	log := c.deps.World.Journal
	data.Newest, data.Live = log.Last(), before == 0
	if before == 0 {
		before = data.Newest + 1
	}
	data.Rows = f.backward(e.Request().Context(), log, before, journalPageSize, 0)
	if n := len(data.Rows); n == journalPageSize && data.Rows[n-1].Seq > data.Stats.First {
		data.Older = data.Rows[n-1].Seq
	}
	return c.render(e, http.StatusOK, "journal", c.page(e, title, data))
}

// journalRows writes the rows of the entries after a number, newest first, for
// the live list. X-Segursim-Newest is where to go on from.
func (c *Console) journalRows(e echo.Context) error {
	f, _, err := c.pageFilter(e)
	if err != nil {
		return err
	}
	after, err := number(e.QueryParams(), "after", 0, 1<<63)
	if err != nil {
		return err
	}
	log := c.deps.World.Journal
	last := log.Last()
	data := journalData{}
	if last > after {
		data.Rows = f.backward(e.Request().Context(), log, last+1, journalPageSize, last-after)
	}
	e.Response().Header().Set("X-Segursim-Newest", strconv.FormatUint(last, 10))
	return c.fragment(e, "journal", "rows", c.page(e, journal.Text{}, data))
}

func (c *Console) journalForm(e echo.Context) error {
	c.deps.World.Journal.Reset()
	c.counters.reset()
	return back(e, "/console/journal", "journal")
}

// opNames lists the services and the operations, for the filters.
func (c *Console) opNames() (services, ops []string) {
	seen := map[string]bool{}
	for _, s := range c.deps.Services {
		info := s.Info()
		services = append(services, info.Name)
		for _, op := range info.Ops {
			if !seen[op.Name] {
				seen[op.Name] = true
				ops = append(ops, op.Name)
			}
		}
	}
	return services, ops
}
