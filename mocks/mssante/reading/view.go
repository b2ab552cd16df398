package reading

import (
	"slices"
	"sort"
)

// A view is the messages of a folder as one session numbers them: the UID of each
// sequence number (RFC 9051 §2.3.1). UIDs mostly follow each other, so that they are
// kept as runs: a folder of 100,000 messages costs a session a few bytes.
type view struct{ runs []run }

// A run is consecutive UIDs.
type run struct {
	uid    uint32 // the first
	n      uint32 // how many
	before uint32 // messages in the runs before
}

// count is how many messages there are.
func (v *view) count() uint32 {
	if len(v.runs) == 0 {
		return 0
	}
	last := v.runs[len(v.runs)-1]
	return last.before + last.n
}

// add appends a UID, greater than all others.
func (v *view) add(uid uint32) {
	if n := len(v.runs); n > 0 && v.runs[n-1].uid+v.runs[n-1].n == uid {
		v.runs[n-1].n++
		return
	}
	v.runs = append(v.runs, run{uid: uid, n: 1, before: v.count()})
}

// uid is that of a sequence number, from 1 to count.
func (v *view) uid(seq uint32) uint32 {
	i := sort.Search(len(v.runs), func(i int) bool { return v.runs[i].before+v.runs[i].n >= seq })
	return v.runs[i].uid + (seq - 1 - v.runs[i].before)
}

// seq is the sequence number of a UID; false when it is not there.
func (v *view) seq(uid uint32) (uint32, bool) {
	i := v.at(uid)
	if i == len(v.runs) || uid < v.runs[i].uid {
		return 0, false
	}
	return v.runs[i].before + (uid - v.runs[i].uid) + 1, true
}

// at is the index of the first run that does not end before uid.
func (v *view) at(uid uint32) int {
	return sort.Search(len(v.runs), func(i int) bool { return v.runs[i].uid+(v.runs[i].n-1) >= uid })
}

// last is the greatest UID; 0 when there is none.
func (v *view) last() uint32 {
	if len(v.runs) == 0 {
		return 0
	}
	r := v.runs[len(v.runs)-1]
	return r.uid + r.n - 1
}

// in calls f with the UIDs from first to last, in order, until it returns false.
func (v *view) in(first, last uint32, f func(uid uint32) bool) bool {
	for i := v.at(first); i < len(v.runs); i++ {
		r := v.runs[i]
		if r.uid > last || first > last {
			return true
		}
		end := min(r.uid+(r.n-1), last)
		for uid := max(r.uid, first); ; uid++ {
			if !f(uid) {
				return false
			}
			if uid >= end {
				break
			}
		}
	}
	return true
}

// remove takes UIDs away, ascending, and returns the sequence number that each had
// at its turn, the others of the list before it being gone already: what a list of
// EXPUNGE says.
func (v *view) remove(uids []uint32) []uint32 {
	var seqs []uint32
	for _, uid := range uids {
		if seq, ok := v.seq(uid); ok {
			seqs = append(seqs, seq-uint32(len(seqs)))
		}
	}
	if len(seqs) == 0 {
		return nil
	}
	var left view
	left.runs = make([]run, 0, min(len(v.runs)+len(seqs), 4*len(v.runs)+8))
	for _, r := range v.runs {
		start, end := r.uid, r.uid+(r.n-1)
		from, _ := slices.BinarySearch(uids, start)
		for _, uid := range uids[from:] {
			if uid > end {
				break
			}
			left.addRun(start, uid-start)
			start = uid + 1
		}
		if start <= end && start != 0 {
			left.addRun(start, end-start+1)
		}
	}
	v.runs = left.runs
	return seqs
}

func (v *view) addRun(uid, n uint32) {
	if n > 0 {
		v.runs = append(v.runs, run{uid: uid, n: n, before: v.count()})
	}
}
