package psc

import (
	"crypto/subtle"
	"maps"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// readerID names the one simulated reader.
const readerID = "lecteur"

// maxPIN is how many wrong codes in a row block a card.
const maxPIN = 3

// inserted is whose card is in the reader.
func (s *Service) inserted() (registre.Professional, bool) {
	var p registre.Professional
	found := false
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if row, ok := readers.Get(tx, readerID); ok && row.Person != "" {
			p, found = registre.FindProfessional(tx, row.Person)
		}
		return nil
	})
	return p, found
}

// insert puts a person's card in the reader; an empty one takes it out. Taking a
// card out does not end the PSC session (inferred).
func (s *Service) insert(person string) *sim.Error {
	if person != "" {
		p, ok := s.person(person)
		if !ok {
			return actionError(sim.NotFound, "unknown_person", "aucun compte « "+person+" »", "no account “"+person+"”")
		}
		if p.Card == nil {
			return actionError(sim.Conflict, "no_card", p.Name()+" n'a pas de carte", p.Name()+" has no card")
		}
		person = p.ID
	}
	err := s.world.Store.Update(func(tx *store.Txn) error {
		row, _ := readers.Get(tx, readerID)
		row.ID, row.Person = readerID, person
		return readers.Put(tx, row)
	})
	if err != nil {
		return sim.AsError(err)
	}
	return nil
}

// useCard checks the PIN of the card in the reader. The problem names what is
// wrong: no-card, wrong-pin, card-blocked, card-unusable, unknown-person. Three
// wrong codes in a row block the card.
func (s *Service) useCard(pin string) (registre.Professional, string) {
	var p registre.Professional
	problem := ""
	err := s.world.Store.Update(func(tx *store.Txn) error {
		row, ok := readers.Get(tx, readerID)
		if !ok || row.Person == "" {
			problem = "no-card"
			return nil
		}
		p, ok = registre.FindProfessional(tx, row.Person)
		switch {
		case !ok || !p.Active():
			problem = "unknown-person"
			return nil
		case p.Card == nil || p.Card.State == registre.CardBlocked:
			problem = "card-blocked"
			return nil
		case !p.Card.Usable():
			problem = "card-unusable"
			return nil
		}
		failures := map[string]int{}
		maps.Copy(failures, row.Failures)
		if subtle.ConstantTimeCompare([]byte(pin), []byte(p.Card.PIN)) == 1 {
			delete(failures, p.ID)
		} else {
			problem = "wrong-pin"
			failures[p.ID]++
			if failures[p.ID] >= maxPIN {
				problem = "card-blocked"
				card := *p.Card
				card.State = registre.CardBlocked
				p.Card = &card
				if err := registre.Professionals.Put(tx, p); err != nil {
					return err
				}
			}
		}
		row.Failures = failures
		return readers.Put(tx, row)
	})
	if err != nil {
		problem = "unknown-person"
	}
	return p, problem
}

// actionError is a refusal of an action or of a console form.
func actionError(kind sim.Kind, code, fr, en string) *sim.Error {
	return &sim.Error{Kind: kind, Code: code, Text: fr, Cause: cause(code, fr+".", en+".", "")}
}
