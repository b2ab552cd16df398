package mailbox

import (
	"cmp"
	"slices"

	"github.com/segursim/segursim/internal/store"
)

// A Change is what happened in a folder since a moment.
type Change struct {
	ModSeq   uint64
	Expunged []uint32  // UIDs, ascending
	Changed  []Message // flags changed, and new ones; by UID
}

// maxLog is how many UIDs a folder remembers of the messages that left it. The last
// departure is remembered whatever its size.
const maxLog = 10_000

// Since is what changed in a folder after modseq; false when the folder is gone or
// has forgotten that far back, and the session must be told anew. It costs what it
// returns, whatever the folder holds. A message that came and went since is among the
// expunged.
func (s *Store) Since(tx *store.Txn, folder string, modseq uint64) (Change, bool) {
	r, ok := folders.Get(tx, folder)
	if !ok || modseq < r.Floor || modseq > r.ModSeq {
		return Change{}, false
	}
	c := Change{ModSeq: r.ModSeq}
	if modseq == r.ModSeq {
		return c, true
	}
	for m := range messages.From(tx, "modseq", changeKey(folder, modseq+1, 0)) {
		if m.Folder != folder {
			break
		}
		c.Changed = append(c.Changed, m)
	}
	slices.SortFunc(c.Changed, func(a, b Message) int { return cmp.Compare(a.UID, b.UID) })
	for d := range departures.From(tx, "id", logKey(folder, modseq+1)) {
		if d.Folder != folder {
			break
		}
		c.Expunged = append(c.Expunged, d.UIDs...)
	}
	slices.Sort(c.Expunged)
	return c, true
}

// depart notes which UIDs left a folder with its present ModSeq, and forgets the
// oldest departures beyond maxLog.
func (r *record) depart(tx *store.Txn, uids []uint32) error {
	slices.Sort(uids)
	r.Logged += len(uids)
	var old []departure
	left := r.Logged
	if left > maxLog {
		for d := range departures.Prefix(tx, "id", r.ID) {
			if left <= maxLog {
				break
			}
			left -= len(d.UIDs)
			old = append(old, d)
		}
	}
	for _, d := range old {
		if _, err := departures.Remove(tx, d); err != nil {
			return err
		}
		r.Floor = d.ModSeq
	}
	r.Logged = left
	return departures.Put(tx, departure{Folder: r.ID, ModSeq: r.ModSeq, UIDs: uids})
}
