package psc

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// grantCIBA answers a poll (CIBA Core 1.0 §10.1, §11), with Keycloak's checks in
// its order: expired, too early, refused, still pending. A poll that is too early
// does not move the moment from which the next one is allowed.
func (s *Service) grantCIBA(c echo.Context, x *sim.Exchange, f form, client Client) *sim.Error {
	if !*client.CIBA {
		return invalidGrant("Client not allowed OIDC CIBA Grant", "ciba-disabled",
			"CIBA n'est pas activé pour le client "+client.ID+".", "CIBA is not switched on for client "+client.ID+".", "CIBA Core 1.0 §11")
	}
	value := f.get("auth_req_id")
	if value == "" {
		return refuse(http.StatusBadRequest, "invalid_request", "Missing parameter: auth_req_id", cause("auth-req-id",
			"Le paramètre auth_req_id manque.", "The parameter auth_req_id is missing.", "CIBA Core 1.0 §10.1"))
	}
	id, err := jose.Open(s.secret(secretCIBA).Value[:32], value)
	if err != nil {
		return invalidGrant("Invalid Auth Req ID", "auth-req-id", "Cet auth_req_id n'est pas l'un des nôtres.",
			"This auth_req_id is not one of ours.", "CIBA Core 1.0 §11")
	}
	var d demand
	var sess session
	var person registre.Professional
	var refusal *sim.Error
	before := pending
	if err := s.world.Store.Update(func(tx *store.Txn) error {
		d, _ = demands.Get(tx, string(id))
		before = d.State
		refusal = s.poll(tx, &d, client, x)
		if d.ID != "" {
			if err := demands.Put(tx, d); err != nil {
				return err
			}
		}
		if refusal != nil {
			return nil
		}
		person, _ = registre.FindProfessional(tx, d.Person)
		if !person.Active() {
			refusal = invalidGrant("User disabled", "person-disabled", "Le compte "+d.Person+" est désactivé.",
				"The account "+d.Person+" is disabled.", "Keycloak")
			return nil
		}
		if row, _ := accounts.Get(tx, d.Person); row.Incomplete {
			refusal = invalidGrant("Account is not fully set up", "account-incomplete", "Le compte "+d.Person+" a encore une action à accomplir.",
				"The account "+d.Person+" has something left to do.", "Keycloak")
			return nil
		}
		sess, err = s.startSession(tx, person, d.Channel, d.ACR, "")
		return err
	}); err != nil {
		return sim.AsError(err)
	}
	if before == pending && d.State != pending {
		answered := d
		if d.State == used {
			answered.State = approved
		}
		s.settled(answered)
	}
	if refusal != nil {
		return refusal
	}
	body, refusal := s.tokens(grant{
		realm: walletRealm, issuer: s.issuer(c.Request(), walletRealm), client: client.ID, person: person,
		session: sess, scope: s.grantedScope(d.Scope), nonce: d.Nonce, now: s.now(),
	}, x)
	if refusal != nil {
		return refusal
	}
	s.sessionEvent("session.started", sess, "CIBA")
	return success(c, body)
}

// poll checks one poll and moves the demand's state.
func (s *Service) poll(tx *store.Txn, d *demand, client Client, x *sim.Exchange) *sim.Error {
	now, l := s.now(), s.config.Lifetimes
	interval := time.Duration(l.CIBAInterval)
	if d.ID == "" || d.Kind != "ciba" || d.Client != client.ID || d.State == used || !now.Before(d.Expires.Add(interval+10*time.Second)) {
		why := "inconnu"
		switch {
		case d.State == used:
			why = "déjà utilisé"
		case d.ID != "" && d.Client != client.ID:
			why = "émis pour le client " + d.Client
		case d.ID != "":
			why = "oublié depuis son expiration"
		}
		*d = demand{}
		return invalidGrant("Invalid auth_req_id", "auth-req-id", "auth_req_id "+why+".", "auth_req_id unknown, used, forgotten or another client's.", "CIBA Core 1.0 §11")
	}
	facts := map[string]any{
		"id": d.ID, "interval": int64(interval.Seconds()), "polls": int64(d.Polls + 1), "channel": d.Channel,
		"elapsed_s": now.Sub(d.Created).Seconds(),
	}
	if !d.SeenPoll.IsZero() {
		facts["waited_s"] = now.Sub(d.SeenPoll).Seconds()
	}
	x.Fact("ciba", facts)
	x.Fact("person", map[string]any{"id": d.Person})
	d.Polls++
	d.SeenPoll = now
	if d.State == pending && d.Policy.active() && d.Policy.Polls > 0 && d.Polls >= d.Policy.Polls && now.Before(d.Expires) {
		s.decide(d, d.Policy.Outcome, "politique", now)
	}
	if d.State == pending && !d.Due.IsZero() && !now.Before(d.Due) && d.Due.Before(d.Expires) {
		s.decide(d, d.Policy.Outcome, "politique", d.Due)
	}
	if !now.Before(d.Expires) {
		if d.State == pending {
			d.State, d.Settled = expired, d.Expires
		}
		return refuse(http.StatusBadRequest, "expired_token", "authentication timed out", cause("ciba-expired",
			"La personne n'a pas répondu dans les "+time.Duration(l.CIBA).String()+".",
			"The person did not answer within "+time.Duration(l.CIBA).String()+".", "CIBA Core 1.0 §11"))
	}
	if interval > 0 && !d.LastPoll.IsZero() && now.Sub(d.LastPoll) < interval {
		return refuse(http.StatusBadRequest, "slow_down", "too early to access", cause("slow-down",
			"Interrogation après "+now.Sub(d.LastPoll).Round(time.Millisecond).String()+" : attendre au moins interval = "+interval.String()+".",
			"Polled after "+now.Sub(d.LastPoll).Round(time.Millisecond).String()+": wait at least interval = "+interval.String()+".",
			"CIBA Core 1.0 §11, Keycloak"))
	}
	d.LastPoll = now
	switch d.State {
	case refused:
		return refuse(http.StatusBadRequest, "access_denied", "not authorized", cause("ciba-refused",
			"La demande a été refusée : "+d.Reason+".", "The demand was refused: "+d.Reason+".", "CIBA Core 1.0 §11"))
	case approved:
		d.State = used
		return nil
	}
	return refuse(http.StatusBadRequest, "authorization_pending",
		"The authorization request is still pending as the end-user hasn't yet been authenticated.", cause("ciba-pending",
			"La personne n'a pas encore répondu.", "The person has not answered yet.", "CIBA Core 1.0 §11"))
}
