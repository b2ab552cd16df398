package psc

import (
	"net/http"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
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

// reachable refuses when the person has nothing to be asked on. What PSC answers
// then is unknown: Keycloak's answer to a failing channel is inferred.
func (s *Service) reachable(p registre.Professional, channel string) *sim.Error {
	no := func(fr, en string) *sim.Error {
		return refuse(http.StatusServiceUnavailable, "server_error", "Failed to send authentication request",
			cause("channel-unavailable", fr, en, "Keycloak (inféré)"))
	}
	if channel == channelMobile {
		if _, ok := p.Device(); !ok {
			return no(p.Name()+" n'a pas d'e-CPS active.", p.Name()+" has no active e-CPS.")
		}
		return nil
	}
	if !p.Card.Usable() {
		return no(p.Name()+" n'a pas de carte utilisable.", p.Name()+" has no usable card.")
	}
	return nil
}
