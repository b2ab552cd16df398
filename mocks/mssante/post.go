package mssante

import (
	"fmt"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/linter"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// post is one round of deliveries: a letter, and what follows from it at once. It
// lives in one write transaction; events are told, and alarms set, after it.
type post struct {
	o        *office
	verdicts map[string]sim.Verdict // of the director, by recipient
	tx       *store.Txn
	now      time.Time

	row     *sent // of the letter that began the round
	remarks []journal.Cause
	events  []event
	waiting []waiting
	soon    []waiting // posted at the end of the round
}

// begin starts the round in a transaction.
func (p *post) begin(tx *store.Txn) {
	p.tx, p.now = tx, p.o.s.now()
	p.row, p.remarks, p.events, p.waiting, p.soon = nil, nil, nil, nil, nil
}

// send delivers a letter to each of its recipients, reports, counts and remembers.
// report is nil for what the simulator wrote.
func (p *post) send(l *letter, m *message.Message, report *linter.Report) error {
	row, err := p.newRow(l, m, report)
	if err != nil {
		return err
	}
	if p.row == nil {
		p.row = row
	}
	for _, r := range l.To {
		f, err := p.deliver(l, m, r, row.Order)
		if err != nil {
			return err
		}
		row.Recipients = append(row.Recipients, f)
	}
	if err := p.receive(l, m, row); err != nil {
		return err
	}
	if err := remember(p.tx, row, p.o.conf.Keep); err != nil {
		return err
	}
	if err := p.count(l, row); err != nil {
		return err
	}
	return p.report(l, m, row.Recipients)
}

// newRow makes the row of a letter.
func (p *post) newRow(l *letter, m *message.Message, report *linter.Report) (*sent, error) {
	order, err := next(p.tx)
	if err != nil {
		return nil, err
	}
	row := &sent{
		ID: l.Queue, Order: order, Origin: l.Origin, At: l.At, BAL: l.BAL, Person: l.Person, Client: l.Client, From: l.From,
		EnvelopeID: l.EnvelopeID, Subject: m.Header.Get("Subject"), Size: int64(len(l.Raw)), Exchange: l.Exchange,
		Automat: m.Automatic("not-null"),
	}
	row.MessageID = first(m.Header.IDs("Message-ID"))
	if _, ok := m.Disposition(); ok {
		row.Report = originReceipt
	} else if _, ok := m.Delivery(); ok {
		row.Report = originReport
	}
	if asked := header(m, "Disposition-Notification-To"); len(asked) > 0 {
		row.Asked = asked[0]
	}
	if report != nil {
		row.NIL, row.Archive, row.Patient = report.NIL, report.Archive != nil, report.Patient
		row.Findings, row.Errors, row.Warnings = report.Findings, report.Count(linter.Error), report.Count(linter.Warning)
	}
	return row, nil
}

// deliver brings a letter to one recipient.
func (p *post) deliver(l *letter, m *message.Message, r submission.Recipient, order uint64) (fate, error) {
	rt := p.o.route(p.tx, r.Address)
	f := fate{Address: r.Address, Original: r.Original, Notify: r.Notify, At: p.now, patient: rt.place == toPatient || rt.place == toRobot}
	switch {
	case rt.place == toPatient || rt.place == toRobot:
		f.Remote = patientServer
	case rt.place == toRelay || l.BAL != "" && rt.operator.ID != p.operatorOf(l.BAL):
		f.Remote = "mx." + bal.DomainOf(r.Address)
	}
	v, ruled := p.verdicts[r.Address]
	switch {
	case rt.refusal == outsideTrust && p.o.conf.Sending.Outside == "warn":
		f.Outcome = relayed
		p.remarks = append(p.remarks, p.o.conf.refuse(outsideTrust, r.Address, bal.DomainOf(r.Address)).Cause)
	case rt.refusal != "":
		p.refuse(&f, rt.refusal, r.Address, bal.DomainOf(r.Address))
	case rt.place == toPatient && int64(len(l.Raw)) > p.o.conf.Patients.MaxSize:
		p.refuse(&f, mesSize, r.Address, fmt.Sprint(len(l.Raw)))
	case ruled && v.Err != nil && !strings.HasPrefix(v.Err.Code, "4"):
		f.Outcome, f.Refusal, f.Status, f.Code, f.Text = bounced, "fault", 550, v.Err.Code, v.Err.Text
	case ruled && (v.Err != nil || v.Delay > 0):
		if err := p.postpone(l, &f, v); err != nil {
			return f, err
		}
	default:
		if err := p.hand(l, m, &rt, &f, order); err != nil {
			return f, err
		}
	}
	p.happened(l, &f, v.Rule)
	return f, nil
}

// hand puts the letter where the route leads.
func (p *post) hand(l *letter, m *message.Message, rt *route, f *fate, order uint64) error {
	f.Outcome = delivered
	switch rt.place {
	case toRelay:
		f.Outcome = relayed
		return nil
	case toRobot:
		return p.robot(l, m)
	case toPatient:
		if err := p.opened(rt); err != nil {
			return err
		}
	}
	at, err := p.put(l, rt.address, mailbox.Inbox, nil)
	switch {
	case err == errOverQuota:
		p.refuse(f, fullForGood, rt.address)
		return nil
	case err != nil:
		return err
	}
	f.Folder, f.UID = at.Folder, at.UID
	if rt.place == toPatient {
		return p.toPatient(l, m, rt, at, order)
	}
	return p.answerAs(l, m, rt)
}

// refuse makes a fate that of a refusal.
func (p *post) refuse(f *fate, name string, args ...any) {
	r := p.o.conf.refuse(name, args...)
	f.Outcome, f.Refusal, f.Status, f.Code, f.Text = bounced, name, r.Status, r.Code, r.Text
}

// operatorOf is the id of the operator of an address; empty when it has none.
func (p *post) operatorOf(address string) string {
	d, _ := bal.Domains.Get(p.tx, bal.DomainOf(address))
	return d.Operator
}
