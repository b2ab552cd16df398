package apcv

import (
	"maps"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/tlsi"
)

// The operations' names in the journal and in scenarios.
const (
	opRead    = "authentifier"
	opRestore = "restituer"
	opDestroy = "detruire"
	opSign    = "signer"
)

const (
	srcRequest = "requête : générateur public Pyxvital ; réponse, erreurs et validité inventées (noms du contexte : clients JFSE publiés)"
	srcSign    = "requête : générateur public Pyxvital ; réponse, signature et erreurs inventées"
	srcEvent   = "événement du simulateur"
)

// operations are what the service answers. The names of the requests are public;
// since no answer is, none of the contracts is more than invented.
func operations(c *Config) []sim.Op {
	with := func(codes ...string) []string {
		codes = append(codes, badRequest, unavailable, internalError)
		for i, name := range codes {
			codes[i] = c.wireCode(name)
		}
		for _, f := range tlsi.Catalogue() {
			if f.Layer == tlsi.Gateway { // it stands before this service too
				codes = append(codes, f.Code)
			}
		}
		return codes
	}
	return []sim.Op{
		op(opRead, "Lire le QR code d'un patient (authentifierUtilisateurProximite)", "Read a patient's QR code (authentifierUtilisateurProximite)", authPath, srcRequest, nil,
			with(codeUnreadable, codeUnknown, codeExpired, codeUsed, wrongProfessional)...),
		op(opRestore, "Restituer le contexte en cours (restituerContexteApCV)", "Give the current context again (restituerContexteApCV)", authPath, srcRequest, nil,
			with(contextUnknown)...),
		op(opDestroy, "Détruire un contexte (detruireContexteApCV)", "Destroy a context (detruireContexteApCV)", authPath, srcRequest, nil,
			with(contextUnknown, contextExpired, contextDestroyed, wrongProfessional)...),
		op(opSign, "Signer une facture (signerVitale)", "Sign an invoice (signerVitale)", signPath, srcSign, map[string]sim.FactType{
			"facture.type": sim.String, "facture.nir": sim.String, "facture.fse": sim.Bool, "facture.dre": sim.Bool,
		}, with(contextUnknown, contextExpired, contextDestroyed, wrongProfessional, badBeneficiary)...),
		happening("apcv.shown", "QR code affiché sur un téléphone", "QR code shown on a phone"),
		happening("apcv.read", "QR code lu : un contexte est créé", "QR code read: a context is made"),
		happening("apcv.expired", "QR code ou contexte expiré", "QR code or context expired"),
		happening("apcv.destroyed", "Contexte détruit", "Context destroyed"),
	}
}

func op(name, fr, en, path, source string, own map[string]sim.FactType, codes ...string) sim.Op {
	return sim.Op{
		Name: name, Title: journal.Text{FR: fr, EN: en}, Method: "POST", Path: path,
		Provenance: sim.Invented, Source: source, Facts: facts(messageFacts(), cardFacts(), own), Codes: codes,
	}
}

// happening is an event of the simulated world.
func happening(name, fr, en string) sim.Op {
	return sim.Op{
		Name: name, Title: journal.Text{FR: fr, EN: en}, Provenance: sim.Invented, Source: srcEvent, Facts: cardFacts(),
	}
}

func facts(groups ...map[string]sim.FactType) map[string]sim.FactType {
	out := map[string]sim.FactType{}
	for _, g := range groups {
		maps.Copy(out, g)
	}
	return out
}

// named makes facts that are texts under a group: soap.action, lps.idam…
func named(group string, names ...string) map[string]sim.FactType {
	out := map[string]sim.FactType{}
	for _, n := range names {
		out[group+"."+n] = sim.String
	}
	return out
}

// cardFacts are of the code and of the context that an entry is about.
func cardFacts() map[string]sim.FactType {
	return named("apcv", "code", "context", "patient", "professional", "expires", "reason")
}

func messageFacts() map[string]sim.FactType {
	return facts(tlsi.Facts(), named("request", "billing", "specialty"), named("error", "code", "text"))
}
