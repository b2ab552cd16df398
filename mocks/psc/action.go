package psc

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// Actions are the verbs of actions/psc/*.
func (s *Service) Actions() map[string]sim.Action {
	who := map[string]string{
		"login_hint":  "identifiant national de la personne / person's national identifier",
		"auth_req_id": "auth_req_id de la demande, ou son identifiant interne / the demand's auth_req_id, or its internal id",
	}
	with := func(more map[string]string) map[string]string {
		out := map[string]string{}
		for _, m := range []map[string]string{who, more} {
			for k, v := range m {
				out[k] = v
			}
		}
		return out
	}
	number := map[string]string{"number": "le numéro choisi parmi les trois ; absent : le bon / the number picked among three; absent: the right one"}
	return map[string]sim.Action{
		"approve":      action("Confirmer une demande", "Confirm a demand", with(number), s.actApprove),
		"refuse":       action("Refuser une demande", "Refuse a demand", with(nil), s.actRefuse),
		"demands":      action("Lister les demandes en attente", "List the waiting demands", who, s.actDemands),
		"policy":       action("Répondre à la place d'une personne", "Answer in a person's place", map[string]string{"login_hint": who["login_hint"], "auth_req_id": who["auth_req_id"], "outcome": "ask, approve, refuse, wrong-number", "after": "délai simulé / simulated delay: 3s", "polls": "n-ième interrogation / n-th poll", "once": "true : une seule demande / one demand only"}, s.actPolicy),
		"login":        action("Armer une connexion sans page", "Arm a login without a page", map[string]string{"login_hint": who["login_hint"], "client_id": "client concerné / client", "auth_mode": "CARD, MOBILE", "count": "nombre de fois / how many times"}, s.actLogin),
		"end-session":  action("Clore les sessions", "End sessions", map[string]string{"login_hint": who["login_hint"], "sid": "identifiant de session / session id"}, s.actEndSession),
		"sessions":     action("Lister les sessions", "List the sessions", map[string]string{"login_hint": who["login_hint"]}, s.actSessions),
		"insert-card":  action("Insérer une carte", "Insert a card", map[string]string{"login_hint": who["login_hint"]}, s.actInsert),
		"remove-card":  action("Retirer la carte", "Remove the card", nil, s.actRemove),
		"enter-pin":    action("Saisir le code porteur pour une demande", "Enter the PIN for a demand", with(map[string]string{"pin": "code porteur / PIN"}), s.actPIN),
		"unblock-card": action("Débloquer une carte", "Unblock a card", map[string]string{"login_hint": who["login_hint"]}, s.actUnblock),
		"set-account":  action("Activer ou désactiver un compte", "Enable or disable an account", map[string]string{"login_hint": who["login_hint"], "enabled": "true, false", "complete": "false : il reste une action à accomplir / something is left to do"}, s.actAccount),
		"set-client":   action("Modifier un client", "Change a client", map[string]string{"client_id": "client", "ciba": "true, false", "disabled": "true, false", "standard_flow": "true, false"}, s.actClient),
		"rotate-keys":  action("Changer la clé de signature", "Rotate the signing key", map[string]string{"drop": "true : retirer les anciennes / drop the former ones"}, s.actRotate),
	}
}

func action(fr, en string, params map[string]string, do func(context.Context, map[string]any) (any, error)) sim.Action {
	return sim.Action{Title: journal.Text{FR: fr, EN: en}, Params: params, Do: do}
}

// in reads an action's body: strings, booleans and numbers, none other.
type in map[string]any

func (m in) text(name string) string {
	switch v := m[name].(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%f", v), "0"), ".")
	default:
		return fmt.Sprint(v)
	}
}

func (m in) flag(name string, def bool) (bool, *sim.Error) {
	switch m.text(name) {
	case "":
		return def, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return def, actionError(sim.BadRequest, "bad_value", name+" vaut true ou false", name+" is true or false")
}

func (m in) count(name string) (int, *sim.Error) {
	var n int
	if t := m.text(name); t != "" {
		if _, err := fmt.Sscanf(t, "%d", &n); err != nil || n < 0 || fmt.Sprint(n) != t {
			return 0, actionError(sim.BadRequest, "bad_value", name+" est un entier positif", name+" is a positive integer")
		}
	}
	return n, nil
}

// whose is the national identifier that login_hint stands for, whatever kind of
// identifier it is; an unknown one stays as it is and matches nobody.
func (s *Service) whose(m in) string {
	hint := m.text("login_hint")
	if p, ok := s.person(hint); ok {
		return p.ID
	}
	return hint
}

// find returns the demand that an action means: by id, by auth_req_id, or the
// oldest that waits for the person.
func (s *Service) find(m in) (demand, *sim.Error) {
	all := s.waiting(s.whose(m))
	if id := m.text("auth_req_id"); id != "" {
		if opened, err := s.openRequest(id); err == nil {
			id = opened
		}
		all = slices.DeleteFunc(s.waiting(""), func(d demand) bool { return d.ID != id })
	}
	if len(all) == 0 {
		return demand{}, actionError(sim.NotFound, "no_demand", "aucune demande n'attend cette personne", "no demand waits for this person")
	}
	return all[0], nil
}

func (s *Service) actApprove(_ context.Context, m map[string]any) (any, error) {
	return s.act(in(m), outcomeApprove)
}

func (s *Service) actRefuse(_ context.Context, m map[string]any) (any, error) {
	return s.act(in(m), outcomeRefuse)
}

func (s *Service) act(m in, outcome string) (any, error) {
	d, refusal := s.find(m)
	if refusal != nil {
		return nil, refusal
	}
	if d, refusal = s.answerDemand(d.ID, outcome, m.text("number"), "personne"); refusal != nil {
		return nil, refusal
	}
	return view(d), nil
}

// view is a demand as the control API shows it.
func view(d demand) map[string]any {
	return map[string]any{
		"id": d.ID, "kind": d.Kind, "person": d.Person, "client": d.Client, "channel": d.Channel, "state": d.State,
		"number": d.Number, "candidates": d.Candidates, "created": d.Created, "expires": d.Expires, "polls": d.Polls, "reason": d.Reason,
	}
}

func (s *Service) actDemands(_ context.Context, m map[string]any) (any, error) {
	out := []map[string]any{}
	for _, d := range s.waiting(s.whose(in(m))) {
		out = append(out, view(d))
	}
	return map[string]any{"demands": out}, nil
}

// actPolicy sets who answers for a person from then on, or for one demand that
// waits when auth_req_id names it.
func (s *Service) actPolicy(_ context.Context, m map[string]any) (any, error) {
	policy, refusal := readPolicy(in(m))
	if refusal != nil {
		return nil, refusal
	}
	once, refusal := in(m).flag("once", false)
	if refusal != nil {
		return nil, refusal
	}
	if in(m).text("auth_req_id") != "" {
		return s.demandPolicy(in(m), policy)
	}
	p, ok := s.person(in(m).text("login_hint"))
	if !ok {
		return nil, s.noPerson(in(m))
	}
	row := policyRow{ID: p.ID, Once: once, Policy: policy}
	if err := s.world.Store.Update(func(tx *store.Txn) error { return policies.Put(tx, row) }); err != nil {
		return nil, err
	}
	return map[string]any{"person": p.ID, "policy": policy}, nil
}

func readPolicy(m in) (Policy, *sim.Error) {
	polls, refusal := m.count("polls")
	if refusal != nil {
		return Policy{}, refusal
	}
	p := Policy{Outcome: m.text("outcome"), Polls: polls}
	if after := m.text("after"); after != "" {
		if err := p.After.UnmarshalText([]byte(after)); err != nil {
			return p, actionError(sim.BadRequest, "bad_value", "after est une durée, comme 3s", "after is a duration, such as 3s")
		}
	}
	if err := p.check("policy"); err != nil {
		return p, actionError(sim.BadRequest, "bad_value", err.Error(), err.Error())
	}
	return p, nil
}

// demandPolicy has a policy answer one demand; its delay counts from now.
func (s *Service) demandPolicy(m in, p Policy) (any, error) {
	d, refusal := s.find(m)
	if refusal != nil {
		return nil, refusal
	}
	err := s.world.Store.Update(func(tx *store.Txn) error {
		d.Policy, d.Due = p, time.Time{}
		if p.active() && p.Polls == 0 {
			d.Due = s.now().Add(time.Duration(p.After))
		}
		return demands.Put(tx, d)
	})
	if err != nil {
		return nil, err
	}
	s.arm(d)
	return view(d), nil
}

func (s *Service) noPerson(m in) *sim.Error {
	id := m.text("login_hint")
	return actionError(sim.NotFound, "unknown_person", "aucun compte « "+id+" »", "no account “"+id+"”")
}

func (s *Service) actLogin(_ context.Context, m map[string]any) (any, error) {
	p, ok := s.person(in(m).text("login_hint"))
	if !ok {
		return nil, s.noPerson(in(m))
	}
	if !p.Active() {
		return nil, actionError(sim.Conflict, "disabled", "le compte "+p.ID+" est désactivé", "the account "+p.ID+" is disabled")
	}
	n, refusal := in(m).count("count")
	if refusal != nil {
		return nil, refusal
	}
	mode := orElse(in(m).text("auth_mode"), channelMobile)
	if mode != channelCard && mode != channelMobile {
		return nil, actionError(sim.BadRequest, "bad_value", "auth_mode vaut CARD ou MOBILE", "auth_mode is CARD or MOBILE")
	}
	row := autoLogin{ID: s.world.ID(), Person: p.ID, Client: in(m).text("client_id"), AuthMode: mode, Left: max(1, n)}
	if err := s.world.Store.Update(func(tx *store.Txn) error { return autoLogins.Put(tx, row) }); err != nil {
		return nil, err
	}
	return map[string]any{"person": p.ID, "left": row.Left}, nil
}

func (s *Service) actEndSession(_ context.Context, m map[string]any) (any, error) {
	var ids []string
	person := s.whose(in(m))
	err := s.world.Store.View(func(tx *store.Txn) error {
		for row := range sessions.All(tx) {
			if id := in(m).text("sid"); id != "" && row.ID != id {
				continue
			}
			if person != "" && row.Person != person {
				continue
			}
			ids = append(ids, row.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, err := s.endSession(id, "action"); err != nil {
			return nil, err
		}
	}
	return map[string]any{"ended": len(ids)}, nil
}

func (s *Service) actSessions(_ context.Context, m map[string]any) (any, error) {
	out := []map[string]any{}
	person := s.whose(in(m))
	err := s.world.Store.View(func(tx *store.Txn) error {
		for row := range sessions.All(tx) {
			if person != "" && row.Person != person {
				continue
			}
			out = append(out, map[string]any{
				"id": row.ID, "person": row.Person, "started": row.Started, "used": row.Used, "auth_mode": row.AuthMode,
				"acr": row.ACR, "clients": row.Clients, "alive": row.valid(s.now(), s.config.Lifetimes),
				"ends": row.Started.Add(time.Duration(s.config.Lifetimes.Session)),
			})
		}
		return nil
	})
	return map[string]any{"sessions": out}, err
}

// changePerson changes an account.
func (s *Service) changePerson(id string, change func(*registre.Professional)) *sim.Error {
	found := false
	err := s.world.Store.Update(func(tx *store.Txn) error {
		p, ok := registre.FindProfessional(tx, id)
		if !ok {
			return nil
		}
		found = true
		change(&p)
		return registre.Professionals.Put(tx, p)
	})
	switch {
	case err != nil:
		return sim.AsError(err)
	case !found:
		return s.noPerson(in{"login_hint": id})
	}
	return nil
}
