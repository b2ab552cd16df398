package mailbox

import (
	"time"

	"github.com/segursim/segursim/internal/store"
)

// Append puts a message into a folder and returns it with its UID. What the row
// keeps of the header is read from raw, which is copied. A message that comes to the
// INBOX of a BAL that has no folders makes them: a mailbox of a patient is there from
// its first message on. It refuses with ErrNoFolder, ErrQuota, ErrFull, and with
// ErrFlag or ErrLimit for what flags a message cannot have.
func (s *Store) Append(tx *store.Txn, bal, folder string, raw []byte, flags []string, arrived time.Time) (Message, error) {
	return s.AppendLetter(tx, bal, folder, Prepare(raw), flags, arrived)
}

// AppendLetter is Append of a message that was prepared, which takes the slow part
// out of the transaction.
func (s *Store) AppendLetter(tx *store.Txn, bal, folder string, letter *Letter, flags []string, arrived time.Time) (Message, error) {
	r, ok := byName(tx, bal, folder)
	if !ok && canonical(folder) == Inbox {
		if err := s.Create(tx, bal); err != nil {
			return Message{}, err
		}
		r, ok = byName(tx, bal, folder)
	}
	if !ok {
		return Message{}, ErrNoFolder
	}
	set, err := flagSet(flags)
	if err != nil {
		return Message{}, err
	}
	if err := r.learn(set); err != nil {
		return Message{}, err
	}
	l := s.ledger(tx, bal)
	kept, there := contents.Get(tx, letter.hash)
	fresh := letter.Size()
	if there {
		fresh = 0
	}
	if err := s.room(tx, &l, 1, letter.Size(), fresh); err != nil {
		return Message{}, err
	}

	m := letter.summary
	if m.UID, err = r.next(); err != nil {
		return Message{}, err
	}
	r.ModSeq++
	m.ID, m.Folder, m.ModSeq = messageID(r.ID, m.UID), r.ID, r.ModSeq
	m.Flags, m.Arrived, m.Size, m.Content = set, s.arrival(arrived), letter.Size(), letter.hash
	r.enter(&m)
	l.enter(m.Size)
	if err := letter.keep(tx, kept, &l.total); err != nil {
		return Message{}, err
	}
	if err := messages.Put(tx, m); err != nil {
		return Message{}, err
	}
	if err := folders.Put(tx, r); err != nil {
		return Message{}, err
	}
	s.touch(tx, r.ID)
	return m, l.save(tx)
}

// arrival is when a message came: the time given, or now where it cannot be written in
// a snapshot (RFC 3339 ends with the year 9999 and has offsets of less than a day).
func (s *Store) arrival(t time.Time) time.Time {
	if _, err := t.MarshalText(); err != nil || t.IsZero() {
		return s.opt.Now()
	}
	return t
}
