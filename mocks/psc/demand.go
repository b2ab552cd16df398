package psc

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// ask records a demand, arms what ends it, and says so in the journal. The policy
// of the person, set at run time or in the configuration, is copied into it.
func (s *Service) ask(d demand) (demand, error) {
	d.ID, d.Created, d.State = s.world.ID(), s.now(), pending
	d.Candidates = s.candidates(d.Number)
	err := s.world.Store.Update(func(tx *store.Txn) error {
		if err := s.purge(tx); err != nil {
			return err
		}
		d.Policy = s.policyOf(tx, d.Person)
		if row, ok := policies.Get(tx, d.Person); ok && row.Once {
			if _, err := policies.Delete(tx, d.Person); err != nil {
				return err
			}
		}
		if d.Policy.active() && d.Policy.Polls == 0 {
			d.Due = d.Created.Add(time.Duration(d.Policy.After))
		}
		return demands.Put(tx, d)
	})
	if err != nil {
		return d, fmt.Errorf("psc: ask: %w", err)
	}
	s.arm(d)
	return d, nil
}

// policyOf is what answers for a person: their own policy, else the general one.
func (s *Service) policyOf(tx *store.Txn, person string) Policy {
	if row, ok := policies.Get(tx, person); ok {
		return row.Policy
	}
	if p, ok := s.config.Persons[person]; ok {
		return p
	}
	return s.config.Approve
}

// arm sets the timer for what happens to a demand by itself: its policy's answer,
// or its end. The row alone decides what happens: the timer only makes it happen
// on time, so a restored snapshot loses nothing.
func (s *Service) arm(d demand) {
	at := d.Expires
	if !d.Due.IsZero() && d.Due.Before(at) {
		at = d.Due
	}
	t := s.world.Clock.AfterFunc(at.Sub(s.now()), func() { s.tick(d.ID) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.alarms[d.ID]; ok {
		old.Stop()
	}
	s.alarms[d.ID] = t
}

func (s *Service) disarm(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.alarms[id]; ok {
		t.Stop()
		delete(s.alarms, id)
	}
}

// tick settles a demand whose time has come.
func (s *Service) tick(id string) {
	d, changed, err := s.settle(id)
	switch {
	case err != nil:
		s.world.Log.Error("psc: settle", "demand", id, "error", err)
	case !changed && d.State == pending:
		s.arm(d)
	}
}

// settle applies what time did to a demand: an answer by policy, or its end.
func (s *Service) settle(id string) (demand, bool, error) {
	var d demand
	var changed bool
	err := s.world.Store.Update(func(tx *store.Txn) error {
		var ok bool
		if d, ok = demands.Get(tx, id); !ok || d.State != pending {
			return nil
		}
		now := s.now()
		switch {
		case !d.Due.IsZero() && !now.Before(d.Due) && d.Due.Before(d.Expires):
			s.decide(&d, d.Policy.Outcome, "politique", d.Due)
		case !now.Before(d.Expires):
			d.State, d.Settled = expired, d.Expires
		default:
			return nil
		}
		changed = true
		return demands.Put(tx, d)
	})
	if err == nil && changed {
		s.settled(d)
	}
	return d, changed, err
}

// decide writes an outcome into a demand.
func (s *Service) decide(d *demand, outcome, by string, at time.Time) {
	d.Settled = at
	switch outcome {
	case outcomeApprove:
		d.State, d.Reason = approved, by
	case outcomeWrongNumber:
		d.State, d.Reason = refused, reasonWrongNumber
	default:
		d.State, d.Reason = refused, by
	}
}

// answerDemand is a person's answer. number is the one picked on the phone; an
// empty one, given by a script, stands for the right one.
func (s *Service) answerDemand(id, outcome, number, by string) (demand, *sim.Error) {
	var d demand
	var refusal *sim.Error
	changed := false
	err := s.world.Store.Update(func(tx *store.Txn) error {
		var ok bool
		if d, ok = demands.Get(tx, id); !ok {
			refusal = actionError(sim.NotFound, "unknown_demand", "aucune demande « "+id+" »", "no demand “"+id+"”")
			return nil
		}
		if d.State != pending || !s.now().Before(d.Expires) {
			refusal = actionError(sim.Conflict, "not_pending", "cette demande n'attend plus ("+d.State+")", "this demand no longer waits ("+d.State+")")
			return nil
		}
		if outcome == outcomeApprove && number != "" && number != d.Number {
			if s.config.WrongNumber == "retry" {
				refusal = actionError(sim.BadRequest, "wrong_number", "ce n'est pas le numéro affiché", "this is not the number shown")
				return nil
			}
			outcome = outcomeWrongNumber
		}
		s.decide(&d, outcome, by, s.now())
		changed = true
		return demands.Put(tx, d)
	})
	if err != nil {
		return d, sim.AsError(err)
	}
	if changed {
		s.settled(d)
	}
	return d, refusal
}

// settled stops a demand's timer and tells the journal how it ended.
func (s *Service) settled(d demand) {
	s.disarm(d.ID)
	name := d.Person
	if p, ok := s.person(d.Person); ok {
		name = p.Name()
	}
	op := map[string]string{approved: "approved", refused: "refused", expired: "expired"}[d.State]
	fr := map[string]string{approved: "confirmée", refused: "refusée", expired: "expirée"}[d.State]
	s.event("ciba."+op, journal.Text{FR: "demande " + fr + " : " + name}, map[string]any{
		"ciba":   map[string]any{"id": d.ID, "kind": d.Kind, "channel": d.Channel, "reason": d.Reason, "number": d.Number},
		"person": map[string]any{"id": d.Person},
		"client": map[string]any{"id": d.Client},
	})
}

// candidates are the three numbers that the phone offers: the one to find, and
// two others of its shape, in an order that the world's random source decides.
func (s *Service) candidates(number string) []string {
	if number == "" {
		return nil // the person only confirms
	}
	var seed [32]byte
	copy(seed[:], s.world.Random(32))
	r := rand.New(rand.NewChaCha8(seed)) //nolint:gosec // decoys, seeded by the world's source
	out := []string{number}
	for len(out) < 3 {
		n := fmt.Sprintf("%02d", r.IntN(100))
		if len(number) != 2 {
			n = strconv.Itoa(10 + r.IntN(90))
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// waiting returns the demands that wait for a person, or for anyone, oldest first.
func (s *Service) waiting(person string) []demand {
	var out []demand
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for d := range demands.Find(tx, "state", pending) {
			if (person == "" || d.Person == person) && s.now().Before(d.Expires) {
				out = append(out, d)
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b demand) int { return a.Created.Compare(b.Created) })
	return out
}
