package insi

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/datamatrix"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// dmService is a service with nothing but the datamatrix: its page and actions
// need nothing of the rest of INSi.
type dmService struct{ w *sim.World }

func (dmService) Info() sim.Info {
	return sim.Info{Name: "insi", Title: journal.Text{FR: "INSi", EN: "INSi"}, Spec: "TEST"}
}
func (dmService) Hosts() []string                  { return nil }
func (dmService) Tables() []store.Schema           { return nil }
func (dmService) Seed(*store.Txn, fs.FS) error     { return nil }
func (dmService) Mount(*echo.Group)                {}
func (s dmService) Panels() []sim.Panel            { return []sim.Panel{datamatrixPanel(s.w)} }
func (s dmService) Actions() map[string]sim.Action { return datamatrixActions(s.w) }

// dmStart starts a simulator with that service and returns its world and the
// address of the page.
func dmStart(t *testing.T) (*sim.World, string) {
	t.Helper()
	a, err := app.New(app.Options{
		Seed: "datamatrix", Ephemeral: true, Fixtures: fixtures.FS, Scenarios: fstest.MapFS{}, Certs: certs.FS(),
		Listen: map[string]string{app.HTTPS: "127.0.0.1:0", app.HTTP: "127.0.0.1:0", app.Control: "127.0.0.1:0"},
	}, []sim.Constructor{func(w *sim.World) (sim.Service, error) { return dmService{w}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return a.World(), "http://" + a.Endpoints().Listeners[app.Control] + datamatrixBase
}

func dmDo(t *testing.T, w *sim.World, verb string, in map[string]any) (any, *sim.Error) {
	t.Helper()
	out, err := datamatrixActions(w)[verb].Do(t.Context(), in)
	if err != nil {
		return nil, sim.AsError(err)
	}
	return out, nil
}

func TestDatamatrixActions(t *testing.T) {
	w, _ := dmStart(t)
	out, refusal := dmDo(t, w, "datamatrix-encode", map[string]any{"patient": "segursim-alice", "module": float64(2)})
	if refusal != nil {
		t.Fatal(refusal)
	}
	e := out.(encoded)
	const want = "S1285047599910178S21.2.250.1.213.1.4.10S3ALICE MARIE<GS>S4SEGURSIM-ORDINAIRE<GS>S5FS612-04-1985S775999"
	if e.Visible != datamatrix.Header+want || e.Forced || !strings.HasPrefix(string(e.PNG), "\x89PNG") || !strings.HasPrefix(e.SVG, "<svg") {
		t.Errorf("encoded %+v", e)
	}
	out, refusal = dmDo(t, w, "datamatrix-decode", map[string]any{"payload": "]d1" + e.Payload + "\r"})
	if refusal != nil {
		t.Fatal(refusal)
	}
	if d := out.(decoded); !d.OK || d.Identity != e.Identity || d.Patient != "segursim-alice" || len(d.Blocks) != 7 {
		t.Errorf("decoded %+v", d)
	}
	// By matricule, with or without its key, and with a field corrected.
	for _, ref := range []string{"2850475999101", "285047599910178"} {
		out, refusal = dmDo(t, w, "datamatrix-encode", map[string]any{"patient": ref, "prenoms": "ALICE", "dateNaissance": "1985-04-13", "lieuNaissance": ""})
		if refusal != nil {
			t.Fatal(refusal)
		}
		if id := out.(encoded).Identity; id.GivenNames != "ALICE" || id.BirthDate != "13-04-1985" || id.BirthPlace != "" || id.BirthName != "SEGURSIM-ORDINAIRE" {
			t.Errorf("identity %+v", id)
		}
	}
}

func TestDatamatrixActionsRefuse(t *testing.T) {
	w, _ := dmStart(t)
	for _, c := range []struct {
		name, verb string
		in         map[string]any
		code, rule string
		forced     bool // force makes it
	}{
		{"unknown patient", "datamatrix-encode", map[string]any{"patient": "personne"}, "unknown_patient", "patient.inconnu", false},
		{"nothing", "datamatrix-encode", nil, "datamatrix_refused", "s1.longueur", true},
		{"wrong key kept as published", "datamatrix-encode", map[string]any{"patient": "1810363220456"}, "datamatrix_refused", "s1.cle", true},
		{"doubtful", "datamatrix-encode", map[string]any{"patient": "segursim-douteux"}, "datamatrix_refused", "patient.statut", true},
		{"fictitious", "datamatrix-encode", map[string]any{"patient": "segursim-fictif"}, "datamatrix_refused", "patient.statut", true},
		{"separator in a name", "datamatrix-encode", map[string]any{"patient": "segursim-alice", "nomNaissance": "A\x1dB"}, "datamatrix_refused", "s4.alphabet", false},
		{"module too large", "datamatrix-encode", map[string]any{"patient": "segursim-alice", "module": float64(1000)}, "bad_value", "image.module", false},
		{"number for a text", "datamatrix-encode", map[string]any{"sexe": float64(1)}, "bad_value", "type", false},
		{"text for a boolean", "datamatrix-encode", map[string]any{"force": "oui"}, "bad_value", "type", false},
		{"nothing to read", "datamatrix-decode", nil, "bad_value", "payload", false},
		{"number to read", "datamatrix-decode", map[string]any{"payload": float64(1)}, "bad_value", "type", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, refusal := dmDo(t, w, c.verb, c.in)
			if refusal == nil {
				t.Fatalf("taken: %+v", out)
			}
			if refusal.Code != c.code || refusal.Cause.Rule != "insi.datamatrix."+c.rule || refusal.Cause.Text.FR == "" || refusal.Cause.Text.EN == "" {
				t.Errorf("refusal %+v", refusal)
			}
			if c.verb != "datamatrix-encode" || c.code == "bad_value" || c.code == "unknown_patient" {
				return
			}
			in := map[string]any{"force": true}
			for k, v := range c.in {
				in[k] = v
			}
			out, refusal = dmDo(t, w, c.verb, in)
			if (refusal == nil) != c.forced {
				t.Fatalf("forced: %v", refusal)
			}
			if c.forced && (!out.(encoded).Forced || !datamatrix.Failed(out.(encoded).Findings)) {
				t.Errorf("forced: %+v", out)
			}
		})
	}
	// What is not right is read all the same, and says so.
	out, _ := dmDo(t, w, "datamatrix-decode", map[string]any{"payload": "BONJOUR"})
	if d := out.(decoded); d.OK || d.Patient != "" || len(d.Findings) != 1 {
		t.Errorf("decoded %+v", d)
	}
}

// dmPage is an answer of the page.
type dmPage struct {
	status int
	header http.Header
	body   string
	root   *html.Node
}

func dmSend(t *testing.T, method, target string, form url.Values) dmPage {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return dmPage{resp.StatusCode, resp.Header, string(b), root}
}

// node finds the element whose attribute has that value.
func (p dmPage) node(name, value string) *html.Node {
	for n := range p.root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == name && a.Val == value {
				return n
			}
		}
	}
	return nil
}

func (p dmPage) attr(t *testing.T, by, value, name string) string {
	t.Helper()
	n := p.node(by, value)
	if n == nil {
		t.Fatalf("no element with %s=%q in %s", by, value, p.body)
	}
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (p dmPage) text(t *testing.T, id string) string {
	t.Helper()
	n := p.node("id", id)
	if n == nil {
		t.Fatalf("no element %q in %s", id, p.body)
	}
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestDatamatrixPage: pick a patient, see the code and its payload, fetch the
// pictures, read it back.
func TestDatamatrixPage(t *testing.T) {
	_, base := dmStart(t)
	control := strings.TrimSuffix(base, datamatrixBase)
	page := dmSend(t, http.MethodGet, base+"?q=SEGURSIM-ORD", nil)
	if page.status != http.StatusOK || !strings.Contains(page.body, "ALICE SEGURSIM-ORDINAIRE") {
		t.Fatalf("page %d %s", page.status, page.body)
	}
	page = dmSend(t, http.MethodGet, base+"?patient=segursim-alice", nil)
	const shown = "S4SEGURSIM-ORDINAIRE<GS>S5FS612-04-1985S775999"
	if got := page.text(t, "dm-payload"); !strings.HasSuffix(got, shown) {
		t.Errorf("payload %q", got)
	}
	if got := page.attr(t, "id", "dm-s6", "value"); got != "12-04-1985" {
		t.Errorf("field S6 %q", got)
	}
	for id, kind := range map[string]string{"dm-svg": "image/svg+xml", "dm-png": "image/png"} {
		file := dmSend(t, http.MethodGet, control+page.attr(t, "id", id, "href"), nil)
		if file.status != http.StatusOK || file.header.Get("Content-Type") != kind || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment; ") {
			t.Errorf("%s: %d %v", id, file.status, file.header)
		}
	}
	if image := dmSend(t, http.MethodGet, control+page.attr(t, "id", "dm-image", "src"), nil); image.status != http.StatusOK || image.header.Get("Content-Disposition") != "" {
		t.Errorf("image %d %v", image.status, image.header)
	}
	token, scan := page.attr(t, "name", "_token", "value"), page.attr(t, "name", "scan", "value")
	if strings.Count(scan, datamatrix.GS) != 2 {
		t.Errorf("the form to read back has %q", scan)
	}
	back := dmSend(t, http.MethodPost, base+"/decode", url.Values{"_token": {token}, "scan": {scan}})
	for _, want := range []string{"conforme segursim-alice", "285047599910178", "ALICE MARIE"} {
		if got := back.text(t, "dm-was-read") + " " + back.text(t, "dm-blocks"); !strings.Contains(got, want) {
			t.Errorf("read back: %q, want %q", got, want)
		}
	}
	bad := dmSend(t, http.MethodPost, base+"/decode", url.Values{"_token": {token}, "scan": {"]Q3<script>alert(1)</script>"}})
	if got := bad.text(t, "dm-found"); bad.status != http.StatusOK || !strings.Contains(got, "autre genre de code") || strings.Contains(bad.body, "<script>alert") {
		t.Errorf("read %d: %s", bad.status, got)
	}
	if foreign := dmSend(t, http.MethodPost, base+"/decode", url.Values{"scan": {scan}}); foreign.status != http.StatusForbidden {
		t.Errorf("a form without its token: %d", foreign.status)
	}
	if css := dmSend(t, http.MethodGet, control+page.attr(t, "rel", "stylesheet", "href"), nil); css.status != http.StatusOK {
		t.Errorf("style: %d", css.status)
	}
}

// TestDatamatrixPageRefuses: what is wrong is said at its field, and can be
// made all the same.
func TestDatamatrixPageRefuses(t *testing.T) {
	_, base := dmStart(t)
	typed := url.Values{
		"s1": {"285047599910179"}, "s2": {datamatrix.OIDTest}, "s3": {"ALICE"}, "s4": {"DÉPÔT"}, "s5": {"F"}, "s6": {"1985-04-12"}, "s7": {""}, "m": {"3"},
	}
	page := dmSend(t, http.MethodGet, base+"?"+typed.Encode(), nil)
	for _, id := range []string{"dm-s1", "dm-s4"} {
		if page.attr(t, "id", id, "aria-invalid") != "true" {
			t.Errorf("%s is not marked", id)
		}
	}
	if got := page.attr(t, "id", "dm-s6", "value") + page.attr(t, "id", "dm-s6", "aria-invalid"); got != "12-04-1985" {
		t.Errorf("S6 %q", got)
	}
	if page.node("id", "dm-payload") != nil || page.node("id", "dm-force") == nil {
		t.Fatalf("refused page %s", page.body)
	}
	typed.Set("force", "true")
	page = dmSend(t, http.MethodGet, base+"?lang=en&"+typed.Encode(), nil)
	if got := page.text(t, "dm-payload"); !strings.Contains(got, "S4DÉPÔT<GS>") || !strings.Contains(page.body, "in spite of the errors") {
		t.Errorf("forced: %q", got)
	}
	for _, c := range []struct{ name, query, want string }{
		{"unknown patient", "?patient=personne", "Aucun patient de ce nom"},
		{"no INS", "?patient=segursim-nouveau-ne", "n'a pas d'INS"},
		{"doubtful", "?patient=segursim-douteux", "EXI ID 26"},
		{"empty fields", "?s1=", "S1 (matricule INS) est vide"},
		{"not ISO 8859-1", "?s1=1&s4=" + url.QueryEscape("D’ARTAGNAN"), "S4 (nom de naissance) contient"},
	} {
		page := dmSend(t, http.MethodGet, base+c.query, nil)
		if page.status != http.StatusOK || !strings.Contains(html.UnescapeString(page.body), c.want) || page.node("id", "dm-payload") != nil {
			t.Errorf("%s: %d, without %q", c.name, page.status, c.want)
		}
	}
	var got []int
	for _, q := range []string{"/image.png?p=QQ&m=41", "/image.png?p=QQ&m=0", "/image.svg?p=QQ", "/image.svg?p=***&m=3", "/image.svg?m=3", "/image.svg?p=" + strings.Repeat("QUFB", 800) + "&m=3"} {
		got = append(got, dmSend(t, http.MethodGet, base+q, nil).status)
	}
	if diff := cmp.Diff([]int{400, 400, 400, 400, 400, 400}, got); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
}

// TestDatamatrixPatients: every patient of the fixtures gives a code that reads
// back, or a refusal that says why.
func TestDatamatrixPatients(t *testing.T) {
	w, _ := dmStart(t)
	d, made := datamatrixes{w}, 0
	for _, p := range d.search("", 1000) {
		id, before := identityOf(p)
		out := d.write(id, before, false)
		if out.Symbol == nil {
			if !datamatrix.Failed(out.Findings) {
				t.Errorf("%s is refused for nothing", p.ID)
			}
			continue
		}
		made++
		if back, found := datamatrix.Decode(out.Payload); back != id || datamatrix.Failed(found) {
			t.Errorf("%s is read as %+v, %v", p.ID, back, found)
		}
	}
	if made < 20 {
		t.Errorf("%d patients have a datamatrix", made)
	}
	if got := findingsOf(errors.New("x")); !datamatrix.Failed(got) {
		t.Errorf("findings of a foreign error: %v", got)
	}
}
