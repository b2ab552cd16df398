package store

import (
	"fmt"
	"iter"

	"github.com/hashicorp/go-memdb"
)

// A Table holds rows of one type under a primary index named "id". Tables are
// values that describe: the rows are in the DB.
type Table[T any] struct {
	name   string
	schema *memdb.TableSchema
}

// An Index describes how rows are found.
type Index[T any] struct {
	// Name is what lookups say. The primary index is named "id".
	Name string
	// Unique refuses nothing: a second row with the same key replaces the
	// first when the index is "id", and is an error of the caller otherwise.
	Unique bool
	// Key returns the keys under which a row is found; none when it is not in
	// the index.
	Key func(*T) []string
}

// Define describes a table. The first index must be named "id", be unique and
// give exactly one key; Define panics otherwise, since tables are written in
// code and never made from input.
func Define[T any](name string, indexes ...Index[T]) Table[T] {
	if len(indexes) == 0 || indexes[0].Name != "id" {
		panic("store: the first index of table " + name + ` must be "id"`)
	}
	s := &memdb.TableSchema{Name: name, Indexes: map[string]*memdb.IndexSchema{}}
	for i, ix := range indexes {
		var indexer memdb.Indexer = keys[T]{ix.Key}
		if i == 0 {
			indexer = key[T]{ix.Key}
		}
		s.Indexes[ix.Name] = &memdb.IndexSchema{
			Name: ix.Name, Unique: i == 0 || ix.Unique, AllowMissing: i > 0, Indexer: indexer,
		}
	}
	return Table[T]{name: name, schema: s}
}

// By makes an index of one key a row; an empty key leaves the row out.
func By[T any](name string, key func(*T) string) Index[T] {
	return Index[T]{Name: name, Key: func(r *T) []string {
		if k := key(r); k != "" {
			return []string{k}
		}
		return nil
	}}
}

// Name returns the table's name.
func (t Table[T]) Name() string { return t.name }

func (t Table[T]) memdb() *memdb.TableSchema { return t.schema }

// Get returns the row with this id.
func (t Table[T]) Get(tx *Txn, id string) (T, bool) { return t.First(tx, "id", id) }

// First returns the first row found under key in an index.
func (t Table[T]) First(tx *Txn, index, key string) (T, bool) {
	raw, err := tx.tx.First(t.name, index, key)
	if err != nil {
		panic(fmt.Sprintf("store: table %s: %v", t.name, err)) // an index that was never defined
	}
	if raw == nil {
		var zero T
		return zero, false
	}
	return *raw.(*T), true
}

// Find yields the rows found under key in an index, in the order of their ids.
func (t Table[T]) Find(tx *Txn, index, key string) iter.Seq[T] {
	return t.iterate(tx.tx.Get(t.name, index, key))
}

// Prefix yields the rows whose key in an index begins with prefix, in order.
func (t Table[T]) Prefix(tx *Txn, index, prefix string) iter.Seq[T] {
	return t.iterate(tx.tx.Get(t.name, index+"_prefix", prefix))
}

// All yields every row in the order of the ids. As with Find and Prefix, the table
// must not be changed while it is walked.
func (t Table[T]) All(tx *Txn) iter.Seq[T] {
	return t.iterate(tx.tx.Get(t.name, "id"))
}

func (t Table[T]) iterate(it memdb.ResultIterator, err error) iter.Seq[T] {
	if err != nil {
		panic(fmt.Sprintf("store: table %s: %v", t.name, err))
	}
	return func(yield func(T) bool) {
		for raw := it.Next(); raw != nil; raw = it.Next() {
			if !yield(*raw.(*T)) {
				return
			}
		}
	}
}

// Put inserts the row, or replaces the one with its id.
func (t Table[T]) Put(tx *Txn, row T) error {
	if err := tx.tx.Insert(t.name, &row); err != nil {
		return fmt.Errorf("store: put in %s: %w", t.name, err)
	}
	return nil
}

// Delete removes the row with this id and tells whether there was one.
func (t Table[T]) Delete(tx *Txn, id string) (bool, error) {
	n, err := tx.tx.DeleteAll(t.name, "id", id)
	if err != nil {
		return false, fmt.Errorf("store: delete in %s: %w", t.name, err)
	}
	return n > 0, nil
}

// Clear removes every row.
func (t Table[T]) Clear(tx *Txn) error {
	if _, err := tx.tx.DeleteAll(t.name, "id"); err != nil {
		return fmt.Errorf("store: clear %s: %w", t.name, err)
	}
	return nil
}

// key is the primary indexer: exactly one key a row.
type key[T any] struct{ f func(*T) []string }

func (k key[T]) FromObject(raw any) (bool, []byte, error) {
	ks := k.f(raw.(*T))
	if len(ks) != 1 || ks[0] == "" {
		return false, nil, fmt.Errorf("a row needs exactly one id, got %q", ks)
	}
	return true, terminate(ks[0]), nil
}

func (k key[T]) FromArgs(args ...any) ([]byte, error) { return fromArgs(args, true) }

func (k key[T]) PrefixFromArgs(args ...any) ([]byte, error) { return fromArgs(args, false) }

// keys is a secondary indexer: any number of keys a row.
type keys[T any] struct{ f func(*T) []string }

func (k keys[T]) FromObject(raw any) (bool, [][]byte, error) {
	ks := k.f(raw.(*T))
	out := make([][]byte, 0, len(ks))
	for _, s := range ks {
		if s != "" {
			out = append(out, terminate(s))
		}
	}
	return len(out) > 0, out, nil
}

func (k keys[T]) FromArgs(args ...any) ([]byte, error) { return fromArgs(args, true) }

func (k keys[T]) PrefixFromArgs(args ...any) ([]byte, error) { return fromArgs(args, false) }

// terminate ends a key with NUL, so that no key is another one's prefix.
func terminate(s string) []byte { return append(escape(s), 0) }

// escape keeps NUL for the ends of keys: a row is stored under its key and its
// id, and "key NUL id" typed by a peer must not find it. The order is kept.
func escape(s string) []byte {
	out := make([]byte, 0, len(s)+1)
	for i := range len(s) {
		switch c := s[i]; c {
		case 0, 1:
			out = append(out, 1, c+1)
		default:
			out = append(out, c)
		}
	}
	return out
}

func fromArgs(args []any, whole bool) ([]byte, error) {
	if len(args) != 1 {
		return nil, fmt.Errorf("an index takes one argument, got %d", len(args))
	}
	s, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("an index takes a string, got %T", args[0])
	}
	if whole {
		return terminate(s), nil
	}
	return escape(s), nil
}
