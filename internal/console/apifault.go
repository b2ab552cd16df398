package console

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
)

// FaultList is the answer of GET /api/faults.
type FaultList struct {
	Faults []scenario.Fault `json:"faults"`
}

func (c *Console) listFaults(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	return answer(e, http.StatusOK, FaultList{append([]scenario.Fault{}, c.deps.Engine.Faults()...)})
}

func (c *Console) postFault(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	var in scenario.Fault
	if err := decodeJSON(e, &in, false); err != nil {
		return err
	}
	f, err := c.addFault(in)
	if err != nil {
		return err
	}
	e.Response().Header().Set("Location", "/api/faults/"+f.ID)
	return answer(e, http.StatusCreated, f)
}

// addFault hands a fault to the engine; what only the engine says is not taken
// from the caller.
func (c *Console) addFault(in scenario.Fault) (scenario.Fault, error) {
	in.Origin, in.Seen, in.Hits, in.Spent = "api", 0, 0, false
	f, err := c.deps.Engine.AddFault(in)
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, scenario.ErrExists):
		return f, refusef(http.StatusConflict, "exists", "Défaut refusé : %v.", "Fault refused: %v.", err)
	}
	return f, problems(http.StatusBadRequest, "invalid_fault", err)
}

// problems tells what is wrong with a scenario or a fault, in both languages.
func problems(status int, code string, err error) *refusal {
	var ps scenario.Problems
	if !errors.As(err, &ps) {
		return &refusal{status: status, code: code, text: journal.Text{FR: err.Error(), EN: err.Error()}, err: err}
	}
	var fr, en []string
	for _, p := range ps {
		fr, en = append(fr, p.Text.FR), append(en, p.Text.EN)
	}
	return &refusal{status: status, code: code, err: err, text: journal.Text{
		FR: strings.Join(fr, "\n"), EN: strings.Join(en, "\n"),
	}}
}

func (c *Console) deleteFaults(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	c.deps.Engine.ClearFaults()
	return e.NoContent(http.StatusNoContent)
}

func (c *Console) deleteFault(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	if !c.deps.Engine.RemoveFault(e.Param("id")) {
		return notFound(journal.Text{FR: "Défaut", EN: "Fault"}, e.Param("id"))
	}
	return e.NoContent(http.StatusNoContent)
}
