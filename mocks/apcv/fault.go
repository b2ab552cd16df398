package apcv

import (
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
	"github.com/segursim/segursim/internal/tlsi"
)

// The names of the refusals. They are their codes on the wire too, unless
// Config.Codes says otherwise: the real codes are not public, but for the name of
// the last one (invented, the last one confirmed).
const (
	badRequest        = "REQUETE_INVALIDE"
	wrongProfessional = "PROFESSIONNEL_NON_CONCORDANT"
	codeUnreadable    = "QR_CODE_ILLISIBLE"
	codeUnknown       = "QR_CODE_INCONNU"
	codeExpired       = "QR_CODE_EXPIRE"
	codeUsed          = "QR_CODE_DEJA_UTILISE"
	contextUnknown    = "CONTEXTE_INCONNU"
	contextExpired    = "CONTEXTE_EXPIRE"
	contextDestroyed  = "CONTEXTE_DETRUIT"
	badBeneficiary    = "BENEFICIAIRE_NON_CONCORDANT"
	unavailable       = "SERVICE_INDISPONIBLE"
	internalError     = "ERREUR_INTERNE_SERVEUR"
)

func refusalCodes() []string {
	return []string{
		badRequest, wrongProfessional, codeUnreadable, codeUnknown, codeExpired, codeUsed,
		contextUnknown, contextExpired, contextDestroyed, badBeneficiary, unavailable, internalError,
	}
}

// faultText is what the wire says of a refusal (invented).
func faultText(name string) string {
	switch name {
	case wrongProfessional:
		return "Le professionnel de santé n'est pas celui attendu."
	case codeUnreadable:
		return "Le QR code transmis n'est pas lisible."
	case codeUnknown:
		return "Le QR code transmis est inconnu."
	case codeExpired:
		return "Le QR code transmis a expiré."
	case codeUsed:
		return "Le QR code transmis a déjà été utilisé."
	case contextUnknown:
		return "Aucun contexte ApCV ne correspond."
	case contextExpired:
		return "Le contexte ApCV a expiré."
	case contextDestroyed:
		return "Le contexte ApCV a été détruit."
	case badBeneficiary:
		return "Le bénéficiaire n'est pas celui du contexte ApCV."
	case unavailable:
		return "Le service ApCV est momentanément indisponible."
	case internalError:
		return "Erreur interne du serveur."
	}
	return "La requête n'est pas conforme."
}

// kindOf classes a refusal.
func kindOf(name string) sim.Kind {
	switch name {
	case wrongProfessional, badBeneficiary:
		return sim.Forbidden
	case codeUnknown, contextUnknown:
		return sim.NotFound
	case codeUsed, codeExpired, contextExpired, contextDestroyed:
		return sim.Conflict
	case unavailable:
		return sim.Unavailable
	case internalError:
		return sim.Internal
	}
	return sim.BadRequest
}

// ref is what the causes of this service cite: nothing that it does with a code
// or a context is published.
const ref = "contrat inventé par segursim"

// refuse makes a refusal. rule and the texts are for the journal.
func refuse(name, rule, fr, en string) *sim.Error {
	return &sim.Error{Kind: kindOf(name), Code: name, Text: faultText(name), Cause: cause(rule, fr, en)}
}

func cause(rule, fr, en string) journal.Cause {
	return journal.Cause{Rule: "apcv." + rule, Text: journal.Text{FR: fr, EN: en}, Ref: ref}
}

// layer names the product that refuses: neither the gateway nor INSi.
const layer tlsi.Layer = "apcv"

// fault is a refusal as the door writes it, nil for none. Which siram number goes
// with which code is not known: 40 is that of breakdowns elsewhere, 10 that of what
// the request lacks (inferred).
func (s *Service) fault(e *sim.Error) *tlsi.Fault {
	if e == nil {
		return nil
	}
	f := &tlsi.Fault{
		Layer: layer, Siram: "siram_10", Code: s.config.wireCode(e.Code), Severity: tlsi.Erreur, Text: e.Text,
		Inferred: true, Cause: e.Cause, Err: e.Err,
	}
	switch e.Kind {
	case sim.Internal:
		f = tlsi.Internal(e)
		f.Layer, f.Code, f.Text = layer, s.config.wireCode(internalError), faultText(internalError)
	case sim.Unavailable:
		f.SOAP, f.Siram, f.Severity = soap.Receiver, "siram_40", tlsi.Fatale
	}
	return f
}

// actionError refuses an action of a person or of a script.
func actionError(kind sim.Kind, code, fr, en string) *sim.Error {
	return &sim.Error{Kind: kind, Code: code, Text: en, Cause: journal.Cause{Rule: "apcv." + code, Text: journal.Text{FR: fr, EN: en}}}
}
