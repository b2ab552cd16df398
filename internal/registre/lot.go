package registre

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
)

// A Lot is many patients in little memory, for bases of a size that single rows
// do not allow: a row of Patients costs some 3.5 kB with its entries in the trees
// of the indexes, one of a lot some 160 bytes. A lot never changes: a patient of
// it who is edited becomes a row of Patients, which then counts instead.
type Lot struct {
	ID string
	*lot
}

// lot is the part that copies of the row share.
type lot struct {
	data    []byte   // the patients, one after the other: see appendPatient
	offsets []uint32 // where each begins in data
	indexes [lotIndexes]hashIndex
}

// The indexes of a lot. Lookups compare what they find: two keys may share a hash.
const (
	lotByID = iota
	lotByMatricule
	lotByFormer
	lotByTraits // birth name, sex and birth date; given names are compared
	lotByHolder
	lotIndexes
)

// maxLot bounds the bytes of a lot: offsets have 32 bits.
const maxLot = math.MaxUint32

// NewLot packs patients, each with an ID of its own. It keeps nothing of the
// rows it reads.
func NewLot(id string, patients iter.Seq[Patient]) (Lot, error) {
	l := &lot{}
	for p := range patients {
		if p.ID == "" {
			return Lot{}, errors.New("registre: lot: a patient without id")
		}
		l.offsets = append(l.offsets, uint32(len(l.data))) //nolint:gosec // bounded below
		l.data = appendPatient(l.data, &p)
		if len(l.data) > maxLot {
			return Lot{}, fmt.Errorf("registre: lot: more than %d bytes after %d patients", maxLot, len(l.offsets))
		}
	}
	if err := l.finish(); err != nil {
		return Lot{}, err
	}
	return Lot{ID: id, lot: l}, nil
}

// finish trims the lot and indexes it.
func (l *lot) finish() error {
	l.data, l.offsets = slices.Clip(slices.Clone(l.data)), slices.Clip(slices.Clone(l.offsets))
	n := len(l.offsets)
	var counts [lotIndexes]int
	counts[lotByID], counts[lotByTraits] = n, n
	hashes := make([]lotHashes, n)
	for i := range n {
		p, err := l.patient(i)
		if err != nil {
			return err
		}
		h := hashesOf(&p)
		if h.matricule != 0 {
			counts[lotByMatricule]++
		}
		if h.holder != 0 {
			counts[lotByHolder]++
		}
		counts[lotByFormer] += len(h.former)
		hashes[i] = h
	}
	for i := range l.indexes {
		l.indexes[i] = newHashIndex(counts[i])
	}
	for i, h := range hashes {
		r := uint32(i) //nolint:gosec // fewer than the bytes, which 32 bits count
		l.indexes[lotByID].add(h.id, r)
		l.indexes[lotByTraits].add(h.traits, r)
		if h.matricule != 0 {
			l.indexes[lotByMatricule].add(h.matricule, r)
		}
		if h.holder != 0 {
			l.indexes[lotByHolder].add(h.holder, r)
		}
		for _, f := range h.former {
			l.indexes[lotByFormer].add(f, r)
		}
	}
	return nil
}

// lotHashes are the hashes of one patient's keys; 0 for an absent one.
type lotHashes struct {
	id, matricule, traits, holder uint64
	former                        []uint64
}

func hashesOf(p *Patient) lotHashes {
	h := lotHashes{id: hash(p.ID), traits: hash(p.BirthName, p.Sex, p.BirthDate)}
	if p.INS.Matricule != "" {
		h.matricule = hash(p.INS.Matricule)
	}
	if p.Holder != "" {
		h.holder = hash(p.Holder)
	}
	for _, f := range p.History {
		h.former = append(h.former, hash(f.Matricule))
	}
	return h
}

// Len is the number of patients packed.
func (l Lot) Len() int {
	if l.lot == nil {
		return 0
	}
	return len(l.offsets)
}

// Bytes is the memory that the lot keeps.
func (l Lot) Bytes() int {
	if l.lot == nil {
		return 0
	}
	n := len(l.data) + 4*len(l.offsets)
	for _, x := range l.indexes {
		n += 8 * len(x.slots)
	}
	return n
}

// All yields the lot's patients, in the order they were packed.
func (l Lot) All() iter.Seq[Patient] {
	return func(yield func(Patient) bool) {
		for i := range l.Len() {
			if p, err := l.patient(i); err != nil || !yield(p) {
				return
			}
		}
	}
}

// patient unpacks the i-th. The error is that of data which was not packed here.
func (l *lot) patient(i int) (Patient, error) {
	end := len(l.data)
	if i+1 < len(l.offsets) {
		end = int(l.offsets[i+1])
	}
	p, rest, err := readPatient(l.data[l.offsets[i]:end])
	if err == nil && len(rest) > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return Patient{}, fmt.Errorf("registre: lot: patient %d: %w", i, err)
	}
	return p, nil
}

// find yields the patients that an index has under a hash and keep accepts.
func (l Lot) find(index int, h uint64, keep func(*Patient) bool) iter.Seq[Patient] {
	return func(yield func(Patient) bool) {
		if l.lot == nil {
			return
		}
		for r := range l.indexes[index].find(h) {
			if p, err := l.patient(int(r)); err == nil && keep(&p) && !yield(p) {
				return
			}
		}
	}
}

// begins tells, without unpacking it, whether the i-th patient's birth name
// begins with upper, or their id or matricule with typed.
func (l *lot) begins(i int, upper, typed string) bool {
	u := &unpacker{b: l.data[l.offsets[i]:]}
	if u.prefix(upper) {
		return true
	}
	id, matricule := u.prefix(typed), u.prefix(typed)
	return id || matricule
}
