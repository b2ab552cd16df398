package mailbox

import "github.com/segursim/segursim/internal/store"

// Used is how many bytes a BAL holds: its messages in all folders.
func (s *Store) Used(tx *store.Txn, bal string) int64 {
	a, _ := accounts.Get(tx, address(bal))
	return a.Used
}

// A Usage is what is stored.
type Usage struct {
	Bytes int64 // of contents, each counted once, and 1.5 kB for each message
	Limit int64 // of the Options; less than 0 for none
}

// Usage is what all BAL together take.
func (s *Store) Usage(tx *store.Txn) Usage {
	t, _ := totals.Get(tx, totalID)
	return Usage{Bytes: t.Bytes, Limit: s.opt.Storage}
}

// Quota is the limit that holds for a BAL, in bytes; less than 0 for none.
func (s *Store) Quota(tx *store.Txn, bal string) int64 {
	if s.limit != nil {
		if own := s.limit(tx, address(bal)); own > 0 {
			return own
		}
	}
	return s.opt.Quota
}

// A ledger is the accounts that an operation changes.
type ledger struct {
	account account
	total   total
}

func (s *Store) ledger(tx *store.Txn, bal string) ledger {
	var l ledger
	l.account, _ = accounts.Get(tx, address(bal))
	l.account.BAL = address(bal)
	l.total, _ = totals.Get(tx, totalID)
	l.total.ID = totalID
	return l
}

func (l *ledger) save(tx *store.Txn) error {
	if err := accounts.Put(tx, l.account); err != nil {
		return err
	}
	return totals.Put(tx, l.total)
}

// room refuses messages of so many bytes, of which fresh are not kept yet.
func (s *Store) room(tx *store.Txn, l *ledger, n, size, fresh int64) error {
	if limit := s.Quota(tx, l.account.BAL); limit >= 0 && l.account.Used+size > limit {
		return ErrQuota
	}
	if s.opt.Storage >= 0 && l.total.Bytes+fresh+n*rowCost > s.opt.Storage {
		return ErrFull
	}
	return nil
}

// enter counts a message that came.
func (l *ledger) enter(size int64) {
	l.account.Used += size
	l.account.Messages++
	l.total.Bytes += rowCost
}

// leave counts a message that went.
func (l *ledger) leave(size int64) {
	l.account.Used -= size
	l.account.Messages--
	l.total.Bytes -= rowCost
}
