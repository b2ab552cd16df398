package tlsi_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/soap"
	"github.com/segursim/segursim/internal/tlsi"
)

func update() bool { f := flag.Lookup("update"); return f != nil && f.Value.String() == "true" }

// TestGoldens plays the requests of testdata/*.txtar: config.yaml (may be
// missing), request.xml, answer.xml, and the status in the comment.
func TestGoldens(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]string{}
			for _, f := range a.Files {
				part[f.Name] = strings.TrimSuffix(string(f.Data), "\n")
			}
			s := start(t, part["config.yaml"])
			if f := part["fault.yaml"]; f != "" {
				faults, err := scenario.ParseFaults([]byte(f), "fault.yaml")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.app.Engine().AddFault(faults[0]); err != nil {
					t.Fatal(err)
				}
			}
			got := s.post(s.client("insi-auto"), "/lps", media, part["request.xml"])
			if got.err != nil {
				t.Fatal(got.err)
			}
			if update() {
				for i := range a.Files {
					if a.Files[i].Name == "answer.xml" {
						a.Files[i].Data = []byte(got.body + "\n")
					}
				}
				if err := os.WriteFile(file, txtar.Format(a), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(part["answer.xml"], got.body); diff != "" {
				t.Errorf("status %d (-want +got):\n%s", got.status, diff)
			}
			if want := !strings.Contains(part["answer.xml"], ":Fault>"); want != (got.status == 200) {
				t.Errorf("status %d", got.status)
			}
		})
	}
}

// TestDirector: faults on demand, with every code that an operation declares.
func TestDirector(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	c := s.client("insi-auto")
	codes := s.probe.door.Codes()
	if len(codes) < 20 {
		t.Fatalf("only %d codes: %v", len(codes), codes)
	}
	for _, code := range codes {
		f, _ := s.probe.door.Known(code)
		before := s.probe.acted.Load()
		_, err := s.app.Engine().AddFault(scenario.Fault{
			Service: "essai", Op: "repeter", Where: `essai.nom == "ADRUN"`, Times: 1,
			Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: code}},
		})
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		a := s.post(c, "/lps", media, message{}.String())
		if a.status != 500 || !strings.Contains(a.body, `code="`+code+`"`) || !strings.Contains(a.body, ":"+f.Siram+"<") || !strings.Contains(a.body, `severite="`+f.Severity+`"`) {
			t.Errorf("%s: %d %s", code, a.status, a.body)
		}
		if a.entry.Outcome != journal.Faulted || s.probe.acted.Load() != before {
			t.Errorf("%s: outcome %s, the service acted all the same", code, a.entry.Outcome)
		}
		voice := map[tlsi.Layer][]string{
			tlsi.Gateway:     {"<soap:Fault>", `xml:lang="fr"`, `messageID="` + goodID + `"`},
			tlsi.Application: {"<S:Fault>", `xml:lang="en"`},
		}[f.Layer]
		for _, v := range voice {
			if !strings.Contains(a.body, v) {
				t.Errorf("%s: no %s in %s", code, v, a.body)
			}
		}
		if f.Layer == tlsi.Application && strings.Contains(a.body, "messageID") {
			t.Errorf("%s: a messageID: %s", code, a.body)
		}
	}
	if a := s.post(c, "/lps", media, message{}.String()); a.status != 200 {
		t.Errorf("afterwards: %d %s", a.status, a.body)
	}
}

func TestEffects(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	c := s.client("insi-auto")
	for _, x := range []struct {
		name   string
		effect scenario.Effect
		check  func(answer) bool
		acts   bool
	}{
		{"proxy", scenario.Effect{HTTP: &scenario.HTTPEffect{Status: 503}}, func(a answer) bool { return a.status == 503 && a.body == "" }, false},
		{"drop", scenario.Effect{Drop: true}, func(a answer) bool { return a.err != nil }, true},
		{"text and status", scenario.Effect{Error: &scenario.ErrorEffect{Code: "insi_102", Status: 503, Text: "Essai <1>"}}, func(a answer) bool {
			return a.status == 503 && strings.Contains(a.body, ">Essai &lt;1&gt;</siram:Erreur>")
		}, false},
		{"patch", scenario.Effect{Patch: map[string]any{"Nom": "AUTRE", "Reponse.Item.1": nil, "Item.@n": 3, "Neuf.Dedans": true}}, func(a answer) bool {
			return a.status == 200 && strings.Contains(a.body, `<Nom>AUTRE</Nom>`) && strings.Contains(a.body, `<Item n="3">1</Item><Neuf><Dedans>true</Dedans></Neuf></Reponse>`)
		}, true},
		{"patch without sense", scenario.Effect{Patch: map[string]any{"Nom": []any{1}}}, func(a answer) bool {
			return a.status == 500 && a.entry.Outcome != journal.OK
		}, true},
	} {
		before := s.probe.acted.Load()
		if _, err := s.app.Engine().AddFault(scenario.Fault{Service: "essai", Op: "repeter", Times: 1, Effect: x.effect}); err != nil {
			t.Fatalf("%s: %v", x.name, err)
		}
		a := s.post(c, "/lps", media, message{}.String())
		if !x.check(a) || (s.probe.acted.Load() > before) != x.acts {
			t.Errorf("%s: %v %d %s", x.name, a.err, a.status, a.body)
		}
	}
}

// TestServiceRefuses: refusals of a service go the same way.
func TestServiceRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	c := s.client("insi-auto")
	a := s.post(c, "/lps", media, message{body: strings.Replace(repete, "ADRUN", "REFUSE", 1)}.String())
	if a.status != 500 || !strings.Contains(a.body, "insi_19") || a.entry.Outcome != journal.Refused || rules(a.entry) != "essai.nom" {
		t.Errorf("%d %s %s", a.status, a.body, rules(a.entry))
	}
	a = s.post(c, "/lps", media, message{body: strings.Replace(repete, "ADRUN", "PANNE", 1)}.String())
	if a.status != 500 || a.entry.Outcome != journal.Failed || !strings.Contains(a.body, "SEGURSIM") {
		t.Errorf("%d %s %s", a.status, a.body, a.entry.Outcome)
	}
}

// TestCatalogue: codes are declared once, and say everything.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range tlsi.Catalogue() {
		if seen[f.Code] || f.Text == "" || f.Reason == "" || f.Siram == "" || f.Severity == "" || f.Layer == "" {
			t.Errorf("%+v", f)
		}
		seen[f.Code] = true
		if f.SOAP != "" && f.SOAP != soap.Receiver {
			t.Errorf("%s: %s", f.Code, f.SOAP)
		}
	}
}
