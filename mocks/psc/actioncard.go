package psc

import (
	"context"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

func (s *Service) openRequest(value string) (string, error) {
	id, err := jose.Open(s.secret(secretCIBA).Value[:32], value)
	return string(id), err
}

func (s *Service) actInsert(_ context.Context, m map[string]any) (any, error) {
	id := in(m).text("login_hint")
	if id == "" {
		return nil, actionError(sim.BadRequest, "missing", "login_hint manque", "login_hint is missing")
	}
	if refusal := s.insert(id); refusal != nil {
		return nil, refusal
	}
	return map[string]any{"card": id}, nil
}

func (s *Service) actRemove(context.Context, map[string]any) (any, error) {
	if refusal := s.insert(""); refusal != nil {
		return nil, refusal
	}
	return map[string]any{"card": ""}, nil
}

// actPIN answers a demand of channel CARD with the card in the reader.
func (s *Service) actPIN(_ context.Context, m map[string]any) (any, error) {
	d, refusal := s.find(in(m))
	if refusal != nil {
		return nil, refusal
	}
	if refusal := s.answerByCard(d, in(m).text("pin")); refusal != nil {
		return nil, refusal
	}
	return map[string]any{"demand": d.ID, "state": approved}, nil
}

// answerByCard confirms a demand with the card in the reader: the right person's,
// and the right code.
func (s *Service) answerByCard(d demand, pin string) *sim.Error {
	p, problem := s.useCard(pin)
	switch {
	case problem != "":
		t := cardProblem(problem)
		return actionError(sim.Conflict, problem, t.FR, t.EN)
	case p.ID != d.Person:
		_, refusal := s.answerDemand(d.ID, outcomeRefuse, "", "carte d'une autre personne")
		if refusal != nil {
			return refusal
		}
		return actionError(sim.Forbidden, "other_card", "la carte est celle de "+p.Name(), "the card is "+p.Name()+"'s")
	}
	_, refusal := s.answerDemand(d.ID, outcomeApprove, "", "carte")
	return refusal
}

// cardProblem puts into words what useCard names.
func cardProblem(problem string) journal.Text {
	switch problem {
	case "no-card":
		return journal.Text{FR: "aucune carte dans le lecteur", EN: "no card in the reader"}
	case "wrong-pin":
		return journal.Text{FR: "code porteur erroné", EN: "wrong PIN"}
	case "card-blocked":
		return journal.Text{FR: "la carte est bloquée", EN: "the card is blocked"}
	case "card-unusable":
		return journal.Text{FR: "la carte est expirée ou mise en opposition", EN: "the card is expired or revoked"}
	}
	return journal.Text{FR: "le porteur de la carte n'a pas de compte actif", EN: "the card's holder has no active account"}
}

// actUnblock unblocks a card after wrong PINs; an expired or revoked one stays so.
func (s *Service) actUnblock(_ context.Context, m map[string]any) (any, error) {
	var id string
	var state registre.CardState
	refusal := s.changePerson(in(m).text("login_hint"), func(p *registre.Professional) {
		id = p.ID
		if p.Card == nil {
			return
		}
		if p.Card.State == registre.CardBlocked {
			card := *p.Card
			card.State = registre.CardActive
			p.Card = &card
		}
		state = p.Card.State
	})
	if refusal != nil {
		return nil, refusal
	}
	if state != registre.CardActive {
		return nil, actionError(sim.Conflict, "card_unusable", "cette carte ne se débloque pas ("+string(state)+")", "this card can't be unblocked ("+string(state)+")")
	}
	err := s.world.Store.Update(func(tx *store.Txn) error {
		row, ok := readers.Get(tx, readerID)
		if !ok {
			return nil
		}
		row.Failures = without(row.Failures, id)
		return readers.Put(tx, row)
	})
	return map[string]any{"card": string(state)}, err
}

func (s *Service) actAccount(_ context.Context, m map[string]any) (any, error) {
	on, refusal := in(m).flag("enabled", true)
	if refusal != nil {
		return nil, refusal
	}
	state := registre.AccountActive
	if !on {
		state = registre.AccountDisabled
	}
	complete, refusal := in(m).flag("complete", true)
	if refusal != nil {
		return nil, refusal
	}
	id := ""
	if refusal := s.changePerson(in(m).text("login_hint"), func(p *registre.Professional) { id, p.State = p.ID, state }); refusal != nil {
		return nil, refusal
	}
	err := s.world.Store.Update(func(tx *store.Txn) error { return accounts.Put(tx, account{ID: id, Incomplete: !complete}) })
	return map[string]any{"enabled": on, "complete": complete}, err
}

func (s *Service) actClient(_ context.Context, m map[string]any) (any, error) {
	var refusal *sim.Error
	err := s.world.Store.Update(func(tx *store.Txn) error {
		c, ok := clients.Get(tx, in(m).text("client_id"))
		if !ok {
			refusal = actionError(sim.NotFound, "unknown_client", "aucun client « "+in(m).text("client_id")+" »", "no client “"+in(m).text("client_id")+"”")
			return nil
		}
		var ciba, standard bool
		if ciba, refusal = in(m).flag("ciba", *c.CIBA); refusal != nil {
			return nil
		}
		if standard, refusal = in(m).flag("standard_flow", *c.Standard); refusal != nil {
			return nil
		}
		if c.Disabled, refusal = in(m).flag("disabled", c.Disabled); refusal != nil {
			return nil
		}
		c.CIBA, c.Standard = &ciba, &standard
		return clients.Put(tx, c)
	})
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		return nil, refusal
	}
	return map[string]any{"client": in(m).text("client_id")}, nil
}

func (s *Service) actRotate(_ context.Context, m map[string]any) (any, error) {
	drop, refusal := in(m).flag("drop", false)
	if refusal != nil {
		return nil, refusal
	}
	name, err := s.rotate(walletRealm, drop)
	return map[string]any{"key": name}, err
}
