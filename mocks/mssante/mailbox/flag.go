package mailbox

import (
	"fmt"
	"slices"

	"github.com/segursim/segursim/internal/store"
)

// A FlagOp is how flags change (RFC 9051 §6.4.6).
type FlagOp int

// The ways: a message gets these flags and no others; these too; these no longer.
const (
	ReplaceFlags FlagOp = iota
	AddFlags
	RemoveFlags
)

// SetFlags gives one message these flags and no others, and returns it as it is then.
// It refuses with ErrNoFolder, with ErrFlag or ErrLimit for what flags a message
// cannot have, and with store.ErrNotFound when there is no such message.
func (s *Store) SetFlags(tx *store.Txn, folder string, uid uint32, flags []string) (Message, error) {
	list, err := s.Flag(tx, folder, []uint32{uid}, ReplaceFlags, flags)
	switch {
	case err != nil:
		return Message{}, err
	case len(list) == 0:
		return Message{}, fmt.Errorf("mailbox: message %d: %w", uid, store.ErrNotFound)
	}
	return list[0], nil
}

// Flag changes the flags of messages, all in one change, and returns all of them as
// they are then, in the order of uids; UIDs that are not there are left out. A message
// whose flags stay is not written, and keeps its ModSeq. It refuses as SetFlags does.
func (s *Store) Flag(tx *store.Txn, folder string, uids []uint32, op FlagOp, flags []string) ([]Message, error) {
	r, ok := folders.Get(tx, folder)
	if !ok {
		return nil, ErrNoFolder
	}
	given, err := flagSet(flags)
	if err != nil {
		return nil, err
	}
	if op != RemoveFlags {
		if err := r.learn(given); err != nil {
			return nil, err
		}
	}
	list := pick(tx, folder, uids)
	var changed []int
	for i := range list {
		m := &list[i]
		set, err := op.apply(m.Flags, given)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(set, m.Flags) {
			r.mark(m, -1)
			m.Flags, m.ModSeq = set, r.ModSeq+1
			r.mark(m, 1)
			changed = append(changed, i)
		}
	}
	if len(changed) == 0 {
		return list, nil
	}
	r.ModSeq++
	for _, i := range changed {
		if err := messages.Put(tx, list[i]); err != nil {
			return nil, err
		}
	}
	s.touch(tx, r.ID)
	return list, folders.Put(tx, r)
}

// apply gives the flags that a message has after a change. Neither list is changed.
func (op FlagOp) apply(had, given []string) ([]string, error) {
	switch op {
	case AddFlags:
		if !slices.ContainsFunc(given, func(f string) bool { return !hasFlag(had, f) }) {
			return had, nil
		}
		return flagSet(slices.Concat(had, given))
	case RemoveFlags:
		var set []string
		for _, f := range had {
			if !hasFlag(given, f) {
				set = append(set, f)
			}
		}
		return set, nil
	default:
		return given, nil
	}
}
