package apcv

import (
	"fmt"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// usable finds a living context by its Identifiant, for the professional who
// made it; an empty professional stands for anyone.
func (s *Service) usable(tx *store.Txn, id, who string) (vitale, *sim.Error) {
	v, ok := contexts.Get(tx, id)
	return v, s.check(v, ok, who)
}

// check refuses a context that does not serve.
func (s *Service) check(v vitale, ok bool, who string) *sim.Error {
	switch {
	case !ok:
		return refuse(contextUnknown, "context-unknown", "Aucun contexte n'a été créé sous cet identifiant, ou c'était avant une remise à zéro.", "No context was made under this identifier, or it was before a reset.")
	case who != "" && v.Professional != who:
		return refuse(wrongProfessional, "context-professional", "Ce contexte est celui du professionnel "+v.Professional+" ; l'appelant est "+who+".", "This context is that of the professional "+v.Professional+"; the caller is "+who+".")
	case v.State == destroyed:
		return refuse(contextDestroyed, "context-destroyed", "Ce contexte a été détruit, "+s.moment(v.Ended)+" ("+v.Reason+").", "This context was destroyed, "+s.moment(v.Ended)+" ("+v.Reason+").")
	case !v.live(s.now()):
		return refuse(contextExpired, "context-expired", "Ce contexte a expiré : créé "+s.moment(v.Created)+", valable jusqu'à "+s.moment(v.Expires)+".", "This context has expired: made "+s.moment(v.Created)+", valid until "+s.moment(v.Expires)+".")
	}
	return nil
}

// latest is the professional's living context that was made last.
func (s *Service) latest(who string) (vitale, *sim.Error) {
	var living []vitale
	_ = s.world.Store.View(func(tx *store.Txn) error {
		living = s.livingOf(tx, who)
		return nil
	})
	if len(living) == 0 {
		return vitale{}, refuse(contextUnknown, "context-none", "Le professionnel "+who+" n'a pas de contexte en cours de validité.", "The professional "+who+" has no context that is still valid.")
	}
	return living[len(living)-1], nil
}

// destroy ends a context. by says who did it; a professional ends only their own.
func (s *Service) destroy(id, who, by string) (vitale, *sim.Error) {
	var v vitale
	var refusal *sim.Error
	err := s.world.Store.Update(func(tx *store.Txn) error {
		if v, refusal = s.usable(tx, id, who); refusal != nil {
			return nil
		}
		v.State, v.Ended, v.Reason = destroyed, s.now(), by
		return contexts.Put(tx, v)
	})
	switch {
	case err != nil:
		return v, sim.AsError(fmt.Errorf("apcv: destroy: %w", err))
	case refusal != nil:
		return v, refusal
	}
	s.ended(v)
	return v, nil
}

// ended stops a destroyed context's timer and tells the journal.
func (s *Service) ended(v vitale) {
	s.disarm(v.ID)
	s.event("apcv.destroyed", "contexte détruit : "+v.Reason, v.facts())
}
