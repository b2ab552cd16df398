// Package store keeps the state of the simulated services in memory: typed
// tables over go-memdb, transactions, a baseline to return to in constant
// time, and a snapshot to and from a stream.
//
// Rows are values. Put stores a copy and Get returns one; a row's slices and
// maps are shared between copies, so code that changes them copies them first.
//
// Reset does not depend on the amount of state: go-memdb's tables are immutable
// trees, and the baseline is one root pointer. Views begun before a Reset keep
// seeing what they saw; an Update begun before it finishes before it.
package store

import (
	"errors"
	"fmt"
	"sync"

	"github.com/hashicorp/go-memdb"
)

// A DB is one simulator's state. The zero value is not usable: see New.
type DB struct {
	mu       sync.RWMutex // guards the two pointers, and orders Update before Reset
	write    sync.Mutex   // one writer at a time
	schemas  map[string]Schema
	order    []string
	current  *memdb.MemDB
	baseline *memdb.MemDB
}

// A Schema is a table as the DB sees it: see Define.
type Schema interface {
	// Name is the table's name, unique in a DB.
	Name() string
	memdb() *memdb.TableSchema
	codec
}

// ErrNotFound is returned by lookups that must find a row.
var ErrNotFound = errors.New("store: not found")

// New returns a DB that has no table yet: the services' tables come with Open.
func New() *DB { return &DB{schemas: map[string]Schema{}} }

// Open gives the DB its tables, once, before its first use. It refuses two
// tables with one name and malformed indexes.
func (db *DB) Open(schemas ...Schema) error {
	ms := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{}}
	for _, s := range schemas {
		if _, dup := db.schemas[s.Name()]; dup {
			return fmt.Errorf("store: table %q is defined twice", s.Name())
		}
		db.schemas[s.Name()] = s
		db.order = append(db.order, s.Name())
		ms.Tables[s.Name()] = s.memdb()
	}
	if len(schemas) == 0 {
		return errors.New("store: no tables")
	}
	m, err := memdb.NewMemDB(ms)
	if err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.current, db.baseline = m, m.Snapshot()
	return nil
}

// View runs f on a consistent, read-only state.
func (db *DB) View(f func(*Txn) error) error {
	db.mu.RLock()
	m := db.current
	db.mu.RUnlock()
	tx := m.Txn(false)
	defer tx.Abort()
	return f(&Txn{tx: tx})
}

// ViewBaseline runs f on the state that Reset returns to.
func (db *DB) ViewBaseline(f func(*Txn) error) error {
	db.mu.RLock()
	m := db.baseline
	db.mu.RUnlock()
	tx := m.Txn(false)
	defer tx.Abort()
	return f(&Txn{tx: tx})
}

// Update runs f in a write transaction: all of f's changes are kept when it
// returns nil, none of them otherwise. Updates run one at a time; f must not
// start another.
func (db *DB) Update(f func(*Txn) error) error {
	db.write.Lock()
	defer db.write.Unlock()
	db.mu.RLock()
	m := db.current
	db.mu.RUnlock()
	tx := m.Txn(true)
	defer tx.Abort()
	if err := f(&Txn{tx: tx}); err != nil {
		return err
	}
	tx.Commit()
	return nil
}

// Baseline makes the present state the one that Reset returns to.
func (db *DB) Baseline() {
	db.write.Lock()
	defer db.write.Unlock()
	db.mu.Lock()
	defer db.mu.Unlock()
	db.baseline = db.current.Snapshot()
}

// Reset returns to the baseline, in constant time.
func (db *DB) Reset() {
	db.write.Lock()
	defer db.write.Unlock()
	db.mu.Lock()
	defer db.mu.Unlock()
	db.current = db.baseline.Snapshot()
}

// Txn is a transaction, valid only inside the function it was given to.
type Txn struct{ tx *memdb.Txn }
