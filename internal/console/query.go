package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// maxWait bounds every wait, in real time.
const maxWait = 5 * time.Minute

// strictQuery refuses query parameters that the route does not name, and twice
// the same one: a filter that is silently ignored would match too much.
func (c *Console) strictQuery(r route) echo.HandlerFunc {
	return func(e echo.Context) error {
		for name, values := range e.QueryParams() {
			if !slices.ContainsFunc(r.query(), func(p param) bool { return p.name == name }) {
				return refusef(http.StatusBadRequest, "unknown_parameter",
					"Paramètre « %s » inconnu ; connus ici : %s.", "Unknown parameter “%s”; known here: %s.", name, r.queryNames())
			}
			if len(values) > 1 {
				return refusef(http.StatusBadRequest, "repeated_parameter",
					"Paramètre « %s » donné plusieurs fois.", "Parameter “%s” given more than once.", name)
			}
		}
		return r.handle(c, e)
	}
}

func badParameter(name, value, fr, en string) *refusal {
	return refusef(http.StatusBadRequest, "invalid_parameter",
		"Paramètre %s=%s : "+fr, "Parameter %s=%s: "+en, name, value)
}

// number reads a whole number not above limit; absent gives fallback.
func number(q url.Values, name string, fallback, limit uint64) (uint64, error) {
	s := q.Get(name)
	if s == "" {
		return fallback, nil
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > limit {
		return 0, badParameter(name, s,
			"un nombre entier de 0 à "+strconv.FormatUint(limit, 10)+" est attendu.",
			"a whole number from 0 to "+strconv.FormatUint(limit, 10)+" is wanted.")
	}
	return n, nil
}

// boolean reads "1", "true", "0", "false"; absent gives fallback.
func boolean(q url.Values, name string, fallback bool) (bool, error) {
	s := q.Get(name)
	if s == "" {
		return fallback, nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		return false, badParameter(name, s, "1 ou 0 est attendu.", "1 or 0 is wanted.")
	}
	return b, nil
}

// waiting reads a wait: a duration such as 10s, or seconds; absent is none.
func waiting(q url.Values) (time.Duration, error) {
	s := q.Get("wait")
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil && strings.Trim(s, "0123456789") == "" {
		d, err = time.ParseDuration(s + "s")
	}
	if err != nil || d < 0 || d > maxWait {
		return 0, badParameter("wait", s, "une durée de 0 à 5m est attendue, par exemple 10s.", "a duration from 0 to 5m is wanted, such as 10s.")
	}
	return d, nil
}

// sequence reads the {seq} of a path.
func sequence(e echo.Context) (uint64, error) {
	s := e.Param("seq")
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, badParameter("seq", s, "un numéro d'échange est attendu.", "an exchange's number is wanted.")
	}
	return n, nil
}
