package mssante

import (
	"maps"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// The events of the journal about messages.
const (
	opDelivery  = "mss.delivery"
	opReport    = "mss.dsn"
	opReceipt   = "mss.mdn"
	opReceived  = "mss.mdn.received"
	opBounce    = "mes.bounce"
	opReply     = "mes.reply"
	opRead      = "mes.read"
	opState     = "mes.state"
	opAutoReply = "auto.reply"
	opDeposit   = "mss.deposit"
)

// officeOps are the events about messages. A fault on mss.delivery delays one
// delivery, or has the recipient's operator refuse it: 4.x.x for now, 5.x.x for good.
func officeOps() []sim.Op {
	const (
		rfcs  = "RFC 5321, 3461, 3464"
		guide = "Guide Cnam messagerie MES v1.3 (lu de seconde main) ; codes et textes inférés"
	)
	ops := []sim.Op{
		happening(opDelivery, "Message remis, relayé, retardé ou retourné", "Message delivered, relayed, delayed or returned", sim.Confirmed, rfcs),
		happening(opReport, "Avis de remise ou de non-remise (DSN)", "Delivery status notification (DSN)", sim.Confirmed, rfcs),
		happening(opReceipt, "Accusé de lecture ou d'intégration émis (MDN)", "Disposition notification sent (MDN)", sim.Confirmed, "RFC 8098 ; CI-SIS volet Transmission au LPS v1.1.3"),
		happening(opReceived, "Accusé de lecture reçu du logiciel", "Disposition notification received from the software", sim.Confirmed, "RFC 8098, MSS/va1.14"),
		happening(opBounce, "Message retourné par Mon espace santé", "Message returned by Mon espace santé", sim.Inferred, guide),
		happening(opReply, "Message d'un usager", "Message of a patient", sim.Inferred, guide),
		happening(opRead, "Message ouvert par un usager", "Message opened by a patient", sim.Inferred, guide),
		happening(opState, "Messagerie d'un usager ouverte, fermée ou refusée", "Patient's mailbox opened, closed or refused", sim.Inferred, guide),
		happening(opAutoReply, "Réponse automatique de l'adresse de test", "Automatic answer of the test address", sim.Invented, "RFC 3834 ; texte et délai inventés"),
		happening(opDeposit, "Message déposé par un correspondant simulé", "Message sent by a simulated correspondent", sim.Invented, "événement du simulateur"),
	}
	ops[0].Codes = []string{"4.2.2", "4.3.2", "4.4.1", "4.4.7", "4.7.1", "5.1.1", "5.2.1", "5.2.2", "5.3.4", "5.4.4", "5.7.1"}
	return ops
}

// readFacts names what the linter and the delivery say of a message that is sent.
func readFacts(ops []sim.Op) []sim.Op {
	for i := range ops {
		if ops[i].Name != "smtp.send" {
			continue
		}
		facts := ops[i].Facts
		for _, any := range []string{"message.*", "lint.*"} {
			delete(facts, any)
		}
		maps.Copy(facts, linter.FactTypes())
		for _, name := range []string{"delivery.recipients", "delivery." + delivered, "delivery." + relayed, "delivery." + bounced, "delivery." + deferred} {
			facts[name] = sim.Int
		}
		facts["delivery.queue"], facts["delivery.message_id"] = sim.String, sim.String
	}
	return ops
}

func happening(name, fr, en string, known sim.Provenance, source string) sim.Op {
	facts := map[string]sim.FactType{"delivery.recipients": sim.Int}
	for _, f := range []string{"queue", "from", "to", "origin", "bal", "about", "subject", "message_id", "outcome", "refusal", "code", "text", "remote"} {
		facts["delivery."+f] = sim.String
	}
	switch name {
	case opReport, opBounce:
		for _, f := range []string{"mta", "envelope_id", "action", "status", "recipient", "diagnostic"} {
			facts["dsn."+f] = sim.String
		}
		facts["dsn.recipients"] = sim.Int
	case opReceipt, opReceived:
		for _, f := range []string{"type", "modifier", "error", "mode", "sending", "message_id", "recipient", "original"} {
			facts["mdn."+f] = sim.String
		}
		facts["mdn.known"], facts["mdn.asked"] = sim.Bool, sim.Bool
	case opReply, opRead, opState:
		for _, f := range []string{"address", "patient", "state", "to", "subject", "message_id"} {
			facts["mes."+f] = sim.String
		}
	}
	return sim.Op{Name: name, Title: journal.Text{FR: fr, EN: en}, Provenance: known, Source: source, Facts: facts}
}

// eventTitle is the beginning of an event's summary.
func eventTitle(op string) string {
	switch op {
	case opReport:
		return "avis de remise"
	case opReceipt:
		return "accusé"
	case opBounce:
		return "retour de Mon espace santé"
	case opReply:
		return "message d'un usager"
	case opAutoReply:
		return "réponse automatique"
	}
	return op
}

// happened tells what became of a letter for one recipient. rule is the fault that
// fired.
func (p *post) happened(l *letter, f *fate, rule string) {
	summary := f.Address + " : " + outcomeText(f.Outcome)
	if f.Code != "" {
		summary += " " + f.Code
	}
	e := event{op: opDelivery, summary: summary, fault: rule, facts: map[string]any{"delivery": map[string]any{
		"queue": l.Queue, "from": l.From, "to": f.Address, "origin": l.Origin, "bal": l.BAL, "about": l.About,
		"outcome": f.Outcome, "refusal": f.Refusal, "code": f.Code, "text": f.Text, "remote": f.Remote,
	}}}
	if f.Refusal != "" && f.Refusal != "fault" {
		cause := p.o.conf.refuse(f.Refusal, f.Address, f.Text).Cause
		e.causes = []journal.Cause{cause}
	}
	p.events = append(p.events, e)
}

// outcomeText is an outcome in French.
func outcomeText(outcome string) string {
	switch outcome {
	case delivered:
		return "remis"
	case relayed:
		return "relayé"
	case bounced:
		return "retourné"
	}
	return "en attente"
}

// facts are what the journal keeps of a sending.
func (m *sent) facts() map[string]any {
	n := map[string]int64{}
	for _, f := range m.Recipients {
		n[f.Outcome]++
	}
	out := map[string]any{"queue": m.ID, "recipients": int64(len(m.Recipients)), "message_id": m.MessageID}
	for _, o := range []string{delivered, relayed, bounced, deferred} {
		out[o] = n[o]
	}
	return out
}
