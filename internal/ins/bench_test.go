package ins

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

func openDB(t testing.TB) *store.DB {
	t.Helper()
	db := store.New()
	if err := db.Open(registre.Tables()...); err != nil {
		t.Fatal(err)
	}
	return db
}

func loaded(t testing.TB, n int, seed string) *store.DB {
	t.Helper()
	db := openDB(t)
	if err := db.Update(func(tx *store.Txn) error { _, err := Load(tx, n, Seed(seed)); return err }); err != nil {
		t.Fatal(err)
	}
	return db
}

// traitsOf asks for an identity by its first name.
func traitsOf(p registre.Patient) Traits {
	return Traits{BirthName: p.BirthName, GivenNames: p.GivenNames[:1], Sex: p.Sex, BirthDate: p.BirthDate}
}

func BenchmarkGenerate100000(b *testing.B) {
	for b.Loop() {
		seq, err := Generate(100_000, Seed("bench"))
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for range seq {
			n++
		}
		if n != 100_000 {
			b.Fatal(n)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				db := loaded(b, n, "bench")
				runtime.GC()
				runtime.ReadMemStats(&after)
				runtime.KeepAlive(db)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/identity")
		})
	}
}

// BenchmarkMatch searches bases of three sizes: the times are to be the same.
func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		db := sync.OnceValue(func() *store.DB { return loaded(b, n, "bench") })
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			db := db()
			seq, err := Generate(n, Seed("bench"))
			if err != nil {
				b.Fatal(err)
			}
			var asked []Traits
			i := 0
			for p := range seq { // spread over the base
				if i++; i%(n/1000) == 0 {
					asked = append(asked, traitsOf(p))
				}
			}
			i = 0
			_ = db.View(func(tx *store.Txn) error {
				for b.Loop() {
					if r := Match(tx, asked[i%len(asked)]); r.Code == None {
						b.Fatalf("%+v is not found", asked[i%len(asked)])
					}
					i++
				}
				return nil
			})
		})
	}
}

// BenchmarkMatchNone searches for what is not there.
func BenchmarkMatchNone(b *testing.B) {
	db := loaded(b, 100_000, "bench")
	t := Traits{BirthName: "TESTABSENT", GivenNames: []string{"PERSONNE"}, Sex: "M", BirthDate: "2000-01-01"}
	_ = db.View(func(tx *store.Txn) error {
		for b.Loop() {
			if r := Match(tx, t); r.Code != None {
				b.Fatal(r)
			}
		}
		return nil
	})
}

func BenchmarkCheck(b *testing.B) {
	t := Traits{BirthName: "D'ARTAGNAN DE L'HERAULT", GivenNames: []string{"PIERRE-ALAIN MURIEL FLORIANT"}, Sex: "M", BirthDate: "2001-06-17", BirthPlace: "63220"}
	for b.Loop() {
		if len(t.Check()) > 0 {
			b.Fatal("refused")
		}
	}
}
