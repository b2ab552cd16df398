package ins

import (
	"iter"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

// Match searches the base by strict traits: birth name, sex and birth date are
// equal; the first name sent is one of the list, or the whole list; the place,
// when it is sent, is equal. An identity without an INS is none that INSi knows.
// The traits are taken as they are: see Check.
//
// The cost depends on how many identities share the traits, not on the size of
// the base.
func Match(tx *store.Txn, t Traits) Result {
	return resultOf(filter(registre.FindTraits(tx, t.BirthName, t.GivenName(), t.Sex, t.BirthDate),
		func(p *registre.Patient) bool {
			return p.INS.Matricule != "" && (t.BirthPlace == "" || p.BirthPlace == t.BirthPlace)
		}))
}

func filter(in iter.Seq[registre.Patient], keep func(*registre.Patient) bool) iter.Seq[registre.Patient] {
	return func(yield func(registre.Patient) bool) {
		for p := range in {
			if keep(&p) && !yield(p) {
				return
			}
		}
	}
}
