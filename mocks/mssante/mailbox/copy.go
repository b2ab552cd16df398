package mailbox

import (
	"slices"

	"github.com/segursim/segursim/internal/store"
)

// Copy copies messages of a folder to another one of the same BAL, or to the same:
// all of them or none (RFC 9051 §6.4.7). Flags and date go with them. It returns the
// copies in the order of uids; UIDs that are not there are left out. It refuses with
// ErrNoFolder, ErrQuota, ErrFull, ErrLimit; with ErrForbidden between two BAL.
func (s *Store) Copy(tx *store.Txn, folder string, uids []uint32, dest string) ([]Message, error) {
	from, to, err := pair(tx, folder, dest)
	if err != nil {
		return nil, err
	}
	picked := pick(tx, from.ID, uids)
	if len(picked) == 0 {
		return nil, nil
	}
	l := s.ledger(tx, to.BAL)
	counts := tally{}
	size := int64(0)
	for i := range picked {
		size += picked[i].Size
		counts[picked[i].Content]++
	}
	if err := s.room(tx, &l, int64(len(picked)), size, 0); err != nil {
		return nil, err
	}
	for i := range picked {
		l.enter(picked[i].Size)
	}
	made, err := s.putIn(tx, &to, picked)
	if err != nil {
		return nil, err
	}
	if err := counts.settle(tx, &l.total); err != nil {
		return nil, err
	}
	if err := folders.Put(tx, to); err != nil {
		return nil, err
	}
	return made, l.save(tx)
}

// Move moves messages of a folder to another one of the same BAL (RFC 6851): all of
// them or none. It takes no room, hence is possible in a full BAL. Within one folder
// the messages get new UIDs. It returns the messages where they are now, in the order
// of uids; UIDs that are not there are left out. It refuses as Copy does.
func (s *Store) Move(tx *store.Txn, folder string, uids []uint32, dest string) ([]Message, error) {
	from, to, err := pair(tx, folder, dest)
	if err != nil {
		return nil, err
	}
	picked := pick(tx, from.ID, uids)
	if len(picked) == 0 {
		return nil, nil
	}
	target := &to
	if from.ID == to.ID {
		target = &from
	}
	made, err := s.putIn(tx, target, picked)
	if err != nil {
		return nil, err
	}
	if err := s.takeOut(tx, &from, picked); err != nil {
		return nil, err
	}
	if err := folders.Put(tx, from); err != nil {
		return nil, err
	}
	if target == &to {
		return made, folders.Put(tx, to)
	}
	return made, nil
}

// pair finds the two folders of a copy.
func pair(tx *store.Txn, folder, dest string) (from, to record, err error) {
	from, ok := folders.Get(tx, folder)
	if !ok {
		return from, to, ErrNoFolder
	}
	if to, ok = folders.Get(tx, dest); !ok {
		return from, to, ErrNoFolder
	}
	if from.BAL != to.BAL {
		return from, to, ErrForbidden
	}
	return from, to, nil
}

// putIn adds rows for messages to a folder under new UIDs; r is for the caller to put.
// Contents and accounts are the caller's.
func (s *Store) putIn(tx *store.Txn, r *record, list []Message) ([]Message, error) {
	r.ModSeq++
	made := make([]Message, len(list))
	for i, m := range list {
		set := slices.Clone(m.Flags)
		if err := r.learn(set); err != nil {
			return nil, err
		}
		var err error
		if m.UID, err = r.next(); err != nil {
			return nil, err
		}
		m.ID, m.Folder, m.ModSeq, m.Flags = messageID(r.ID, m.UID), r.ID, r.ModSeq, set
		r.enter(&m)
		made[i] = m
	}
	for i := range made {
		if err := messages.Put(tx, made[i]); err != nil {
			return nil, err
		}
	}
	s.touch(tx, r.ID)
	return made, nil
}
