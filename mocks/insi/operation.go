package insi

import (
	"maps"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
	"github.com/segursim/segursim/internal/tlsi"
)

// The names of the operations, in the journal and in scenarios.
const (
	opTraits   = "traits"
	opVitale   = "vitale"
	opVerify   = "verif"
	opSubmit   = "verif.lot"
	opFollow   = "verif.lot.suivi"
	opRetrieve = "verif.lot.retrait"
	opWSDL     = "wsdl"
)

// actionPrefix is common to the actions of the search.
const actionPrefix = "urn:ServiceIdentiteCertifiee:1.0.0:"

// operations are what the service answers, with what is known of each.
func (s *Service) operations() []sim.Op {
	const (
		wsdl = "WSDL DESIR_ICIR_EXP_1.5.0 ; captures de padoa/tlsi-ins"
		kit  = "noms vus dans un exemple de code public (TLSiKitEditeur) ; le reste est de notre invention, voir contrat-verification.yaml"
		lots = "l'existence des lots est connue (Mediboard) ; tout le reste est de notre invention, voir contrat-verification.yaml"
	)
	search := []string{nameInvalid, dateInvalid, badMessage, unavailable}
	verify := []string{
		numberInvalid, oidInvalid, nameMissing, givenMissing, sexMissing, dateMissing, nameInvalid, givenInvalid, sexInvalid,
		dateInvalid, placeInvalid, badMessage, technical, unavailable,
	}
	lot := []string{lotUnknown, lotNotYours, lotExpired, badMessage, technical, unavailable}
	ops := []sim.Op{
		s.op(opTraits, "Recherche par traits d'identité (WS_INS2)", "Search by identity traits (WS_INS2)", sim.Confirmed, wsdl,
			facts(traitsFacts(), resultFacts()), append(search, nameMissing, givenMissing, sexMissing, dateMissing, givenInvalid, sexInvalid, placeInvalid, technical)...),
		s.op(opVitale, "Recherche avec carte Vitale (WS_INS1)", "Search with the carte Vitale (WS_INS1)", sim.Confirmed, wsdl+" ; règles de rapprochement déduites",
			facts(vitaleFacts(), resultFacts()), append(search, vitaleMissing, notOnCard, proofRefused, holderMissing, numberInvalid, rankInvalid, technicalCard)...),
		s.op(opVerify, "Vérification unitaire", "Unitary verification", sim.Invented, kit, facts(traitsFacts(), claimFacts()), verify...),
		s.op(opSubmit, "Vérification par lot : dépôt", "Verification in batch: submission", sim.Invented, lots, lotFacts(), append(verify, lotEmpty, lotTooLarge, lotReference)...),
		s.op(opFollow, "Vérification par lot : suivi", "Verification in batch: progress", sim.Invented, lots, lotFacts(), lot...),
		s.op(opRetrieve, "Vérification par lot : retrait", "Verification in batch: retrieval", sim.Invented, lots, lotFacts(), append(lot, lotNotReady)...),
		{
			Name: opWSDL, Title: journal.Text{FR: "WSDL et schémas", EN: "WSDL and schemas"}, Method: "GET", Path: tlsi.Path + "?wsdl",
			Provenance: sim.Inferred, Source: "les noms de DESIR_ICIR_EXP_1.5.0, dans un fichier écrit pour le simulateur", Facts: map[string]sim.FactType{"document": sim.String},
		},
	}
	return append(ops, identityOps()...)
}

func (s *Service) op(name, fr, en string, p sim.Provenance, source string, own map[string]sim.FactType, refusals ...string) sim.Op {
	return sim.Op{
		Name: name, Title: journal.Text{FR: fr, EN: en}, Method: "POST", Path: tlsi.Path, Provenance: p, Source: source,
		Facts: facts(tlsi.Facts(), own), Codes: s.codes(refusals...),
	}
}

// register puts the operations on the door.
func (s *Service) register() {
	for _, f := range s.faults {
		s.door.Declare(f)
	}
	add := func(op, action, space, root string, decode func(*tlsi.Request) *tlsi.Fault, handle tlsi.Handler) {
		s.door.Handle(tlsi.Route{
			Service: "insi", Op: s.ops[op], Action: action, Body: soap.Name{Space: space, Local: root},
			PersonOnly: op == opVitale && s.config.VitaleAccess == person,
			Decode:     decode, Handle: handle, After: s.counted(op), Patches: true,
		})
	}
	add(opTraits, actionPrefix+"rechercherInsAvecTraitsIdentite", nsTraits, "RECSANSVITALE", s.decodeTraits, s.traits)
	add(opVitale, actionPrefix+"rechercherInsAvecCarteVitale", nsVitale, "RECVITALE", s.decodeVitale, s.vitale)
	invented := func(op string, n exchangeNames, decode func(*tlsi.Request) *tlsi.Fault, handle tlsi.Handler) {
		add(op, n.Action, n.Request.Space, n.Request.Root, decode, handle)
	}
	invented(opVerify, s.contract.Unitary, s.decodeVerify, s.verify)
	invented(opSubmit, s.contract.Lot.Submit, s.decodeLot, s.submit)
	invented(opFollow, s.contract.Lot.Follow, s.decodeFollow, s.follow)
	invented(opRetrieve, s.contract.Lot.Retrieve, s.decodeRetrieve, s.retrieve)
}

func facts(groups ...map[string]sim.FactType) map[string]sim.FactType {
	out := map[string]sim.FactType{}
	for _, g := range groups {
		maps.Copy(out, g)
	}
	return out
}

// named makes facts of one type under a group: traits.nom, traits.sexe…
func named(group string, t sim.FactType, names ...string) map[string]sim.FactType {
	out := map[string]sim.FactType{}
	for _, n := range names {
		out[group+"."+n] = t
	}
	return out
}

func traitsFacts() map[string]sim.FactType {
	return facts(named("traits", sim.String, "nom", "prenom", "sexe", "date", "lieu"))
}

func vitaleFacts() map[string]sim.FactType {
	return facts(
		named("traits", sim.String, "nom", "date", "rang"),
		named("vitale", sim.String, "individu", "od", "carte"),
		named("vitale", sim.Bool, "assertion", "apcv"),
	)
}

func resultFacts() map[string]sim.FactType {
	return facts(
		named("result", sim.String, "cr", "label", "matricule", "cle", "oid"),
		named("result", sim.Int, "count", "historique"),
		named("patient", sim.String, "id"),
	)
}

func claimFacts() map[string]sim.FactType {
	return facts(
		named("ins", sim.String, "matricule", "cle", "oid"),
		named("result", sim.String, "cr", "label"),
		map[string]sim.FactType{"result.ok": sim.Bool, "result.why": sim.Strings},
		named("patient", sim.String, "id"),
	)
}

func lotFacts() map[string]sim.FactType {
	return facts(named("lot", sim.String, "id", "etat"), named("lot", sim.Int, "nombre", "ok", "ko"))
}
