package mssante

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

func uidText(uid uint32) string { return strconv.FormatUint(uint64(uid), 10) }

// act runs f in a round of deliveries, as an action does.
func (o *office) act(f func(p *post) error) error {
	_, err := o.round(nil, f)
	return err
}

// held is a message of a mailbox, read, with the letter that it came as.
func (s *Service) held(tx *store.Txn, address string, m mailbox.Message) (*message.Message, *letter, error) {
	raw, err := s.mail.Raw(tx, m)
	if err != nil {
		return nil, nil, err
	}
	path, original := unstamped(raw)
	read, err := message.Parse(original)
	if err != nil {
		return nil, nil, err
	}
	l := &letter{From: path, Raw: original, At: m.Arrived}
	if row, ok := sentTo(tx, m.MessageID, address); ok {
		l.Queue = row.ID
		for _, f := range row.Recipients {
			l.To = append(l.To, submission.Recipient{Address: f.Address, Original: f.Original})
		}
	}
	return read, l, nil
}

// unstamped takes the trace of the delivery off a message: the return path, and the
// message as it was submitted.
func unstamped(raw []byte) (returnPath string, original []byte) {
	line, rest, ok := bytes.Cut(raw, []byte("\r\n"))
	name, value, found := bytes.Cut(line, []byte(":"))
	if !ok || !found || !bytes.EqualFold(name, []byte("Return-Path")) {
		return "", raw
	}
	returnPath = strings.Trim(strings.TrimSpace(string(value)), "<>")
	if !bytes.HasPrefix(rest, []byte("Received: ")) {
		return returnPath, rest
	}
	for {
		_, after, ok := bytes.Cut(rest, []byte("\r\n"))
		if !ok {
			return returnPath, rest
		}
		rest = after
		if !bytes.HasPrefix(rest, []byte("\t")) && !bytes.HasPrefix(rest, []byte(" ")) {
			return returnPath, rest
		}
	}
}

// actPatientRead opens a message as the patient: it becomes seen, and the receipt
// that it asks for goes out, once; the patient cannot refuse it.
func (s *Service) actPatientRead(_ context.Context, in map[string]any) (any, error) {
	var who, which string
	if refusal := texts(in, map[string]*string{"patient": &who, "message": &which}); refusal != nil {
		return nil, refusal
	}
	out := map[string]any{}
	err := s.office.act(func(p *post) error {
		b, person, refusal := s.office.whose(p.tx, who)
		if refusal == nil {
			refusal = patientOpen(b, person)
		}
		if refusal != nil {
			return refusal
		}
		m, refusal := s.find(p.tx, b.Address, mailbox.Inbox, which)
		if refusal != nil {
			return refusal
		}
		read, l, err := s.held(p.tx, b.Address, m)
		if err != nil {
			return err
		}
		out = messageView(m, read)
		out["receipt"] = false
		if err := p.seen(m, read, l, b); err != nil {
			return err
		}
		out["receipt"] = len(p.soon) > 0
		p.events = append(p.events, event{op: opRead, summary: b.Label + " ouvre « " + m.Subject + " »", facts: map[string]any{
			"mes": map[string]any{"address": b.Address, "patient": person.ID, "subject": m.Subject, "message_id": m.MessageID},
		}})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// seen marks a patient's message as seen and sends its receipt, the first time.
func (p *post) seen(m mailbox.Message, read *message.Message, l *letter, b bal.BAL) error {
	again := slices.Contains(m.Flags, "$MDNSent")
	set := []string{`\Seen`}
	if owed(read, l.From) {
		set = append(set, "$MDNSent")
	}
	if err := p.flag(m, set); err != nil {
		return err
	}
	if again || p.o.conf.Patients.Receipts == "arrived" {
		return nil
	}
	return p.patientReceipt(b, read, l)
}

// owed tells whether a patient's receipt goes out though a professional's would
// need consent: its address differs from the return path.
func owed(m *message.Message, returnPath string) bool {
	cause := receiptTrouble(m, returnPath)
	return cause == nil || cause.Rule == "mss.mdn.other-path"
}

// answerTo finds what a patient may answer: the exchange that a message began.
func (p *post) answerTo(b bal.BAL, m mailbox.Message) (exchange, *sim.Error) {
	for e := range exchanges.Find(p.tx, "patient", b.Address) {
		if e.Folder != m.Folder || e.UID != m.UID {
			continue
		}
		switch e.End {
		case endSubject:
			return e, actionError(sim.Forbidden, "mes-fin-subject", "l'échange est clos : "+e.Sender+" a envoyé un message d'objet [FIN]", "the exchange is over: "+e.Sender+" sent a message with the subject [FIN]")
		case endHeader:
			return e, actionError(sim.Forbidden, "mes-fin-header", "ce message interdit la réponse : X-MSS-MES: FIN", "this message forbids an answer: X-MSS-MES: FIN")
		}
		return e, nil
	}
	return exchange{}, actionError(sim.Forbidden, "mes-no-answer", "ce message ne se répond pas : c'est un avis ou un accusé", "this message takes no answer: it is a report or a receipt")
}

// patientOpen refuses what a patient without mailbox does.
func patientOpen(b bal.BAL, p registre.Patient) *sim.Error {
	if b.State == bal.Active {
		return nil
	}
	return actionError(sim.Forbidden, "mes-not-open", "la messagerie de « "+p.ID+" » n'est pas ouverte : "+string(b.State), "the mailbox of \""+p.ID+"\" is not open: "+string(b.State))
}
