package apcv

import (
	"slices"
	"strconv"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

// version is that of the requests and of the answers.
const version = "1.0"

// The answers. Identifiant, TokenApCV and DateFinValidite are the names that
// published clients know; the beneficiary takes the names of the request of
// signerVitale, what it lacks those of INSi's Vitale search (dates of birth);
// the elements around them are invented.

// dateOf writes an end of validity in the configured format. Both are in the legal
// time of France (inferred: the compact one has no zone).
func (s *Service) dateOf(v vitale) string {
	layout := "2006-01-02T15:04:05-07:00"
	if s.config.DateFormat == "compact" {
		layout = "20060102150405"
	}
	return paris(v.Expires).Format(layout)
}

// contextNode is a context as an answer gives it.
func (s *Service) contextNode(v vitale) *node {
	return el("ContexteApCV", leaf("Identifiant", v.ID), leaf("TokenApCV", v.Token), leaf("DateFinValidite", s.dateOf(v)))
}

// beneficiaryNode is who the card is of; nil when the configuration omits it.
func (s *Service) beneficiaryNode(v vitale) *node {
	p, ok := s.patient(v.Patient)
	if !ok || s.config.Beneficiary == "omit" {
		return nil
	}
	return personNode("Beneficiaire", p)
}

// dependentsNode is whom the card covers besides: nil when there is nobody.
func (s *Service) dependentsNode(v vitale) *node {
	if s.config.Beneficiary == "omit" {
		return nil
	}
	n := el("AyantsDroit")
	for _, p := range s.covered(v)[1:] {
		n.kids = append(n.kids, personNode("AyantDroit", p))
	}
	if len(n.kids) == 0 {
		return nil
	}
	return n
}

// covered are those on the card of a context: the patient, then their ayants droit.
func (s *Service) covered(v vitale) []registre.Patient {
	p, _ := s.patient(v.Patient)
	out := []registre.Patient{p}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		out = slices.AppendSeq(out, registre.FindDependents(tx, p.ID))
		return nil
	})
	return out
}

func personNode(name string, p registre.Patient) *node {
	used := p.UsedName
	if used == "" {
		used = p.BirthName
	}
	return el(name,
		leaf("NomUsage", used), leaf("NomFamille", p.BirthName), leaf("Prenom", firstName(p)),
		leaf("NIRCertifie", p.INS.Matricule, "cle", p.INS.Key),
		leaf("DateNaissance", p.BirthDate), leaf("RangNaissance", strconv.Itoa(p.BirthRank())))
}

func firstName(p registre.Patient) string {
	if p.FirstGivenName != "" || len(p.GivenNames) == 0 {
		return p.FirstGivenName
	}
	return p.GivenNames[0]
}

// answer is the outermost element of an answer.
func answer(name string, kids ...*node) *node {
	n := el(name, kids...)
	n.attrs = []string{"version", version}
	return n
}

// contextAnswer is an answer that gives a context.
func (s *Service) contextAnswer(name string, v vitale) *node {
	return answer(name, s.contextNode(v), s.beneficiaryNode(v), s.dependentsNode(v))
}
