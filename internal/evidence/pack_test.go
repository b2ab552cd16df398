package evidence_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/evidence"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/scenario"
)

func packed(t testing.TB, in evidence.Input) (raw []byte, files map[string]string) {
	t.Helper()
	var b bytes.Buffer
	if err := evidence.Write(&b, in); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		c, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(c)
	}
	return b.Bytes(), files
}

func TestPackHolds(t *testing.T) {
	t.Parallel()
	in := run(t, whole)
	if in.Run.Verdict != scenario.Passed {
		t.Fatalf("run: %+v", in.Run)
	}
	_, files := packed(t, in)
	var names []string
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	want := []string{
		"chapters.ffmeta", "chapters.vtt",
		"exchanges/003-psc-ciba.request/meta.json", "exchanges/003-psc-ciba.request/request.http", "exchanges/003-psc-ciba.request/response.http",
		"exchanges/005-psc-ciba.request/meta.json", "exchanges/005-psc-ciba.request/request.http", "exchanges/005-psc-ciba.request/response.http",
		"exchanges/006-psc-token/meta.json", "exchanges/006-psc-token/request.http", "exchanges/006-psc-token/request.xml", "exchanges/006-psc-token/response.http",
		"exchanges/007-psc-mail/meta.json", "exchanges/007-psc-mail/request.eml", "exchanges/007-psc-mail/request.txt", "exchanges/007-psc-mail/response.txt",
		"exchanges/008-psc-adt/meta.json", "exchanges/008-psc-adt/request.er7", "exchanges/008-psc-adt/response.er7",
		"index.csv", "journal.ndjson", "junit.xml", "manifest.json", "rapport.html", "rapport.pdf",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if n := strings.Count(files["journal.ndjson"], "\n"); n != len(in.Entries) {
		t.Errorf("%d lines for %d entries", n, len(in.Entries))
	}
	for l := range strings.Lines(files["journal.ndjson"]) {
		var x struct {
			Seq     uint64
			Request struct{ Body string }
		}
		if err := json.Unmarshal([]byte(l), &x); err != nil || x.Seq == 0 {
			t.Errorf("line %q: %v", l, err)
		}
	}
	for _, page := range []string{"rapport.html", "junit.xml", "chapters.vtt", "chapters.ffmeta", "manifest.json", "index.csv"} {
		if !strings.Contains(files[page], "pas une décision de conformité") {
			t.Errorf("%s does not say that it is a rehearsal", page)
		}
	}
}

func TestReproducible(t *testing.T) {
	t.Parallel()
	in := run(t, whole)
	a, _ := packed(t, in)
	in.Entries = append([]*journal.Entry(nil), in.Entries...)
	slices.Reverse(in.Entries)
	b, _ := packed(t, in)
	if !bytes.Equal(a, b) {
		t.Error("the same run gave two packs")
	}
	// A run of the same gestures at the same times is the same pack too.
	c, _ := packed(t, run(t, whole))
	if !bytes.Equal(a, c) {
		t.Error("two runs of the same gestures gave two packs")
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	in := run(t, whole)
	_, files := packed(t, in)
	var m struct {
		Version, Scenario, Verdict, Seed, Secrets string
		Hash                                      string `json:"scenario_sha256"`
		Files                                     []struct{ Name, SHA256 string }
		Clock                                     struct {
			Started, Ended string
			Offset         int64 `json:"offset_s"`
			Frozen         bool
		}
	}
	if err := json.Unmarshal([]byte(files["manifest.json"]), &m); err != nil {
		t.Fatal(err)
	}
	if m.Version != "v0.0.0-test" || m.Scenario != "exemple" || m.Verdict != "passed" || m.Seed != "42" || m.Secrets != "shortened" || m.Hash != in.Scenario.Hash {
		t.Errorf("manifest: %+v", m)
	}
	if m.Clock.Started != "2026-01-15T08:00:00Z" || m.Clock.Ended != "2026-01-15T08:00:09.5Z" || !m.Clock.Frozen || m.Clock.Offset != 0 {
		t.Errorf("clock: %+v", m.Clock)
	}
	if len(m.Files) != len(files)-1 {
		t.Errorf("%d files listed of %d", len(m.Files), len(files)-1)
	}
	for _, f := range m.Files {
		sum := sha256.Sum256([]byte(files[f.Name]))
		if hex.EncodeToString(sum[:]) != f.SHA256 {
			t.Errorf("digest of %s", f.Name)
		}
	}
}

func TestSecretsAreShortened(t *testing.T) {
	t.Parallel()
	secrets := []string{jwt, refresh, password, basic, cookie, code, xoauth, key}
	in := run(t, whole)
	_, files := packed(t, in)
	for name, c := range files {
		for _, s := range secrets {
			if strings.Contains(c, s) {
				t.Errorf("%s holds %q", name, s)
			}
		}
	}
	for file, keep := range map[string][]string{
		"exchanges/005-psc-ciba.request/request.http":  {"acr_values=eidas1", "login_hint=899700366240", "Authorization: Basic ***", "client_secret=***", "id_token_hint=" + jwt[:6] + "...(", "Cookie: KC="},
		"exchanges/005-psc-ciba.request/response.http": {`"expires_in":120`, "&state=abc", "; Path=/; HttpOnly"},
		"exchanges/005-psc-ciba.request/meta.json":     {"not-a-secret-code-at-all-really", `"shortened": true`},
		"exchanges/006-psc-token/response.http":        {`"token_type":"Bearer"`, `"access_token":"` + jwt[:6] + "...("},
		"exchanges/006-psc-token/meta.json":            {`"decoded": "gzip"`},
		"exchanges/007-psc-mail/request.txt":           {"EHLO x", "MAIL FROM:<a@b>", "AUTH XOAUTH2 ***"},
		"exchanges/007-psc-mail/request.eml":           {"Subject: essai\r\n\r\nBonjour\r\n"},
	} {
		for _, s := range keep {
			if !strings.Contains(files[file], s) {
				t.Errorf("%s lost %q:\n%s", file, s, files[file])
			}
		}
	}
	in.KeepSecrets = true
	_, files = packed(t, in)
	if !strings.Contains(files["exchanges/005-psc-ciba.request/request.http"], jwt) || !strings.Contains(files["manifest.json"], `"whole"`) {
		t.Error("secrets that were asked for are not there")
	}
}

func TestIndex(t *testing.T) {
	t.Parallel()
	in := run(t, whole)
	read := func(in evidence.Input) [][]string {
		t.Helper()
		_, files := packed(t, in)
		rest, bom := strings.CutPrefix(files["index.csv"], "\xef\xbb\xbf")
		if !bom {
			t.Error("no byte order mark")
		}
		c := csv.NewReader(strings.NewReader(rest))
		c.Comma = ';'
		recs, err := c.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return recs
	}
	recs := read(in)
	want := []string{"Périmètre", "ID", "Chapitre", "Fonction", "Exigence", "Commentaire", "Profil", "N° scénario", "Scénario de conformité", "N° preuve", "Preuve", "Profil historique", "Criticité", "Ordre"}
	if diff := cmp.Diff(want, recs[0]); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if len(recs) != 2 || recs[1][0] != "MDV-LGC" || recs[1][1] != "PSC.01" || recs[1][9] != "PSC.01.01.03" || recs[1][10] != "'=vidéo" || recs[1][13] != "1" {
		t.Errorf("rows: %q", recs[1:])
	}
	rows, err := evidence.ReadCatalogue(strings.NewReader("\xef\xbb\xbfID;N° scénario;Exigence;Criticité\nPSC.01;PSC.01.03;Le texte officiel;Majeure\n"))
	if err != nil {
		t.Fatal(err)
	}
	in.Official = rows
	if got := read(in)[1]; got[4] != "Le texte officiel" || got[12] != "Majeure" || got[13] != "1" || got[9] != "PSC.01.01.03" {
		t.Errorf("with a catalogue: %q", got)
	}
	for name, bad := range map[string]string{"empty": "", "column": "ID;Chapître\n", "ragged": "ID;Profil\na\n"} {
		if _, err := evidence.ReadCatalogue(strings.NewReader(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(*world)
		want string
	}{
		{"passed", whole, "tests=5 failures=0 errors=0 skipped=0"},
		{"failed", func(w *world) {
			w.confirm("cgu")
			ciba(w, "eidas3")
			w.clock.Advance(1e12)
		}, "tests=5 failures=1 errors=0 skipped=3"},
		{"aborted", func(w *world) { _ = w.run.Abort("panne") }, "tests=6 failures=0 errors=1 skipped=5"},
		{"skipped", func(w *world) {
			_ = w.run.Skip("cgu", "déjà vues")
			ciba(w, "eidas1")
			w.saw("https", "token", 200, nil, journal.Message{}, journal.Message{})
			w.confirm("fin")
		}, "tests=6 failures=0 errors=1 skipped=1"},
		{"waiting", func(*world) {}, "tests=6 failures=0 errors=1 skipped=5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := run(t, tt.do)
			var b bytes.Buffer
			if err := evidence.WriteJUnit(&b, in); err != nil {
				t.Fatal(err)
			}
			wellFormed(t, b.Bytes())
			var x struct {
				Attrs []xml.Attr `xml:",any,attr"`
				Suite struct {
					Cases []struct {
						Name    string `xml:"name,attr"`
						Failure *struct {
							Message string `xml:"message,attr"`
							Text    string `xml:",chardata"`
						} `xml:"failure"`
					} `xml:"testcase"`
				} `xml:"testsuite"`
			}
			if err := xml.Unmarshal(b.Bytes(), &x); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range x.Attrs[1:] {
				got = append(got, a.Name.Local+"="+a.Value)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, b.String())
			}
			if tt.name == "failed" {
				f := x.Suite.Cases[1].Failure
				if f == nil || !strings.Contains(f.Message, "`form.acr_values` vaut `eidas3`, attendu `eidas1`") || !strings.Contains(f.Text, "EX PSC 16") {
					t.Errorf("failure: %+v", f)
				}
			}
		})
	}
}

// wellFormed reads the document with encoding/xml, and xmllint where it is.
func wellFormed(t *testing.T, b []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

func TestJUnitSatisfiesXmllint(t *testing.T) {
	t.Parallel()
	tool := need.Tool(t, "xmllint")
	in := run(t, whole)
	file := filepath.Join(t.TempDir(), "junit.xml")
	var b bytes.Buffer
	if err := evidence.WriteJUnit(&b, in); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, tool, "--noout", file)
}

func TestChapters(t *testing.T) {
	t.Parallel()
	_, files := packed(t, run(t, whole))
	vtt := files["chapters.vtt"]
	want := "WEBVTT\n\nNOTE\nSIMULATEUR SEGURSIM — services simulés, données de TEST : une répétition, pas une décision de conformité.\n" +
		"\n1\n00:00:00.000 --> 00:00:02.000\nMontrer les CGU --&gt; &lt;b&gt;ici&lt;/b&gt; ; = #1\n" +
		"\n2\n00:00:02.000 --> 00:00:03.500\nDemander\n" +
		"\n3\n00:00:03.500 --> 00:00:05.000\nRetirer le jeton\n" +
		"\n4\n00:00:05.000 --> 00:00:09.500\nMontrer la fin\n"
	if diff := cmp.Diff(want, vtt); diff != "" {
		t.Errorf("chapters.vtt (-want +got):\n%s", diff)
	}
	ff := files["chapters.ffmeta"]
	if !strings.HasPrefix(ff, ";FFMETADATA1\n") || strings.Count(ff, "[CHAPTER]") != 4 || !strings.Contains(ff, "START=2000\nEND=3500\ntitle=Demander\n") || !strings.Contains(ff, `\; \= \#1`) {
		t.Errorf("chapters.ffmeta:\n%s", ff)
	}
	// Steps at one instant still make cues that a player accepts.
	_, files = packed(t, run(t, func(w *world) { w.confirm("cgu"); _ = w.run.Abort("x") }))
	if !regexp.MustCompile(`00:00:00\.000 --> 00:00:00\.001`).MatchString(files["chapters.vtt"]) {
		t.Errorf("an instant:\n%s", files["chapters.vtt"])
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	_, files := packed(t, run(t, whole))
	html := files["rapport.html"]
	for _, s := range []string{
		"RÉUSSI", "PASSED", `href="#x5"`, `id="x5"`, `href="exchanges/005-psc-ciba.request/meta.json"`,
		"OIDC CIBA Core 1.0 §7", "inventé : le contrat n&#39;est pas public", "00:00:03.500", "Camille TEST", "&lt;b&gt;ici",
	} {
		if !strings.Contains(html, s) {
			t.Errorf("the report lacks %q", s)
		}
	}
	if regexp.MustCompile(`(?i)(src|href)="(https?:)?//`).MatchString(html) {
		t.Error("the report loads something from elsewhere")
	}
	_, files = packed(t, run(t, func(w *world) {
		w.confirm("cgu")
		ciba(w, "eidas3")
		w.clock.Advance(1e12)
	}))
	if !strings.Contains(files["rapport.html"], "rien de conforme dans le délai de 10m0s ; au plus près : `form.acr_values` vaut `eidas3`, attendu `eidas1`") {
		t.Error("the report lacks the cause")
	}
}

func TestPDF(t *testing.T) {
	t.Parallel()
	_, files := packed(t, run(t, whole))
	pdf := files["rapport.pdf"]
	if !strings.HasPrefix(pdf, "%PDF-1.") || !strings.HasSuffix(strings.TrimSpace(pdf), "%%EOF") {
		t.Errorf("not a PDF: %q…", pdf[:min(20, len(pdf))])
	}
}

func TestPDFSaysIt(t *testing.T) {
	t.Parallel()
	tool := need.Tool(t, "pdftotext")
	_, files := packed(t, run(t, whole))
	file := filepath.Join(t.TempDir(), "r.pdf")
	if err := os.WriteFile(file, []byte(files["rapport.pdf"]), 0o600); err != nil {
		t.Fatal(err)
	}
	out := command(t, tool, "-layout", file, "-")
	for _, s := range []string{"Exemple à l'écran", "RÉUSSI", "répétition", "demande", "psc token"} {
		if !strings.Contains(out, s) {
			t.Errorf("the PDF lacks %q:\n%s", s, out)
		}
	}
}

func TestWriteDir(t *testing.T) {
	t.Parallel()
	in := run(t, whole)
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 { // an earlier pack is replaced
		if err := evidence.WriteDir(dir, in); err != nil {
			t.Fatal(err)
		}
	}
	_, files := packed(t, in)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || string(got) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "thesis.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := evidence.WriteDir(other, in); err == nil {
		t.Error("a folder with something else in it was taken")
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	in := run(t, whole)
	for name, spoil := range map[string]func(*evidence.Input){
		"no scenario":      func(in *evidence.Input) { in.Scenario = nil },
		"no run":           func(in *evidence.Input) { in.Run = scenario.RunState{} },
		"another scenario": func(in *evidence.Input) { in.Run.Scenario = "autre" },
	} {
		bad := in
		spoil(&bad)
		if err := evidence.Write(io.Discard, bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if err := evidence.WriteJUnit(io.Discard, bad); err == nil {
			t.Errorf("%s: accepted for JUnit", name)
		}
	}
}

func TestPartsAskedFor(t *testing.T) {
	t.Parallel()
	in := run(t, whole)
	sc := *in.Scenario
	sc.Evidence = []string{"junit"}
	in.Scenario = &sc
	_, files := packed(t, in)
	if len(files) != 3 || files["junit.xml"] == "" || files["index.csv"] == "" {
		t.Errorf("%d files", len(files))
	}
}

func FuzzShorten(f *testing.F) {
	in := run(f, whole)
	sc := *in.Scenario
	sc.Evidence = []string{"exchanges", "journal"}
	in.Scenario = &sc
	for _, e := range in.Entries {
		f.Add(e.Request.Body, e.Request.Head)
	}
	f.Fuzz(func(t *testing.T, body, head []byte) {
		x := in
		e := *in.Entries[2]
		e.Request.Body, e.Request.Head = body, append(head, "\r\nAuthorization: Bearer "+refresh+"\r\n"...)
		x.Entries = []*journal.Entry{&e}
		_, files := packed(t, x)
		for name, c := range files {
			if strings.Contains(c, refresh) && !bytes.Contains(body, []byte(refresh)) && !bytes.Contains(head, []byte(refresh)) {
				t.Errorf("%s holds the token", name)
			}
		}
	})
}
