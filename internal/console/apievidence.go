package console

import (
	"bytes"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/evidence"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
)

// getEvidence makes a run's pack: of a run that has not ended, what there is.
func (c *Console) getEvidence(e echo.Context) error {
	return c.proof(e, "application/zip", "-preuves.zip", evidence.Write)
}

func (c *Console) getJUnit(e echo.Context) error {
	return c.proof(e, "application/xml; charset=utf-8", "-junit.xml", evidence.WriteJUnit)
}

// proof buffers what write makes of a run, so that a failure is an error and not
// half a file.
func (c *Console) proof(e echo.Context, media, suffix string, write func(io.Writer, evidence.Input) error) error {
	r, err := c.run(e)
	if err != nil {
		return err
	}
	secrets, err := boolean(e.QueryParams(), "secrets", false)
	if err != nil {
		return err
	}
	in := c.evidenceOf(r)
	in.KeepSecrets, in.Couloir = secrets, e.QueryParam("couloir")
	var b bytes.Buffer
	if err := write(&b, in); err != nil {
		return err
	}
	e.Response().Header().Set("Content-Disposition", `attachment; filename="`+r.ID()+suffix+`"`)
	return e.Blob(http.StatusOK, media, b.Bytes())
}

func (c *Console) evidenceOf(r *scenario.Run) evidence.Input {
	state := r.State()
	var infos []sim.Info
	for _, s := range c.deps.Services {
		infos = append(infos, s.Info())
	}
	return evidence.Input{
		Run: state, Scenario: r.Scenario(), Entries: evidence.Collect(c.deps.World.Journal, state),
		Services: infos, Version: c.deps.Version, Seed: c.deps.Seed,
	}
}
