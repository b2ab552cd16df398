package console

import (
	"bytes"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
)

// maxSnapshot bounds a snapshot that is put back.
const maxSnapshot = 256 << 20

// PublicURL is the body of PUT /api/public-url.
type PublicURL struct {
	URL string `json:"url" doc:"base of the URLs that services emit; empty to follow the request's Host"`
}

func (c *Console) getEndpoints(e echo.Context) error {
	if c.deps.Endpoints == nil {
		return unavailable()
	}
	return answer(e, http.StatusOK, c.deps.Endpoints())
}

func (c *Console) putPublicURL(e echo.Context) error {
	if c.deps.SetPublicURL == nil {
		return unavailable()
	}
	var in struct {
		URL *string `json:"url"`
	}
	if err := decodeJSON(e, &in, false); err != nil {
		return err
	}
	if in.URL == nil {
		return refuse(http.StatusBadRequest, "missing_field", "Champ « url » attendu.", "Field “url” is wanted.")
	}
	if err := checkBase(*in.URL); err != nil {
		return err
	}
	if err := c.deps.SetPublicURL(*in.URL); err != nil {
		return refusef(http.StatusBadRequest, "invalid_url", "URL refusée : %v.", "URL refused: %v.", err)
	}
	return answer(e, http.StatusOK, PublicURL{*in.URL})
}

// checkBase wants an absolute http(s) URL that paths can be added to.
func checkBase(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return refusef(http.StatusBadRequest, "invalid_url",
			"« %s » n'est pas une base d'URL telle que https://nom:port.", "“%s” is not a base URL such as https://name:port.", s)
	}
	return nil
}

func (c *Console) postReset(e echo.Context) error {
	if err := c.resetWorld(); err != nil {
		return err
	}
	return e.NoContent(http.StatusNoContent)
}

func (c *Console) resetWorld() error {
	if c.deps.Reset == nil {
		return unavailable()
	}
	if err := c.deps.Reset(); err != nil {
		return err
	}
	c.counters.reset()
	return nil
}

// getSnapshot buffers the snapshot, so that a failure is an error and not half a
// file.
func (c *Console) getSnapshot(e echo.Context) error {
	if c.deps.Snapshot == nil {
		return unavailable()
	}
	var b bytes.Buffer
	if err := c.deps.Snapshot(&b); err != nil {
		return err
	}
	e.Response().Header().Set("Content-Disposition", `attachment; filename="segursim-snapshot.json"`)
	return e.Blob(http.StatusOK, echo.MIMEApplicationJSON, b.Bytes())
}

func (c *Console) putSnapshot(e echo.Context) error {
	if c.deps.Restore == nil {
		return unavailable()
	}
	body := http.MaxBytesReader(e.Response(), e.Request().Body, maxSnapshot)
	if err := c.deps.Restore(body); err != nil {
		if r := asRefusal(e, err); r.status == http.StatusRequestEntityTooLarge {
			return r
		}
		return refusef(http.StatusBadRequest, "invalid_snapshot",
			"Instantané refusé, rien n'a changé : %v.", "Snapshot refused, nothing has changed: %v.", err)
	}
	return e.NoContent(http.StatusNoContent)
}

func (c *Console) getCounters(e echo.Context) error {
	return answer(e, http.StatusOK, c.counters.read())
}
