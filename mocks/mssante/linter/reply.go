package linter

import "strings"

var (
	replyBare = Rule{
		Name: "mss.reponse.sans-lien", Level: Error, Refs: []string{"MSS/va1.08", "ECO.2.2.2", "RFC 5322 §3.6.4"}, Provenance: confirmed,
		FR: "L'objet est celui d'une réponse et le champ In-Reply-To manque.", EN: "The subject is that of an answer and In-Reply-To is missing.",
	}
	replyReferences = Rule{
		Name: "mss.reponse.sans-references", Level: Error, Refs: []string{"MSS/va1.08", "ECO.2.2.2", "RFC 5322 §3.6.4"}, Provenance: confirmed,
		FR: "In-Reply-To est là et References manque, ou ne finit pas par le même identifiant.",
		EN: "In-Reply-To is there and References is missing, or does not end with the same identifier.",
	}
	replyUnknown = Rule{
		Name: "mss.reponse.inconnue", Level: Information, Refs: []string{"MSS/va1.08", "ECO.2.2.2"}, Provenance: inferred,
		FR: "In-Reply-To désigne <%s>, qui n'est aucun message connu de cette BAL.", EN: "In-Reply-To names <%s>, no message that this BAL knows.",
	}
	replyToMissing = Rule{
		Name: "mss.reply-to.absent", Level: Error, Refs: []string{"MSS/va1.09", "ECO.2.2.5"}, Provenance: confirmed,
		FR: "Un message d'une BAL applicative porte Reply-To : l'adresse qui reçoit les réponses.",
		EN: "A message of a BAL applicative carries Reply-To: the address that receives the answers.",
	}
	replyToElsewhere = Rule{
		Name: "mss.reply-to.hors-espace", Level: Error, Refs: []string{"ECO.2.2.5"}, Provenance: inferred,
		FR: "Reply-To (%q) n'est pas une adresse de l'espace de confiance.", EN: "Reply-To (%q) is no address of the espace de confiance.",
	}
	automaticMention = Rule{
		Name: "mss.mention-automatique", Level: Warning, Refs: []string{"MSS/va1.09"}, Provenance: inferred,
		FR: "Le texte d'un message émis par une BAL applicative devrait dire que le message est automatique.",
		EN: "The text of a message sent from a BAL applicative should say that it is automatic.",
	}
)

func replyRules() []Rule {
	return []Rule{replyBare, replyReferences, replyUnknown, replyToMissing, replyToElsewhere, automaticMention}
}

// reply reads the threading and the address of answers.
func (l *lint) reply() {
	h := l.report.Message.Header
	to := h.IDs("In-Reply-To")
	switch {
	case len(to) == 0 && strings.HasPrefix(strings.ToLower(h.Get("Subject")), "re:"):
		l.found(replyBare, l.headerAt("Subject"))
	case len(to) > 0:
		if refs := h.IDs("References"); len(refs) == 0 || refs[len(refs)-1] != to[len(to)-1] {
			l.found(replyReferences, l.headerAt("In-Reply-To"))
		}
		if l.in.Reply != nil && !l.in.Reply(to[0]) {
			l.found(replyUnknown, l.headerAt("In-Reply-To"), to[0])
		}
	}
	list, err := h.Addresses("Reply-To")
	switch {
	case err != nil || len(list) == 0:
		if l.in.Kind == "APP" {
			l.found(replyToMissing, l.headerAt("Reply-To"))
		}
	default:
		for _, a := range list {
			if _, domain := split(a.Address); domain == "" || l.in.Trusted != nil && !l.in.Trusted(domain) {
				l.found(replyToElsewhere, l.headerAt("Reply-To"), a.Address)
			}
		}
	}
	if l.in.Kind == "APP" && !strings.Contains(strings.ToLower(l.report.Message.Body()), "automatique") {
		l.found(automaticMention, missing(partBody))
	}
}
