package registre

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/segursim/segursim/internal/store"
)

// Seed fills the registre's tables from the embedded fixtures, and from the
// user's folder dir on top of them: a record there adds, or replaces as a whole
// the one with its id. An empty dir means the embedded fixtures alone.
//
//	professionnels/*.yaml  professionnels: [Professional…], whose activities may name their `structure`
//	professionnels/*.txt   RASS extraction, pipe-separated, with its header line
//	structures/*.yaml      structures: [Structure…]
//	patients/*.yaml        patients: [Patient…]
//	documents/*.yaml       documents: [Document…]
//
// Files are strict. When anything is wrong, the error joins a FixtureError for
// each problem and nothing is written: every file is read, every record
// completed and checked, every reference followed, before the first row goes in.
func Seed(tx *store.Txn, embedded fs.FS, dir string) error {
	base, problems := readTree(tree{fsys: embedded, name: "fixtures"})
	layers := []*layer{base}
	if dir != "" {
		if info, err := os.Stat(dir); err != nil {
			return fmt.Errorf("registre: fixtures: %w", err)
		} else if !info.IsDir() {
			return fmt.Errorf("registre: fixtures: %s is not a folder", dir)
		}
		top, more := readLayer(tree{fsys: os.DirFS(dir), name: dir})
		layers, problems = append(layers, top.bind()), append(problems, more...)
	}
	if err := join(problems); err != nil { // what a file lacks would be missed elsewhere
		return fmt.Errorf("registre: invalid fixtures:\n%w", err)
	}
	c := merge(layers)
	rows := c.resolve()
	if err := join(c.problems); err != nil {
		return fmt.Errorf("registre: invalid fixtures:\n%w", err)
	}
	return rows.write(tx)
}

// rows are what a resolved collection puts into the store.
type rows struct {
	professionals []Professional
	structures    []Structure
	patients      []Patient
	documents     []Document
}

func (r *rows) write(tx *store.Txn) error {
	if err := put(tx, Professionals, r.professionals); err != nil {
		return err
	}
	if err := put(tx, Structures, r.structures); err != nil {
		return err
	}
	if err := put(tx, Patients, r.patients); err != nil {
		return err
	}
	return put(tx, Documents, r.documents)
}

func put[T any](tx *store.Txn, t store.Table[T], rows []T) error {
	for _, r := range rows {
		if err := t.Put(tx, r); err != nil {
			return fmt.Errorf("registre: seed: %w", err)
		}
	}
	return nil
}
