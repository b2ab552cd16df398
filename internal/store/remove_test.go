package store_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
)

// TestRemove removes rows whose other fields changed since they were read: the indexes
// follow what is stored.
func TestRemove(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{ID: "a", Name: "Zoé", Tags: []string{"x", "y"}}, person{ID: "b", Name: "Léa", Tags: []string{"x"}})
	err := db.Update(func(tx *store.Txn) error {
		if there, err := table.Remove(tx, person{ID: "a", Name: "another"}); !there || err != nil {
			t.Errorf("remove a: %t, %v", there, err)
		}
		if there, err := table.Remove(tx, person{ID: "a"}); there || err != nil {
			t.Errorf("remove a again: %t, %v", there, err)
		}
		if _, err := table.Remove(tx, person{}); err == nil {
			t.Error("a row without an id was removed")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	view(t, db, func(tx *store.Txn) {
		for index, want := range map[string][]string{"id": {"b"}, "name": {"b"}, "tag": {"b"}} {
			if diff := cmp.Diff(want, ids(table.Prefix(tx, index, ""))); diff != "" {
				t.Errorf("%s (-want +got)\n%s", index, diff)
			}
		}
		if _, err := table.Remove(tx, person{ID: "b"}); err == nil {
			t.Error("a view removed a row")
		}
	})
}

// BenchmarkRemove empties a table of 1,000 rows both ways.
func BenchmarkRemove(b *testing.B) {
	for _, name := range []string{"Delete", "Remove"} {
		b.Run(name, func(b *testing.B) {
			db, table := open(b)
			rows := make([]person, 1000)
			for i := range rows {
				rows[i] = person{ID: strconv.Itoa(i), Name: strconv.Itoa(i)}
			}
			for b.Loop() {
				b.StopTimer()
				put(b, db, table, rows...)
				b.StartTimer()
				err := db.Update(func(tx *store.Txn) error {
					for _, r := range rows {
						var err error
						if name == "Delete" {
							_, err = table.Delete(tx, r.ID)
						} else {
							_, err = table.Remove(tx, r)
						}
						if err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
