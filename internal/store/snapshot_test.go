package store_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
)

func export(t testing.TB, db *store.DB) string {
	t.Helper()
	var b bytes.Buffer
	if err := db.Export(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExportImport(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{"b", "Bea", []string{}}, person{"a", "Al", []string{"x", "é\x00"}})
	exported := export(t, db)
	const want = `{"notes":[],"people":[{"id":"a","name":"Al","tags":["x","é\u0000"]},{"id":"b","name":"Bea","tags":[]}]}` + "\n"
	if diff := cmp.Diff(want, exported); diff != "" {
		t.Errorf("export (-want +got):\n%s", diff)
	}
	other, same := open(t)
	put(t, other, same, person{ID: "gone"})
	other.Baseline()
	if err := other.Import(strings.NewReader(exported)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(exported, export(t, other)); diff != "" {
		t.Errorf("export after import (-want +got):\n%s", diff)
	}
	view(t, other, func(tx *store.Txn) {
		if got := ids(same.Find(tx, "tag", "é\x00")); !slices.Equal(got, []string{"a"}) {
			t.Errorf("index after import = %v", got)
		}
		if got := ids(same.Find(tx, "name", "")); len(got) != 0 {
			t.Errorf("index after import = %v", got)
		}
	})
	other.Reset()
	if got := all(t, other, same); !slices.Equal(got, []string{"gone"}) {
		t.Errorf("rows after a reset = %v: the baseline must stay", got)
	}
}

// TestImportEmptiesWhatIsAbsent: the export of a version that had fewer tables.
func TestImportEmptiesWhatIsAbsent(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{ID: "a"})
	if err := db.Import(strings.NewReader(`{"notes":[{"key":"k","text":"t"}]}`)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"notes":[{"key":"k","text":"t"}],"people":[]}`+"\n", export(t, db)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"unknown table":         `{"people":[{"id":"z"}],"animals":[]}`,
		"no JSON":               `{"people":[{"id":"z"}`,
		"empty":                 ``,
		"a list":                `[]`,
		"rows that are no list": `{"people":{"id":"z"}}`,
		"a field of other type": `{"people":[{"id":"z"},{"id":1}]}`,
		"a row without id":      `{"people":[{"id":"z"},{"name":"x"}]}`,
		"bad in the last table": `{"people":[{"id":"z"}],"notes":[{"text":"without key"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, table := open(t)
			put(t, db, table, person{ID: "a", Name: "Al"})
			before := export(t, db)
			if err := db.Import(strings.NewReader(in)); err == nil {
				t.Error("no error")
			}
			if diff := cmp.Diff(before, export(t, db)); diff != "" {
				t.Errorf("the state changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestImportReaderFails(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	boom := errors.New("boom")
	if err := db.Import(errReader{boom}); !errors.Is(err, boom) {
		t.Errorf("error = %v", err)
	}
	if err := db.Export(errWriter{boom}); !errors.Is(err, boom) {
		t.Errorf("error = %v", err)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

type errWriter struct{ err error }

func (w errWriter) Write([]byte) (int, error) { return 0, w.err }
