package mssante

import (
	"fmt"
	"maps"
	"slices"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// A refusal is why an operator does not take or deliver a message: what SMTP says,
// and what the journal explains. The texts of the causes take the address or the
// value at fault as %[1]s, and a second value as %[2]s.
type refusal struct {
	kind   sim.Kind
	status int    // SMTP reply code (RFC 5321 §4.2)
	code   string // enhanced status code (RFC 3463)
	text   string // of the reply
	fr, en string
	ref    string
}

// The names of the refusals: rules of the causes ("mss.recipient-unknown"), and keys
// of the configuration's mes.codes and mes.texts.
const (
	badSender        = "sender-syntax"
	notYourSender    = "sender-not-own"
	nullSender       = "sender-null"
	forgedFrom       = "from-not-own"
	badRecipient     = "recipient-syntax"
	outsideTrust     = "recipient-outside"
	unknownRecipient = "recipient-unknown"
	closedRecipient  = "recipient-closed"
	unusedRecipient  = "recipient-inaccessible"
	fullForNow       = "quota-temporary"
	fullForGood      = "quota"
	tooLarge         = "size"
	greylisted       = "greylisted"
	unreadable       = "unreadable"
	tooMany          = "too-many-recipients"
	nobody           = "no-recipient"
	queueFull        = "queue-full"
	noStorage        = "storage"
	internalTrouble  = "internal"
	relayRefused     = "relay-refused"
	relayTimeout     = "relay-timeout"

	mesUnknown = "mes-unknown"
	mesFormer  = "mes-former"
	mesSyntax  = "mes-syntax"
	mesKey     = "mes-key"
	mesClosed  = "mes-closed"
	mesOpposed = "mes-opposed"
	mesSize    = "mes-size"
)

// refusalTable is never changed. What an operator answers is not published but for
// the classes of RFC 3463 (inferred); the codes and texts of Mon espace santé are a
// hypothesis over the causes that the Cnam's guide lists, and can be replaced.
var refusalTable = map[string]refusal{
	badSender: {
		sim.BadRequest, 501, "5.1.7", "Bad sender address syntax",
		"L'adresse de MAIL FROM « %[1]s » n'a pas la forme d'une adresse.",
		"The address of MAIL FROM %[1]q has not the form of an address.", "RFC 5321 §4.1.2",
	},
	notYourSender: {
		sim.Forbidden, 553, "5.7.1", "Sender address rejected: not owned by the authenticated mailbox",
		"MAIL FROM « %[1]s » n'est ni la BAL ouverte par la session (%[2]s), ni une BAL dont la personne authentifiée est titulaire ou déléguée.",
		"MAIL FROM %[1]q is neither the BAL that the session opened (%[2]s) nor one that the authenticated person holds or has delegation for.", "RFC 6409 §6.1",
	},
	nullSender: {
		sim.Forbidden, 550, "5.7.1", "Null return path is for reports and automatic answers only",
		"L'expéditeur d'enveloppe vide (<>) est réservé aux accusés, aux avis de remise et aux réponses automatiques.",
		"The null return path (<>) is for disposition notifications, delivery reports and automatic answers only.", "RFC 5321 §4.5.5",
	},
	forgedFrom: {
		sim.Forbidden, 550, "5.7.1", "From field rejected: not owned by the authenticated mailbox",
		"Le champ From « %[1]s » n'est pas une adresse que la session peut employer.",
		"The From field %[1]q is not an address that the session may use.", "RFC 6409 §8.1",
	},
	badRecipient: {
		sim.BadRequest, 501, "5.1.3", "Bad recipient address syntax",
		"L'adresse du destinataire « %[1]s » n'a pas la forme d'une adresse.",
		"The recipient address %[1]q has not the form of an address.", "RFC 5321 §4.1.2",
	},
	outsideTrust: {
		sim.Forbidden, 550, "5.7.1", "Recipient address rejected: domain is not in the MSSante trust space",
		"Le domaine « %[2]s » n'est pas dans la liste blanche : « %[1]s » est hors de l'espace de confiance MSSanté.",
		"The domain %[2]q is not of the liste blanche: %[1]q is outside the MSSanté trust space.", "Référentiel socle MSSanté #1",
	},
	unknownRecipient: {
		sim.NotFound, 550, "5.1.1", "Recipient address rejected: mailbox unknown",
		"La BAL « %[1]s » n'existe pas chez l'opérateur de son domaine.",
		"The BAL %[1]q does not exist at the operator of its domain.", "RFC 3463 §3.2",
	},
	closedRecipient: {
		sim.Forbidden, 550, "5.2.1", "Recipient address rejected: mailbox closed",
		"La BAL « %[1]s » est fermée.", "The BAL %[1]q is closed.", "RFC 3463 §3.3",
	},
	unusedRecipient: {
		sim.Forbidden, 550, "5.2.1", "Recipient address rejected: mailbox not in use",
		"La BAL « %[1]s » est inaccessible : personne ne l'a ouverte depuis 45 jours.",
		"The BAL %[1]q is inaccessible: nobody opened it for 45 days.", "Annuaire Santé : BAL inutilisée",
	},
	fullForNow: {
		sim.Unavailable, 452, "4.2.2", "Mailbox full",
		"La BAL « %[1]s » a atteint son quota : réessayer plus tard.",
		"The BAL %[1]q has reached its quota: try again later.", "RFC 3463 §3.3",
	},
	fullForGood: {
		sim.Unavailable, 552, "5.2.2", "Mailbox full",
		"La BAL « %[1]s » a atteint son quota.", "The BAL %[1]q has reached its quota.", "RFC 3463 §3.3",
	},
	tooLarge: {
		sim.TooLarge, 552, "5.3.4", "Message size exceeds fixed limit",
		"Le message pèse %[1]s octets, plus que la limite de l'opérateur (%[2]s).",
		"The message has %[1]s bytes, more than the operator's limit (%[2]s).", "MSS/va1.13, RFC 1870 §6.2",
	},
	greylisted: {
		sim.Unavailable, 451, "4.7.1", "Greylisted, please try again later",
		"Liste grise : premier essai vers « %[1]s » ; réessayer dans %[2]s (temps simulé).",
		"Greylisting: first attempt to %[1]q; try again in %[2]s (simulated time).", "RFC 6647 §2",
	},
	unreadable: {
		sim.BadRequest, 554, "5.6.0", "Message content cannot be read",
		"Le message n'est pas lisible : %[1]s.", "The message cannot be read: %[1]s.", "RFC 5322 §2.1",
	},
	tooMany: {
		sim.TooLarge, 452, "4.5.3", "Too many recipients",
		"Le message a %[1]s destinataires, le maximum est %[2]s.",
		"The message has %[1]s recipients, the most is %[2]s.", "RFC 5321 §4.5.3.1.8",
	},
	nobody: {
		sim.BadRequest, 554, "5.5.1", "No valid recipients",
		"Aucun destinataire valable.", "No valid recipient.", "RFC 5321 §3.3",
	},
	queueFull: {
		sim.Unavailable, 452, "4.3.1", "Insufficient system storage",
		"La file d'attente du simulateur est pleine (%[1]s messages).",
		"The simulator's queue is full (%[1]s messages).", "RFC 3463 §3.4",
	},
	noStorage: {
		sim.Unavailable, 452, "4.3.1", "Insufficient system storage",
		"Le stockage du simulateur est plein.", "The simulator's storage is full.", "RFC 3463 §3.4",
	},
	internalTrouble: {
		sim.Internal, 451, "4.3.0", "Internal error", "Erreur interne du simulateur.", "Internal error of the simulator.", "",
	},
	relayRefused: {
		sim.NotFound, 550, "5.1.1", "Recipient address rejected by the remote operator",
		"L'opérateur du domaine de « %[1]s » refuse le destinataire.",
		"The operator of the domain of %[1]q refuses the recipient.", "RFC 3463 §3.2",
	},
	relayTimeout: {
		sim.Unavailable, 554, "4.4.7", "Message expired: the remote operator was not reached",
		"L'opérateur du domaine de « %[1]s » n'a pas répondu pendant toute la durée de vie du message.",
		"The operator of the domain of %[1]q did not answer during the whole life of the message.", "RFC 3463 §3.5",
	},
	mesUnknown: {
		sim.NotFound, 550, "5.1.1", "Recipient address rejected: no such patient mailbox",
		"Aucun usager n'a le matricule de « %[1]s » : la messagerie de Mon espace santé n'existe pas.",
		"No usager has the matricule of %[1]q: there is no mailbox at Mon espace santé.", "Guide Cnam messagerie MES v1.3 §6",
	},
	mesFormer: {
		sim.NotFound, 550, "5.1.1", "Recipient address rejected: no such patient mailbox",
		"Le matricule de « %[1]s » est un ancien matricule : l'adresse est celle du matricule actif.",
		"The matricule of %[1]q is a former one: the address is that of the active matricule.", "Guide Cnam messagerie MES v1.3 §6",
	},
	mesSyntax: {
		sim.BadRequest, 553, "5.1.3", "Recipient address rejected: not a matricule INS",
		"« %[1]s » n'est pas une adresse d'usager : 15 caractères de matricule INS avant @patient.mssante.fr.",
		"%[1]q is not the address of an usager: the 15 characters of a matricule INS before @patient.mssante.fr.", "ECO.2.2.6",
	},
	mesKey: {
		sim.BadRequest, 553, "5.1.3", "Recipient address rejected: wrong key of the matricule INS",
		"La clé du matricule de « %[1]s » est fausse.", "The key of the matricule of %[1]q is wrong.", "ECO.2.2.6",
	},
	mesClosed: {
		sim.Forbidden, 550, "5.2.1", "Recipient address rejected: patient mailbox closed",
		"La messagerie de « %[1]s » est fermée.", "The mailbox of %[1]q is closed.", "Guide Cnam messagerie MES v1.3 §6",
	},
	mesOpposed: {
		sim.Forbidden, 550, "5.2.1", "Recipient address rejected: patient mailbox closed",
		"L'usager de « %[1]s » s'est opposé à Mon espace santé : il n'a pas de messagerie.",
		"The usager of %[1]q objected to Mon espace santé: there is no mailbox.", "CSP R.1111-26",
	},
	mesSize: {
		sim.TooLarge, 552, "5.3.4", "Message size exceeds the limit of patient mailboxes",
		"Le message pour « %[1]s » pèse %[2]s octets, plus que la limite de Mon espace santé.",
		"The message for %[1]q has %[2]s bytes, more than the limit of Mon espace santé.", "Guide Cnam messagerie MES v1.3",
	},
}

// refusalOf is the refusal of that name, with what the configuration replaces.
func (c *PostConfig) refusalOf(name string) refusal {
	r := refusalTable[name]
	if code, ok := c.Patients.Codes[name]; ok {
		r.code = code
	}
	if text, ok := c.Patients.Texts[name]; ok {
		r.text = text
	}
	return r
}

// refuse makes the refusal of that name an SMTP reply with its cause.
func (c *PostConfig) refuse(name string, args ...any) *sim.Error {
	r := c.refusalOf(name)
	return &sim.Error{
		Kind: r.kind, Status: r.status, Code: r.code, Text: r.text,
		Cause: journal.Cause{Rule: "mss." + name, Text: journal.Text{FR: fill(r.fr, args), EN: fill(r.en, args)}, Ref: r.ref},
	}
}

// fill puts the values of a cause in their places; a text without places has none.
func fill(format string, args []any) string {
	return fmt.Sprintf(format+"%[3]s", arg(args, 0), arg(args, 1), "")
}

func arg(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return ""
}

// replaceable are the names of refusals that mes.codes and mes.texts may replace.
func replaceable() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(refusalTable)) {
		if len(name) > 4 && name[:4] == "mes-" {
			out = append(out, name)
		}
	}
	return out
}
