package psc

import "github.com/segursim/segursim/internal/journal"

// panelNotice says what a form did, by the name that the redirection carries; an
// unknown name says nothing, so that an address can't put words in the page.
func panelNotice(lang, name string) string {
	return pick(lang, map[string]journal.Text{
		"inserted":  {FR: "Carte insérée.", EN: "Card inserted."},
		"removed":   {FR: "Carte retirée. Les sessions ouvertes le restent.", EN: "Card removed. Open sessions stay open."},
		"unblocked": {FR: "Carte débloquée.", EN: "Card unblocked."},
		"approved":  {FR: "Demande confirmée.", EN: "Request confirmed."},
		"refused":   {FR: "Demande refusée.", EN: "Request refused."},
		"ended":     {FR: "Session close.", EN: "Session closed."},
		"all-ended": {FR: "Toutes les sessions sont closes.", EN: "Every session is closed."},
		"policy":    {FR: "Politique enregistrée.", EN: "Policy recorded."},
		"no-policy": {FR: "Politique retirée.", EN: "Policy removed."},
		"client":    {FR: "Client modifié.", EN: "Client changed."},
		"rotated":   {FR: "Nouvelle clé de signature ; les anciennes vérifient encore.", EN: "New signing key; the former ones still verify."},
		"dropped":   {FR: "Nouvelle clé de signature ; les anciennes ne sont plus publiées.", EN: "New signing key; the former ones are no longer published."},
	}[name])
}

// panelProblem says why a form did nothing, or something else than was wished.
func panelProblem(lang, code string) string {
	return pick(lang, map[string]journal.Text{
		"code":            {FR: "Le code de l’e-CPS a 4 à 8 chiffres.", EN: "The e-CPS code has 4 to 8 digits."},
		"number":          {FR: "Choisissez l’un des trois numéros.", EN: "Pick one of the three numbers."},
		"wrong_number":    {FR: "Ce n’est pas le numéro affiché : choisissez-en un autre.", EN: "This is not the number shown: pick another one."},
		"unknown_demand":  {FR: "Cette demande n’existe pas, ou plus.", EN: "This request does not exist, or no longer."},
		"not_pending":     {FR: "Cette demande n’attend plus de réponse.", EN: "This request no longer waits for an answer."},
		"unknown_person":  {FR: "Aucun compte n’a cet identifiant.", EN: "No account has this identifier."},
		"no_card":         {FR: "Cette personne n’a pas de carte.", EN: "This person has no card."},
		"no-card":         {FR: "Aucune carte dans le lecteur.", EN: "No card in the reader."},
		"no-pin":          {FR: "Saisissez le code porteur.", EN: "Type the PIN."},
		"wrong-pin":       {FR: "Code porteur erroné.", EN: "Wrong PIN."},
		"card-blocked":    {FR: "La carte est bloquée.", EN: "The card is blocked."},
		"card-unusable":   {FR: "Cette carte ne peut pas servir : opposée ou expirée.", EN: "This card can’t be used: revoked or expired."},
		"unknown-person":  {FR: "Le compte du porteur est inconnu ou désactivé.", EN: "The holder’s account is unknown or disabled."},
		"other_card":      {FR: "La carte est celle d’une autre personne : la demande a été refusée.", EN: "The card is another person’s: the request was refused."},
		"unknown_session": {FR: "Cette session est déjà close.", EN: "This session was closed before."},
		"unknown_client":  {FR: "Aucun client n’a cet identifiant.", EN: "No client has this identifier."},
		"bad_value":       {FR: "Valeur refusée : une durée s’écrit 3s ou 2m, un nombre est un entier positif.", EN: "Value refused: a duration is written 3s or 2m, a number is a positive integer."},
		"server_error":    {FR: "Le simulateur n’a pas pu le faire ; son journal technique dit pourquoi.", EN: "The simulator could not do it; its log says why."},
	}[code])
}

func pick(lang string, t journal.Text) string { return choose(lang, t.FR, t.EN) }
