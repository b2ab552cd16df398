package mailbox

import (
	"slices"

	"github.com/segursim/segursim/internal/store"
)

// Subscribe subscribes to a folder, or undoes it (RFC 9051 §6.3.7, §6.3.8). A
// subscription is to a name: it outlives the folder, and ends only here. It refuses
// with ErrNoFolder to subscribe to a name that is no folder, which the RFC lets a
// server do; to undo a subscription that is none succeeds.
func (s *Store) Subscribe(tx *store.Txn, bal, name string, subscribed bool) error {
	name = canonical(name)
	r, ok := byName(tx, bal, name)
	if ok {
		if r.Subscribed == subscribed {
			return nil
		}
		r.Subscribed = subscribed
		return folders.Put(tx, r)
	}
	l := s.ledger(tx, bal)
	i, gone := slices.BinarySearch(l.account.Gone, name)
	switch {
	case gone && !subscribed:
		l.account.Gone = slices.Delete(slices.Clone(l.account.Gone), i, i+1)
		return l.save(tx)
	case !gone && subscribed:
		return ErrNoFolder
	}
	return nil
}

// Subscriptions are the names that a BAL is subscribed to, sorted; some may have no
// folder any more.
func (s *Store) Subscriptions(tx *store.Txn, bal string) []string {
	a, _ := accounts.Get(tx, address(bal))
	names := slices.Clone(a.Gone)
	for r := range folders.Prefix(tx, "nom", nameKey(address(bal), "")) {
		if r.Subscribed {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return names
}
