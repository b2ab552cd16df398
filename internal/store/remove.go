package store

import (
	"errors"
	"fmt"

	"github.com/hashicorp/go-memdb"
)

// Remove deletes the row with the id that this one has, and tells whether there was
// one: Delete for rows that were just read. It looks nothing up, which lets many in a
// row share the copies that the transaction makes of the tables' trees; Delete begins
// each time with a lookup, after which the next change copies anew.
func (t Table[T]) Remove(tx *Txn, row T) (bool, error) {
	switch err := tx.tx.Delete(t.name, &row); {
	case errors.Is(err, memdb.ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("store: remove from %s: %w", t.name, err)
	}
	return true, nil
}
