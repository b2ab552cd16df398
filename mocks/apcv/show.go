package apcv

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// show has a patient's phone show a new QR code, valid for a time; 0 means the
// configuration's. The code that the phone showed before can't be read any more.
func (s *Service) show(patient registre.Patient, validity time.Duration) (code, *sim.Error) {
	if refusal := holder(patient); refusal != nil {
		return code{}, refusal
	}
	if validity <= 0 {
		validity = time.Duration(s.config.Lifetimes.Code)
	}
	c := code{ID: s.nonce(), Patient: patient.ID, Created: s.now(), State: shown}
	c.Expires = c.Created.Add(validity)
	c.Payload = encodePayload(payload{Nonce: c.ID, Expires: c.told()})
	var former []string
	err := s.world.Store.Update(func(tx *store.Txn) error {
		if err := s.purge(tx); err != nil {
			return err
		}
		var err error
		if c.Order, err = next(tx); err != nil {
			return err
		}
		for _, old := range slices.Collect(codes.Find(tx, "shown", patient.ID)) {
			old.State, old.Ended = replaced, c.Created
			if err := codes.Put(tx, old); err != nil {
				return err
			}
			former = append(former, old.ID)
		}
		return codes.Put(tx, c)
	})
	if err != nil {
		return c, sim.AsError(fmt.Errorf("apcv: show: %w", err))
	}
	for _, id := range former {
		s.disarm(id)
	}
	s.arm(c.ID, c.Expires)
	s.event("apcv.shown", "QR code affiché : "+patient.Name(), c.facts())
	return c, nil
}

// facts are what the journal says of a code.
func (c *code) facts() map[string]any {
	f := map[string]any{"code": c.ID, "patient": c.Patient, "expires": c.Expires.UTC().Format(time.RFC3339)}
	if c.Reader != "" {
		f["professional"], f["context"] = c.Reader, c.Context
	}
	return f
}

// holder refuses a person who can't have a carte Vitale.
func holder(p registre.Patient) *sim.Error {
	switch {
	case p.INS.Matricule == "":
		return actionError(sim.Conflict, "no_card", p.Name()+" n'a pas de matricule, donc pas de carte Vitale", p.Name()+" has no matricule, hence no carte Vitale")
	case p.Death != "":
		return actionError(sim.Conflict, "deceased", p.Name()+" est décédé(e) : sa carte Vitale n'est plus valable", p.Name()+" is deceased: the carte Vitale is no longer valid")
	}
	return nil
}

// whose finds a patient by registre id or by matricule, of 13 or 15 characters.
func (s *Service) whose(id string) (registre.Patient, *sim.Error) {
	id = strings.TrimSpace(id)
	var found []registre.Patient
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if p, ok := registre.GetPatient(tx, id); ok {
			found = append(found, p)
		} else if id != "" {
			found = slices.Collect(registre.FindPatients(tx, id))
		}
		return nil
	})
	switch len(found) {
	case 0:
		return registre.Patient{}, actionError(sim.NotFound, "unknown_patient", "aucun patient « "+id+" »", "no patient “"+id+"”")
	case 1:
		return found[0], nil
	}
	var ids []string
	for _, p := range found {
		ids = append(ids, p.ID)
	}
	list := strings.Join(ids, ", ")
	return registre.Patient{}, actionError(sim.Conflict, "several_patients", "plusieurs patients ont ce matricule : "+list, "several patients have this matricule: "+list)
}
