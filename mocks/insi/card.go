package insi

import (
	"context"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// actCard reads a carte Vitale: the ouvrant droit, and those whom the base says
// depend on them.
func (s *Service) actCard(_ context.Context, m map[string]any) (any, error) {
	who := in(m).text("holder")
	var view map[string]any
	err := s.world.Store.View(func(tx *store.Txn) error {
		holder, ok := registre.GetPatient(tx, who)
		if !ok {
			for p := range registre.FindPatients(tx, who) {
				holder, ok = p, true
				break
			}
		}
		if !ok || holder.INS.Matricule == "" {
			return actionError(sim.NotFound, "no_card", "aucun ouvrant droit « "+who+" »", "no ouvrant droit “"+who+"”")
		}
		people := []map[string]any{beneficiary(holder)}
		for p := range registre.FindDependents(tx, holder.ID) {
			if p.ID != holder.ID {
				people = append(people, beneficiary(p))
			}
		}
		view = map[string]any{"matricule_od": holder.INS.Matricule, "cle_od": holder.INS.Key, "beneficiaires": people}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return view, nil
}

func beneficiary(p registre.Patient) map[string]any {
	return map[string]any{
		"patient": p.ID, "nom": p.BirthName, "prenom": p.FirstGivenName, "date": p.BirthDate,
		"matricule": p.INS.Matricule, "cle": p.INS.Key, "rang": p.BirthRank(),
	}
}
