package insi

import (
	"fmt"

	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/journal"
)

// identityNotice says what a form did, by the name that the redirection carries;
// an unknown name says nothing, so that an address can't put words in the page.
func identityNotice(lang, name string) string {
	return pickText(lang, map[string]journal.Text{
		"saved":     {FR: "Identité enregistrée.", EN: "Identity saved."},
		"deleted":   {FR: "Identité retirée de la base.", EN: "Identity removed from the base."},
		"generated": {FR: "Identités générées.", EN: "Identities generated."},
		"reset":     {FR: "La base d’identités est celle du départ.", EN: "The base of identities is that of the start."},
		"variant":   {FR: "Identité prête pour le test.", EN: "Identity ready for the test."},
	}[name])
}

// identityProblem says why a form did nothing.
func identityProblem(lang, code string) string {
	return pickText(lang, map[string]journal.Text{
		"unknown_identity": {FR: "Cette identité n’est pas, ou plus, dans la base.", EN: "This identity is not in the base, or no longer."},
		"bad_number": {
			FR: fmt.Sprintf("De 1 à %d identités à la fois ; l’action generate-identities en prend jusqu’à %d.", maxFromForm, ins.MaxGenerated),
			EN: fmt.Sprintf("From 1 to %d identities at a time; the action generate-identities takes up to %d.", maxFromForm, ins.MaxGenerated),
		},
		"seed_taken":      {FR: "Les identités de cette graine sont déjà dans la base.", EN: "The identities of this seed are in the base already."},
		"unknown_variant": {FR: "Aucune variante n’a ce nom.", EN: "No variant has this name."},
		"server_error":    {FR: "Le simulateur n’a pas pu le faire ; son journal technique dit pourquoi.", EN: "The simulator could not do it; its log says why."},
	}[code])
}

func pickText(lang string, t journal.Text) string {
	if lang == "en" {
		return t.EN
	}
	return t.FR
}

func unknownText(v identityView, ref string) string {
	return v.T("Aucune identité « "+ref+" » dans la base.", "No identity “"+ref+"” in the base.")
}
