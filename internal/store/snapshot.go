package store

import (
	"encoding/json"
	"fmt"
	"io"
)

// codec turns a table's rows into JSON and back.
type codec interface {
	export(tx *Txn) (json.RawMessage, error)
	restore(tx *Txn, rows json.RawMessage) error
}

func (t Table[T]) export(tx *Txn) (json.RawMessage, error) {
	rows := []T{}
	for r := range t.All(tx) {
		rows = append(rows, r)
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return nil, fmt.Errorf("store: export %s: %w", t.name, err)
	}
	return b, nil
}

func (t Table[T]) restore(tx *Txn, raw json.RawMessage) error {
	var rows []T
	if err := json.Unmarshal(raw, &rows); err != nil {
		return fmt.Errorf("store: restore %s: %w", t.name, err)
	}
	if err := t.Clear(tx); err != nil {
		return err
	}
	for _, r := range rows {
		if err := t.Put(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// Export writes every table as one JSON object: table name to rows.
func (db *DB) Export(w io.Writer) error {
	out := map[string]json.RawMessage{}
	err := db.View(func(tx *Txn) error {
		for _, name := range db.order {
			b, err := db.schemas[name].export(tx)
			if err != nil {
				return err
			}
			out[name] = b
		}
		return nil
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(out)
}

// Import replaces every table's rows by those of an Export. It refuses a table
// it does not know, empties the ones the export lacks, and changes nothing when
// it fails. The baseline stays.
func (db *DB) Import(r io.Reader) error {
	in := map[string]json.RawMessage{}
	if err := json.NewDecoder(r).Decode(&in); err != nil {
		return fmt.Errorf("store: import: %w", err)
	}
	for name := range in {
		if _, ok := db.schemas[name]; !ok {
			return fmt.Errorf("store: import: unknown table %q", name)
		}
	}
	return db.Update(func(tx *Txn) error {
		for _, name := range db.order {
			raw := in[name]
			if raw == nil {
				raw = json.RawMessage("[]")
			}
			if err := db.schemas[name].restore(tx, raw); err != nil {
				return err
			}
		}
		return nil
	})
}
