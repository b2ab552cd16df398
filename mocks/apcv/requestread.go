package apcv

import (
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/tlsi"
)

// reading is the request authentifierUtilisateurProximite.
type reading struct {
	billing, specialty string
	scanned            string // Donnees, as the software sent it
}

func (s *Service) decodeRead(q *tlsi.Request) *sim.Error {
	r := newReader(q.Envelope.Body)
	r.version()
	pro := r.child("ProfessionnelSante", true)
	in := reading{
		billing:   pro.text("IdentifiantFacturation", billingShape, true),
		specialty: pro.text("CodeSpecialiteAMO", specialtyShape, true),
		scanned:   r.text("Donnees", "", true),
	}
	q.Input = in
	q.Exchange.Fact("request", map[string]any{"billing": in.billing, "specialty": in.specialty})
	s.aboutCode(q, in.scanned)
	return *r.refusal
}

// handleRead is authentifierUtilisateurProximite: a code becomes a context.
func (s *Service) handleRead(q *tlsi.Request) (*node, *sim.Error) {
	in, _ := q.Input.(reading)
	if refusal := s.sameBilling(q, in.billing); refusal != nil {
		return nil, refusal
	}
	v, refusal := s.read(in.scanned, professional{ID: q.Access.Person, Billing: in.billing, Specialty: in.specialty})
	if refusal != nil {
		return nil, refusal
	}
	q.Exchange.Fact("apcv", v.facts())
	return s.contextAnswer("AuthentifierUtilisateurProximiteRep", v), nil
}

// sameBilling refuses an identifiant de facturation other than the assertion's.
func (s *Service) sameBilling(q *tlsi.Request, billing string) *sim.Error {
	said := q.Access.Billing
	if said == billing || said == "" || s.config.Billing == "tolerate" {
		return nil
	}
	return refuse(wrongProfessional, "billing",
		"IdentifiantFacturation vaut « "+clip(billing)+" » ; l'assertion de "+q.Access.Person+" dit « "+clip(said)+" ».",
		"IdentifiantFacturation is “"+clip(billing)+"”; the assertion of "+q.Access.Person+" says “"+clip(said)+"”.")
}
