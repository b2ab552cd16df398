package registre

import (
	"iter"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/store"
)

// The base of identities is the rows of Patients and, below them, the lots: an id
// that has a row, or was removed, no longer counts in a lot.

// A Removal says that a patient of a lot was deleted.
type Removal struct {
	ID string `json:"id"`
}

// GetPatient returns the patient with this id, of a row or a lot.
func GetPatient(tx *store.Txn, id string) (Patient, bool) {
	if p, ok := Patients.Get(tx, id); ok {
		return p, true
	}
	for p := range inLots(tx, lotByID, hash(id), func(p *Patient) bool { return p.ID == id }) {
		return p, true
	}
	return Patient{}, false
}

// FindPatients yields the patients whose active matricule is this one, of 13
// characters or of 15 with the key. Several may share one: the official test
// data has a matricule both as NIR and as NIA.
func FindPatients(tx *store.Txn, matricule string) iter.Seq[Patient] {
	m := Matricule13(matricule)
	return concat(Patients.Find(tx, "matricule", m),
		inLots(tx, lotByMatricule, hash(m), func(p *Patient) bool { return p.INS.Matricule == m }))
}

// FindFormer yields the patients who have this matricule in their history, which
// may repeat the active one.
func FindFormer(tx *store.Txn, matricule string) iter.Seq[Patient] {
	m := Matricule13(matricule)
	return concat(distinct(Patients.Find(tx, "historique", m)),
		distinct(inLots(tx, lotByFormer, hash(m), func(p *Patient) bool {
			return slices.ContainsFunc(p.History, func(i INS) bool { return i.Matricule == m })
		})))
}

// FindTraits yields the patients with these strict traits: birth name, one given
// name or the whole space-separated list, sex and birth date. The cost depends on
// how many there are, not on the size of the base.
func FindTraits(tx *store.Txn, birthName, givenName, sex, birthDate string) iter.Seq[Patient] {
	return concat(Patients.Find(tx, "traits", TraitsKey(birthName, givenName, sex, birthDate)),
		inLots(tx, lotByTraits, hash(birthName, sex, birthDate), func(p *Patient) bool {
			return p.BirthName == birthName && p.Sex == sex && p.BirthDate == birthDate && p.Given(givenName)
		}))
}

// FindDependents yields the patients whose ouvrant droit is the one with this id.
func FindDependents(tx *store.Txn, holder string) iter.Seq[Patient] {
	return concat(Patients.Find(tx, "ouvrantDroit", holder),
		inLots(tx, lotByHolder, hash(holder), func(p *Patient) bool { return p.Holder == holder }))
}

// CountPatients returns how many patients there are.
func CountPatients(tx *store.Txn) int {
	n := 0
	for p := range Patients.All(tx) {
		n++
		for range packed(tx, p.ID) {
			n--
		}
	}
	for l := range Lots.All(tx) {
		n += l.Len()
	}
	for range Removed.All(tx) {
		n--
	}
	return n
}

// SearchPatients returns up to limit patients whose birth name, matricule or id
// begins with what was typed: those with a row first, in that order, then those
// of lots as they come; everyone for the empty text.
func SearchPatients(tx *store.Txn, typed string, limit int) []Patient {
	out := search(tx, Patients, typed, limit, func(p Patient) string { return p.ID }, "matricule")
	typed = strings.TrimSpace(typed)
	upper := strings.ToUpper(typed)
	for l := range Lots.All(tx) {
		for i := 0; i < l.Len() && len(out) < limit; i++ {
			if !l.begins(i, upper, typed) {
				continue
			}
			if p, err := l.patient(i); err == nil && !hidden(tx, p.ID) {
				out = append(out, p)
			}
		}
	}
	return out
}

// inLots yields what the lots have under a hash and still counts.
func inLots(tx *store.Txn, index int, h uint64, keep func(*Patient) bool) iter.Seq[Patient] {
	return func(yield func(Patient) bool) {
		for l := range Lots.All(tx) {
			for p := range l.find(index, h, keep) {
				if !hidden(tx, p.ID) && !yield(p) {
					return
				}
			}
		}
	}
}

// packed yields the patient with this id as a lot has it, though it be hidden.
func packed(tx *store.Txn, id string) iter.Seq[Patient] {
	return func(yield func(Patient) bool) {
		for l := range Lots.All(tx) {
			for p := range l.find(lotByID, hash(id), func(p *Patient) bool { return p.ID == id }) {
				yield(p)
				return
			}
		}
	}
}

// hidden tells whether a patient of a lot has a row instead, or was removed.
func hidden(tx *store.Txn, id string) bool {
	if _, row := Patients.Get(tx, id); row {
		return true
	}
	_, removed := Removed.Get(tx, id)
	return removed
}

// alive yields the patients of a lot that were not removed. One that has a row
// stays: the row may be deleted, and must then hide it still.
func alive(tx *store.Txn, l Lot) iter.Seq[Patient] {
	return func(yield func(Patient) bool) {
		for p := range l.All() {
			if _, removed := Removed.Get(tx, p.ID); !removed && !yield(p) {
				return
			}
		}
	}
}

func distinct(in iter.Seq[Patient]) iter.Seq[Patient] {
	return func(yield func(Patient) bool) {
		var seen []string
		for p := range in {
			if slices.Contains(seen, p.ID) {
				continue
			}
			seen = append(seen, p.ID)
			if !yield(p) {
				return
			}
		}
	}
}

func concat(seqs ...iter.Seq[Patient]) iter.Seq[Patient] {
	return func(yield func(Patient) bool) {
		for _, s := range seqs {
			for p := range s {
				if !yield(p) {
					return
				}
			}
		}
	}
}
