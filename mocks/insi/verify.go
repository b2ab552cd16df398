package insi

import (
	"github.com/beevik/etree"

	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// decodeVerify reads a request of the unitary verification.
func (s *Service) decodeVerify(r *tlsi.Request) *tlsi.Fault {
	claim, _, c := s.readClaim(r.Envelope.Body, s.contract.Unitary.Request.Space, false)
	if c != nil {
		return s.refuse(badMessage, *c)
	}
	r.Input = claim
	r.Exchange.Fact("traits", factsOf(claim.Traits))
	r.Exchange.Fact("ins", map[string]any{"matricule": claim.Matricule, "cle": claim.Key, "oid": claim.OID})
	return nil
}

// verify answers OK or KO, never the traits: what the verification is for.
func (s *Service) verify(r *tlsi.Request) ([]byte, *tlsi.Fault) {
	claim := r.Input.(ins.Claim)
	if refused := s.lexical(r, claim.Check()); refused != nil {
		return nil, refused
	}
	var v ins.Verification
	if err := s.world.Store.View(func(tx *store.Txn) error {
		v = ins.Verify(tx, claim)
		return nil
	}); err != nil {
		return nil, tlsi.Internal(err)
	}
	cr := s.verdict(v.OK)
	why := []string{}
	for _, t := range v.Why {
		why = append(why, string(t))
	}
	r.Exchange.Fact("result", map[string]any{"cr": cr.Code, "label": cr.Label, "ok": v.OK, "why": why})
	if v.Patient.ID != "" {
		r.Exchange.Fact("patient", map[string]any{"id": v.Patient.ID})
	}
	answer := s.contract.Unitary.Answer
	return s.encode(r, answer.Space, group(answer.Root, s.report(cr)))
}

// verdict is the CR of a verification.
func (s *Service) verdict(ok bool) contractCR {
	if ok {
		return s.contract.Results.OK
	}
	return s.contract.Results.KO
}

func (s *Service) report(cr contractCR) *node {
	e := s.contract.Elements
	return group(e.Report, leaf(e.Code, cr.Code), leaf(e.Label, cr.Label))
}

// readClaim reads an identity to verify; in a lot it carries its sender's
// reference.
func (s *Service) readClaim(el *etree.Element, space string, lot bool) (claim ins.Claim, ref string, c *journal.Cause) {
	e := s.contract.Elements
	top := shape{space: space, names: []string{e.INS, e.Traits}, deep: []string{e.INS, e.Traits}}
	if lot {
		top.names = []string{e.Reference, e.INS, e.Traits}
	}
	f, c := read(el, top)
	if c != nil {
		return claim, "", c
	}
	ref = f.one(e.Reference)
	claim.OIDOf = s.oidOf
	if in := f.child(e.INS); in != nil {
		g, c := read(in, shape{space: space, names: []string{e.Matricule, e.OID}, deep: []string{e.Matricule}})
		if c != nil {
			return claim, ref, c
		}
		claim.OID = g.one(e.OID)
		if m := g.child(e.Matricule); m != nil {
			h, c := read(m, shape{space: space, names: []string{e.Number, e.Key, e.Type}})
			if c != nil {
				return claim, ref, c
			}
			claim.Matricule, claim.Key = h.one(e.Number), h.one(e.Key)
		}
	}
	if traits := f.child(e.Traits); traits != nil {
		g, c := read(traits, shape{space: space, names: []string{e.Name, e.Given, e.GivenList, e.Sex, e.Date, e.Place}})
		if c != nil {
			return claim, ref, c
		}
		claim.List = g.one(e.GivenList)
		claim.Traits = ins.Traits{BirthName: g.one(e.Name), Sex: g.one(e.Sex), BirthDate: g.one(e.Date), BirthPlace: g.one(e.Place)}
		if given := g.one(e.Given); given != "" {
			claim.GivenNames = []string{given}
		} else if claim.List != "" {
			claim.GivenNames = []string{claim.List}
		}
	}
	return claim, ref, nil
}
