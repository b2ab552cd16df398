package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/store"
)

type person struct {
	ID   string   `json:"id"`
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

type note struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

func people() store.Table[person] {
	return store.Define("people",
		store.By("id", func(p *person) string { return p.ID }),
		store.By("name", func(p *person) string { return p.Name }),
		store.Index[person]{Name: "tag", Key: func(p *person) []string { return p.Tags }},
	)
}

func notes() store.Table[note] {
	return store.Define("notes", store.By("id", func(n *note) string { return n.Key }))
}

func open(t testing.TB) (*store.DB, store.Table[person]) {
	t.Helper()
	db, table := store.New(), people()
	if err := db.Open(table, notes()); err != nil {
		t.Fatal(err)
	}
	return db, table
}

func put(t testing.TB, db *store.DB, table store.Table[person], rows ...person) {
	t.Helper()
	err := db.Update(func(tx *store.Txn) error {
		for _, r := range rows {
			if err := table.Put(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, db *store.DB, f func(*store.Txn)) {
	t.Helper()
	if err := db.View(func(tx *store.Txn) error { f(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func ids(rows func(func(person) bool)) []string {
	out := []string{}
	for r := range rows {
		out = append(out, r.ID)
	}
	return out
}

func all(t testing.TB, db *store.DB, table store.Table[person]) (out []string) {
	t.Helper()
	view(t, db, func(tx *store.Txn) { out = ids(table.All(tx)) })
	return out
}

func TestCRUD(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{ID: "b", Name: "Bea"}, person{ID: "a", Name: "Al"})
	put(t, db, table, person{ID: "a", Name: "Alix", Tags: []string{"x"}}) // replaces
	view(t, db, func(tx *store.Txn) {
		got, ok := table.Get(tx, "a")
		if diff := cmp.Diff(person{"a", "Alix", []string{"x"}}, got); diff != "" || !ok {
			t.Errorf("row, %v (-want +got):\n%s", ok, diff)
		}
		if _, ok := table.First(tx, "name", "Al"); ok {
			t.Error("the replaced row is still in an index")
		}
		if got, ok := table.Get(tx, "c"); ok || got.ID != "" {
			t.Errorf("an absent row = %+v, %v", got, ok)
		}
	})
	if got := all(t, db, table); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("rows = %v, want in the order of their ids", got)
	}
	for id, want := range map[string]bool{"a": true, "zz": false, "": false} {
		err := db.Update(func(tx *store.Txn) error {
			if got, err := table.Delete(tx, id); err != nil || got != want {
				t.Errorf("Delete(%q) = %v, %v, want %v", id, got, err, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := all(t, db, table); !slices.Equal(got, []string{"b"}) {
		t.Errorf("rows = %v", got)
	}
	if err := db.Update(func(tx *store.Txn) error { return table.Clear(tx) }); err != nil {
		t.Fatal(err)
	}
	if got := all(t, db, table); len(got) != 0 {
		t.Errorf("rows after Clear = %v", got)
	}
}

func TestIndexes(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table,
		person{"1", "Al", []string{"x", "y", "x"}}, person{"2", "Alix", []string{"y", ""}},
		person{"3", "", nil}, person{"4", "Al", []string{"yy"}})
	view(t, db, func(tx *store.Txn) {
		for _, tt := range []struct {
			index, key string
			find       []string
			prefix     []string
		}{
			{"name", "Al", []string{"1", "4"}, []string{"1", "4", "2"}},
			{"name", "Alix", []string{"2"}, []string{"2"}},
			{"name", "al", nil, nil},
			{"name", "", nil, []string{"1", "4", "2"}},
			{"tag", "x", []string{"1"}, []string{"1"}},
			{"tag", "y", []string{"1", "2"}, []string{"1", "2", "4"}},
			{"id", "1", []string{"1"}, []string{"1"}},
			{"id", "", nil, []string{"1", "2", "3", "4"}},
		} {
			if got := ids(table.Find(tx, tt.index, tt.key)); !slices.Equal(got, tt.find) {
				t.Errorf("Find(%s, %q) = %v, want %v", tt.index, tt.key, got, tt.find)
			}
			if got := ids(table.Prefix(tx, tt.index, tt.key)); !slices.Equal(got, tt.prefix) {
				t.Errorf("Prefix(%s, %q) = %v, want %v", tt.index, tt.key, got, tt.prefix)
			}
		}
		for range table.All(tx) {
			break // a caller may stop early
		}
	})
}

// TestKeysWithNUL: rows are stored under their key, NUL, their id; what a peer
// types must not reach into that.
func TestKeysWithNUL(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{ID: "1", Name: "Al"}, person{ID: "2", Name: "Al\x00x"}, person{ID: "3", Name: "Al\x01"})
	view(t, db, func(tx *store.Txn) {
		for key, want := range map[string][]string{
			"Al": {"1"}, "Al\x001": nil, "Al\x001\x00": nil, "Al\x00": nil, "Al\x00x": {"2"}, "Al\x01": {"3"}, "Al\x01\x01x": nil,
		} {
			if got := ids(table.Find(tx, "name", key)); !slices.Equal(got, want) {
				t.Errorf("Find(%q) = %v, want %v", key, got, want)
			}
		}
		if got := ids(table.Prefix(tx, "name", "Al\x00")); !slices.Equal(got, []string{"2"}) {
			t.Errorf("Prefix = %v", got)
		}
	})
}

// TestModel compares a table with a map, whatever the keys hold.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		db, table := open(t)
		model := map[string]person{}
		key := rapid.SampledFrom([]string{"", "a", "b", "ab", "a\x00", "a\x00b", "\x00", "\x01", "a\x01", "é", "\xff"})
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			p := person{ID: "i" + key.Draw(rt, "id"), Name: key.Draw(rt, "name"), Tags: rapid.SliceOfN(key, 0, 3).Draw(rt, "tags")}
			if rapid.Bool().Draw(rt, "delete") {
				delete(model, p.ID)
				if err := db.Update(func(tx *store.Txn) error { _, err := table.Delete(tx, p.ID); return err }); err != nil {
					rt.Fatal(err)
				}
				continue
			}
			model[p.ID] = p
			put(t, db, table, p)
		}
		want := map[string][]string{}
		for _, p := range model {
			for _, tag := range slices.Compact(slices.Sorted(slices.Values(p.Tags))) {
				if tag != "" {
					want[tag] = append(want[tag], p.ID)
				}
			}
		}
		view(t, db, func(tx *store.Txn) {
			for _, p := range model {
				got, ok := table.Get(tx, p.ID)
				if diff := cmp.Diff(p, got); diff != "" || !ok {
					rt.Fatalf("Get(%q), %v (-want +got):\n%s", p.ID, ok, diff)
				}
			}
			for _, tag := range []string{"", "a", "b", "ab", "a\x00", "a\x00b", "\x00", "\x01", "a\x01", "é", "\xff"} {
				slices.Sort(want[tag])
				got := ids(table.Find(tx, "tag", tag))
				slices.Sort(got)
				if !slices.Equal(got, want[tag]) {
					rt.Fatalf("Find(tag, %q) = %q, want %q", tag, got, want[tag])
				}
			}
		})
	})
}

func TestUpdateRollsBack(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{ID: "a"}, person{ID: "b"})
	boom := errors.New("boom")
	err := db.Update(func(tx *store.Txn) error {
		if err := table.Put(tx, person{ID: "c"}); err != nil {
			return err
		}
		if _, err := table.Delete(tx, "a"); err != nil {
			return err
		}
		if got := ids(table.All(tx)); !slices.Equal(got, []string{"b", "c"}) {
			t.Errorf("inside = %v: an update sees its own changes", got)
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("error = %v", err)
	}
	if got := all(t, db, table); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("rows = %v, want nothing changed", got)
	}
}

func TestUpdatePanics(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Update(func(tx *store.Txn) error {
			_ = table.Put(tx, person{ID: "a"})
			panic("boom")
		})
	}()
	put(t, db, table, person{ID: "b"}) // the lock is free again
	if got := all(t, db, table); !slices.Equal(got, []string{"b"}) {
		t.Errorf("rows = %v", got)
	}
}

func TestPutWithoutID(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	if err := db.Update(func(tx *store.Txn) error { return table.Put(tx, person{Name: "Al"}) }); err == nil {
		t.Error("a row without id was taken")
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	if err := store.New().Open(); err == nil {
		t.Error("no tables: no error")
	}
	if err := store.New().Open(people(), people()); err == nil {
		t.Error("two tables with one name: no error")
	}
}

func TestDefine(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(){
		"no index": func() { store.Define[person]("t") },
		"no id":    func() { store.Define("t", store.By("name", func(p *person) string { return p.Name })) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestUnknownIndex(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	view(t, db, func(tx *store.Txn) {
		defer func() {
			if recover() == nil {
				t.Error("no panic: the mistake of a programmer must show")
			}
		}()
		table.First(tx, "colour", "blue")
	})
}

func TestBaseline(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{ID: "base"})
	db.Baseline()
	put(t, db, table, person{ID: "later"})
	if err := db.ViewBaseline(func(tx *store.Txn) error {
		if got := ids(table.All(tx)); !slices.Equal(got, []string{"base"}) {
			t.Errorf("rows of the baseline = %v", got)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	db.Reset()
	if got := all(t, db, table); !slices.Equal(got, []string{"base"}) {
		t.Errorf("rows = %v", got)
	}
	// What comes after a Reset does not reach the baseline.
	put(t, db, table, person{ID: "again"})
	db.Reset()
	db.Reset()
	if got := all(t, db, table); !slices.Equal(got, []string{"base"}) {
		t.Errorf("rows = %v: the baseline was written to", got)
	}
}

// TestViewsKeepSeeing: a view sees one state from its beginning to its end.
func TestViewsKeepSeeing(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{ID: "base"})
	db.Baseline()
	put(t, db, table, person{ID: "later"})
	view(t, db, func(tx *store.Txn) {
		rows := table.All(tx)
		put(t, db, table, person{ID: "meanwhile"})
		db.Reset()
		for i := range 2 {
			if got := ids(table.All(tx)); !slices.Equal(got, []string{"base", "later"}) {
				t.Errorf("view after a reset, reading %d = %v", i, got)
			}
		}
		if got := ids(rows); !slices.Equal(got, []string{"base", "later"}) {
			t.Errorf("rows asked for before the reset = %v", got)
		}
	})
	if got := all(t, db, table); !slices.Equal(got, []string{"base"}) {
		t.Errorf("rows = %v", got)
	}
}

// TestConcurrent: writers move a token from one row to another, so that every
// view must count one; resets and exports run meanwhile.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	db, table := open(t)
	put(t, db, table, person{ID: "a", Tags: []string{"token"}}, person{ID: "b"})
	db.Baseline()
	const rounds = 200
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			for range rounds {
				if err := db.Update(func(tx *store.Txn) error {
					a, _ := table.Get(tx, "a")
					b, _ := table.Get(tx, "b")
					a.Tags, b.Tags = b.Tags, a.Tags
					if err := table.Put(tx, a); err != nil {
						return err
					}
					return table.Put(tx, b)
				}); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for i := range rounds {
				view(t, db, func(tx *store.Txn) {
					if got := ids(table.Find(tx, "tag", "token")); len(got) != 1 {
						t.Errorf("the token is at %v", got)
					}
				})
				if i%50 == w {
					db.Reset()
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkReset: the time must not depend on the number of rows.
func BenchmarkReset(b *testing.B) {
	for _, n := range []int{10, 1_000, 100_000} {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			db, table := open(b)
			rows := make([]person, n)
			for i := range rows {
				rows[i] = person{ID: strconv.Itoa(i), Name: "n" + strconv.Itoa(i%100)}
			}
			put(b, db, table, rows...)
			db.Baseline()
			put(b, db, table, person{ID: "more"})
			b.ReportAllocs()
			for b.Loop() {
				db.Reset()
			}
		})
	}
}

// TestResetIsConstant: what Reset allocates does not depend on the rows.
func TestResetIsConstant(t *testing.T) {
	cost := func(n int) float64 {
		db, table := open(t)
		rows := make([]person, n)
		for i := range rows {
			rows[i] = person{ID: strconv.Itoa(i)}
		}
		put(t, db, table, rows...)
		db.Baseline()
		return testing.AllocsPerRun(100, db.Reset)
	}
	if few, many := cost(10), cost(20_000); few != many {
		t.Errorf("%v allocations with 10 rows, %v with 20,000", few, many)
	}
}

func BenchmarkGet(b *testing.B) {
	db, table := open(b)
	rows := make([]person, 100_000)
	for i := range rows {
		rows[i] = person{ID: strconv.Itoa(i)}
	}
	put(b, db, table, rows...)
	b.ReportAllocs()
	for b.Loop() {
		view(b, db, func(tx *store.Txn) {
			if _, ok := table.Get(tx, "54321"); !ok {
				b.Fatal("absent")
			}
		})
	}
}

func BenchmarkPut(b *testing.B) {
	db, table := open(b)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		put(b, db, table, person{ID: strconv.Itoa(i % 100_000), Name: "n", Tags: []string{"x"}})
		i++
	}
}
