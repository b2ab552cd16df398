package mssante

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// balActions are the verbs of the boîtes aux lettres.
func (s *Service) balActions() map[string]sim.Action {
	const (
		which = "adresse de la BAL / address of the BAL"
		who   = "identifiants de professionnels, ou un texte avec des virgules / identifiers of professionals, or a text with commas"
	)
	fields := map[string]string{
		"address": which, "kind": "PER, ORG, APP, CAB (TRE_R257)", "label": "intitulé", "holders": "titulaires : " + who, "delegates": "délégués : " + who,
		"structure": "Struct_IdNat", "certificates": "noms communs des ORG AUTH_CLI d'une BAL applicative / common names of the ORG AUTH_CLI of a BAL applicative",
		"listeRouge": "true, false", "description": "texte / text", "quota": "octets, 0 : par défaut / bytes, 0: the default",
	}
	one := map[string]string{"address": which}
	return map[string]sim.Action{
		"bals": action("Lister ou chercher des BAL", "List or search BAL", map[string]string{
			"view": "operateur (défaut : tout) ou annuaire (ni APP, ni liste rouge, ni fermée) / operateur (default: all) or annuaire (no APP, liste rouge or closed one)",
			"text": "début d'adresse ou partie de l'intitulé / start of the address or part of the label", "kind": "PER, ORG, APP, CAB, PAT", "domain": "domaine / domain",
			"person": "identifiant d'un titulaire ou délégué / identifier of a holder or delegate", "structure": "Struct_IdNat", "state": "active, fermee, opposee, inaccessible", "limit": "100",
		}, s.actBALs),
		"bal":          action("Montrer une BAL", "Show a BAL", one, s.actBAL),
		"bal-create":   action("Créer une BAL", "Create a BAL", fields, s.actCreateBAL),
		"bal-update":   action("Modifier une BAL : les champs donnés", "Change a BAL: the fields given", fields, s.actUpdateBAL),
		"bal-close":    action("Fermer une BAL", "Close a BAL", one, s.actCloseBAL),
		"bal-open":     action("Ouvrir de nouveau une BAL fermée ou inutilisée", "Open again a BAL that is closed or unused", one, s.actOpenBAL),
		"bal-delete":   action("Supprimer une BAL et ses messages", "Delete a BAL and its messages", one, s.actDeleteBAL),
		"bal-delegate": action("Donner ou retirer une délégation", "Give or take away a delegation", map[string]string{"address": which, "person": "identifiant du professionnel / professional's identifier", "remove": "true : retirer / take away"}, s.actDelegateBAL),
	}
}

// balView is a BAL as the control API shows it.
func (s *Service) balView(tx *store.Txn, b bal.BAL) map[string]any {
	v := map[string]any{
		"address": b.Address, "kind": b.Kind, "label": b.Label, "holders": b.Holders, "delegates": b.Delegates, "structure": b.Structure,
		"certificates": b.Certificates, "patient": b.Patient, "listeRouge": b.ListeRouge, "description": b.Description,
		"state": s.stateOf(tx, b), "quota": s.gate.limit(tx, b.Address), "bytes": s.mail.Used(tx, b.Address),
		"created": b.Created, "used": epochOf(tx).LastUse(b),
	}
	if end, ok := s.unusedAt(epochOf(tx), b); ok {
		v["inaccessibleAt"] = end
	}
	return v
}

// directoryView is a BAL as the directory tells of it (TRE_R257 for the type): APP
// and liste rouge are not in it, nor what is closed or unused (inferred).
func (s *Service) directoryView(tx *store.Txn, b bal.BAL) (map[string]any, bool) {
	if b.Kind == bal.Applicative || b.Kind == bal.Patient || b.ListeRouge || s.stateOf(tx, b) != bal.Active {
		return nil, false
	}
	v := map[string]any{"address": b.Address, "kind": b.Kind, "label": b.Label, "description": b.Description, "structure": b.Structure}
	people := []map[string]any{}
	for _, id := range b.Holders {
		if b.Kind != bal.Personal && b.Kind != bal.Cabinet {
			break // an ORG is its structure's
		}
		if p, ok := personOf(tx, id); ok {
			people = append(people, map[string]any{"id": p.ID, "rpps": p.RPPS(), "name": p.FamilyName, "given": p.GivenName})
		}
	}
	v["professionals"] = people
	if st, ok := registre.FindStructure(tx, b.Structure); ok {
		v["organization"], v["postalCode"] = st.RaisonSocialeSite, st.CodePostal
	}
	return v, true
}

// maxListed bounds an answer.
const maxListed = 1000

func (s *Service) actBALs(_ context.Context, m map[string]any) (any, error) {
	var view, typed, kind, domain, person, structure, state string
	if refusal := texts(m, map[string]*string{"view": &view, "text": &typed, "kind": &kind, "domain": &domain, "person": &person, "structure": &structure, "state": &state}); refusal != nil {
		return nil, refusal
	}
	limit, refusal := number(m, "limit")
	switch {
	case refusal != nil:
		return nil, refusal
	case limit < 0 || limit > maxListed:
		return nil, actionError(sim.BadRequest, "bad-value", fmt.Sprintf("limit va de 1 à %d", maxListed), fmt.Sprintf("limit is from 1 to %d", maxListed))
	case view != "" && view != "operateur" && view != "annuaire":
		return nil, actionError(sim.BadRequest, "bad-value", "view est operateur ou annuaire", "view is operateur or annuaire")
	case limit == 0:
		limit = 100
	}
	typed, domain = strings.ToLower(typed), strings.ToLower(domain)
	found, total := []map[string]any{}, 0
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if p, ok := personOf(tx, person); ok {
			person = p.ID
		}
		for b := range bal.BALs.All(tx) {
			switch {
			case kind != "" && !strings.EqualFold(string(b.Kind), kind), domain != "" && b.Domain() != domain,
				structure != "" && b.Structure != structure, state != "" && string(s.stateOf(tx, b)) != state,
				person != "" && !slices.Contains(b.Holders, person) && !slices.Contains(b.Delegates, person),
				typed != "" && !strings.HasPrefix(b.Address, typed) && !strings.Contains(strings.ToLower(b.Label), typed):
				continue
			}
			v, shown := map[string]any{}, true
			if view == "annuaire" {
				v, shown = s.directoryView(tx, b)
			}
			if !shown {
				continue
			}
			if total++; int64(total) > limit {
				continue
			}
			if view != "annuaire" {
				v = s.balView(tx, b)
			}
			found = append(found, v)
		}
		return nil
	})
	return map[string]any{"bals": found, "total": total}, nil
}

func noBAL(address string) *sim.Error {
	return actionError(sim.NotFound, "no-bal", "aucune BAL n'a l'adresse « "+excerpt(address)+" »", "no BAL has the address “"+excerpt(address)+"”")
}

func (s *Service) actBAL(_ context.Context, m map[string]any) (any, error) {
	address, refusal := text(m, "address")
	if refusal != nil {
		return nil, refusal
	}
	var v map[string]any
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if b, ok := bal.BALs.Get(tx, strings.ToLower(address)); ok {
			v = s.balView(tx, b)
		}
		return nil
	})
	if v == nil {
		return nil, noBAL(address)
	}
	return v, nil
}

// change runs f on a BAL's row, keeps it, says so in the journal, and tells open
// sessions.
func (s *Service) change(m map[string]any, op, what string, f func(tx *store.Txn, b *bal.BAL) error) (any, error) {
	address, refusal := text(m, "address")
	if refusal != nil {
		return nil, refusal
	}
	address = strings.ToLower(address)
	var row bal.BAL
	var view map[string]any
	err := s.world.Store.Update(func(tx *store.Txn) error {
		b, ok := bal.BALs.Get(tx, address)
		if !ok {
			return noBAL(address)
		}
		if b.Kind == bal.Patient {
			return patientsBAL()
		}
		if err := f(tx, &b); err != nil {
			return err
		}
		row, view = b, s.balView(tx, b)
		if err := bal.BALs.Put(tx, b); err != nil {
			return err
		}
		_, next := s.gate.due(tx)
		s.gate.arm(next)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.told(op, what+" : "+row.Address, row, nil)
	s.gate.notify()
	return view, nil
}

func (s *Service) actCloseBAL(_ context.Context, m map[string]any) (any, error) {
	return s.change(m, evClosed, "BAL fermée", func(_ *store.Txn, b *bal.BAL) error {
		b.State = bal.Closed
		return nil
	})
}

func (s *Service) actOpenBAL(_ context.Context, m map[string]any) (any, error) {
	return s.change(m, evOpened, "BAL ouverte de nouveau", func(tx *store.Txn, b *bal.BAL) error {
		b.State, b.Used, b.Warned = bal.Active, s.now(), time.Time{}
		if e := epochOf(tx); !e.Live {
			e.Live = true
			return bal.Epochs.Put(tx, e)
		}
		return nil
	})
}

func (s *Service) actDeleteBAL(_ context.Context, m map[string]any) (any, error) {
	address, refusal := text(m, "address")
	if refusal != nil {
		return nil, refusal
	}
	var row bal.BAL
	err := s.mail.Update(func(tx *store.Txn) error {
		var ok bool
		if row, ok = bal.BALs.Get(tx, strings.ToLower(address)); !ok {
			return noBAL(address)
		}
		if row.Kind == bal.Patient {
			return patientsBAL()
		}
		if _, err := bal.BALs.Delete(tx, row.Address); err != nil {
			return err
		}
		return s.mail.Remove(tx, row.Address)
	})
	if err != nil {
		return nil, plain(err)
	}
	s.told(evDeleted, "BAL supprimée : "+row.Address, row, nil)
	s.gate.notify()
	return map[string]any{"address": row.Address, "deleted": true}, nil
}

func (s *Service) actDelegateBAL(_ context.Context, m map[string]any) (any, error) {
	var person string
	var remove bool
	if refusal := texts(m, map[string]*string{"person": &person}); refusal != nil {
		return nil, refusal
	}
	if refusal := flags(m, map[string]*bool{"remove": &remove}); refusal != nil {
		return nil, refusal
	}
	return s.change(m, evChanged, "Délégation d'une BAL modifiée", func(tx *store.Txn, b *bal.BAL) error {
		if b.Kind == bal.Applicative {
			return actionError(sim.BadRequest, "app-delegate", "une BAL applicative n'a pas de délégués", "a BAL applicative has no delegates")
		}
		p, ok := personOf(tx, person)
		if !ok {
			return noPerson(person)
		}
		b.Delegates = slices.DeleteFunc(slices.Clone(b.Delegates), func(id string) bool { return id == p.ID })
		if !remove {
			b.Delegates = append(b.Delegates, p.ID)
		}
		return nil
	})
}

func patientsBAL() *sim.Error {
	return actionError(sim.Forbidden, "patient-bal", "la BAL d'un usager se change par les actions des patients", "the BAL of an usager is changed by the actions of patients")
}

func noPerson(id string) *sim.Error {
	return actionError(sim.NotFound, "no-person", "aucun professionnel n'a l'identifiant « "+excerpt(id)+" »", "no professional has the identifier “"+excerpt(id)+"”")
}
