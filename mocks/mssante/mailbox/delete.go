package mailbox

import (
	"slices"

	"github.com/segursim/segursim/internal/store"
)

// DeleteFolder removes a folder and its messages for good; folders below it stay
// (RFC 9051 §6.3.5). A subscription to its name stays too (§6.3.7). It refuses with
// ErrNoFolder, and with ErrForbidden for INBOX.
func (s *Store) DeleteFolder(tx *store.Txn, bal, name string) error {
	if canonical(name) == Inbox {
		return ErrForbidden
	}
	r, ok := byName(tx, bal, name)
	if !ok {
		return ErrNoFolder
	}
	l := s.ledger(tx, bal)
	if r.Subscribed {
		l.account.miss(r.Name)
	}
	if err := s.drop(tx, &l, r); err != nil {
		return err
	}
	return l.save(tx)
}

// Remove removes all that a BAL has here: folders, messages, subscriptions. A BAL that
// has nothing stays so.
func (s *Store) Remove(tx *store.Txn, bal string) error {
	l := s.ledger(tx, bal)
	var rows []record
	for r := range folders.Prefix(tx, "nom", nameKey(l.account.BAL, "")) {
		rows = append(rows, r)
	}
	for _, r := range rows {
		if err := s.drop(tx, &l, r); err != nil {
			return err
		}
	}
	// The last UIDVALIDITY stays known: the BAL may come back with the same names.
	l.account = account{BAL: l.account.BAL, Validity: l.account.Validity}
	if l.account.Validity == 0 {
		return nil
	}
	return l.save(tx)
}

// drop removes a folder with its messages and its log.
func (s *Store) drop(tx *store.Txn, l *ledger, r record) error {
	var gone []Message
	counts := tally{}
	for m := range messages.Prefix(tx, "id", r.ID) {
		gone = append(gone, m)
		counts[m.Content]--
		l.leave(m.Size)
	}
	for i := range gone {
		if _, err := messages.Remove(tx, gone[i]); err != nil {
			return err
		}
	}
	if err := counts.settle(tx, &l.total); err != nil {
		return err
	}
	var log []departure
	for d := range departures.Prefix(tx, "id", r.ID) {
		log = append(log, d)
	}
	for _, d := range log {
		if _, err := departures.Remove(tx, d); err != nil {
			return err
		}
	}
	if _, err := folders.Delete(tx, r.ID); err != nil {
		return err
	}
	l.account.Folders--
	s.touch(tx, r.ID)
	return nil
}

// miss keeps the subscription to a name whose folder goes. Beyond the number of
// folders that a BAL may have, the subscription is lost.
func (a *account) miss(name string) {
	if i, ok := slices.BinarySearch(a.Gone, name); !ok && len(a.Gone) < maxFolders {
		a.Gone = slices.Insert(slices.Clone(a.Gone), i, name)
	}
}
