package mssante

import (
	"slices"

	"github.com/segursim/segursim/internal/message"
)

// receive recognises a disposition notification and ties it to the message that it
// is about: what the software under test sends for a message that it read, and what
// comes back for one that it sent.
func (p *post) receive(l *letter, m *message.Message, row *sent) error {
	d, ok := m.Disposition()
	if !ok {
		return nil
	}
	facts := dispositionFacts(d)
	original, known := p.original(d, l, row)
	asked := known && original.Asked != ""
	facts["known"], facts["asked"] = known, asked
	if known {
		facts["original"] = original.ID
		original.Receipts = append(slices.Clone(original.Receipts), receipt{
			From: l.BAL, At: p.now, Type: d.Type, Modifier: d.Modifier, Error: d.Error, Queue: l.Queue,
		})
		if len(original.Receipts) > maxReceipts {
			original.Receipts = original.Receipts[len(original.Receipts)-maxReceipts:]
		}
		if original.ID != row.ID {
			if err := sents.Put(p.tx, original); err != nil {
				return err
			}
		}
		if err := p.countReceived(&original); err != nil {
			return err
		}
	}
	if l.Origin != originSession {
		return nil
	}
	p.judge(d, l, row, &original, known)
	p.events = append(p.events, event{
		op: opReceived, summary: "accusé " + d.Type + " de " + l.BAL,
		facts:  map[string]any{"mdn": facts, "delivery": map[string]any{"queue": l.Queue, "from": l.From, "to": row.Recipients[0].Address, "bal": l.BAL, "about": original.ID, "origin": l.Origin}},
		causes: slices.Clone(p.remarks),
	})
	return nil
}

// maxReceipts bounds what is kept of the receipts about one message.
const maxReceipts = 20

// original finds the message that a notification is about: one that its sender
// received.
func (p *post) original(d message.Disposition, l *letter, row *sent) (sent, bool) {
	if o, ok := sentTo(p.tx, d.OriginalMessageID, l.BAL); ok && o.ID != row.ID {
		return o, true
	}
	o, ok := sentTo(p.tx, d.OriginalMessageID, "")
	return o, ok && o.ID != row.ID
}

// judge remarks on a notification sent by the software under test. RFC 8098 §2.1, §3:
// only where it was asked for, to whom it was asked by, with a null return path, and
// not by itself where that is not the return path of the message.
func (p *post) judge(d message.Disposition, l *letter, row *sent, original *sent, known bool) {
	const ref = "RFC 8098 §2.1, MSS/va1.14"
	switch {
	case !known:
		p.remark("mss.mdn.unknown", ref, "L'accusé porte sur un message inconnu : Original-Message-ID « "+d.OriginalMessageID+" ».",
			"The receipt is about an unknown message: Original-Message-ID \""+d.OriginalMessageID+"\".")
	case original.Asked == "":
		p.remark("mss.mdn.not-asked", ref, "L'accusé n'était pas demandé : le message n'a pas de Disposition-Notification-To.",
			"The receipt was not asked for: the message has no Disposition-Notification-To.")
	default:
		if original.Asked != original.From && d.Sending == "MDN-sent-automatically" {
			p.remark("mss.mdn.other-path", ref, "Disposition-Notification-To ("+original.Asked+") diffère de Return-Path ("+original.From+") : pas d'accusé automatique sans l'accord de la personne.",
				"Disposition-Notification-To ("+original.Asked+") differs from Return-Path ("+original.From+"): no automatic receipt without the person's consent.")
		}
		if !slices.ContainsFunc(row.Recipients, func(f fate) bool { return f.Address == original.Asked }) {
			p.remark("mss.mdn.elsewhere", ref, "L'accusé ne va pas à l'adresse demandée ("+original.Asked+").", "The receipt does not go to the address that asked ("+original.Asked+").")
		}
	}
	if l.From != "" {
		p.remark("mss.mdn.return-path", "RFC 8098 §3", "L'expéditeur d'enveloppe d'un accusé est vide (MAIL FROM:<>), ici « "+l.From+" ».",
			"The return path of a receipt is null (MAIL FROM:<>), here "+l.From+".")
	}
}

// dispositionFacts are what the journal keeps of a disposition notification.
func dispositionFacts(d message.Disposition) map[string]any {
	return map[string]any{
		"type": d.Type, "modifier": d.Modifier, "error": d.Error, "mode": d.Mode, "sending": d.Sending,
		"message_id": d.OriginalMessageID, "recipient": d.FinalRecipient,
	}
}

// deliveryFacts are what the journal keeps of a delivery report.
func deliveryFacts(d message.DeliveryStatus) map[string]any {
	facts := map[string]any{"mta": d.ReportingMTA, "envelope_id": d.OriginalEnvelopeID, "recipients": int64(len(d.Recipients))}
	if len(d.Recipients) > 0 {
		r := d.Recipients[0]
		facts["action"], facts["status"], facts["recipient"], facts["diagnostic"] = r.Action, r.Status, r.Final, r.Diagnostic
	}
	return facts
}
