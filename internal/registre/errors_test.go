package registre

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/segursim/segursim/fixtures"
)

// TestErrors seeds the files of each golden on top of the embedded fixtures and
// holds the error against its file "want".
func TestErrors(t *testing.T) {
	t.Parallel()
	goldens, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(goldens) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, golden := range goldens {
		t.Run(strings.TrimSuffix(filepath.Base(golden), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			files, want := map[string]string{}, -1
			for i, f := range archive.Files {
				if f.Name == "want" {
					want = i
					continue
				}
				files[f.Name] = string(f.Data)
			}
			if want < 0 {
				archive.Files = append(archive.Files, txtar.File{Name: "want"})
				want = len(archive.Files) - 1
			}
			dir := folder(t, files)
			db := open(t)
			err = seed(db, fixtures.FS, dir)
			if err == nil {
				t.Fatal("no error")
			}
			var f *FixtureError
			if !errors.As(err, &f) || f.File == "" || f.Reason == "" {
				t.Errorf("%v holds no FixtureError with a file and a reason", err)
			}
			got := strings.ReplaceAll(err.Error(), dir, "DIR") + "\n"
			if *update {
				archive.Files[want].Data = []byte(got)
				if err := os.WriteFile(golden, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[want].Data), got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(dump(t, open(t)), dump(t, db)); diff != "" {
				t.Errorf("rows were written:\n%s", diff)
			}
		})
	}
}

// TestErrorsOfBytes are the refusals that a golden cannot hold.
func TestErrorsOfBytes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, content string
		want          FixtureError
	}{
		"YAML that is not UTF-8": {
			"patients/a.yaml", "patients:\n# é\xff\n",
			FixtureError{Line: 2, Column: 4, Reason: "not UTF-8"},
		},
		"RASS that is not UTF-8": {
			"professionnels/a.txt", rassHeader + "|\n\xe9\n",
			FixtureError{Line: 2, Column: 1, Reason: "not UTF-8"},
		},
		"huge YAML": {
			"patients/a.yaml", "#" + strings.Repeat("x", maxYAML),
			FixtureError{Reason: "2097153 bytes: at most 2097152"},
		},
		"huge line": {
			"professionnels/a.txt", rassHeader + "|\n" + strings.Repeat("x", maxRASSLine),
			FixtureError{Line: 2, Reason: "a line of more than 65536 bytes"},
		},
		"empty extraction": {
			"professionnels/a.txt", "",
			FixtureError{Line: 1, Reason: "empty: the header line is missing"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{tt.file: tt.content})
			var got *FixtureError
			if err := seed(open(t), fixtures.FS, dir); !errors.As(err, &got) {
				t.Fatalf("error = %v, want a FixtureError", err)
			}
			tt.want.File = filepath.ToSlash(dir) + "/" + tt.file
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestManyErrors tells about a bounded number of problems.
func TestManyErrors(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("patients:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "- {id: A%d}\n", i)
	}
	dir := folder(t, map[string]string{"patients/a.yaml": b.String()})
	err := seed(open(t), fixtures.FS, dir)
	if err == nil {
		t.Fatal("no error")
	}
	if n := strings.Count(err.Error(), "a.yaml:"); n != maxProblems {
		t.Errorf("%d places named, want %d", n, maxProblems)
	}
	if want := "and 30 more problems"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error does not end with %q:\n%v", want, err)
	}
}
