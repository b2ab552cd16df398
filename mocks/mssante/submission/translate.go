package submission

import (
	"strings"

	"github.com/segursim/segursim/internal/journal"
)

// translate puts a reply of go-smtp in the words of RFC 5321 where they differ, and
// says why it refuses; false for the library's greeting, which was said before.
// Replies that a session made are left as they are.
func (d *dialogue) translate(r reply) (reply, journal.Cause, bool) {
	if !d.greeted {
		d.greeted = true
		return r, journal.Cause{}, false
	}
	if r.code < 400 {
		return d.translated(r), journal.Cause{}, true
	}
	if d.tooLong {
		d.tooLong = false
		e := tooLong()
		return reply{500, "5.5.6", []string{"Authentication exchange line is too long"}}, e.Cause, true // RFC 4954 §4
	}
	text := r.text()
	if x := d.current(); x != nil && x.answer == text {
		return r, journal.Cause{}, true
	}
	for _, w := range wordings() {
		if strings.Contains(text, w.theirs) {
			out := w.ours
			if out.lines == nil {
				out.lines = r.lines
			}
			if w.theirs == noRecipient && d.refusedAll() {
				out = reply{554, "5.5.1", []string{"No valid recipients"}}
			}
			if w.theirs == tooMany {
				d.mu.Lock()
				d.how = byErrors
				d.parting = cause("smtp."+w.rule, w.fr, w.en, w.ref)
				d.mu.Unlock()
			}
			return out, cause("smtp."+w.rule, w.fr, w.en, w.ref), true
		}
	}
	return r, cause("smtp.refused", "Commande refusée : "+text+".", "Command refused: "+text+".", "RFC 5321 §4.2"), true
}

// translated are the replies that grant, by the command they answer.
func (d *dialogue) translated(r reply) reply {
	switch {
	case d.verb == "EHLO" && r.code == 250:
		return d.hello(true)
	case d.verb == "HELO" && r.code == 250:
		return reply{250, "", []string{d.server.post.Host()}}
	case d.verb == "MAIL" && r.code == 250:
		return reply{250, "2.1.0", []string{"Ok"}}
	case d.verb == "RCPT" && r.code == 250:
		return reply{250, "2.1.5", []string{"Ok"}}
	case (d.verb == "RSET" || d.verb == "NOOP") && r.code == 250:
		return reply{250, "2.0.0", []string{"Ok"}}
	case r.code == 235:
		return reply{235, "2.7.0", []string{"Authentication successful"}} // RFC 4954 §4
	case r.code == 354:
		return reply{354, "", []string{"End data with <CR><LF>.<CR><LF>"}}
	}
	return r
}

// Words of go-smtp that need more than other words.
const (
	noRecipient = "Missing RCPT TO"
	tooMany     = "Too many errors"
)

// A wording is what go-smtp says, what the RFC has a server say, and why.
type wording struct {
	theirs       string
	ours         reply // lines nil: the library's
	rule, fr, en string
	ref          string
}

func wordings() []wording {
	one := func(code int, enhanced, text string) reply { return reply{code, enhanced, []string{text}} }
	return []wording{
		{"Please introduce yourself", one(503, "5.5.1", "Send EHLO first"), "sequence", "Commande avant EHLO.", "Command before EHLO.", "RFC 5321 §4.1.4"},
		{"Missing MAIL FROM", one(503, "5.5.1", "Need MAIL command"), "sequence", "Commande sans MAIL FROM accepté avant elle.", "Command without an accepted MAIL FROM before it.", "RFC 5321 §4.1.4"},
		{noRecipient, one(503, "5.5.1", "Need RCPT command"), "sequence", "Message sans destinataire accepté avant lui.", "Message without an accepted recipient before it.", "RFC 5321 §3.3"},
		{"not allowed during message transfer", reply{503, "5.5.1", nil}, "sequence", "Commande entre deux morceaux de BDAT.", "Command between two chunks of BDAT.", "RFC 3030 §2"},
		{"Missing parameter", one(501, "5.5.4", "Syntax: AUTH mechanism [initial-response]"), "auth-syntax", "AUTH sans mécanisme.", "AUTH without a mechanism.", "RFC 4954 §4"},
		{"Invalid base64 data", one(501, "5.5.2", "Cannot decode response: invalid base64"), "base64", "La réponse SASL n'est pas du base64.", "The SASL response is not base64.", "RFC 4954 §4"},
		{"Negotiation cancelled", one(501, "5.7.0", "Authentication cancelled"), "cancelled", "Le client a renoncé à l'authentification (« * »).", "The client gave the authentication up (“*”).", "RFC 4954 §4"},
		{"Already authenticated", one(503, "5.5.1", "Already authenticated"), "auth-twice", "AUTH après une authentification réussie.", "AUTH after a successful authentication.", "RFC 4954 §4"},
		{"Unknown MAIL FROM argument", one(555, "5.5.4", "MAIL FROM parameter not recognized"), "parameter", "Paramètre de MAIL FROM inconnu.", "Unknown parameter of MAIL FROM.", "RFC 5321 §4.1.1.11"},
		{"Unknown RCPT TO argument", one(555, "5.5.4", "RCPT TO parameter not recognized"), "parameter", "Paramètre de RCPT TO inconnu.", "Unknown parameter of RCPT TO.", "RFC 5321 §4.1.1.11"},
		{"Malformed AUTH parameter", reply{501, "5.5.4", nil}, "parameter", "Paramètre AUTH de MAIL FROM mal formé.", "Malformed AUTH parameter of MAIL FROM.", "RFC 4954 §5"},
		{"is not implemented", reply{555, "5.5.4", nil}, "parameter", "Paramètre d'une extension qui n'est pas offerte.", "Parameter of an extension that is not offered.", "RFC 5321 §4.1.1.11"},
		{"Maximum limit of", one(452, "4.5.3", "Too many recipients"), "recipients", "Trop de destinataires pour un message.", "Too many recipients for one message.", "RFC 5321 §4.5.3.1.10"},
		{"Was expecting MAIL", one(501, "5.1.7", "Syntax: MAIL FROM:<address>"), "address", "MAIL FROM sans adresse lisible entre chevrons.", "MAIL FROM without a readable address between angle brackets.", "RFC 5321 §4.1.1.2"},
		{"Was expecting RCPT", one(501, "5.1.3", "Syntax: RCPT TO:<address>"), "address", "RCPT TO sans adresse lisible entre chevrons.", "RCPT TO without a readable address between angle brackets.", "RFC 5321 §4.1.1.3"},
		{"Unable to parse", reply{501, "5.5.4", nil}, "parameter", "Paramètres illisibles.", "Unreadable parameters.", "RFC 5321 §4.1.1.11"},
		{"Domain/address argument required", one(501, "5.5.4", "Syntax: EHLO hostname"), "helo", "EHLO sans nom d'hôte.", "EHLO without a host name.", "RFC 5321 §4.1.1.1"},
		{"Bad command", one(500, "5.5.2", "Syntax error, command unrecognized"), "unknown", "Ligne qui n'est pas une commande.", "A line that is no command.", "RFC 5321 §4.2.4"},
		{"Error: bad syntax", one(500, "5.5.2", "Syntax error, command unrecognized"), "unknown", "Ligne vide.", "Empty line.", "RFC 5321 §4.2.4"},
		{"command unrecognized", one(500, "5.5.2", "Syntax error, command unrecognized"), "unknown", "Commande inconnue.", "Unknown command.", "RFC 5321 §4.2.4"},
		{"command not implemented", one(502, "5.5.1", "Command not implemented"), "absent", "Commande connue, mais pas offerte.", "A known command that is not offered.", "RFC 5321 §4.2.4"},
		{"LMTP", one(500, "5.5.2", "Syntax error, command unrecognized"), "unknown", "LHLO est une commande de LMTP.", "LHLO is a command of LMTP.", "RFC 2033 §4.1"},
		{tooMany, one(421, "4.7.0", "Too many errors, closing transmission channel"), "errors", "Trop de lignes qui ne sont pas des commandes.", "Too many lines that are no commands.", "RFC 5321 §4.3.2"},
		{"Internal server error", one(421, "4.3.0", "Internal error of the simulator, closing transmission channel"), "internal", "Erreur interne du simulateur : voir son journal technique.", "Internal error of the simulator: see its technical log.", ""},
	}
}
