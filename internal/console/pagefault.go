package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
)

// faultsData is what the faults' page shows.
type faultsData struct {
	Faults   []scenario.Fault
	Services []ServiceView
	Effects  []effectChoice
	Bad      []string   // server certificates of the tls effect
	Form     url.Values // what was refused, to be corrected
}

// An effectChoice is an effect, and what the form asks for it.
type effectChoice struct {
	Name string
	Text journal.Text
}

func effectChoices() []effectChoice {
	return []effectChoice{
		{"delay", journal.Text{FR: "Retarder la réponse", EN: "Delay the answer"}},
		{"error", journal.Text{FR: "Refuser avec un code de l’opération", EN: "Refuse with one of the operation's codes"}},
		{"http", journal.Text{FR: "Répondre un statut HTTP nu, comme un proxy", EN: "Answer a bare HTTP status, as a proxy would"}},
		{"drop", journal.Text{FR: "Agir, puis couper sans répondre", EN: "Act, then close without an answer"}},
		{"reset", journal.Text{FR: "Agir, puis réinitialiser la connexion", EN: "Act, then reset the connection"}},
		{"truncate", journal.Text{FR: "Tronquer le corps de la réponse", EN: "Truncate the answer's body"}},
		{"garble", journal.Text{FR: "Corrompre des octets de la réponse", EN: "Corrupt bytes of the answer"}},
		{"patch", journal.Text{FR: "Remplacer des champs de la réponse", EN: "Replace fields of the answer"}},
		{"tls", journal.Text{FR: "Présenter un mauvais certificat serveur", EN: "Show a bad server certificate"}},
	}
}

// Describe says an effect in one line.
func (faultsData) Describe(e scenario.Effect) string {
	b, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func (c *Console) faultsPage(e echo.Context) error {
	return c.renderFaults(e, http.StatusOK, url.Values{}, nil)
}

func (c *Console) renderFaults(e echo.Context, status int, form url.Values, refused error) error {
	data := faultsData{
		Effects: effectChoices(), Bad: []string{"expired", "revoked", "unknown-ca", "wrong-host"}, Form: form,
	}
	if c.deps.Engine != nil {
		data.Faults = c.deps.Engine.Faults()
	}
	for _, s := range c.deps.Services {
		data.Services = append(data.Services, viewService(s))
	}
	p := c.page(e, journal.Text{FR: "Défauts", EN: "Faults"}, data)
	if refused != nil {
		r := asRefusal(e, refused)
		p.Error, status = r.text, r.status
	}
	return c.render(e, status, "faults", p)
}

func (c *Console) faultForm(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	form, err := e.FormParams()
	if err != nil {
		return err
	}
	f, err := faultOf(form)
	if err == nil {
		_, err = c.addFault(f)
	}
	if err != nil {
		return c.renderFaults(e, http.StatusBadRequest, form, err)
	}
	return back(e, "/console/faults", "fault")
}

func (c *Console) faultsClearForm(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	c.deps.Engine.ClearFaults()
	return back(e, "/console/faults", "cleared")
}

func (c *Console) faultDeleteForm(e echo.Context) error {
	if c.deps.Engine == nil {
		return unavailable()
	}
	c.deps.Engine.RemoveFault(e.Param("id")) // gone already is as good
	return back(e, "/console/faults", "removed")
}

// faultOf reads the form: "target" is service/op, and of the effects' fields only
// those of the chosen one count.
func faultOf(form url.Values) (scenario.Fault, error) {
	f := scenario.Fault{Where: strings.TrimSpace(form.Get("where"))}
	r := &formReader{form: form}
	f.Times, f.After = r.whole("times"), r.whole("after")
	if s := strings.Replace(form.Get("probability"), ",", ".", 1); s != "" {
		p, err := strconv.ParseFloat(s, 64)
		r.check(err, "probability", s)
		f.Probability = p / 100
	}
	effect := form.Get("effect")
	if effect != "tls" {
		f.Service, f.Op, _ = strings.Cut(form.Get("target"), "/")
	}
	switch effect {
	case "delay":
		f.Effect.Delay = r.duration("delay")
	case "error":
		f.Effect.Error = &scenario.ErrorEffect{
			Code: form.Get("code"), Status: r.whole("error_status"), Text: form.Get("error_text"),
		}
	case "http":
		f.Effect.HTTP = &scenario.HTTPEffect{
			Status: r.whole("http_status"), RetryAfter: r.duration("retry_after"), Body: form.Get("http_body"),
		}
	case "drop":
		f.Effect.Drop = true
	case "reset":
		f.Effect.Reset = true
	case "truncate":
		f.Effect.Truncate = &scenario.TruncateEffect{Bytes: r.whole("bytes")}
	case "garble":
		f.Effect.Garble = true
	case "tls":
		f.Effect.TLS = form.Get("certificate")
	case "patch":
		if err := strictJSON([]byte(form.Get("patch")), &f.Effect.Patch); err != nil {
			return f, err
		}
	default:
		r.check(strconv.ErrSyntax, "effect", effect)
	}
	return f, r.err
}

// A formReader reads fields and keeps the first error.
type formReader struct {
	form url.Values
	err  error
}

func (r *formReader) check(err error, field, value string) {
	if err != nil && r.err == nil {
		r.err = refusef(http.StatusBadRequest, "invalid_field",
			"Champ « %s » : « %s » n'est pas une valeur acceptée.", "Field “%s”: “%s” is not an accepted value.", field, value)
	}
}

func (r *formReader) whole(field string) int {
	s := strings.TrimSpace(r.form.Get(field))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	r.check(err, field, s)
	return n
}

func (r *formReader) duration(field string) scenario.Duration {
	s := strings.ReplaceAll(r.form.Get(field), " ", "")
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(s)
	r.check(err, field, s)
	return scenario.Duration(d)
}
