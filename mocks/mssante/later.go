package mssante

import (
	"time"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// maxFollowing bounds what one round sends by itself: a receipt for each recipient
// and the reports about them.
const maxFollowing = 4 * maxRecipients

// later posts a message of the simulator's when it is due: at the end of the round, or
// through a row that waits for the clock.
func (p *post) later(l letter, due time.Time, op string) error {
	w := waiting{Kind: waitLetter, Due: due, Letter: l, Op: op}
	if due.After(p.now) {
		return p.wait(w)
	}
	p.soon = append(p.soon, w)
	return nil
}

// follow posts what has become due in the round, and what follows from that.
func (p *post) follow() error {
	for n := 0; len(p.soon) > 0 && n < maxFollowing; n++ {
		w := p.soon[0]
		p.soon = p.soon[1:]
		if err := p.resume(&w); err != nil {
			return err
		}
	}
	return nil
}

// round runs f and what follows from it in one transaction, then tells what happened
// and sets the alarms.
func (o *office) round(verdicts map[string]sim.Verdict, f func(*post) error) (*post, error) {
	p := &post{o: o, verdicts: verdicts}
	err := o.s.mail.Update(func(tx *store.Txn) error {
		p.begin(tx)
		if err := f(p); err != nil {
			return err
		}
		p.verdicts = nil // what follows goes its way
		return p.follow()
	})
	if err != nil {
		return nil, err
	}
	o.tell(p.events)
	for _, w := range p.waiting {
		o.arm(w.ID, w.Due)
	}
	return p, nil
}

// issue sends a message of the simulator's, and tells of it.
func (p *post) issue(l *letter, m *message.Message, op string) error {
	if err := p.send(l, m, nil); err != nil {
		return err
	}
	if op == "" {
		return nil
	}
	facts := map[string]any{"delivery": map[string]any{
		"queue": l.Queue, "from": l.From, "to": l.To[0].Address, "origin": l.Origin, "bal": l.BAL, "about": l.About,
		"subject": m.Header.Get("Subject"), "message_id": first(m.Header.IDs("Message-ID")),
	}}
	if d, ok := m.Delivery(); ok {
		facts["dsn"] = deliveryFacts(d)
	}
	if d, ok := m.Disposition(); ok {
		facts["mdn"] = dispositionFacts(d)
	}
	p.events = append(p.events, event{
		op: op, summary: eventTitle(op) + " → " + l.To[0].Address, facts: facts, body: l.Raw,
	})
	return nil
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
