package insi

import (
	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/tlsi"
)

// The namespaces of the search.
const (
	nsTraits = "http://www.cnamts.fr/INSiRecSans"
	nsVitale = "http://www.cnamts.fr/INSiRecVit"
	nsResult = "http://www.cnamts.fr/INSiResultat"
)

// result is the answer RESULTAT of both searches. The identity is there with 00
// only; LibelleCR carries no accent (captures of padoa/tlsi-ins).
func (s *Service) result(r ins.Result) *node {
	root := group("RESULTAT", group("CR", leaf("CodeCR", string(r.Code)), leaf("LibelleCR", r.Code.Label())))
	if r.Code != ins.Found {
		return root
	}
	who := group("INDIVIDU", s.insNode("INSACTIF", r.Patient.INS))
	for _, h := range r.Patient.History {
		who.kids = append(who.kids, s.insNode("INSHISTO", h))
	}
	who.kids = append(who.kids, s.traitsNode(ins.Answer(r.Patient)))
	root.kids = append(root.kids, who)
	return root
}

func (s *Service) insNode(name string, i registre.INS) *node {
	return group(name,
		group("IdIndividu", leaf("NumIdentifiant", i.Matricule), maybe("Cle", i.Key)),
		leaf("OID", s.wireOID(i.OID)), maybe("DateDeb", i.From), maybe("DateFin", i.To))
}

// traitsNode is the TIQ. Answers seen since 2021 carry ListePrenom and no Prenom;
// the CNDA's injection files carry both. An empty trait is there, empty.
func (s *Service) traitsNode(t ins.TIQ) *node {
	var given *node
	if s.config.Given == always || s.config.Given == auto && s.door.Config().Style == styleCNDA {
		given = leaf("Prenom", t.GivenName)
	}
	return group("TIQ",
		leaf("NomNaissance", t.BirthName), given, leaf("ListePrenom", t.List),
		leaf("Sexe", t.Sex), leaf("DateNaissance", t.BirthDate), maybe("LieuNaissance", t.BirthPlace))
}

// wireOID is the OID that an INS is answered with: see Config.OID.
func (s *Service) wireOID(oid string) string {
	if oid == registre.OIDNIA {
		return oid
	}
	switch s.config.OID {
	case oidQualification:
		return registre.OIDNIR
	case oidTest:
		return registre.OIDTest
	}
	return oid
}

// styleCNDA is the door's style of the CNDA's injection files.
const styleCNDA = "cnda"

// style is how the elements of an answer are written: by the prefix of the door's
// style, and with the unused declarations that the injection files have. A client
// that knows prefixes and not namespaces breaks on the next one.
func (s *Service) style() namespaceStyle {
	_, prefix := s.door.Style()
	if s.door.Config().Style == styleCNDA {
		return namespaceStyle{prefix: prefix, extra: []string{"ns3=" + nsVitale, "ns2=" + nsTraits}}
	}
	return namespaceStyle{prefix: prefix}
}

// resultFacts are what the journal keeps of an answer.
func (s *Service) resultFacts(r ins.Result) map[string]any {
	f := map[string]any{"cr": string(r.Code), "label": r.Code.Label(), "count": r.Count}
	if r.Code == ins.Found {
		i := r.Patient.INS
		f["matricule"], f["cle"], f["oid"], f["historique"] = i.Matricule, i.Key, s.wireOID(i.OID), len(r.Patient.History)
	}
	return f
}

// encode writes an answer, with what a fault replaced in it.
func (s *Service) encode(r *tlsi.Request, space string, root *node) ([]byte, *tlsi.Fault) {
	if err := root.patch(r.Patch); err != nil {
		return nil, tlsi.Internal(err)
	}
	return root.encode(space, s.style()), nil
}

// oidOf is the OID that an INS is answered with.
func (s *Service) oidOf(i registre.INS) string { return s.wireOID(i.OID) }
