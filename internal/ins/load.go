package ins

import (
	"errors"
	"fmt"
	"io"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

// ErrTwice is the refusal of identities that are in the base already: the same
// seed was loaded before.
var ErrTwice = errors.New("ins: identities of this seed are in the base already")

// Load generates n identities into the base, as a lot (see registre.Lot): about
// 160 bytes each in memory, a million in some five seconds. It returns the first
// identity's id; the others follow in order.
//
// Build and Add do the same in two steps: the long one needs no write transaction.
func Load(tx *store.Txn, n int, r io.Reader) (first string, err error) {
	lot, err := Build(tx, n, r)
	if err != nil {
		return "", err
	}
	return lot.ID, Add(tx, lot)
}

// Build generates n identities, none of which has a matricule of the base, and
// packs them. It only reads. The lot's ID is the first identity's.
func Build(tx *store.Txn, n int, r io.Reader) (registre.Lot, error) {
	seq, err := generate(n, r, func(m string) bool {
		for range registre.FindPatients(tx, m) {
			return true
		}
		return false
	})
	if err != nil {
		return registre.Lot{}, err
	}
	first := ""
	for p := range seq {
		first = p.ID
		break
	}
	if _, there := registre.GetPatient(tx, first); there {
		return registre.Lot{}, ErrTwice
	}
	lot, err := registre.NewLot(first, seq)
	if err != nil {
		return registre.Lot{}, fmt.Errorf("ins: build: %w", err)
	}
	return lot, nil
}

// Add puts what Build made into the base; a lot that is there already is ErrTwice.
func Add(tx *store.Txn, lot registre.Lot) error {
	if _, there := registre.GetPatient(tx, lot.ID); there {
		return ErrTwice
	}
	if err := registre.AddLot(tx, lot); err != nil {
		return fmt.Errorf("ins: add: %w", err)
	}
	return nil
}
