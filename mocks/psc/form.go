package psc

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/segursim/segursim/internal/sim"
)

// maxForm bounds a form, in bytes. Keycloak's own bound is 10 MiB on the body
// and 131,072 on one attribute (Quarkus' defaults: inferred); no client of PSC
// has a reason to send more than this.
const maxForm = 1 << 20

// maxAttribute bounds one parameter's value, in bytes.
const maxAttribute = 128 << 10

// form is a decoded form or query. Get gives the first value, as Keycloak does.
type form url.Values

func (f form) get(name string) string { return url.Values(f).Get(name) }

func (f form) has(name string) bool { return url.Values(f).Has(name) }

// duplicated returns a parameter that appears more than once (RFC 6749 §3.1).
func (f form) duplicated() (string, bool) {
	for name, values := range f {
		if len(values) > 1 {
			return name, true
		}
	}
	return "", false
}

// facts are the first values, for the journal.
func (f form) facts() map[string]any {
	out := make(map[string]any, len(f))
	for name, values := range f {
		if len(values) > 0 {
			out[name] = values[0]
		}
	}
	return out
}

// readForm reads an application/x-www-form-urlencoded body.
func readForm(r *http.Request) (form, *sim.Error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		if r.ContentLength == 0 || r.Body == http.NoBody {
			return form{}, nil
		}
		return nil, refuse(http.StatusUnsupportedMediaType, "invalid_request", "HTTP 415 Unsupported Media Type", cause("content-type",
			"Le corps doit être de type application/x-www-form-urlencoded, pas « "+r.Header.Get("Content-Type")+" ».",
			"The body must be application/x-www-form-urlencoded, not “"+r.Header.Get("Content-Type")+"”.",
			"RFC 6749 §3.2"))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "invalid_request", "Unreadable request body", cause("body",
			"Le corps n'a pas pu être lu jusqu'au bout : "+err.Error()+".",
			"The body could not be read to its end: "+err.Error()+".", "RFC 9112 §8"))
	}
	if len(body) > maxForm {
		return nil, refuse(http.StatusRequestEntityTooLarge, bare, "", cause("form-size",
			"Le formulaire dépasse 1 Mio.", "The form exceeds 1 MiB.", "Keycloak (quarkus.http.limits.max-body-size)"))
	}
	return parseForm(string(body))
}

func parseForm(text string) (form, *sim.Error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		var esc url.EscapeError
		detail := err.Error()
		if errors.As(err, &esc) {
			detail = "séquence " + string(esc)
		}
		return nil, refuse(http.StatusBadRequest, "invalid_request", "Malformed form", cause("form",
			"Le formulaire est mal encodé : "+detail+".", "The form is badly encoded: "+err.Error()+".", "URL Standard §5.1"))
	}
	for name, list := range values {
		for _, v := range list {
			if !utf8.ValidString(v) || !utf8.ValidString(name) {
				return nil, refuse(http.StatusBadRequest, "invalid_request", "Malformed form", cause("utf-8",
					"Le paramètre « "+strings.ToValidUTF8(name, "�")+" » n'est pas de l'UTF-8.",
					"The parameter “"+strings.ToValidUTF8(name, "�")+"” is not UTF-8.", "RFC 6749 appendix B"))
			}
			if len(v) > maxAttribute {
				return nil, refuse(http.StatusRequestEntityTooLarge, bare, "", cause("form-size",
					"Le paramètre « "+name+" » dépasse 128 Kio.", "The parameter “"+name+"” exceeds 128 KiB.",
					"Keycloak (quarkus.http.limits.max-form-attribute-size)"))
			}
		}
	}
	return form(values), nil
}
