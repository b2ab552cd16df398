package apcv

import (
	"context"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// Check is what another téléservice asks with a TokenApCV: the registre's id of
// the patient whose card the context stands for. The caller is the professional of
// the exchange in ctx, as the door recorded it; a context serves nobody else. Its
// error is a *[sim.Error] whose cause says why the token does not serve.
func (s *Service) Check(ctx context.Context, token string) (patientID string, err error) {
	var v vitale
	var ok bool
	_ = s.world.Store.View(func(tx *store.Txn) error {
		v, ok = contexts.First(tx, "token", token)
		return nil
	})
	x := sim.ExchangeOf(ctx)
	who, _ := x.Entry.Fact("access.person").(string)
	if refusal := s.check(v, ok, who); refusal != nil {
		return "", refusal
	}
	return v.Patient, nil
}
