package mssante

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/linter"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// maxRecipients bounds one message (RFC 5321 §4.5.3.1.8 wants 100 at least).
const maxRecipients = 500

// Submit takes a message from a session: it is read once, by the linter, which
// refuses nothing, and delivered in one transaction.
func (o *office) Submit(ctx context.Context, env submission.Envelope, raw []byte) (string, *sim.Error) {
	x := env.Exchange
	if x == nil {
		x = &sim.Exchange{}
	}
	if refusal := o.admit(&env, raw); refusal != nil {
		return "", refusal
	}
	l := o.submitted(&env, raw)
	report := o.lint(&l)
	if refusal := o.read(&env, report); refusal != nil {
		return "", refusal
	}
	o.remark(x, report)
	p, err := o.handle(ctx, &l, report)
	if err != nil {
		return "", o.trouble(ctx, err)
	}
	o.s.gate.used(l.BAL)
	x.Fact("delivery", p.row.facts())
	for _, c := range p.remarks {
		x.Note(c)
	}
	return l.Queue, nil
}

// handle decides, delivers and tells.
func (o *office) handle(ctx context.Context, l *letter, report *linter.Report) (*post, error) {
	verdicts := o.decide(ctx, l)
	l.prepare(o.Host())
	return o.round(verdicts, func(p *post) error { return p.send(l, report.Message, report) })
}

// admit checks what can be seen before reading.
func (o *office) admit(env *submission.Envelope, raw []byte) *sim.Error {
	switch size := int64(len(raw)); {
	case size > o.MaxSize():
		return o.conf.refuse(tooLarge, strconv.FormatInt(size, 10), strconv.FormatInt(o.MaxSize(), 10))
	case len(env.Recipients) == 0:
		return o.conf.refuse(nobody)
	case len(env.Recipients) > maxRecipients:
		return o.conf.refuse(tooMany, strconv.Itoa(len(env.Recipients)), strconv.Itoa(maxRecipients))
	}
	return nil
}

// read checks what shows in the content.
func (o *office) read(env *submission.Envelope, report *linter.Report) *sim.Error {
	m := report.Message
	if m == nil {
		why := "—"
		if len(report.Findings) > 0 {
			why = report.Findings[0].Text.FR
		}
		return o.conf.refuse(unreadable, why)
	}
	if env.From == "" && o.conf.Sending.NullSender == "reports" && !m.Automatic("not-null") {
		return o.conf.refuse(nullSender)
	}
	if o.conf.Sending.From == "refuse" {
		from, err := m.Header.Addresses("From")
		if err != nil || len(from) == 0 {
			return o.conf.refuse(forgedFrom, m.Header.Get("From"))
		}
		for _, a := range from {
			if address, ok := normal(a.Address); !ok || !o.owns(env.Sender, address) {
				return o.conf.refuse(forgedFrom, a.Address)
			}
		}
	}
	return nil
}

// lint reads a message against the rules.
func (o *office) lint(l *letter) (report *linter.Report) {
	to := make([]string, len(l.To))
	for i, r := range l.To {
		to[i] = r.Address
	}
	_ = o.s.world.Store.View(func(tx *store.Txn) error {
		b, _ := bal.BALs.Get(tx, l.BAL)
		report = linter.Lint(linter.Input{
			Raw: l.Raw, From: l.From, To: to, Kind: string(b.Kind), Now: l.At, Limit: o.MaxSize(),
			Patient: func(matricule string) (linter.Patient, bool) { return lintPatient(tx, matricule) },
			Trusted: o.s.trusted,
			Reply:   func(id string) bool { return knows(tx, id, l.BAL) },
		})
		return nil
	})
	return report
}

// lintPatient is what the linter knows of a patient. An identity is qualified when
// it has an INS and neither of the attributes that forbid it (RNIV).
func lintPatient(tx *store.Txn, matricule string) (linter.Patient, bool) {
	for p := range registre.FindPatients(tx, matricule) {
		if len(matricule) == 15 && p.INS.Full() != matricule {
			continue
		}
		return linter.Patient{
			ID: p.ID, BirthName: p.BirthName, FirstName: p.FirstGivenName, BirthDate: p.BirthDate, Sex: p.Sex,
			Qualified: !p.Has(registre.MarkDoubtful) && !p.Has(registre.MarkFictitious),
		}, true
	}
	return linter.Patient{}, false
}

// maxRemarks bounds the findings that an exchange's causes repeat.
const maxRemarks = 30

// remark writes in the exchange what the linter found.
func (o *office) remark(x *sim.Exchange, report *linter.Report) {
	for name, v := range report.Facts() {
		x.Fact(name, v)
	}
	n := 0
	for _, f := range report.Findings {
		if f.Level == linter.Information || n == maxRemarks {
			continue
		}
		n++
		ref := ""
		if len(f.Refs) > 0 {
			ref = f.Refs[0]
		}
		x.Note(journal.Cause{Rule: f.Rule, Text: f.Text, Ref: ref})
	}
}

// decide asks the director about each delivery: faults that delay or refuse one.
func (o *office) decide(ctx context.Context, l *letter) map[string]sim.Verdict {
	var out map[string]sim.Verdict
	for _, r := range l.To {
		v := o.s.world.Director.Decide(ctx, sim.Call{Service: "mssante", Op: opDelivery, Facts: map[string]any{
			"service": "mssante", "op": opDelivery, "delivery": map[string]any{"from": l.From, "to": r.Address, "origin": l.Origin, "queue": l.Queue, "bal": l.BAL},
		}})
		if v.Rule == "" {
			continue
		}
		if out == nil {
			out = map[string]sim.Verdict{}
		}
		out[r.Address] = v
	}
	return out
}

// errQueueFull is returned when too much waits.
var errQueueFull = errors.New("mssante: the queue is full")

// trouble makes an error of the store an SMTP reply.
func (o *office) trouble(ctx context.Context, err error) *sim.Error {
	switch {
	case errors.Is(err, mailbox.ErrFull):
		return o.conf.refuse(noStorage)
	case errors.Is(err, errQueueFull):
		return o.conf.refuse(queueFull, strconv.Itoa(o.conf.Relay.Queue))
	}
	o.s.world.Log.ErrorContext(ctx, "mssante: submit", "error", err)
	refusal := o.conf.refuse(internalTrouble)
	refusal.Err = err
	return refusal
}

// minor tells whether a patient is under 18 at an instant; an unknown month or day
// counts as the first.
func minor(p *registre.Patient, now time.Time) bool {
	if len(p.BirthDate) != 10 {
		return false
	}
	year, _ := strconv.Atoi(p.BirthDate[:4])
	month, _ := strconv.Atoi(p.BirthDate[5:7])
	day, _ := strconv.Atoi(p.BirthDate[8:])
	return now.Before(time.Date(year+18, time.Month(max(month, 1)), max(day, 1), 0, 0, 0, 0, time.UTC))
}

// header reads the addresses of a field; none when it cannot be read.
func header(m *message.Message, name string) []string {
	var out []string
	list, err := m.Header.Addresses(name)
	if err != nil {
		return nil
	}
	for _, a := range list {
		if address, ok := normal(a.Address); ok {
			out = append(out, address)
		}
	}
	return out
}
