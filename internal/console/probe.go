package console

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// readyz says whether the services answer: 200 "ready", or 503.
func (c *Console) readyz(e echo.Context) error {
	if c.deps.Ready != nil && !c.deps.Ready() {
		return e.String(http.StatusServiceUnavailable, "not ready\n")
	}
	return e.String(http.StatusOK, "ready\n")
}

// healthz says that the process is alive.
func (c *Console) healthz(e echo.Context) error { return e.String(http.StatusOK, "ok\n") }

// isProbe tells the paths that no guard covers.
func isProbe(path string) bool { return path == "/readyz" || path == "/healthz" }
