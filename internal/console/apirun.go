package console

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
)

// ScenarioList is the answer of GET /api/scenarios.
type ScenarioList struct {
	Scenarios []*scenario.Scenario `json:"scenarios"`
}

// RunList is the answer of GET /api/runs, the oldest first.
type RunList struct {
	Runs []scenario.RunState `json:"runs"`
}

// RunStart is the body of POST /api/runs.
type RunStart struct {
	Scenario string            `json:"scenario"`
	Mode     string            `json:"mode,omitempty" doc:"watched (default), asserted or played"`
	By       string            `json:"by,omitempty" doc:"who starts it"`
	Given    map[string]string `json:"given,omitempty" doc:"replaces given values: professional, patient, structure, clock, vars.NAME"`
	Keep     bool              `json:"keep,omitempty" doc:"run on the state that is there, not on the baseline"`
}

// RunOrder is the body of what changes a run; each verb has its own field.
type RunOrder struct {
	By     string `json:"by,omitempty" doc:"of confirm: who saw it"`
	Reason string `json:"reason,omitempty" doc:"of skip and abort"`
	Step   string `json:"step,omitempty" doc:"of restart: the step to go back to, the first when empty"`
}

func (c *Console) listScenarios(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	return answer(e, http.StatusOK, ScenarioList{append([]*scenario.Scenario{}, c.deps.Engine.Scenarios()...)})
}

func (c *Console) scenario(e echo.Context) (*scenario.Scenario, error) {
	if c.deps.Engine == nil {
		return nil, unavailable()
	}
	s, ok := c.deps.Engine.Scenario(e.Param("id"))
	if !ok {
		return nil, notFound(journal.Text{FR: "Scénario", EN: "Scenario"}, e.Param("id"))
	}
	return s, nil
}

func (c *Console) getScenario(e echo.Context) error {
	s, err := c.scenario(e)
	if err != nil {
		return err
	}
	return answer(e, http.StatusOK, s)
}

func (c *Console) getScenarioSource(e echo.Context) error {
	s, err := c.scenario(e)
	if err != nil {
		return err
	}
	return e.Blob(http.StatusOK, "application/yaml; charset=utf-8", s.Source)
}

// checkScenario reads a YAML body as the engine would.
func (c *Console) checkScenario(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	src, err := readBody(e, maxJSON)
	if err != nil {
		return err
	}
	s, err := c.deps.Engine.Check(src, "scenario.yaml")
	if err != nil {
		return problems(http.StatusUnprocessableEntity, "invalid_scenario", err)
	}
	return answer(e, http.StatusOK, s)
}

func (c *Console) postRun(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	var in RunStart
	if err := decodeJSON(e, &in, false); err != nil {
		return err
	}
	r, err := c.startRun(e, in)
	if err != nil {
		return err
	}
	e.Response().Header().Set("Location", "/api/runs/"+r.ID())
	return answer(e, http.StatusCreated, r.State())
}

func (c *Console) startRun(e echo.Context, in RunStart) (*scenario.Run, error) {
	r, err := c.deps.Engine.StartRun(e.Request().Context(), in.Scenario, scenario.RunOptions{
		Mode: in.Mode, By: in.By, Given: in.Given, Keep: in.Keep,
	})
	return r, runRefusal(err)
}

// runRefusal gives what the engine refuses its status.
func runRefusal(err error) error {
	var no *scenario.Refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &no) && no.NotFound:
		return &refusal{status: http.StatusNotFound, code: "not_found", text: no.Text, err: err}
	case errors.As(err, &no):
		return &refusal{status: http.StatusConflict, code: "refused", text: no.Text, err: err}
	case errors.Is(err, scenario.ErrClosed):
		return refuse(http.StatusServiceUnavailable, "stopping", "Le simulateur s'arrête.", "The simulator is stopping.")
	}
	return err
}

func (c *Console) listRuns(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	out := RunList{Runs: []scenario.RunState{}}
	for _, r := range c.deps.Engine.Runs() {
		out.Runs = append(out.Runs, r.State())
	}
	return answer(e, http.StatusOK, out)
}

func (c *Console) run(e echo.Context) (*scenario.Run, error) {
	if c.deps.Engine == nil {
		return nil, unavailable()
	}
	r, ok := c.deps.Engine.Run(e.Param("id"))
	if !ok {
		return nil, notFound(journal.Text{FR: "Déroulé", EN: "Run"}, e.Param("id"))
	}
	return r, nil
}

// getRun answers with the run's state, at once or as soon as its rev is above the
// one given; when the wait ends first, with the state as it is.
func (c *Console) getRun(e echo.Context) error {
	r, err := c.run(e)
	if err != nil {
		return err
	}
	wait, err := waiting(e.QueryParams())
	if err != nil {
		return err
	}
	rev, err := number(e.QueryParams(), "rev", 0, 1<<63)
	if err != nil {
		return err
	}
	if wait == 0 {
		return answer(e, http.StatusOK, r.State())
	}
	ctx, cancel := c.scope(e.Request().Context(), wait)
	defer cancel()
	s, _ := r.Wait(ctx, rev) // the error says why it stopped waiting; the state is good
	return answer(e, http.StatusOK, s)
}

// order reads the body of a verb, which may be empty, and refuses the fields that
// are another verb's.
func (c *Console) order(e echo.Context, allowed string) (*scenario.Run, RunOrder, error) {
	var in RunOrder
	r, err := c.run(e)
	if err != nil {
		return nil, in, err
	}
	if err := decodeJSON(e, &in, true); err != nil {
		return nil, in, err
	}
	for name, value := range map[string]string{"by": in.By, "reason": in.Reason, "step": in.Step} {
		if value != "" && name != allowed {
			return nil, in, refusef(http.StatusBadRequest, "unknown_field", "Champ « %s » sans objet ici.", "Field “%s” means nothing here.", name)
		}
	}
	return r, in, nil
}

// runVerb makes the handler of one verb.
func runVerb(allowed string, do func(*scenario.Run, string, RunOrder) error) func(*Console, echo.Context) error {
	return func(c *Console, e echo.Context) error {
		r, in, err := c.order(e, allowed)
		if err != nil {
			return err
		}
		if err := runRefusal(do(r, e.Param("step"), in)); err != nil {
			return err
		}
		return answer(e, http.StatusOK, r.State())
	}
}
