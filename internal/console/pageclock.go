package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

// clockData is what the clock's page shows.
type clockData struct {
	Presets []clockPreset
	Input   string // the instant, as a datetime-local field has it
	Advance string // what was refused
}

// A clockPreset is a button: what waits for it in Pro Santé Connect and elsewhere.
type clockPreset struct {
	Advance string
	Label   journal.Text
}

func (c *Console) clockData() clockData {
	return clockData{
		Input: c.deps.World.Clock.Now().Format("2006-01-02T15:04:05"),
		Presets: []clockPreset{
			{"30s", journal.Text{FR: "+ 30 s", EN: "+ 30 s"}},
			{"2m", journal.Text{FR: "+ 2 min", EN: "+ 2 min"}},
			{"5m", journal.Text{FR: "+ 5 min", EN: "+ 5 min"}},
			{"30m", journal.Text{FR: "+ 30 min", EN: "+ 30 min"}},
			{"4h", journal.Text{FR: "+ 4 h", EN: "+ 4 h"}},
			{"24h", journal.Text{FR: "+ 1 jour", EN: "+ 1 day"}},
		},
	}
}

func clockTitle() journal.Text { return journal.Text{FR: "Horloge", EN: "Clock"} }

func (c *Console) clockPage(e echo.Context) error {
	return c.render(e, http.StatusOK, "clock", c.page(e, clockTitle(), c.clockData()))
}

// clockForm reads one of advance, set, freeze and reset.
func (c *Console) clockForm(e echo.Context) error {
	var in ClockChange
	switch what := e.FormValue("do"); what {
	case "advance":
		s := strings.ReplaceAll(e.FormValue("advance"), " ", "")
		in.Advance = &s
	case "set":
		s := c.localInstant(e.FormValue("set"))
		in.Set = &s
	case "freeze", "unfreeze":
		frozen := what == "freeze"
		in.Freeze = &frozen
	case "reset":
		yes := true
		in.Reset = &yes
	}
	if err := c.changeClock(in); err != nil {
		data := c.clockData()
		data.Advance = e.FormValue("advance")
		p := c.page(e, clockTitle(), data)
		r := asRefusal(e, err)
		p.Error = r.text
		return c.render(e, r.status, "clock", p)
	}
	return back(e, "/console/clock", "clock")
}

// localInstant turns what a datetime-local field sends, which has no zone, into
// an instant in the clock's zone; anything else is passed on.
func (c *Console) localInstant(s string) string {
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, c.deps.World.Clock.Now().Location()); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	return s
}
