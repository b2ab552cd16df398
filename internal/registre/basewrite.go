package registre

import (
	"errors"
	"fmt"

	"github.com/segursim/segursim/internal/store"
)

// PutPatient checks a patient as the fixtures are, fills what was left out (key,
// OID, first given name), and writes the row. The error joins a FixtureError for
// each problem.
func PutPatient(tx *store.Txn, p Patient) (Patient, error) {
	c := merge(nil)
	r := record[Patient]{Line: 1, source: &tree{}, Value: p}
	p = c.resolvePatient(&r)
	if h := p.Holder; h != "" && h != p.ID {
		if _, ok := GetPatient(tx, h); !ok {
			c.report(r.position(fmt.Sprintf("there is no patient %q", h)))
		}
	}
	if len(c.problems) > 0 {
		errs := make([]error, len(c.problems))
		for i, e := range c.problems {
			errs[i] = errors.New(e.Reason)
		}
		return p, errors.Join(errs...)
	}
	if _, err := Removed.Delete(tx, p.ID); err != nil {
		return p, fmt.Errorf("registre: %w", err)
	}
	if err := Patients.Put(tx, p); err != nil {
		return p, fmt.Errorf("registre: %w", err)
	}
	return p, nil
}

// DeletePatient removes a patient and tells whether there was one.
func DeletePatient(tx *store.Txn, id string) (bool, error) {
	if _, ok := GetPatient(tx, id); !ok {
		return false, nil
	}
	if _, err := Patients.Delete(tx, id); err != nil {
		return false, fmt.Errorf("registre: %w", err)
	}
	for range packed(tx, id) {
		if err := Removed.Put(tx, Removal{id}); err != nil {
			return false, fmt.Errorf("registre: %w", err)
		}
	}
	return true, nil
}

// AddLot puts a lot beside the others, and packs it together with those that are
// not larger: there are never more than a few, however often one is added, and
// lookups ask each. The patients' ids must be new.
func AddLot(tx *store.Txn, l Lot) error {
	for {
		small, ok := smallest(tx)
		if !ok || small.Len() > l.Len() {
			break
		}
		both, err := NewLot(l.ID, concat(alive(tx, small), l.All()))
		if err != nil {
			return err
		}
		for p := range small.All() { // gone for good
			if _, err := Removed.Delete(tx, p.ID); err != nil {
				return fmt.Errorf("registre: %w", err)
			}
		}
		if _, err := Lots.Delete(tx, small.ID); err != nil {
			return fmt.Errorf("registre: %w", err)
		}
		l = both
	}
	if err := Lots.Put(tx, l); err != nil {
		return fmt.Errorf("registre: %w", err)
	}
	return nil
}

func smallest(tx *store.Txn) (small Lot, ok bool) {
	for l := range Lots.All(tx) {
		if !ok || l.Len() < small.Len() {
			small, ok = l, true
		}
	}
	return small, ok
}

// ResetPatients makes the base of identities what it is in another transaction:
// that of a baseline.
func ResetPatients(tx, from *store.Txn) error {
	for _, clear := range []func(*store.Txn) error{Patients.Clear, Lots.Clear, Removed.Clear} {
		if err := clear(tx); err != nil {
			return fmt.Errorf("registre: %w", err)
		}
	}
	for p := range Patients.All(from) {
		if err := Patients.Put(tx, p); err != nil {
			return fmt.Errorf("registre: %w", err)
		}
	}
	for l := range Lots.All(from) {
		if err := Lots.Put(tx, l); err != nil {
			return fmt.Errorf("registre: %w", err)
		}
	}
	for r := range Removed.All(from) {
		if err := Removed.Put(tx, r); err != nil {
			return fmt.Errorf("registre: %w", err)
		}
	}
	return nil
}
