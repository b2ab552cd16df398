package registre

import (
	"iter"
	"math/bits"
)

// hashIndex finds record numbers by the hash of a key: an open-addressed table
// with linear probing, at most two thirds full, that is filled once and then
// only read. A slot is the upper half of the hash and the record's number, from
// 1; 0 is a free one.
type hashIndex struct{ slots []uint64 }

func newHashIndex(n int) hashIndex {
	if n == 0 {
		return hashIndex{}
	}
	return hashIndex{make([]uint64, n+n/2+1)}
}

// place spreads hashes over any number of slots.
func (x hashIndex) place(h uint64) int {
	hi, _ := bits.Mul64(h, uint64(len(x.slots)))
	return int(hi) //nolint:gosec // below len
}

func (x hashIndex) add(h uint64, record uint32) {
	i := x.place(h)
	for x.slots[i] != 0 {
		if i++; i == len(x.slots) {
			i = 0
		}
	}
	x.slots[i] = h<<32 | uint64(record+1)
}

// find yields the records that were added under h, and seldom others.
func (x hashIndex) find(h uint64) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if len(x.slots) == 0 {
			return
		}
		for i := x.place(h); x.slots[i] != 0; {
			if s := x.slots[i]; s>>32 == h&0xffffffff && !yield(uint32(s)-1) { //nolint:gosec // the lower half is meant
				return
			}
			if i++; i == len(x.slots) {
				i = 0
			}
		}
	}
}

// hash is FNV-1a over the parts, a separator after each, and a last mix that
// spreads it over all bits. It is never 0.
func hash(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, s := range parts {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return h | 1
}
