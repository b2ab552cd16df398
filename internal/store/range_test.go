package store_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/store"
)

func TestFrom(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table,
		person{ID: "a", Name: "Zoé"}, person{ID: "ab", Name: "Léa"}, person{ID: "a\x00b", Name: "Léa"}, person{ID: "b", Name: "Ana"}, person{ID: "c"})

	tests := map[string]struct {
		index, key string
		want       []string
	}{
		"from the first":            {"id", "a", []string{"a", "a\x00b", "ab", "b", "c"}},
		"between two keys":          {"id", "aa", []string{"ab", "b", "c"}},
		"a key and what extends it": {"id", "ab", []string{"ab", "b", "c"}},
		"after NUL":                 {"id", "a\x00", []string{"a\x00b", "ab", "b", "c"}},
		"the empty key":             {"id", "", []string{"a", "a\x00b", "ab", "b", "c"}},
		"past the end":              {"id", "d", []string{}},
		"another index":             {"name", "B", []string{"a\x00b", "ab", "a"}},
		"its key has several rows":  {"name", "Léa", []string{"a\x00b", "ab", "a"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			view(t, db, func(tx *store.Txn) {
				if diff := cmp.Diff(tt.want, ids(table.From(tx, tt.index, tt.key))); diff != "" {
					t.Error("(-want +got)\n" + diff)
				}
			})
		})
	}
}

// TestFromStops shows that a range may be left early, and that a transaction sees
// its own rows.
func TestFromStops(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{ID: "a"}, person{ID: "c"}, person{ID: "d"})
	err := db.Update(func(tx *store.Txn) error {
		if err := table.Put(tx, person{ID: "b"}); err != nil {
			return err
		}
		if _, err := table.Delete(tx, "c"); err != nil {
			return err
		}
		var got []string
		for p := range table.From(tx, "id", "b") {
			if got = append(got, p.ID); len(got) == 2 {
				break
			}
		}
		if diff := cmp.Diff([]string{"b", "d"}, got); diff != "" {
			t.Error("(-want +got)\n" + diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFromModel holds From against sorting.
func TestFromModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		db, table := store.New(), people()
		if err := db.Open(table); err != nil {
			t.Fatal(err)
		}
		key := rapid.StringOfN(rapid.RuneFrom([]rune{0, 1, 2, 'a', 'b'}), 1, 5, -1)
		keys := rapid.SliceOfDistinct(key, rapid.ID[string]).Draw(t, "keys")
		err := db.Update(func(tx *store.Txn) error {
			for _, k := range keys {
				if err := table.Put(tx, person{ID: k}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		from := key.Draw(t, "from")
		want := []string{}
		for _, k := range slices.Sorted(slices.Values(keys)) {
			if k >= from {
				want = append(want, k)
			}
		}
		_ = db.View(func(tx *store.Txn) error {
			if diff := cmp.Diff(want, ids(table.From(tx, "id", from))); diff != "" {
				t.Fatal("(-want +got)\n" + diff)
			}
			return nil
		})
	})
}
