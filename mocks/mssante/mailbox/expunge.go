package mailbox

import (
	"github.com/segursim/segursim/internal/store"
)

// Expunge removes messages from a folder for good, whatever their flags; UIDs that are
// not there are left out. Which ones an EXPUNGE means is the caller's business: see
// Deleted.
func (s *Store) Expunge(tx *store.Txn, folder string, uids []uint32) error {
	r, ok := folders.Get(tx, folder)
	if !ok {
		return ErrNoFolder
	}
	gone := pick(tx, folder, uids)
	if len(gone) == 0 {
		return nil
	}
	l := s.ledger(tx, r.BAL)
	counts := tally{}
	for i := range gone {
		l.leave(gone[i].Size)
		counts[gone[i].Content]--
	}
	if err := s.takeOut(tx, &r, gone); err != nil {
		return err
	}
	if err := counts.settle(tx, &l.total); err != nil {
		return err
	}
	if err := folders.Put(tx, r); err != nil {
		return err
	}
	return l.save(tx)
}

// Deleted are the UIDs of a folder's messages with \Deleted, ascending: those that
// EXPUNGE removes (RFC 9051 §6.4.3). A folder that has none is not walked.
func (s *Store) Deleted(tx *store.Txn, folder string) []uint32 {
	r, _ := folders.Get(tx, folder)
	if r.Deleted == 0 {
		return nil
	}
	uids := make([]uint32, 0, r.Deleted)
	for m := range s.Messages(tx, folder) {
		if m.Has(deleted) {
			if uids = append(uids, m.UID); len(uids) == int(r.Deleted) {
				break
			}
		}
	}
	return uids
}

// takeOut removes the rows of messages of a folder and notes their departure; r is for
// the caller to put. Contents and accounts are the caller's.
func (s *Store) takeOut(tx *store.Txn, r *record, gone []Message) error {
	r.ModSeq++
	uids := make([]uint32, len(gone))
	for i := range gone {
		r.leave(&gone[i])
		uids[i] = gone[i].UID
		if _, err := messages.Remove(tx, gone[i]); err != nil {
			return err
		}
	}
	s.touch(tx, r.ID)
	return r.depart(tx, uids)
}
