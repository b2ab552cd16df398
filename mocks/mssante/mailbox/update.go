package mailbox

import (
	"slices"

	"github.com/segursim/segursim/internal/store"
)

// A writing is a transaction of Update and what it changed.
type writing struct {
	tx      *store.Txn
	folders []string
}

// Update runs f in a write transaction of the world and, when it succeeds, wakes
// whoever waits for news of the folders that it changed. Every write to mailboxes
// goes through it, but for those that nobody can wait for yet: at start, before the
// baseline.
func (s *Store) Update(f func(tx *store.Txn) error) error {
	w := &writing{}
	err := s.db.Update(func(tx *store.Txn) error {
		w.tx = tx
		s.writing = w
		defer func() { s.writing = nil }()
		return f(tx)
	})
	if err != nil {
		return err
	}
	s.ring(w.folders)
	return nil
}

// touch notes that a folder changed.
func (s *Store) touch(tx *store.Txn, folder string) {
	w := s.writing
	if w == nil || w.tx != tx {
		return
	}
	if n := len(w.folders); n > 0 && w.folders[n-1] == folder || slices.Contains(w.folders, folder) {
		return
	}
	w.folders = append(w.folders, folder)
}
