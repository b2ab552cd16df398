package registre

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/store"
)

func open(t testing.TB) *store.DB {
	t.Helper()
	db := store.New()
	if err := db.Open(Tables()...); err != nil {
		t.Fatal(err)
	}
	return db
}

func seeded(t testing.TB, fsys fs.FS, dir string) *store.DB {
	t.Helper()
	db := open(t)
	if err := seed(db, fsys, dir); err != nil {
		t.Fatal(err)
	}
	return db
}

func seed(db *store.DB, fsys fs.FS, dir string) error {
	return db.Update(func(tx *store.Txn) error { return Seed(tx, fsys, dir) })
}

func view(t testing.TB, db *store.DB, f func(tx *store.Txn)) {
	t.Helper()
	if err := db.View(func(tx *store.Txn) error { f(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func dump(t testing.TB, db *store.DB) string {
	t.Helper()
	var b bytes.Buffer
	if err := db.Export(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// folder writes files into a folder of its own: path to content.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSeedOverlay(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"README.md":            "not a fixture",
		"autre/chose.bin":      "of another service",
		"structures/.cache":    "hidden",
		"structures/LISEZ.md":  "not a fixture",
		"structures/mine.yaml": "structures:\n- id: 10B0057881\n  raisonSocialeSite: HOPITAL REMPLACE\n- {id: 10B9999999, raisonSocialeSite: HOPITAL AJOUTE}\n",
		"professionnels/mine.yml": `professionnels:
- id: "899700366240"
  family_name: REMPLACE
- id: ANS20991231235959
  family_name: AJOUTE
  structure: 10B9999999
  exercices:
  - codeProfession: "10"
    activities:
    - {structure: 10B9999999, raisonSocialeSite: AUTRE NOM}
`,
	})
	db := seeded(t, fixtures.FS, dir)
	view(t, db, func(tx *store.Txn) {
		kit, _ := FindProfessional(tx, "899700366240")
		if kit.FamilyName != "REMPLACE" || len(kit.Exercices) != 0 {
			t.Errorf("replaced professional = %+v, want the whole record replaced", kit)
		}
		if want := filepath.ToSlash("professionnels/mine.yml"); kit.Source != want {
			t.Errorf("source = %q, want %q", kit.Source, want)
		}
		added, ok := FindProfessional(tx, "ANS20991231235959")
		if !ok || added.Exercices[0].Activities[0].RaisonSocialeSite != "AUTRE NOM" ||
			added.Exercices[0].Activities[0].NumeroFinessSite != "0B9999999" {
			t.Errorf("added professional = %+v, %v: an activity takes from its structure what it does not say", added, ok)
		}
		charles, _ := FindProfessional(tx, "899700075064")
		if got := charles.Exercices[0].Activities[0].RaisonSocialeSite; got != "HOPITAL REMPLACE" {
			t.Errorf("activity of an embedded professional at a replaced structure = %q", got)
		}
		if _, ok := FindProfessional(tx, "899700218896"); !ok {
			t.Error("the embedded professionals are gone")
		}
	})
}

func TestSeedWritesNothingOnFailure(t *testing.T) {
	t.Parallel()
	db := open(t)
	dir := folder(t, map[string]string{
		"structures/bon.yaml":       "structures:\n- {id: 10B9999999, raisonSocialeSite: BON}\n",
		"patients/mauvais.yaml":     "patients:\n- {id: a, nomNaissance: x}\n",
		"professionnels/absent.yml": "professionnels:\n- {id: ANS20991231235959, family_name: X, structure: 10B8888888}\n",
	})
	// The function given to Update returns nil: what Seed wrote would stay.
	var seedErr error
	if err := db.Update(func(tx *store.Txn) error {
		seedErr = Seed(tx, fixtures.FS, dir)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if seedErr == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(dump(t, open(t)), dump(t, db)); diff != "" {
		t.Errorf("rows were written (-want +got):\n%s", diff)
	}
}

func TestSeedFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(folder(t, map[string]string{"f": ""}), "f")
	for name, dir := range map[string]string{
		"absent": filepath.Join(t.TempDir(), "absent"), "a file": file, "empty": t.TempDir(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := seed(open(t), fixtures.FS, dir); err == nil {
				t.Error("no error")
			}
		})
	}
}

// TestRoundTrip takes the whole seed through a snapshot.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	before := dump(t, db)
	other := open(t)
	if err := other.Import(bytes.NewReader([]byte(before))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, dump(t, other)); diff != "" {
		t.Errorf("export differs after import (-want +got):\n%s", diff)
	}
	var want, got []Professional
	view(t, db, func(tx *store.Txn) { want = SearchProfessionals(tx, "", 1000) })
	view(t, other, func(tx *store.Txn) { got = SearchProfessionals(tx, "", 1000) })
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 30 {
		t.Errorf("%d rows differ after import, down to nil and empty (-want +got):\n%s", len(want), diff)
	}
	var wantPatients, gotPatients []Patient
	view(t, db, func(tx *store.Txn) { wantPatients = SearchPatients(tx, "", 1000) })
	view(t, other, func(tx *store.Txn) { gotPatients = SearchPatients(tx, "", 1000) })
	if diff := cmp.Diff(wantPatients, gotPatients); diff != "" || len(wantPatients) < 40 {
		t.Errorf("%d rows differ after import (-want +got):\n%s", len(wantPatients), diff)
	}
}

// TestManySimulators seeds several databases at once: tables are shared values.
func TestManySimulators(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 4 {
		db := open(t)
		wg.Go(func() {
			if err := seed(db, fixtures.FS, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func BenchmarkSeed(b *testing.B) {
	for _, bench := range []struct {
		name string
		fsys fs.FS
	}{{"parsed", fixtures.FS}, {"yaml", yamlOnly(b)}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := seed(open(b), bench.fsys, ""); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
