package psc

import (
	"net/http"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// resolve finds the person of a CIBA request. An unknown or disabled one is
// "invalid user", not the unknown_user_id of the specification.
func (s *Service) resolve(f form) (registre.Professional, *sim.Error) {
	hint := f.get("login_hint")
	if !f.has("login_hint") {
		return registre.Professional{}, refuse(http.StatusBadRequest, "invalid_request", "missing parameter : login_hint", cause("login-hint",
			"Le paramètre login_hint manque.", "The parameter login_hint is missing.", "CIBA Core 1.0 §7.1"))
	}
	p, ok := s.person(hint)
	no := func(fr, en string) (registre.Professional, *sim.Error) {
		return p, refuse(http.StatusBadRequest, "invalid_request", "invalid user", cause("login-hint", fr, en, "Keycloak"))
	}
	if !ok {
		return no("Aucun compte n'a l'identifiant « "+hint+" » (identifiant national complet : 8 puis le RPPS).",
			"No account has the identifier “"+hint+"” (whole national identifier: 8 then the RPPS).")
	}
	if !p.Active() {
		return no("Le compte "+hint+" est désactivé.", "The account "+hint+" is disabled.")
	}
	return p, nil
}

// incomplete tells whether something is left to do on an account.
func (s *Service) incomplete(person string) bool {
	var row account
	_ = s.world.Store.View(func(tx *store.Txn) error {
		row, _ = accounts.Get(tx, person)
		return nil
	})
	return row.Incomplete
}

// reachable refuses when the person has nothing to be asked on. What PSC answers
// then is unknown: Keycloak's answer to a failing channel is inferred.
func (s *Service) reachable(p registre.Professional, channel string) *sim.Error {
	no := func(text, fr, en string) *sim.Error {
		return refuse(http.StatusServiceUnavailable, "server_error", text, cause("channel-unavailable", fr, en, "Keycloak (inféré)"))
	}
	const unsent, unexpected = "Failed to send authentication request", "Unexpected response from authentication device"
	if channel == channelMobile {
		_, ok := p.Device()
		switch {
		case len(p.EIMs) == 0:
			return no(unsent, p.Name()+" n'a pas d'e-CPS.", p.Name()+" has no e-CPS.")
		case !ok:
			return no(unexpected, "L'e-CPS de "+p.Name()+" est désactivée.", p.Name()+"'s e-CPS is disabled.")
		}
		return nil
	}
	switch {
	case p.Card == nil:
		return no(unsent, p.Name()+" n'a pas de carte.", p.Name()+" has no card.")
	case !p.Card.Usable():
		return no(unexpected, "La carte de "+p.Name()+" ne peut pas servir ("+string(p.Card.State)+").", p.Name()+"'s card can't be used ("+string(p.Card.State)+").")
	}
	return nil
}
