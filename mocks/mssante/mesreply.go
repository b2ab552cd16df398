package mssante

import (
	"context"
	"fmt"
	"slices"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// actPatientReply answers a message as the patient: to its Reply-To when that is an
// MSSanté address, else to its sender; refused once the exchange is over.
func (s *Service) actPatientReply(_ context.Context, in map[string]any) (any, error) {
	var who, which, words string
	if refusal := texts(in, map[string]*string{"patient": &who, "message": &which, "text": &words}); refusal != nil {
		return nil, refusal
	}
	files, refusal := attachments(in, "attachments")
	if refusal != nil {
		return nil, refusal
	}
	return s.patientSends(who, func(p *post, b bal.BAL) (message.Draft, error) {
		m, refusal := s.find(p.tx, b.Address, mailbox.Inbox, which)
		if refusal != nil {
			return message.Draft{}, refusal
		}
		e, refusal := p.answerTo(b, m)
		if refusal != nil {
			return message.Draft{}, refusal
		}
		read, _, err := s.held(p.tx, b.Address, m)
		if err != nil {
			return message.Draft{}, err
		}
		if err := p.flag(m, []string{`\Seen`, `\Answered`}); err != nil {
			return message.Draft{}, err
		}
		return message.Draft{
			To: []message.Address{{Address: e.Answer}}, Subject: answered(e.Subject), InReplyTo: e.MessageID,
			References: thread(read), Text: words, Attachments: files,
		}, nil
	})
}

// actPatientWrite sends a new message of the patient's: only to somebody whose
// exchange with the patient is open.
func (s *Service) actPatientWrite(_ context.Context, in map[string]any) (any, error) {
	var who, to, subject, words string
	if refusal := texts(in, map[string]*string{"patient": &who, "to": &to, "subject": &subject, "text": &words}); refusal != nil {
		return nil, refusal
	}
	files, refusal := attachments(in, "attachments")
	if refusal != nil {
		return nil, refusal
	}
	return s.patientSends(who, func(p *post, b bal.BAL) (message.Draft, error) {
		address, ok := normal(to)
		if !ok {
			return message.Draft{}, actionError(sim.BadRequest, "bad-address", "« "+to+" » n'a pas la forme d'une adresse", "\""+to+"\" has not the form of an address")
		}
		if !slices.Contains(contacts(p.tx, b.Address), address) {
			return message.Draft{}, actionError(sim.Forbidden, "mes-no-contact",
				"« "+address+" » n'est pas un contact autorisé : seul un professionnel ouvre la conversation, et il ne l'a pas fait, ou l'a close",
				"\""+address+"\" is no authorised contact: only a professional opens the conversation, and has not, or has closed it")
		}
		return message.Draft{To: []message.Address{{Address: address}}, Subject: subject, Text: words, Attachments: files}, nil
	})
}

// patientSends sends what draft makes, and keeps a copy in the patient's Sent folder
// where there is one.
func (s *Service) patientSends(who string, draft func(*post, bal.BAL) (message.Draft, error)) (any, error) {
	out := map[string]any{}
	err := s.office.act(func(p *post) error {
		b, person, refusal := s.office.whose(p.tx, who)
		if refusal == nil {
			refusal = patientOpen(b, person)
		}
		if refusal != nil {
			return refusal
		}
		d, err := draft(p, b)
		if err != nil {
			return err
		}
		d.From, d.Date, d.MessageID = s.office.patientFrom(b), p.now, s.office.newMessageID(patientServer)
		raw, err := message.Build(d)
		if err != nil {
			return actionError(sim.BadRequest, "bad-message", "le message ne peut pas être écrit : "+err.Error(), "the message cannot be written: "+err.Error())
		}
		if int64(len(raw)) > s.office.conf.Patients.MaxSize {
			return s.office.conf.refuse(mesSize, b.Address, fmt.Sprint(len(raw)))
		}
		m, err := message.Parse(raw)
		if err != nil {
			return err
		}
		l := letter{
			Queue: s.office.queueID(), Origin: originPatient, From: b.Address, To: []submission.Recipient{{Address: d.To[0].Address}},
			Raw: raw, At: p.now, BAL: b.Address, Helo: patientServer,
		}
		if err := p.issue(&l, m, ""); err != nil {
			return err
		}
		p.events = append(p.events, event{op: opReply, summary: b.Label + " écrit à " + d.To[0].Address, body: raw, facts: map[string]any{
			"mes":      map[string]any{"address": b.Address, "patient": person.ID, "to": d.To[0].Address, "subject": d.Subject, "message_id": d.MessageID},
			"delivery": map[string]any{"queue": l.Queue, "from": l.From, "to": d.To[0].Address, "bal": l.BAL, "origin": l.Origin},
		}})
		out = map[string]any{"queue": l.Queue, "message_id": d.MessageID, "to": d.To[0].Address, "outcome": p.row.Recipients[0].Outcome}
		if sent, ok := s.special(p.tx, b.Address, `\Sent`); ok {
			if _, err := p.put(&l, b.Address, sent, []string{`\Seen`}); err != nil && err != errOverQuota {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
