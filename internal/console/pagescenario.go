package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
)

// scenariosData is what the scenarios' page shows.
type scenariosData struct {
	Scenarios []*scenario.Scenario
	Runs      []scenario.RunState // newest first
}

// scenarioData is what one scenario's page shows.
type scenarioData struct {
	*scenario.Scenario
	Text string // its file
	Runs []scenario.RunState
}

// runData is what a run's page shows.
type runData struct {
	scenario.RunState
	Current *scenario.StepState // what the teleprompter says
	Steps   []stepData
	Done    int
	Now     time.Time
}

type stepData struct {
	scenario.StepState
	Number int
	Code   time.Duration // time code of the verdict, from the run's start
}

func (c *Console) scenariosPage(e echo.Context) error {
	return c.renderScenarios(e, http.StatusOK, nil)
}

func (c *Console) renderScenarios(e echo.Context, status int, refused error) error {
	data := scenariosData{}
	if c.deps.Engine != nil {
		data.Scenarios, data.Runs = c.deps.Engine.Scenarios(), c.runStates("")
	}
	p := c.page(e, journal.Text{FR: "Scénarios", EN: "Scenarios"}, data)
	if refused != nil {
		r := asRefusal(e, refused)
		p.Error, status = r.text, r.status
	}
	return c.render(e, status, "scenarios", p)
}

// runStates lists the runs of a scenario, or all of them, newest first.
func (c *Console) runStates(id string) []scenario.RunState {
	var out []scenario.RunState
	for _, r := range c.deps.Engine.Runs() {
		if s := r.State(); id == "" || s.Scenario == id {
			out = append(out, s)
		}
	}
	slices.Reverse(out)
	return out
}

func (c *Console) scenarioPage(e echo.Context) error {
	s, err := c.scenario(e)
	if err != nil {
		return err
	}
	return c.render(e, http.StatusOK, "scenario", c.page(e, s.Title, scenarioData{s, string(s.Source), c.runStates(s.ID)}))
}

// runStartForm starts a run and goes to its page.
func (c *Console) runStartForm(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	r, err := c.startRun(e, RunStart{
		Scenario: e.FormValue("scenario"), Mode: e.FormValue("mode"), By: e.FormValue("by"), Keep: e.FormValue("keep") == "1",
	})
	if err != nil {
		return c.renderScenarios(e, http.StatusConflict, err)
	}
	return e.Redirect(http.StatusSeeOther, "/console/runs/"+r.ID())
}

// runPage shows a run; with ?part=1 only what changes, for the script.
func (c *Console) runPage(e echo.Context) error {
	r, err := c.run(e)
	if err != nil {
		return err
	}
	p := c.runView(e, r)
	if e.QueryParam("part") == "1" {
		return c.fragment(e, "run", "live", p)
	}
	return c.render(e, http.StatusOK, "run", p)
}

func (c *Console) runView(e echo.Context, r *scenario.Run) *page {
	s := r.State()
	data := runData{RunState: s, Now: c.deps.World.Clock.Now()}
	for i := range s.Steps {
		st := s.Steps[i]
		d := stepData{StepState: st, Number: i + 1}
		if !st.At.IsZero() {
			d.Code = max(0, st.At.Sub(s.Started))
		}
		if st.Verdict != scenario.Waiting {
			data.Done++
		}
		data.Steps = append(data.Steps, d)
		if data.Current == nil && st.Active && st.Verdict == scenario.Waiting && st.Kind != scenario.KindLimit {
			data.Current = &s.Steps[i]
		}
	}
	return c.page(e, s.Title, data)
}

// runForm does what a button of the run's page says.
func (c *Console) runForm(e echo.Context) error {
	r, err := c.run(e)
	if err != nil {
		return err
	}
	step, reason := e.FormValue("step"), strings.TrimSpace(e.FormValue("reason"))
	switch verb := e.Param("verb"); verb {
	case "confirm":
		err = r.Confirm(step, cmp.Or(strings.TrimSpace(e.FormValue("by")), r.State().By, "console"))
	case "skip":
		err = r.Skip(step, reason)
	case "pause":
		err = r.Pause()
	case "resume":
		err = r.Resume()
	case "restart":
		err = r.Restart(step)
	case "abort":
		err = r.Abort(reason)
	default:
		return echo.ErrNotFound
	}
	if err := runRefusal(err); err != nil {
		p := c.runView(e, r)
		no := asRefusal(e, err)
		p.Error = no.text
		return c.render(e, no.status, "run", p)
	}
	return back(e, "/console/runs/"+r.ID(), "run")
}
