package registre

import (
	"iter"
	"strings"

	"github.com/segursim/segursim/internal/store"
)

// FindProfessional returns the person known under an identifier of any kind:
// the national one, one of OtherIDs, or that of Pro Santé Identité. Case counts.
func FindProfessional(tx *store.Txn, id string) (Professional, bool) {
	return Professionals.First(tx, "identifiant", id)
}

// FindRPPS returns the person with an RPPS number, of 11 digits or of 12 with
// the leading 8.
func FindRPPS(tx *store.Txn, n string) (Professional, bool) {
	if len(n) == 12 && n[0] == '8' {
		n = n[1:]
	}
	return Professionals.First(tx, "rpps", n)
}

// FindCard returns the person who holds the card with this number.
func FindCard(tx *store.Txn, number string) (Professional, bool) {
	return Professionals.First(tx, "carte", number)
}

// FindStructure returns the structure known under a Struct_IdNat, a FINESS or
// SIRET number, or a technical identifier.
func FindStructure(tx *store.Txn, id string) (Structure, bool) {
	return Structures.First(tx, "identifiant", id)
}

// SearchProfessionals returns up to limit people whose name, family name first,
// or national identifier begins with what was typed, in that order; everyone
// for the empty text.
func SearchProfessionals(tx *store.Txn, typed string, limit int) []Professional {
	return search(tx, Professionals, typed, limit, func(p Professional) string { return p.ID })
}

func search[T any](tx *store.Txn, t store.Table[T], typed string, limit int, id func(T) string, more ...string) []T {
	typed = strings.TrimSpace(typed)
	out, seen := []T{}, map[string]bool{}
	take := func(rows iter.Seq[T]) {
		for r := range rows {
			if len(out) >= limit {
				return
			}
			if !seen[id(r)] {
				seen[id(r)] = true
				out = append(out, r)
			}
		}
	}
	take(t.Prefix(tx, "nom", strings.ToUpper(typed)))
	for _, index := range more {
		take(t.Prefix(tx, index, typed))
	}
	take(t.Prefix(tx, "id", typed))
	return out
}
