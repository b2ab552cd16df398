package mssante

import (
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// opened gives a patient's mailbox its row, the first time that something arrives.
func (p *post) opened(rt *route) error {
	if _, ok := bal.BALs.Get(p.tx, rt.address); ok {
		return nil
	}
	rt.bal.Created = p.now
	return bal.BALs.Put(p.tx, rt.bal)
}

// The two ways to end an exchange (guide Cnam messagerie MES v1.3, SC.MSS/CONF.21).
const (
	endSubject = "[FIN]" // a subject, exactly: ends all that came before
	endHeader  = "FIN"   // the value of X-MSS-MES: ends with this message
)

// toPatient does what Mon espace santé does with a message that arrived: it keeps
// where an answer goes, ends the exchanges that the message ends, and sends the
// receipt where patients' receipts do not wait for them.
func (p *post) toPatient(l *letter, m *message.Message, rt *route, at mailbox.Message, order uint64) error {
	sender, answer := p.correspondent(l, m)
	e := exchange{
		ID: l.Queue + " " + rt.address, Patient: rt.address, Sender: sender, Answer: answer, Subject: m.Header.Get("Subject"),
		MessageID: first(m.Header.IDs("Message-ID")), At: p.now, Order: order, Folder: at.Folder, UID: at.UID,
	}
	switch {
	case m.Automatic("not-null") && l.From == "": // a report, a receipt: nothing to answer
		return nil
	case e.Subject == endSubject:
		e.End = endSubject
		if err := p.endExchanges(e); err != nil {
			return err
		}
	case m.Header.Get("X-MSS-MES") == endHeader:
		e.End = endHeader
	case strings.EqualFold(strings.TrimSpace(e.Subject), endSubject):
		p.remark("mss.mes.fin-subject", "SC.MSS/CONF.21", "L'objet « "+e.Subject+" » ne clôt rien : il faut exactement [FIN], en majuscules.",
			"The subject \""+e.Subject+"\" ends nothing: it must be exactly [FIN], in capitals.")
	}
	if err := p.keepExchange(e); err != nil {
		return err
	}
	if minor(&rt.patient, p.now) {
		p.remark("mss.mes.minor", "Guide Cnam messagerie MES v1.3 §2", "L'usager est mineur : on lui écrit à sa propre adresse, ce qui est fait ici, jamais à celle d'un parent.",
			"The usager is a minor: one writes to the minor's own address, as done here, never to a parent's.")
	}
	if rt.patient.INS.OID == registre.OIDNIA {
		p.remark("mss.mes.nia", "ECO.2.2.6", "Le matricule de l'usager est un NIA (identifiant d'attente).", "The usager's matricule is a NIA (a waiting identifier).")
	}
	if p.o.conf.Patients.Receipts == "arrived" {
		return p.patientReceipt(rt.bal, m, l)
	}
	return nil
}

// maxExchanges bounds what is kept of a patient's exchanges; the oldest go first.
const maxExchanges = 500

func (p *post) keepExchange(e exchange) error {
	n, oldest := 0, e
	for row := range exchanges.Find(p.tx, "patient", e.Patient) {
		n++
		if row.Order < oldest.Order {
			oldest = row
		}
	}
	if n >= maxExchanges {
		if _, err := exchanges.Delete(p.tx, oldest.ID); err != nil {
			return err
		}
	}
	return exchanges.Put(p.tx, e)
}

// correspondent is who a message is from, and where an answer to it goes: to the
// Reply-To when that is an address of the trust space, which is then the one that
// joins the patient's contacts; else to the sender.
func (p *post) correspondent(l *letter, m *message.Message) (sender, answer string) {
	sender = l.From
	if from := header(m, "From"); len(from) > 0 {
		sender = from[0]
	}
	answer = sender
	if reply := header(m, "Reply-To"); len(reply) > 0 {
		if domain := bal.DomainOf(reply[0]); domain != patientDomain && p.o.s.trusted(domain) {
			answer = reply[0]
		} else {
			p.remark("mss.mes.reply-to", "Guide Cnam messagerie MES v1.3", "Le Reply-To « "+reply[0]+" » n'est pas une adresse MSSanté : l'usager répondra à l'expéditeur.",
				"The Reply-To "+reply[0]+" is no MSSanté address: the usager will answer the sender.")
		}
	}
	return sender, answer
}

// endExchanges ends what a patient received before from the same sender, or may
// answer at the same address (whose messages « all earlier » are is inferred).
func (p *post) endExchanges(by exchange) error {
	var open []exchange
	for e := range exchanges.Find(p.tx, "patient", by.Patient) {
		if e.End == "" && (e.Sender == by.Sender || e.Answer == by.Answer) {
			open = append(open, e)
		}
	}
	for _, e := range open {
		e.End = endSubject
		if err := exchanges.Put(p.tx, e); err != nil {
			return err
		}
	}
	return nil
}

// contacts are the addresses that a patient may write to: those of open exchanges.
func contacts(tx *store.Txn, patient string) []string {
	out := []string{}
	for e := range exchanges.Find(tx, "patient", patient) {
		if e.End == "" && !slices.Contains(out, e.Answer) {
			out = append(out, e.Answer)
		}
	}
	slices.Sort(out)
	return out
}

// remark adds a remark to the exchange of the sending.
func (p *post) remark(rule, ref, fr, en string) {
	p.remarks = append(p.remarks, journal.Cause{Rule: rule, Ref: ref, Text: journal.Text{FR: fr, EN: en}})
}
