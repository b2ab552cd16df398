package scenario_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/scenarios"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Each golden holds a scenario and what the loader says of it.
func TestLoadGoldens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scenario.Options{})
	files, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := "ok\n"
			sc, err := w.engine.Check(a.Files[0].Data, "scenario.yaml")
			if err != nil {
				var ps scenario.Problems
				if !errors.As(err, &ps) || sc != nil {
					t.Fatalf("error %T, scenario %v", err, sc)
				}
				got = err.Error() + "\n"
			}
			if *update {
				a.Files = append(a.Files[:1], txtar.File{Name: "says", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(a.Files) < 2 {
				t.Fatal("the golden has no answer: run with -update")
			}
			if diff := cmp.Diff(string(a.Files[1].Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestShippedScenarios(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scenario.Options{})
	var ids []string
	for _, sc := range w.engine.Scenarios() {
		ids = append(ids, sc.ID)
		for _, st := range sc.Steps {
			if st.Say.FR == "" || st.Say.EN == "" {
				t.Errorf("%s/%s: say wants both languages", sc.ID, st.ID)
			}
		}
		if len(sc.Hash) != 64 || len(sc.Source) == 0 || sc.File == "" {
			t.Errorf("%s: file %q, hash %q, %d bytes", sc.ID, sc.File, sc.Hash, len(sc.Source))
		}
	}
	if diff := cmp.Diff([]string{"psc-ciba", "psc-web"}, ids); diff != "" {
		t.Errorf("scenarios (-want +got):\n%s", diff)
	}
}

func TestDirReplacesAndRefusesTwins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own := []byte("id: psc-ciba\ntitle: { fr: Le mien, en: Mine }\nsteps:\n  - { id: a, say: { fr: A }, manual: true }\n")
	write := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("mine.yaml", own)
	write("notes.txt", []byte("not a scenario"))
	w := newWorld(t, scenario.Options{Dir: dir})
	sc, ok := w.engine.Scenario("psc-ciba")
	if !ok || sc.Title.FR != "Le mien" || len(w.engine.Scenarios()) != 2 {
		t.Errorf("scenario %+v, %d in all", sc, len(w.engine.Scenarios()))
	}
	write("twin.yml", own)
	_, err := scenario.NewEngine(scenario.Options{Clock: w.clock, Journal: w.journal, Scenarios: shipped(t), Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "déjà") {
		t.Errorf("twins: %v", err)
	}
	if _, err := scenario.NewEngine(scenario.Options{Clock: w.clock, Journal: w.journal, Dir: filepath.Join(dir, "none")}); err == nil {
		t.Error("a folder that is not there was accepted")
	}
}

func FuzzCheck(f *testing.F) {
	files, _ := filepath.Glob("testdata/load/*.txtar")
	for _, file := range files {
		if a, err := txtar.ParseFile(file); err == nil {
			f.Add(a.Files[0].Data)
		}
	}
	for _, name := range []string{"psc-ciba.yaml", "psc-web.yaml"} {
		b, err := scenarios.FS.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	w := newWorld(f, scenario.Options{})
	f.Fuzz(func(t *testing.T, src []byte) {
		sc, err := w.engine.Check(src, "fuzz.yaml")
		if (sc == nil) == (err == nil) {
			t.Fatalf("scenario %v, error %v", sc, err)
		}
		var ps scenario.Problems
		if err != nil && (!errors.As(err, &ps) || len(ps) == 0 || ps.Error() == "") {
			t.Fatalf("error %T %v", err, err)
		}
	})
}
