package apcv

import (
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/tlsi"
)

func (s *Service) decodeRestore(q *tlsi.Request) *sim.Error {
	r := newReader(q.Envelope.Body)
	r.version()
	return *r.refusal
}

// handleRestore is restituerContexteApCV: the request is empty, so the context is
// the latest one that the caller may use (inferred).
func (s *Service) handleRestore(q *tlsi.Request) (*node, *sim.Error) {
	v, refusal := s.latest(q.Access.Person)
	if refusal != nil {
		return nil, refusal
	}
	q.Exchange.Fact("apcv", v.facts())
	return s.contextAnswer("RestituerContexteApCVRep", v), nil
}

func (s *Service) decodeDestroy(q *tlsi.Request) *sim.Error {
	r := newReader(q.Envelope.Body)
	r.version()
	id := r.child("ContexteApCV", true).text("Identifiant", "", true)
	q.Input = id
	s.aboutContext(q, id)
	return *r.refusal
}

// handleDestroy is detruireContexteApCV.
func (s *Service) handleDestroy(q *tlsi.Request) (*node, *sim.Error) {
	id, _ := q.Input.(string)
	if _, refusal := s.destroy(id, q.Access.Person, "professionnel"); refusal != nil {
		return nil, refusal
	}
	return answer("DetruireContexteApCVRep", el("ContexteApCV", leaf("Identifiant", id))), nil
}
