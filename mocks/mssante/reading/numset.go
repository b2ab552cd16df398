package reading

import (
	"slices"
	"strconv"

	"github.com/emersion/go-imap/v2"
)

// resolve returns the UIDs that a set means to this session, ascending. Sequence
// numbers beyond the last message are an error (RFC 9051 §9: seq-number); UIDs that
// are not there are none (§6.4.9).
func (s *selected) resolve(set imap.NumSet) ([]uint32, error) {
	switch set := set.(type) {
	case imap.UIDSet:
		if imap.IsSearchRes(set) {
			return slices.Clone(s.saved()), nil
		}
		return s.uids(set), nil
	case imap.SeqSet:
		return s.seqs(set)
	}
	return nil, bad("Unknown kind of message set")
}

func (s *selected) uids(set imap.UIDSet) []uint32 {
	var out []uint32
	last := s.view.last()
	for _, r := range set {
		first, stop := uint32(r.Start), uint32(r.Stop)
		if last == 0 {
			continue
		}
		if first == 0 { // "*"
			first = last
		}
		if stop == 0 {
			stop = last
		}
		if first > stop {
			first, stop = stop, first
		}
		s.view.in(first, stop, func(uid uint32) bool {
			out = append(out, uid)
			return true
		})
	}
	return tidy(out)
}

func (s *selected) seqs(set imap.SeqSet) ([]uint32, error) {
	var out []uint32
	n := s.view.count()
	for _, r := range set {
		first, stop := r.Start, r.Stop
		if n == 0 && (first == 0 || stop == 0) {
			continue // "1:*" of an empty folder: clients ask, servers let it pass
		}
		if first == 0 {
			first = n
		}
		if stop == 0 {
			stop = n
		}
		if first > stop {
			first, stop = stop, first
		}
		if stop > n {
			return nil, bad("Message sequence number out of range")
		}
		for seq := first; seq <= stop; seq++ {
			out = append(out, s.view.uid(seq))
		}
	}
	return tidy(out), nil
}

// tidy sorts and drops doubles; most sets are in order already.
func tidy(uids []uint32) []uint32 {
	if !slices.IsSorted(uids) {
		slices.Sort(uids)
	}
	return slices.Compact(uids)
}

// parseNumber reads a number of a set, or "*" as 0.
func parseNumber(s string) (uint32, error) {
	if s == "*" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n == 0 || s[0] == '+' {
		return 0, syntax("%q is not a message number", shortened(s))
	}
	return uint32(n), nil
}
