package insi

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// identityWorld is a world with the identities of the fixtures and nothing else.
func identityWorld(t *testing.T) *sim.World {
	t.Helper()
	db := store.New()
	if err := db.Open(registre.Tables()...); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(tx *store.Txn) error { return registre.Seed(tx, fixtures.FS, "") }); err != nil {
		t.Fatal(err)
	}
	db.Baseline()
	return &sim.World{
		Store: db, Clock: clock.New(time.Now), Journal: journal.New(journal.Options{}), Rand: rand.NewChaCha8([32]byte{1}),
		Log: slog.New(slog.DiscardHandler),
	}
}

type identityBench struct {
	*testing.T
	w       *sim.World
	actions map[string]sim.Action
	echo    *echo.Echo
	lang    string
}

func newIdentityBench(t *testing.T) *identityBench {
	t.Helper()
	w := identityWorld(t)
	b := &identityBench{T: t, w: w, actions: identityActions(w), echo: echo.New(), lang: "fr"}
	for _, p := range identityPanels(w) {
		p.Mount(b.echo.Group("/console/insi/"+p.Name), b)
	}
	return b
}

func (b *identityBench) Render(c echo.Context, title journal.Text, body string) error {
	return c.HTML(http.StatusOK, "<h1>"+title.FR+"</h1>"+body)
}
func (b *identityBench) Lang(echo.Context) string  { return b.lang }
func (b *identityBench) Token(echo.Context) string { return "jeton" }

// do runs an action with a JSON body, as the control API does.
func (b *identityBench) do(verb, body string) (map[string]any, *sim.Error) {
	b.Helper()
	var in map[string]any
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		b.Fatal(err)
	}
	out, err := b.actions[verb].Do(context.Background(), in)
	if err != nil {
		return nil, sim.AsError(err)
	}
	raw, err := json.Marshal(out)
	if err != nil {
		b.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(raw, &back); err != nil {
		b.Fatal(err)
	}
	return back, nil
}

func (b *identityBench) must(verb, body string) map[string]any {
	b.Helper()
	out, refusal := b.do(verb, body)
	if refusal != nil {
		b.Fatalf("%s %s: %v", verb, body, refusal)
	}
	return out
}

func (b *identityBench) patient(id string) (registre.Patient, bool) {
	var p registre.Patient
	var ok bool
	if err := b.w.Store.View(func(tx *store.Txn) error { p, ok = registre.GetPatient(tx, id); return nil }); err != nil {
		b.Fatal(err)
	}
	return p, ok
}

// last is the last event of the journal, as kind, id and count.
func (b *identityBench) last() string {
	b.Helper()
	all := b.w.Journal.Since(0, 1000)
	if len(all) == 0 {
		return ""
	}
	e := all[len(all)-1]
	if e.Service != "insi" || e.Op != opIdentity || e.Outcome != journal.Event || e.Summary == "" {
		b.Errorf("event %+v", e)
	}
	return fmt.Sprint(e.Fact("change.kind"), " ", e.Fact("change.id"), " ", e.Fact("change.count"))
}

// page asks for a page, or sends a form.
func (b *identityBench) page(path string, form url.Values) (int, string, string) {
	b.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(b.Context(), method, "/console/insi/identites"+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	rec := httptest.NewRecorder()
	b.echo.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String(), rec.Header().Get("Location")
}

func TestIdentityActions(t *testing.T) {
	t.Parallel()
	b := newIdentityBench(t)
	added := b.must("set-identity", `{"nomNaissance":"TEST-AJOUTE","prenoms":"ALPHA, BETA","sexe":"F","dateNaissance":"1990-02-03","lieuNaissance":"75999","ins":{"matricule":"2900275999001"}}`)
	id := added["identity"].(map[string]any)["id"].(string)
	p, ok := b.patient(id)
	want := registre.INS{Matricule: "2900275999001", OID: registre.OIDTest}
	want.Key, _ = registre.NIRKey(want.Matricule)
	if !ok || added["added"] != true || p.INS != want || !slices.Equal(p.GivenNames, []string{"ALPHA", "BETA"}) || p.FirstGivenName != "ALPHA" || p.Source != "console" {
		t.Fatalf("added: %+v", p)
	}
	if got := b.last(); got != "add "+id+" 1" {
		t.Errorf("event %q", got)
	}
	found := b.must("match", `{"nom":"TEST-AJOUTE","prenom":"BETA","sexe":"F","date":"1990-02-03"}`)
	if found["code"] != "00" || found["label"] != "OK" {
		t.Errorf("match = %v", found)
	}
	// Fields that are not given stay; what follows from the others is computed anew.
	b.must("set-identity", `{"id":"2900275999001","prenoms":["GAMMA"],"ins":{"matricule":"2900275999002"},"rang":2,"historique":[{"matricule":"1900275999001"}]}`)
	if p, _ = b.patient(id); p.BirthName != "TEST-AJOUTE" || p.FirstGivenName != "GAMMA" || !registre.ValidNIR(p.INS.Full()) || p.Rank != 2 || len(p.History) != 1 || !registre.ValidNIR(p.History[0].Full()) {
		t.Errorf("edited: %+v", p)
	}
	if got := b.last(); got != "edit "+id+" 1" {
		t.Errorf("event %q", got)
	}
	b.must("mark-identity", `{"id":"`+id+`","add":"douteux, homonyme","deces":"2026-01-01"}`)
	b.must("mark-identity", `{"id":"`+id+`","add":["discordant"],"remove":["homonyme"]}`)
	if p, _ = b.patient(id); !slices.Equal(p.Marks, []registre.Mark{registre.MarkDoubtful, registre.MarkDiscordant}) || p.Death != "2026-01-01" {
		t.Errorf("marked: %+v", p)
	}
	b.must("mark-identity", `{"id":"`+id+`","deces":""}`)
	if p, _ = b.patient(id); p.Death != "" {
		t.Errorf("still dead: %+v", p)
	}
	if got := b.must("identities", `{"q":"test-aj"}`); len(got["identities"].([]any)) != 1 {
		t.Errorf("search = %v", got)
	}
	if got := b.must("identity", `{"id":"`+id+`"}`); got["nomNaissance"] != "TEST-AJOUTE" {
		t.Errorf("identity = %v", got)
	}
	b.must("delete-identity", `{"id":"`+id+`"}`)
	if _, there := b.patient(id); there {
		t.Error("the deleted one is there")
	}
	b.must("delete-identity", `{"id":"adrun-zoe"}`)
	b.must("generate-identities", `{"count":500,"seed":"abc"}`)
	if got := b.last(); got != "generate  500" {
		t.Errorf("event %q", got)
	}
	one := b.must("identities", `{"q":"gen-","limit":1}`)["identities"].([]any)[0].(map[string]any)
	b.must("mark-identity", `{"id":"`+one["id"].(string)+`","add":"discordant"}`)
	if p, _ := b.patient(one["id"].(string)); !p.Has(registre.MarkDiscordant) {
		t.Errorf("a generated one, marked: %+v", p)
	}
	b.must("cnda-variant", `{"test":"2.04-2"}`)
	if p, _ := b.patient("ecetinsi"); len(p.History) != 2 {
		t.Errorf("variant: %+v", p)
	}
	b.must("reset-identities", `{}`)
	if _, there := b.patient("adrun-zoe"); !there {
		t.Error("ADRUN is not back")
	}
	if p, _ := b.patient("ecetinsi"); len(p.History) != 1 {
		t.Errorf("ECETINSI is not as it was: %+v", p)
	}
	if _, there := b.patient(one["id"].(string)); there {
		t.Error("a generated identity survives the reset")
	}
	if got := b.last(); got != "reset  0" {
		t.Errorf("event %q", got)
	}
}

func TestIdentityActionsRefuse(t *testing.T) {
	t.Parallel()
	b := newIdentityBench(t)
	before := b.must("identities", `{"limit":10000}`)
	for name, tt := range map[string]struct{ verb, body, code string }{
		"no name":             {"set-identity", `{"prenoms":"A","sexe":"F","dateNaissance":"2000-01-01"}`, "bad_identity"},
		"lower case":          {"set-identity", `{"id":"adrun-zoe","nomNaissance":"adrun"}`, "bad_identity"},
		"no first name":       {"set-identity", `{"id":"adrun-zoe","prenoms":""}`, "bad_identity"},
		"sex":                 {"set-identity", `{"id":"adrun-zoe","sexe":"X"}`, "bad_identity"},
		"date":                {"set-identity", `{"id":"adrun-zoe","dateNaissance":"31/12/1975"}`, "bad_identity"},
		"place":               {"set-identity", `{"id":"adrun-zoe","lieuNaissance":"CLERMONT"}`, "bad_identity"},
		"matricule":           {"set-identity", `{"id":"adrun-zoe","ins":{"matricule":"x"}}`, "bad_identity"},
		"wrong key":           {"set-identity", `{"id":"adrun-zoe","ins":{"cle":"75"}}`, "bad_identity"},
		"oid":                 {"set-identity", `{"id":"adrun-zoe","ins":{"oid":"1.2.3"}}`, "bad_identity"},
		"history":             {"set-identity", `{"id":"adrun-zoe","historique":[{"matricule":"12"}]}`, "bad_identity"},
		"death":               {"mark-identity", `{"id":"adrun-zoe","deces":"hier"}`, "bad_identity"},
		"unknown field":       {"set-identity", `{"id":"adrun-zoe","prenom":"ZOE"}`, "bad_identity"},
		"wrong type":          {"set-identity", `{"id":"adrun-zoe","rang":"un"}`, "bad_identity"},
		"rank":                {"set-identity", `{"id":"adrun-zoe","rang":12}`, "bad_identity"},
		"id":                  {"set-identity", `{"id":"É","nomNaissance":"TEST","prenoms":"A","sexe":"F","dateNaissance":"2000-01-01"}`, "bad_identity"},
		"taken matricule":     {"set-identity", `{"id":"segursim-alice","ins":{"matricule":"2751263220749","cle":"74","oid":"` + registre.OIDNIR + `"}}`, "matricule_taken"},
		"unknown holder":      {"set-identity", `{"id":"adrun-zoe","ouvrantDroit":"personne"}`, "unknown_identity"},
		"own holder":          {"set-identity", `{"id":"adrun-zoe","ouvrantDroit":"adrun-zoe"}`, "bad_identity"},
		"exclusive marks":     {"mark-identity", `{"id":"adrun-zoe","add":"fictif,douteux"}`, "marks_exclude"},
		"exclusive in set":    {"set-identity", `{"id":"adrun-zoe","marqueurs":["fictif","homonyme"]}`, "marks_exclude"},
		"unknown mark":        {"mark-identity", `{"id":"adrun-zoe","add":"bizarre"}`, "bad_identity"},
		"mark of nobody":      {"mark-identity", `{"id":"personne"}`, "unknown_identity"},
		"delete nobody":       {"delete-identity", `{}`, "unknown_identity"},
		"show nobody":         {"identity", `{"id":"personne"}`, "unknown_identity"},
		"limit":               {"identities", `{"limit":"beaucoup"}`, "bad_value"},
		"generate none":       {"generate-identities", `{}`, "bad_number"},
		"generate negative":   {"generate-identities", `{"count":-1}`, "bad_value"},
		"generate too many":   {"generate-identities", `{"count":5000001}`, "bad_number"},
		"variant":             {"cnda-variant", `{"test":"9.99"}`, "unknown_variant"},
		"matricule as a list": {"set-identity", `{"id":"adrun-zoe","ins":[]}`, "bad_identity"},
	} {
		t.Run(name, func(t *testing.T) {
			_, refusal := b.do(tt.verb, tt.body)
			if refusal == nil || refusal.Code != tt.code || refusal.Cause.Text.FR == "" || refusal.Cause.Text.EN == "" {
				t.Errorf("%v, want %s", refusal, tt.code)
			}
		})
	}
	if diff := cmp.Diff(before, b.must("identities", `{"limit":10000}`)); diff != "" {
		t.Errorf("a refusal changed the base (-before +after):\n%s", diff)
	}
	if b.last() != "" {
		t.Errorf("a refusal is journaled as a change: %s", b.last())
	}
	if got := b.must("match", `{"nom":"adrun"}`); len(got["refused"].([]any)) != 4 {
		t.Errorf("match of nothing = %v", got)
	}
}

// TestIdentityOverlayShares: what is edited shares no list with the row before.
func TestIdentityOverlayShares(t *testing.T) {
	t.Parallel()
	b := newIdentityBench(t)
	before, _ := b.patient("ecetinsi")
	kept := slices.Clone(before.GivenNames)
	b.must("set-identity", `{"id":"ecetinsi","prenoms":["A","B","C"],"historique":[{"matricule":"1010663220754"}],"marqueurs":["discordant"]}`)
	if !slices.Equal(before.GivenNames, kept) || before.History[0].Matricule != "2090763220834" {
		t.Errorf("the row read before the change has changed: %+v", before)
	}
	after, _ := b.patient("ecetinsi")
	if after.History[0].From != "" {
		t.Errorf("the former history shows through: %+v", after.History)
	}
}

func TestIdentityPage(t *testing.T) {
	t.Parallel()
	b := newIdentityBench(t)
	get := func(path string, want ...string) string {
		t.Helper()
		status, body, _ := b.page(path, nil)
		if status != http.StatusOK {
			t.Fatalf("GET %s: %d %s", path, status, body)
		}
		for _, w := range want {
			if !strings.Contains(html.UnescapeString(body), w) {
				t.Errorf("GET %s lacks %q", path, w)
			}
		}
		return body
	}
	post := func(path string, form url.Values) string {
		t.Helper()
		status, body, to := b.page(path, form)
		if status != http.StatusSeeOther {
			t.Fatalf("POST %s: %d %s", path, status, body)
		}
		return strings.TrimPrefix(to, "/console/insi/identites")
	}
	home := get("", "ADRUN", "Choisir une identité", "2.06-1", "Générer")
	if strings.Contains(home, "autre qu") {
		t.Error("a CNDA case is not answered as expected")
	}
	get("?q=segursim-al", "SEGURSIM-ALICE"[:9], "segursim-alice")
	get("?id=devinci-leonardo-63", `value="DE VINCI"`, "02 Plusieurs identites trouvees (2)", "00 OK", "devinci-leonardo-63")
	get("?id=personne", "Aucune identité « personne »")
	get("?id=hermann-gatien", "2810363220456 10")
	get("?new=1", "Nouvelle identité")
	get("/identity.css", ".id-people")

	form := url.Values{
		"new": {"1"}, "id": {"page-test"}, "nomNaissance": {"TEST-PAGE"}, "prenoms": {"UN, DEUX"}, "sexe": {"M"}, "dateNaissance": {"1980-00-00"},
		"lieuNaissance": {"99990"}, "matricule": {"1802099990001"}, "oid": {registre.OIDTest}, "marqueurs": {"discordant", "homonyme"}, "deces": {"2026-01-01"},
		"historique": {"2802099990001 - - 2010-01-01\n\n7802099990002 - " + registre.OIDNIA + "\n"}, "rang": {"2"}, "dmp": {"ouvert"}, "remarque": {"essai"},
	}
	get(post("/save", form), "Identité enregistrée", "TEST-PAGE", "2802099990001", "00 OK")
	p, _ := b.patient("page-test")
	if p.BirthDate != "1980-00-00" || p.Rank != 2 || len(p.History) != 2 || p.History[0].From != "2010-01-01" || p.History[1].OID != registre.OIDNIA || len(p.Marks) != 2 || p.Death == "" {
		t.Errorf("saved: %+v", p)
	}
	// The form that the page shows says the same again.
	again := formOf(p)
	body, err := again.body()
	if err != nil {
		t.Fatal(err)
	}
	if same, _, refusal := (identities{b.w}).set(body); refusal != nil || !cmp.Equal(p, same) {
		t.Errorf("%v, the form read back (-before +after):\n%s", refusal, cmp.Diff(p, same))
	}
	// A refusal shows the form again with what was typed.
	status, page, _ := b.page("/save", form)
	if status != http.StatusOK || !strings.Contains(html.UnescapeString(page), "Une identité a déjà l'identifiant « page-test »") || !strings.Contains(page, "TEST-PAGE") {
		t.Errorf("an id that is taken: %d %s", status, page)
	}
	form.Del("new")
	form.Set("nomNaissance", `<img src=x onerror=alert(1)>`)
	if _, page, _ = b.page("/save", form); strings.Contains(page, "<img") || !strings.Contains(page, "&lt;img") || !strings.Contains(page, "minuscules") && !strings.Contains(page, "caractère") {
		t.Errorf("a hostile name: %s", page)
	}
	for name, change := range map[string]url.Values{
		"rank": {"rang": {"x"}}, "history": {"historique": {"a b c d e f"}}, "history number": {"historique": {"abc"}}, "mark": {"marqueurs": {"bizarre"}},
	} {
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad.Set("nomNaissance", "TEST-PAGE")
		for k, v := range change {
			bad[k] = v
		}
		if status, page, _ := b.page("/save", bad); status != http.StatusOK || !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s: %d", name, status)
		}
	}
	get(post("/variant", url.Values{"test": {"1.10"}}), "Identité prête", "ECETINSI")
	get(post("/variant", url.Values{"test": {"9"}}), "Aucune variante")
	get(post("/generate", url.Values{"count": {"50"}, "seed": {"page"}}), "Identités générées", "gen-")
	get(post("/generate", url.Values{"count": {"50"}, "seed": {"page"}}), "déjà dans la base")
	get(post("/generate", url.Values{"count": {"beaucoup"}}), "De 1 à 1000000")
	get(post("/generate", url.Values{"count": {"1000001"}}), "De 1 à 1000000")
	get(post("/delete", url.Values{"id": {"page-test"}, "q": {"TEST"}}), "Identité retirée")
	get(post("/delete", url.Values{"id": {"page-test"}}), "n’est pas, ou plus")
	get(post("/reset", url.Values{}), "celle du départ")
	get("?done=<b>&problem=<b>&q=<b>", "Personne.")
	if hostile := get("?q=<b>x</b>&id=<b>x</b>"); strings.Contains(hostile, "<b>x") {
		t.Error("the address puts markup in the page")
	}
	b.lang = "en"
	get("?id=adrun-zoe&done=saved", "Identity saved", "Strict traits", "first name and place")
	get("?problem=seed_taken", "in the base already")
	if _, page, _ := b.page("/save", form); !strings.Contains(html.UnescapeString(page), "capitals A to Z") {
		t.Error("the refusal is not in English")
	}
}
