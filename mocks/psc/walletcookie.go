package psc

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"
)

// hintCookie keeps the identifier that a person asked to remember on the
// workstation. Its name is ours.
const hintCookie = "SEGURSIM_IDENTIFIANT"

// hintAge is how long it is kept, in the browser's own time.
const hintAge = 180 * 24 * time.Hour

// remembered is the identifier that the browser keeps, or nothing.
func remembered(r *http.Request) string {
	k, err := r.Cookie(hintCookie)
	if err != nil {
		return ""
	}
	v, err := url.QueryUnescape(k.Value)
	if err != nil || len(v) > maxIdentifier {
		return ""
	}
	return v
}

// maxIdentifier bounds what is kept, in bytes; real identifiers have about 30.
const maxIdentifier = 128

// remember keeps an identifier, or forgets it when keep is false.
func remember(c echo.Context, id string, keep bool) {
	k := &http.Cookie{
		Name: hintCookie, Value: url.QueryEscape(id), Path: "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: c.Request().TLS != nil, MaxAge: int(hintAge.Seconds()),
	}
	if !keep || len(id) > maxIdentifier {
		k.Value, k.MaxAge = "", -1
	}
	c.SetCookie(k)
}
