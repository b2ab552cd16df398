package console

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

// mountPages adds the console's pages. A form posts to the address of its page or
// below, and answers with a redirect to it.
func (c *Console) mountPages(e *echo.Echo) {
	e.GET("/", func(e echo.Context) error { return e.Redirect(http.StatusSeeOther, "/console") }, keepLang)
	e.GET("/console/assets/:name", c.getAsset)
	g := e.Group("/console", keepLang)
	g.GET("", c.homePage)
	g.GET("/", func(e echo.Context) error { return e.Redirect(http.StatusSeeOther, "/console") })
	g.POST("/reset", c.resetForm)
	g.GET("/journal", c.journalPage)
	g.GET("/journal/rows", c.journalRows)
	g.POST("/journal/clear", c.journalForm)
	g.GET("/journal/:seq", c.exchangePage)
	g.GET("/clock", c.clockPage)
	g.POST("/clock", c.clockForm)
	g.GET("/faults", c.faultsPage)
	g.POST("/faults", c.faultForm)
	g.POST("/faults/clear", c.faultsClearForm)
	g.POST("/faults/:id/delete", c.faultDeleteForm)
	g.GET("/scenarios", c.scenariosPage)
	g.GET("/scenarios/:id", c.scenarioPage)
	g.POST("/runs", c.runStartForm)
	g.GET("/runs/:id", c.runPage)
	g.POST("/runs/:id/:verb", c.runForm)
	g.GET("/certs", c.certsPage)
	g.GET("/services/:name", c.servicePage)
}

// back answers a form that succeeded.
func back(e echo.Context, path, notice string) error {
	return e.Redirect(http.StatusSeeOther, path+"?notice="+notice)
}

// certsPage lists what can be downloaded.
func (c *Console) certsPage(e echo.Context) error {
	data := CertList{Formats: certFormats(), Password: defaultPassword}
	if c.deps.PKI != nil {
		data.Profiles = c.deps.PKI.Profiles()
	}
	return c.render(e, http.StatusOK, "certs", c.page(e, journal.Text{FR: "Certificats", EN: "Certificates"}, data))
}

// servicePage describes a service: operations, provenance, what is missing.
func (c *Console) servicePage(e echo.Context) error {
	s, err := c.service(e.Param("name"))
	if err != nil {
		return err
	}
	v := viewService(s)
	return c.render(e, http.StatusOK, "service", c.page(e, v.Title, struct {
		ServiceView
		Fields []endpointField
	}{v, c.endpointFields(v.Name)}))
}

// resetForm puts the world back to its baseline.
func (c *Console) resetForm(e echo.Context) error {
	if err := c.resetWorld(); err != nil {
		return err
	}
	return back(e, "/console", "reset")
}
