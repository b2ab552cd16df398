package dossier

import (
	"errors"
	"fmt"

	"github.com/segursim/segursim/internal/lps/insi"
)

// ErrBlocked says that no call to INSi may be made for the identity.
var ErrBlocked = errors.New("dossier: the identity is doubtful or fictive: no call to INSi")

// Query is what a search by traits may send for the record. Names are written as
// INSi wants them. It refuses a doubtful or fictive identity with ErrBlocked.
func (r *Record) Query() (insi.Query, error) {
	if r.Doubtful || r.Fictive {
		return insi.Query{}, ErrBlocked
	}
	q := insi.Query{Sex: r.Sex, Born: r.Born, Place: r.Place}
	var err error
	if q.Name, err = insi.Normalize(r.Name); err != nil {
		return insi.Query{}, fmt.Errorf("dossier: birth name: %w", err)
	}
	for _, n := range r.FirstNames {
		one, err := insi.Normalize(n)
		if err != nil {
			return insi.Query{}, fmt.Errorf("dossier: first name: %w", err)
		}
		q.FirstNames = append(q.FirstNames, one)
	}
	return q, nil
}
