package registre

import (
	"strings"

	"github.com/segursim/segursim/internal/store"
)

// The tables. The values describe, they hold no row; they are never assigned.
//
// Indexes of Professionals: "id", "identifiant" (any of Identifiers), "rpps" (11
// digits), "sub", "nom" (family then given name in upper case), "carte" (card
// number), "mssante" (address in lower case), "structure" (Struct_IdNat of the
// activities and of the employer).
//
// Indexes of Structures: "id", "identifiant" (any of Identifiers), "juridique"
// (SIREN, FINESS number of the legal entity), "nom", "mssante".
//
// Indexes of Patients: "id", "matricule" (active, 13 characters), "historique"
// (former, 13 characters), "traits" (see TraitsKey), "nom" (birth name then
// given names), "ouvrantDroit" (Holder). Patients are the single rows; those that
// were made by the thousand are in Lots: see GetPatient, FindPatients, FindTraits,
// FindFormer, FindDependents and SearchPatients, which look in both.
//
// Indexes of Documents: "id", "patient", "auteur".
var (
	Professionals = store.Define("professionnels",
		store.By("id", func(p *Professional) string { return p.ID }),
		store.Index[Professional]{Name: "identifiant", Key: func(p *Professional) []string { return p.Identifiers() }},
		store.By("rpps", func(p *Professional) string { return p.RPPS() }),
		store.By("sub", func(p *Professional) string { return p.Sub }),
		store.By("nom", func(p *Professional) string { return strings.ToUpper(p.FamilyName + " " + p.GivenName) }),
		store.By("carte", func(p *Professional) string {
			if p.Card == nil {
				return ""
			}
			return p.Card.Number
		}),
		store.Index[Professional]{Name: "mssante", Key: func(p *Professional) []string { return lower(p.MSSante) }},
		store.Index[Professional]{Name: "structure", Key: workplaces},
	)
	Structures = store.Define("structures",
		store.By("id", func(s *Structure) string { return s.ID }),
		store.Index[Structure]{Name: "identifiant", Key: func(s *Structure) []string { return s.Identifiers() }},
		store.Index[Structure]{Name: "juridique", Key: func(s *Structure) []string {
			return []string{s.NumeroSirenSite, s.NumeroFinessEtablissementJuridique}
		}},
		store.By("nom", func(s *Structure) string { return strings.ToUpper(s.RaisonSocialeSite) }),
		store.Index[Structure]{Name: "mssante", Key: func(s *Structure) []string { return lower(s.MSSante) }},
	)
	Patients = store.Define("patients",
		store.By("id", func(p *Patient) string { return p.ID }),
		store.By("matricule", func(p *Patient) string { return p.INS.Matricule }),
		store.Index[Patient]{Name: "historique", Key: func(p *Patient) []string {
			out := make([]string, len(p.History))
			for i, h := range p.History {
				out[i] = h.Matricule
			}
			return out
		}},
		store.Index[Patient]{Name: "traits", Key: func(p *Patient) []string { return p.traits() }},
		store.By("nom", func(p *Patient) string { return p.BirthName + " " + strings.Join(p.GivenNames, " ") }),
		store.By("ouvrantDroit", func(p *Patient) string { return p.Holder }),
	)
	Lots = store.Define("lots-patients",
		store.By("id", func(l *Lot) string { return l.ID }),
	)
	// Removed are the ids of patients of a lot that were deleted.
	Removed = store.Define("patients-retires",
		store.By("id", func(r *Removal) string { return r.ID }),
	)
	Documents = store.Define("documents",
		store.By("id", func(d *Document) string { return d.ID }),
		store.By("patient", func(d *Document) string { return d.Patient }),
		store.By("auteur", func(d *Document) string { return d.Author }),
	)
)

// Tables are the registre's part of the store.
func Tables() []store.Schema {
	return []store.Schema{Professionals, Structures, Patients, Lots, Removed, Documents}
}

func lower(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = strings.ToLower(s)
	}
	return out
}

func workplaces(p *Professional) []string {
	out := []string{p.Employer}
	for _, e := range p.Exercices {
		for _, a := range e.Activities {
			out = append(out, a.AncienIdentifiantDeLaStructure)
		}
	}
	return out
}
