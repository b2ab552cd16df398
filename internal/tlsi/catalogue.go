package tlsi

import (
	"github.com/segursim/segursim/internal/soap"
)

// Catalogue lists the faults that were seen on the real service, or are in the
// tests of a client that took them from the integration guide (SEL-MP-043).
// Texts are the labels of the wire where those are known (desir_550), else ours.
func Catalogue() []Fault {
	return []Fault{
		unknownSoftware(),
		{ // seen without its siram number, which is inferred
			Layer: Gateway, Siram: "siram_100", Code: "desir_560", Severity: Erreur, Inferred: true,
			Reason: "Vos droits sont insuffisants pour appeler ce téléservice.",
			Text:   "Droits insuffisants : niveau d'accès du certificat ou de l'assertion.",
		},
		{
			Layer: Gateway, Siram: "siram_40", Code: "desir_1020", Severity: Fatale,
			Reason: "Le service est momentanément indisponible.", Text: "Service temporairement indisponible.",
		},
		{
			Layer: Application, SOAP: soap.Receiver, Siram: "siram_40", Code: "insi_102", Severity: Fatal,
			Reason: "Une erreur technique est survenue.", Text: "Erreur technique lors de la recherche par traits d'identité.",
		},
		{
			Layer: Application, Siram: "siram_10", Code: "insi_19", Severity: Erreur,
			Reason: "Le nom de naissance est obligatoire.", Text: "Nom de naissance obligatoire.",
		},
		{
			Layer: Application, SOAP: soap.Receiver, Siram: "siram_40", Code: "insi_111", Severity: Fatale,
			Reason: "Le téléservice est indisponible.", Text: "Téléservice indisponible.",
		},
	}
}

// unknownSoftware is what an unknown IDAM gets.
func unknownSoftware() Fault {
	return Fault{
		Layer: Gateway, Siram: "siram_100", Code: "desir_550", Severity: Erreur,
		Reason: "Le logiciel utilisé n'est pas autorisé.", Text: "Numéro d'autorisation du logiciel inconnu.",
	}
}
