package mssante

import (
	"fmt"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// The dispositions that a simulated reader may send (RFC 8098 §3.2.6, CI-SIS volet
// « Transmission au LPS de documents CDA »).
const (
	readDisplayed = "displayed"
	readProcessed = "processed"
	readError     = "error" // processed/error, with a code
	readDeleted   = "deleted"
)

// integrationErrors are the application codes of the CI-SIS (ERR-5): why a PFI could
// not file a document.
func integrationErrors() map[string]string {
	return map[string]string{
		"900": "Version erronée du document à remplacer ou à supprimer",
		"901": "Auteur non autorisé",
		"902": "Identifiant patient inconnu",
		"903": "Absence d'INS dans le document",
		"904": "INS différente de l'INS connue",
		"905": "INS incomplète",
		"906": "Autre erreur",
	}
}

// ack is a receipt to write.
type ack struct {
	from        message.Address // who read
	disposition string
	code        string // of readError
	label       string
	automatic   bool // the action; the sending is always automatic but for a person's
	due         time.Time
}

// subject of the receipt: that of the message; after an error, the CI-SIS puts a mark
// and the code before it.
func (r *ack) subject(of string) string {
	if r.disposition == readError {
		return "[KO Intégration système !][" + r.code + "] " + of
	}
	return of
}

// disposition is the machine's part of the receipt.
func (r *ack) content(host string, m *message.Message, original string) message.Disposition {
	d := message.Disposition{
		ReportingUA: host + "; segursim", OriginalRecipient: original, FinalRecipient: r.from.Address,
		OriginalMessageID: first(m.Header.IDs("Message-ID")), Mode: "manual-action", Sending: "MDN-sent-manually", Type: r.disposition,
	}
	if r.automatic {
		d.Mode, d.Sending = "automatic-action", "MDN-sent-automatically"
	}
	if r.disposition == readError {
		d.Type, d.Modifier, d.Error = readProcessed, "error", r.code+"^"+r.label
	}
	return d
}

// text is what a person reads of the receipt.
func (r *ack) text(subject string) string {
	var b strings.Builder
	who := r.from.Address
	switch r.disposition {
	case readDisplayed:
		fmt.Fprintf(&b, "Votre message « %s » a été affiché par %s.\n", subject, who)
	case readDeleted:
		fmt.Fprintf(&b, "Votre message « %s » a été supprimé par %s sans être lu.\n", subject, who)
	case readError:
		fmt.Fprintf(&b, "Votre message « %s » n'a pas pu être intégré par %s.\n\nCode : %s\nLibellé : %s\n", subject, who, r.code, r.label)
	default:
		fmt.Fprintf(&b, "Votre message « %s » a été traité par %s.\n", subject, who)
	}
	b.WriteString("\n--\nSimulateur segursim : aucune personne réelle n'a lu ce message. / A simulator: nobody real read this message.\n")
	return b.String()
}

// receipt writes a disposition notification about a message, and posts it when it is
// due. Its return path is null (RFC 8098 §3).
func (p *post) receipt(l *letter, m *message.Message, r ack) error {
	to := header(m, "Disposition-Notification-To")
	if len(to) == 0 {
		return nil
	}
	host := p.o.Host()
	if bal.DomainOf(r.from.Address) == patientDomain {
		host = patientServer
	}
	subject := m.Header.Get("Subject")
	raw, err := message.BuildDisposition(message.Report{
		Draft: message.Draft{
			From: r.from, To: []message.Address{{Address: to[0]}}, Subject: r.subject(subject), Date: r.due, MessageID: p.o.newMessageID(host),
			InReplyTo: first(m.Header.IDs("Message-ID")), References: thread(m), Extra: [][2]string{{"Auto-Submitted", "auto-replied"}}, Text: r.text(subject),
		},
		Original: l.Raw,
	}, r.content(host, m, originalOf(l, r.from.Address)))
	if err != nil {
		return fmt.Errorf("mssante: disposition notification: %w", err)
	}
	return p.later(letter{
		Queue: p.o.queueID(), Origin: originReceipt, To: []submission.Recipient{{Address: to[0]}}, Raw: raw, At: r.due, BAL: r.from.Address,
		About: l.Queue, Helo: host,
	}, r.due, opReceipt)
}

// originalOf is the ORCPT of a recipient, or empty.
func originalOf(l *letter, address string) string {
	for _, r := range l.To {
		if r.Address == address {
			return r.Original
		}
	}
	return ""
}

// receiptTrouble says why nobody may send a receipt about a message by itself; nil
// when one may. RFC 8098 §2.1: none unless asked, none about a receipt, none by itself
// where it would go elsewhere than to the return path, or where that is null.
func receiptTrouble(m *message.Message, returnPath string) *journal.Cause {
	to := header(m, "Disposition-Notification-To")
	no := func(rule, fr, en string) *journal.Cause {
		return &journal.Cause{Rule: rule, Ref: "RFC 8098 §2.1", Text: journal.Text{FR: fr, EN: en}}
	}
	_, isReceipt := m.Disposition()
	switch {
	case len(to) == 0:
		return no("mss.mdn.not-asked", "Le message ne demande pas d'accusé de lecture (pas de Disposition-Notification-To).", "The message asks for no receipt (no Disposition-Notification-To).")
	case isReceipt:
		return no("mss.mdn.about-mdn", "Un accusé ne se répond pas par un accusé.", "A receipt is not answered with a receipt.")
	case returnPath == "":
		return no("mss.mdn.null-path", "L'expéditeur d'enveloppe est vide : pas d'accusé automatique.", "The return path is null: no automatic receipt.")
	case len(to) > 1 || !strings.EqualFold(to[0], returnPath):
		return no("mss.mdn.other-path", "Disposition-Notification-To diffère de Return-Path : l'accusé demande l'accord de la personne.", "Disposition-Notification-To differs from Return-Path: the receipt needs the person's consent.")
	}
	return nil
}

// patientReceipt sends the receipt of a patient, who cannot refuse it: the person
// opened the message, the sending is automatic (the modes are inferred).
func (p *post) patientReceipt(b bal.BAL, m *message.Message, l *letter) error {
	if !owed(m, l.From) {
		return nil
	}
	return p.receipt(l, m, ack{from: p.o.patientFrom(b), disposition: readDisplayed, due: p.now})
}

// patientFrom is how a patient's address is shown: with the name, or without.
func (o *office) patientFrom(b bal.BAL) message.Address {
	if o.conf.Patients.FromName == "absent" {
		return message.Address{Address: b.Address}
	}
	return message.Address{Name: b.Label, Address: b.Address}
}

// answerAs has a simulated professional's BAL send the receipt that it was told to.
func (p *post) answerAs(l *letter, m *message.Message, rt *route) error {
	how, ok := manners.Get(p.tx, rt.address)
	if !ok {
		return nil
	}
	if cause := receiptTrouble(m, l.From); cause != nil {
		if cause.Rule == "mss.mdn.other-path" {
			p.remarks = append(p.remarks, *cause)
		}
		return nil
	}
	return p.receipt(l, m, ack{
		from: message.Address{Name: rt.bal.Label, Address: rt.address}, disposition: how.Mode, code: how.Code,
		label: integrationErrors()[how.Code], automatic: true, due: p.now.Add(time.Duration(how.Delay)),
	})
}
