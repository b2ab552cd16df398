package psc

import (
	"crypto/x509"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
)

// loginCPS authenticates by card: the client certificate that the browser showed
// if it is a card's, else the card in the simulated reader and its PIN.
func (s *Service) loginCPS(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	a, refusal := s.begin(c)
	if refusal != nil {
		return refusal
	}
	if p, ok := s.certified(x.Chain); ok {
		return s.complete(c, x, a, p, channelCard)
	}
	if len(x.Chain) > 0 {
		x.Note(cause("card-certificate", "Le certificat montré par le navigateur n'est pas celui d'une carte acceptée : le lecteur simulé est employé.",
			"The certificate that the browser showed is not an accepted card's: the simulated reader is used.", "RFC 5280 §6.1"))
	}
	if _, ok := s.inserted(); ok && f.get("pin") == "" {
		return s.showLogin(c, a, tabCPS, "no-pin") // not a wrong code: none was typed
	}
	p, problem := s.useCard(f.get("pin"))
	if p.ID != "" {
		x.Fact("person", map[string]any{"id": p.ID})
	}
	if problem != "" {
		return s.showLogin(c, a, tabCPS, problem)
	}
	return s.complete(c, x, a, p, channelCard)
}

// certified is the person whose card's certificate the browser showed: one that
// the test hierarchy vouches for, of an active account.
func (s *Service) certified(chain []*x509.Certificate) (registre.Professional, bool) {
	if len(chain) == 0 || s.world.PKI.VerifyClient(chain) != nil {
		return registre.Professional{}, false
	}
	p, ok := s.person(chain[0].Subject.CommonName)
	return p, ok && p.Active()
}
