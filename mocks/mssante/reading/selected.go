package reading

import (
	"slices"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// A selected folder is what a session knows of it: sequence numbers belong to the
// session, and change only when the client is told (RFC 9051 §5.5, §7.5.1).
type selected struct {
	id       string // of the folder
	name     string
	validity uint32
	readOnly bool
	view     view
	modseq   uint64 // changes up to here are taken into account below

	gone    []uint32 // UIDs of the view that are no longer there, ascending: EXPUNGE to tell
	fresh   []uint32 // UIDs that are not in the view yet, ascending: EXISTS to tell
	changed []uint32 // UIDs whose flags changed, ascending: FETCH to tell
	result  view     // the last search result (RFC 5182)
}

// take brings what happened in the folder since the last time into what is to be
// told; false when the folder is gone, or is another one under the same id.
func (s *selected) take(tx *store.Txn, m *mailbox.Store) bool {
	folder, ok := m.Find(tx, s.id)
	if !ok || folder.UIDValidity != s.validity {
		return false
	}
	if folder.ModSeq == s.modseq {
		return true
	}
	change, ok := m.Since(tx, s.id, s.modseq)
	if !ok {
		change = s.compare(tx, m, folder.ModSeq)
	}
	s.modseq = change.ModSeq
	for _, uid := range change.Expunged {
		s.lose(uid)
	}
	known := s.last()
	for i := range change.Changed {
		switch uid := change.Changed[i].UID; {
		case uid > known:
			s.fresh = append(s.fresh, uid)
		default:
			s.note(uid)
		}
	}
	return true
}

// last is the greatest UID that the session knows, told or not.
func (s *selected) last() uint32 {
	if n := len(s.fresh); n > 0 {
		return s.fresh[n-1]
	}
	return s.view.last()
}

// lose notes that a message is gone. One that was never told of is forgotten.
func (s *selected) lose(uid uint32) {
	if i, ok := slices.BinarySearch(s.fresh, uid); ok {
		s.fresh = slices.Delete(s.fresh, i, i+1)
		return
	}
	if _, ok := s.view.seq(uid); !ok {
		return
	}
	s.unnote(uid)
	if i, ok := slices.BinarySearch(s.gone, uid); !ok {
		s.gone = slices.Insert(s.gone, i, uid)
	}
}

// note has the flags of a message told.
func (s *selected) note(uid uint32) {
	if _, ok := s.view.seq(uid); !ok {
		return
	}
	if i, ok := slices.BinarySearch(s.changed, uid); !ok {
		s.changed = slices.Insert(s.changed, i, uid)
	}
}

// unnote has them not told: they were.
func (s *selected) unnote(uid uint32) {
	if i, ok := slices.BinarySearch(s.changed, uid); ok {
		s.changed = slices.Delete(s.changed, i, i+1)
	}
}

// compare finds out what happened when the folder has forgotten: by comparing.
func (s *selected) compare(tx *store.Txn, m *mailbox.Store, modseq uint64) mailbox.Change {
	change := mailbox.Change{ModSeq: modseq}
	var present view
	known := s.last()
	for msg := range m.Messages(tx, s.id) {
		present.add(msg.UID)
		if msg.UID > known || msg.ModSeq > s.modseq {
			change.Changed = append(change.Changed, msg)
		}
	}
	missing := func(uid uint32) bool {
		if _, ok := present.seq(uid); !ok {
			change.Expunged = append(change.Expunged, uid)
		}
		return true
	}
	s.view.in(0, s.view.last(), missing)
	for _, uid := range s.fresh {
		missing(uid)
	}
	return change
}

// isGone tells whether a message of the view is no longer there.
func (s *selected) isGone(uid uint32) bool {
	_, ok := slices.BinarySearch(s.gone, uid)
	return ok
}

// saved are the UIDs of the last search result that the session still knows.
func (s *selected) saved() []uint32 {
	var out []uint32
	s.result.in(0, s.result.last(), func(uid uint32) bool {
		if _, ok := s.view.seq(uid); ok {
			out = append(out, uid)
		}
		return true
	})
	return out
}
