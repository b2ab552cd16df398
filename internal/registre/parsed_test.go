package registre

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/store"
)

var update = flag.Bool("update", false, "rewrite fixtures/parsed.json and the goldens")

// parsedOf renders a tree's YAML files as a ParsedFile.
func parsedOf(t tree) ([]byte, error) {
	l, problems := readLayer(t)
	if err := join(problems); err != nil {
		return nil, err
	}
	sum, err := hashTree(t.fsys)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(parsedFile{sum, l})
	if err != nil {
		return nil, fmt.Errorf("registre: parsed fixtures: %w", err)
	}
	var bare any
	if err := json.Unmarshal(b, &bare); err != nil {
		return nil, err
	}
	if b, err = json.MarshalIndent(strip(bare), "", " "); err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// strip drops empty strings and nulls, which mean the same as absence, and
// keeps empty lists, which do not.
func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if x == nil || x == "" {
				delete(v, k)
				continue
			}
			v[k] = strip(x)
		}
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	}
	return v
}

// TestParsedFile holds the pre-parsed fixtures against the YAML files.
func TestParsedFile(t *testing.T) {
	want, err := parsedOf(tree{fsys: fixtures.FS, name: "fixtures"})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.Join("..", "..", "fixtures", ParsedFile), want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := fixtures.FS.ReadFile(ParsedFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("fixtures/%s is not what the YAML files say; make it again with\n"+
			"\tgo test ./internal/registre -run TestParsedFile -update\n(-want +got)\n%s", ParsedFile, clip(diff))
	}
}

// TestParsedFileIsEquivalent seeds by the pre-parsed file and by the YAML files.
func TestParsedFileIsEquivalent(t *testing.T) {
	t.Parallel()
	quick := dump(t, seeded(t, fixtures.FS, ""))
	slow := dump(t, seeded(t, yamlOnly(t), ""))
	if diff := cmp.Diff(slow, quick); diff != "" {
		t.Errorf("rows differ (-yaml +parsed):\n%s", diff)
	}
}

func TestParsedFileIgnoredWhenStale(t *testing.T) {
	t.Parallel()
	good, err := fixtures.FS.ReadFile(ParsedFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, parsed := range map[string]string{
		"of other files": string(good),
		"no JSON":        "{",
		"empty":          "",
		"no hash":        `{"professionnels":[{"value":{"id":"899990000012"}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{
				"structures/a.yaml": {Data: []byte("structures:\n- {id: 10B9000017, raisonSocialeSite: SEULE}\n")},
				ParsedFile:          {Data: []byte(parsed)},
			}
			db := seeded(t, fsys, "")
			view(t, db, func(tx *store.Txn) {
				if s, ok := FindStructure(tx, "10B9000017"); !ok || s.RaisonSocialeSite != "SEULE" {
					t.Errorf("structure = %+v, %v: the YAML file was not read", s, ok)
				}
				if _, ok := FindProfessional(tx, "899990000012"); ok {
					t.Error("the stale file was used")
				}
			})
		})
	}
}

// yamlOnly is the embedded tree without its pre-parsed file.
func yamlOnly(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, folder := range []string{folderProfessionals, folderStructures, folderPatients, folderDocuments} {
		entries, err := fixtures.FS.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := folder + "/" + e.Name()
			b, err := fixtures.FS.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = &fstest.MapFile{Data: b}
		}
	}
	return out
}
