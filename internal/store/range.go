package store

import "iter"

// From yields the rows whose key in an index is key or comes after it, in the order
// of the keys (of their bytes), to the end of the table: the caller stops where its
// range does. Reaching the first row takes time in proportion to the key's length,
// not to the rows before it.
func (t Table[T]) From(tx *Txn, index, key string) iter.Seq[T] {
	return t.iterate(tx.tx.LowerBound(t.name, index, key))
}
