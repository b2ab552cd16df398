package console

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// cookieName holds the proof of the token for browsers; it is derived from the
// token and is not the token.
const cookieName = "segursim_control"

// secure sets the headers that keep a browser from running, framing or guessing
// anything: no inline script, no foreign source.
func (c *Console) secure(next echo.HandlerFunc) echo.HandlerFunc {
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return func(e echo.Context) error {
		h := e.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		return next(e)
	}
}

// guard lets in those who know the token or, without one, those who call the
// machine by a name that no foreign site can have.
func (c *Console) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(e echo.Context) error {
		r := e.Request()
		switch {
		case isProbe(r.URL.Path):
		case c.deps.Token == "":
			if !localHost(r.Host) {
				return refusef(http.StatusMisdirectedRequest, "host_refused",
					"Hôte « %s » refusé : sans jeton, le simulateur ne répond que sous localhost, 127.0.0.1 ou [::1]. Donner un jeton (--token) pour utiliser un autre nom.",
					"Host “%s” refused: without a token the simulator answers only as localhost, 127.0.0.1 or [::1]. Give it a token (--token) to use another name.", r.Host)
			}
		case !c.known(r):
			if r.URL.Path == "/" && r.URL.Query().Has("token") {
				return c.welcome(e)
			}
			e.Response().Header().Set("WWW-Authenticate", `Bearer realm="segursim"`)
			return refuse(http.StatusUnauthorized, "token_wanted",
				"Jeton absent ou faux : « Authorization: Bearer … », ou ouvrir /?token=… dans le navigateur. La bannière de démarrage l'affiche.",
				"Token missing or wrong: “Authorization: Bearer …”, or open /?token=… in the browser. The start banner shows it.")
		}
		return next(e)
	}
}

// welcome takes the token of /?token= and leaves the cookie.
func (c *Console) welcome(e echo.Context) error {
	if !same(e.QueryParam("token"), c.deps.Token) {
		return refuse(http.StatusUnauthorized, "token_wrong", "Ce jeton n'est pas le bon.", "This is not the token.")
	}
	e.SetCookie(&http.Cookie{
		Name: cookieName, Value: proof(c.deps.Token), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return e.Redirect(http.StatusSeeOther, "/console")
}

// known tells whether the caller shows the token, in one form or the other.
func (c *Console) known(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && same(strings.TrimSpace(token), c.deps.Token) {
		return true
	}
	cookie, err := r.Cookie(cookieName)
	return err == nil && same(cookie.Value, proof(c.deps.Token))
}

func proof(token string) string {
	sum := sha256.Sum256([]byte("segursim control cookie\n" + token))
	return hex.EncodeToString(sum[:])
}

// same compares in a time that tells nothing, not even the lengths.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// localHost tells whether a Host header names this machine's loopback.
func localHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// sameSite refuses a request that changes something and that a browser says comes
// from another site. The console's own forms also carry a token; the API, which
// takes no form, relies on what the browser says.
func (c *Console) sameSite(next echo.HandlerFunc) echo.HandlerFunc {
	return func(e echo.Context) error {
		r := e.Request()
		if safe(r.Method) {
			return next(e)
		}
		if foreign(r) {
			return refuse(http.StatusForbidden, "cross_site",
				"Requête refusée : elle vient d'un autre site.", "Request refused: it comes from another site.")
		}
		if isAPI(r.URL.Path) {
			return next(e)
		}
		r.Body = http.MaxBytesReader(e.Response(), r.Body, c.maxForm(r.URL.Path))
		token := r.Header.Get("X-Segursim-Form")
		if token == "" {
			if err := formError(r); err != nil {
				return err
			}
			token = r.PostFormValue("_token")
		}
		if !same(token, c.csrf) {
			return refuse(http.StatusForbidden, "form_token",
				"Formulaire périmé ou étranger : recharger la page et recommencer.", "Stale or foreign form: reload the page and try again.")
		}
		return next(e)
	}
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// foreign trusts Sec-Fetch-Site, and Origin from browsers that do not send it.
// Callers that are not browsers send neither.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || u.Host != r.Host
}

// formError reads the form, of either encoding, and says what prevented it.
func formError(r *http.Request) error {
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(maxJSON)
	}
	var tooBig *http.MaxBytesError
	switch {
	case err == nil, errors.Is(err, http.ErrNotMultipart):
		return nil
	case errors.As(err, &tooBig):
		return err
	}
	return refusef(http.StatusBadRequest, "invalid_form", "Formulaire illisible : %v.", "Unreadable form: %v.", err)
}
