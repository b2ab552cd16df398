package insi

import (
	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// traitsShape is RECSANSVITALE. Its schema makes every field optional and types
// them as texts: what is missing or malformed is refused by the rules, not by it.
func traitsShape() shape {
	return shape{space: nsTraits, names: []string{"NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance"}, many: []string{"Prenom"}}
}

// decodeTraits reads a request of rechercherInsAvecTraitsIdentite.
func (s *Service) decodeTraits(r *tlsi.Request) *tlsi.Fault {
	f, refused := s.readBody(r, traitsShape())
	if refused != nil {
		return refused
	}
	t := ins.Traits{
		BirthName: f.one("NomNaissance"), GivenNames: f.texts["Prenom"], Sex: f.one("Sexe"),
		BirthDate: f.one("DateNaissance"), BirthPlace: f.one("LieuNaissance"),
	}
	r.Input = t
	r.Exchange.Fact("traits", factsOf(t))
	return nil
}

// traits answers rechercherInsAvecTraitsIdentite: 00, 01 or 02.
func (s *Service) traits(r *tlsi.Request) ([]byte, *tlsi.Fault) {
	t := r.Input.(ins.Traits)
	if refused := s.lexical(r, t.Check()); refused != nil {
		return nil, refused
	}
	var found ins.Result
	if err := s.world.Store.View(func(tx *store.Txn) error {
		found = ins.Match(tx, t)
		return nil
	}); err != nil {
		return nil, tlsi.Internal(err)
	}
	return s.answerSearch(r, found, technical)
}

// answerSearch writes the result of a search of either kind, and its facts.
func (s *Service) answerSearch(r *tlsi.Request, found ins.Result, failure string) ([]byte, *tlsi.Fault) {
	x := r.Exchange
	x.Fact("result", s.resultFacts(found))
	if found.Code == ins.Found {
		x.Fact("patient", map[string]any{"id": found.Patient.ID})
	}
	if found.Code == ins.None && s.config.Mode == modeQualif {
		return nil, s.refuse(failure, cause("qualif", "Identité inconnue : le mode qualif-like répond une erreur technique, comme la plateforme de qualification le fait souvent, au lieu du CR 01.",
			"Unknown identity: the mode qualif-like answers a technical error, as the qualification platform often does, instead of CR 01.", "captures de padoa/tlsi-ins (2021 à 2023)"))
	}
	return s.encode(r, nsResult, s.result(found))
}

// readBody reads the body's element against a shape, and judges its order.
func (s *Service) readBody(r *tlsi.Request, want shape) (fields, *tlsi.Fault) {
	f, c := read(r.Envelope.Body, want)
	if c != nil {
		return f, s.refuse(badMessage, *c)
	}
	return f, s.order(r, f)
}

// order judges elements in another order than the schema's.
func (s *Service) order(r *tlsi.Request, f fields) *tlsi.Fault {
	if f.early == "" {
		return nil
	}
	c := cause("ordre", f.early+" n'est pas à la place que le schéma lui donne.", f.early+" is not where the schema puts it.", "DESIR_ICIR_EXP 1.5.0, schémas de requête (xsd:sequence)")
	if s.config.Order == reject {
		return s.refuse(badMessage, c)
	}
	r.Exchange.Note(c)
	return nil
}

func factsOf(t ins.Traits) map[string]any {
	return map[string]any{"nom": t.BirthName, "prenom": t.GivenName(), "sexe": t.Sex, "date": t.BirthDate, "lieu": t.BirthPlace}
}
