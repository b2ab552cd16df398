package mssante

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// checkView is the page of the linter alone.
type checkView struct {
	Form     url.Values
	Rules    []ruleView
	Levels   []linter.Level
	Total    int
	Refused  journal.Text
	Done     bool
	Zip      bool // only an archive was checked
	Name     string
	Size     int64
	Findings []findingGroup
	Subject  string
	From     string
	NIL      string
	Patient  string
	Archive  *archiveView
}

// ruleView is a rule of the catalogue.
type ruleView struct {
	linter.Rule
	Text journal.Text
}

func (p *panel) mountCheck(g *echo.Group) {
	g.GET("", func(c echo.Context) error { return p.page(c, checkPage(c.QueryParams())) })
	g.POST("", p.check)
}

// checkPage is the form with the rules of the level asked for.
func checkPage(form url.Values) *checkView {
	v := &checkView{Form: form, Levels: []linter.Level{linter.Error, linter.Warning, linter.Information}}
	verb := regexp.MustCompile(`%[a-zA-Z]`)
	all := linter.Catalogue()
	v.Total = len(all)
	for _, r := range all {
		if level := form.Get("level"); level == "" || string(r.Level) == level {
			v.Rules = append(v.Rules, ruleView{r, journal.Text{FR: verb.ReplaceAllString(r.FR, "…"), EN: verb.ReplaceAllString(r.EN, "…")}})
		}
	}
	return v
}

// check reads what was pasted or uploaded.
func (p *panel) check(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	v := checkPage(ofMessage(form))
	if refusal := p.checked(c, v); refusal != nil {
		v.Refused = refusalText(refusal)
	}
	return p.page(c, v)
}

func (p *panel) checked(c echo.Context, v *checkView) *sim.Error {
	files, refusal := uploaded(c, "files")
	if refusal != nil {
		return refusal
	}
	raw := rawMessage(v.Form.Get("raw"))
	if len(files) > 0 {
		raw, v.Name = files[0].Content, files[0].Name
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return actionError(sim.BadRequest, "bad-value", "coller un message, ou choisir un fichier .eml ou IHE_XDM.zip", "paste a message, or choose an .eml file or an IHE_XDM.zip")
	}
	v.Size = int64(len(raw))
	if bytes.HasPrefix(raw, []byte("PK")) {
		v.Zip = true
		wrapped, err := p.wrap(raw)
		if err != nil {
			return actionError(sim.BadRequest, "bad-message", "l'archive ne peut pas être mise dans un message : "+err.Error(), "the archive cannot be put into a message: "+err.Error())
		}
		raw = wrapped
	} else if !bytes.Contains(raw, []byte("\r\n")) { // a file that lost its line ends
		raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
	}
	to, refusal := list(map[string]any{"to": v.Form.Get("to")}, "to")
	if refusal != nil {
		return refusal
	}
	p.judged(v, raw, to)
	return nil
}

// wrap puts an archive alone into a message, for the linter.
func (p *panel) wrap(zip []byte) ([]byte, error) {
	return message.Build(message.Draft{
		From: message.Address{Address: "controle@" + p.s.config.Domain}, To: []message.Address{{Address: "controle@" + p.s.config.Domain}},
		Subject: "Contrôle", Date: p.s.now(), MessageID: "controle@" + p.s.config.Domain, Text: "Contrôle.\n",
		Attachments: []message.Attachment{{Name: "IHE_XDM.zip", MediaType: "application/zip", Content: zip}},
	})
}

// judged reads the message against the rules; of an archive alone, only what is said
// of the archive is kept.
func (p *panel) judged(v *checkView, raw []byte, to []string) {
	from := strings.TrimSpace(v.Form.Get("from"))
	if m, err := message.Parse(raw); err == nil {
		if len(to) == 0 {
			to = append(header(m, "To"), header(m, "Cc")...)
		}
		if from == "" {
			from = first(header(m, "From"))
		}
		v.Subject, v.From = m.Header.Get("Subject"), m.Header.Get("From")
		if zip := archiveOf(m); zip != nil {
			v.Archive = openArchive(zip)
		}
	}
	var report *linter.Report
	_ = p.s.world.Store.View(func(tx *store.Txn) error {
		report = linter.Lint(linter.Input{
			Raw: raw, From: from, To: to, Kind: v.Form.Get("kind"), Now: p.s.now(), Limit: p.s.office.MaxSize(), Trusted: p.s.trusted,
			Patient: func(matricule string) (linter.Patient, bool) { return lintPatient(tx, matricule) },
			Reply: func(id string) bool {
				_, ok := sentTo(tx, id, from)
				return ok
			},
		})
		return nil
	})
	findings := report.Findings
	if v.Zip {
		findings = nil
		for _, f := range report.Findings {
			if strings.HasPrefix(f.Part, "IHE_XDM") || strings.HasPrefix(f.Rule, "mss.xdm.") || strings.HasPrefix(f.Rule, "mss.cda.") {
				findings = append(findings, f)
			}
		}
		v.Subject, v.From = "", ""
	}
	v.Done, v.NIL, v.Patient, v.Findings = true, report.NIL, report.Patient, grouped(findings)
}
