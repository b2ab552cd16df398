package mssante

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// composeView is the page where a message is written.
type composeView struct {
	Form     url.Values
	Boxes    []boxChoice
	Patients []patientChoice
	Types    []choice
	Results  []resultRow
	Kept     []shelved
	Refused  journal.Text // why it was not sent, or cannot be
	Checked  bool
	Findings []findingGroup
	Size     int64
	Source   string
	Cut      bool
	Sent     *sentView
	Unsent   bool // the sending asked for is forgotten
	// The limits of a form, of the operator and of Mon espace santé, in bytes.
	MaxForm, MaxSize, MaxPatient int64
}

// patientChoice is a patient that a document may be about, or a message go to.
type patientChoice struct{ ID, Name, INS, Address string }

// resultRow is a line of results in the form.
type resultRow struct {
	N                                              int
	Code, Name, Value, Unit, Interpretation, Range string
}

// sentView is a message that was sent, with where it is.
type sentView struct {
	sent
	Places   []related
	Findings []findingGroup
}

// resultRows is how many lines of results the form has.
const resultRows = 5

func (p *panel) mountCompose(g *echo.Group) {
	g.GET("", p.compose)
	g.POST("", p.composeSend)
}

// compose shows the form; the query fills it in.
func (p *panel) compose(c echo.Context) error {
	form := url.Values{}
	for k, v := range c.QueryParams() {
		if k != "sent" && k != "said" && k != "lang" {
			form[k] = v
		}
	}
	v := p.composeView(form)
	if len(form) == 0 || form.Get("from") == "" {
		v.Form.Set("receipt", "true")
	}
	if queue := c.QueryParam("sent"); queue != "" {
		v.Sent = p.sentView(queue)
		v.Unsent = v.Sent == nil
	}
	return p.page(c, v)
}

func (p *panel) composeView(form url.Values) *composeView {
	v := &composeView{Form: form, MaxForm: maxUpload, MaxSize: p.s.office.MaxSize(), MaxPatient: p.s.config.Post.Patients.MaxSize}
	for _, t := range documentTypes() {
		v.Types = append(v.Types, choice{t.code, t.title + " (" + t.code + ")"})
	}
	_ = p.s.world.Store.View(func(tx *store.Txn) error {
		v.Boxes = boxChoices(tx)
		v.Patients = patientChoices(tx, "")
		return nil
	})
	for _, id := range form["kept"] {
		if f, ok := p.shelf.get(id); ok {
			v.Kept = append(v.Kept, f)
		}
	}
	v.Results = readRows(form)
	return v
}

// patientChoices are the first patients that match.
func patientChoices(tx *store.Txn, typed string) []patientChoice {
	var out []patientChoice
	for _, who := range registre.SearchPatients(tx, typed, maxChoices/5) {
		out = append(out, patientChoice{who.ID, who.Name(), who.INS.Full(), patientAddress(who.INS)})
	}
	return out
}

// readRows are the results of the form; those of a critical potassium before anybody
// typed (BIO/va1.01).
func readRows(form url.Values) []resultRow {
	rows := make([]resultRow, resultRows)
	if !form.Has("r0_name") {
		usual, _ := readResults(nil)
		for i, r := range usual {
			rows[i] = resultRow{i, r.code, r.name, r.value, r.unit, r.interpretation, r.normal}
		}
	}
	for i := range rows {
		rows[i].N = i
		if !form.Has("r0_name") {
			continue
		}
		get := func(name string) string { return strings.TrimSpace(form.Get(fmt.Sprintf("r%d_%s", i, name))) }
		rows[i] = resultRow{i, get("code"), get("name"), get("value"), get("unit"), get("flag"), get("range")}
	}
	return rows
}

// Selected helps a form to show what was chosen.
func (v *composeView) Selected(name, value string) bool { return v.Form.Get(name) == value }

// On tells whether a box of the form is ticked.
func (v *composeView) On(name string) bool { return v.Form.Get(name) != "" }

// composeIn is the form as the action's parameters.
func composeIn(form url.Values, files []shelved) map[string]any {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	in := map[string]any{
		"from": get("from"), "to": get("to"), "cc": get("cc"), "reply_to": get("reply_to"), "subject": get("subject"),
		"text": strings.ReplaceAll(form.Get("text"), "\r\n", "\n"), "receipt": get("receipt"), "in_reply_to": get("in_reply_to"),
		"nil": get("nil"), "mes": get("mes"), "attachments": asAttachments(files),
	}
	if !form.Has("nil") {
		delete(in, "nil")
	}
	if get("doc") == "" {
		return in
	}
	doc := map[string]any{}
	for _, name := range []string{"patient", "type", "title", "level", "text", "pdf", "replaces"} {
		if v := strings.ReplaceAll(get("doc_"+name), "\r\n", "\n"); v != "" {
			doc[name] = v
		}
	}
	doc["qualified"] = get("doc_unqualified") == ""
	results := []any{}
	for _, r := range readRows(form) {
		if r.Name != "" || r.Value != "" {
			results = append(results, map[string]any{
				"code": r.Code, "name": r.Name, "value": r.Value, "unit": r.Unit, "interpretation": r.Interpretation, "range": r.Range,
			})
		}
	}
	doc["results"] = results
	in["document"] = doc
	return in
}

func asAttachments(files []shelved) []any {
	out := []any{}
	for _, f := range files {
		out = append(out, map[string]any{"nom": f.Name, "type": f.Type, "contenu": base64.StdEncoding.EncodeToString(f.Content)})
	}
	return out
}

// keep puts the files of a form on the shelf, beside those kept before.
func (p *panel) keep(c echo.Context, form url.Values) *sim.Error {
	files, refusal := uploaded(c, "files")
	if refusal != nil {
		return refusal
	}
	for _, f := range files {
		form.Add("kept", p.shelf.put(shelved{Name: f.Name, Type: f.MediaType, Content: f.Content}).ID)
	}
	return nil
}

// composeSend checks or sends what the form says.
func (p *panel) composeSend(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	form = ofMessage(form)
	refusal := p.keep(c, form)
	v := p.composeView(form)
	switch {
	case refusal != nil:
	case form.Get("do") == "send":
		var queue string
		if queue, refusal = p.dispatch(c, form, v.Kept); refusal == nil {
			return c.Redirect(http.StatusSeeOther, p.base()+"?sent="+url.QueryEscape(queue))
		}
	default:
		refusal = p.preview(form, v)
	}
	if refusal != nil {
		if refusal.Kind == sim.Internal {
			p.s.world.Log.ErrorContext(c.Request().Context(), "mssante: console form", "error", refusal)
		}
		v.Refused = refusalText(refusal)
	}
	return p.page(c, v)
}

// ofMessage is a form without what is not of the message.
func ofMessage(form url.Values) url.Values {
	out := url.Values{}
	for k, v := range form {
		if k != "_token" {
			out[k] = slices.Clone(v)
		}
	}
	return out
}

// dispatch sends as the simulated correspondent, or as the patient.
func (p *panel) dispatch(c echo.Context, form url.Values, files []shelved) (string, *sim.Error) {
	in, ctx := composeIn(form, files), c.Request().Context()
	act := p.s.actDeposit
	if from, _ := in["from"].(string); bal.DomainOf(from) == patientDomain {
		act = p.s.actPatientWrite
		in = map[string]any{"patient": in["from"], "to": in["to"], "subject": in["subject"], "text": in["text"], "attachments": in["attachments"]}
	}
	out, err := act(ctx, in)
	if err != nil {
		return "", sim.AsError(err)
	}
	m, _ := out.(map[string]any)
	queue, _ := m["queue"].(string)
	return queue, nil
}

// preview writes the message without sending it, and reads it as the linter does.
func (p *panel) preview(form url.Values, v *composeView) *sim.Error {
	d, refusal := readDeposit(composeIn(form, v.Kept))
	if refusal != nil {
		return refusal
	}
	env, refusal := p.s.depositEnvelope(&d)
	if refusal != nil {
		return refusal
	}
	raw, err := p.s.compose(&d)
	if err != nil {
		return sim.AsError(err)
	}
	l := p.s.office.submitted(&env, raw)
	report := p.s.office.lint(&l)
	v.Checked, v.Findings, v.Size = true, grouped(report.Findings), int64(len(raw))
	v.Source, v.Cut = legible(raw, 16<<10)
	return nil
}

// sentView is a sending with where its copies are; nil when it is forgotten.
func (p *panel) sentView(queue string) *sentView {
	var v *sentView
	_ = p.s.world.Store.View(func(tx *store.Txn) error {
		row, ok := sents.Get(tx, queue)
		if !ok {
			return nil
		}
		v = &sentView{sent: row, Findings: grouped(row.Findings)}
		for _, f := range row.Recipients {
			at := related{Address: f.Address, Type: f.Outcome}
			if folder, ok := p.s.mail.Find(tx, f.Folder); ok && f.UID != 0 {
				at.Folder, at.UID = folder.Name, f.UID
			}
			v.Places = append(v.Places, at)
		}
		return nil
	})
	return v
}

// LevelText is a level in words, for one finding or many.
func (d panelData) LevelText(l linter.Level, n int) string {
	switch {
	case l == linter.Error && n == 1:
		return d.T("erreur", "error")
	case l == linter.Error:
		return d.T("erreurs", "errors")
	case l == linter.Warning && n == 1:
		return d.T("avertissement", "warning")
	case l == linter.Warning:
		return d.T("avertissements", "warnings")
	case n == 1:
		return d.T("information", "note")
	}
	return d.T("informations", "notes")
}

// LevelClass is the style of a level.
func (d panelData) LevelClass(l linter.Level) string {
	switch l {
	case linter.Error:
		return "bad"
	case linter.Warning:
		return "warn"
	}
	return "info"
}
