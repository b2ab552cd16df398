package store_test

import (
	"fmt"

	"github.com/segursim/segursim/internal/store"
)

func Example() {
	type session struct{ ID, Person string }
	sessions := store.Define("sessions",
		store.By("id", func(s *session) string { return s.ID }),
		store.By("person", func(s *session) string { return s.Person }),
	)
	db := store.New()
	if err := db.Open(sessions); err != nil {
		fmt.Println(err)
		return
	}
	db.Baseline()
	_ = db.Update(func(tx *store.Txn) error {
		return sessions.Put(tx, session{ID: "s1", Person: "899700366240"})
	})
	count := func() (n int) {
		_ = db.View(func(tx *store.Txn) error {
			for range sessions.Find(tx, "person", "899700366240") {
				n++
			}
			return nil
		})
		return n
	}
	fmt.Println(count())
	db.Reset()
	fmt.Println(count())
	// Output:
	// 1
	// 0
}
