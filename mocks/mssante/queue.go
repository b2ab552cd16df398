package mssante

import (
	"context"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// postpone keeps a recipient for another attempt: a fault delays the delivery, or has
// the remote operator answer 4.x.x.
func (p *post) postpone(l *letter, f *fate, v sim.Verdict) error {
	f.Outcome = deferred
	due, free := p.now.Add(time.Duration(p.o.conf.Relay.Retry)), false
	if v.Err != nil {
		f.Refusal, f.Status, f.Code, f.Text = "fault", 451, v.Err.Code, v.Err.Text
	} else {
		due, free = p.now.Add(v.Delay), true
	}
	one := *l
	one.To = []submission.Recipient{{Address: f.Address, Original: f.Original, Notify: f.Notify}}
	return p.wait(waiting{Kind: waitAttempt, Due: due, Letter: one, Free: free, Fate: []fate{*f}})
}

// maxQueue bounds the bytes of what waits.
const maxQueue = 256 << 20

// wait keeps something for later.
func (p *post) wait(w waiting) error {
	n, size := 0, len(w.Letter.Raw)
	for row := range waitings.All(p.tx) {
		n, size = n+1, size+len(row.Letter.Raw)
	}
	if n >= p.o.conf.Relay.Queue || size > maxQueue {
		return errQueueFull
	}
	if w.ID == "" {
		w.ID = p.o.s.world.ID()
	}
	p.waiting = append(p.waiting, w)
	return waitings.Put(p.tx, w)
}

// arm sets the alarm of what waits. The row alone decides what happens.
func (o *office) arm(id string, at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if old, ok := o.alarms[id]; ok {
		old.Stop()
	}
	o.alarms[id] = o.s.world.Clock.AfterFunc(at.Sub(o.s.now()), func() { o.tick(id) })
}

// reset makes the alarms anew, from what the store now holds.
func (o *office) reset() {
	o.mu.Lock()
	for id, t := range o.alarms {
		t.Stop()
		delete(o.alarms, id)
	}
	o.mu.Unlock()
	due := map[string]time.Time{}
	_ = o.s.world.Store.View(func(tx *store.Txn) error {
		for w := range waitings.All(tx) {
			due[w.ID] = w.Due
		}
		return nil
	})
	for id, at := range due {
		o.arm(id, at)
	}
}

// tick does what has become due.
func (o *office) tick(id string) {
	o.mu.Lock()
	delete(o.alarms, id)
	o.mu.Unlock()
	w, ok := o.waitingRow(id)
	if !ok {
		return
	}
	if now := o.s.now(); now.Before(w.Due) { // the clock was moved back meanwhile
		o.arm(id, w.Due)
		return
	}
	var verdicts map[string]sim.Verdict
	if !w.Free {
		verdicts = o.decide(context.Background(), &w.Letter)
	}
	_, err := o.round(verdicts, func(p *post) error {
		w, ok := waitings.Get(p.tx, id)
		if !ok { // a reset came first
			return nil
		}
		if _, err := waitings.Delete(p.tx, id); err != nil {
			return err
		}
		return p.resume(&w)
	})
	if err != nil {
		o.s.world.Log.Error("mssante: what was waiting", "id", id, "kind", w.Kind, "error", err)
	}
}

func (o *office) waitingRow(id string) (w waiting, ok bool) {
	_ = o.s.world.Store.View(func(tx *store.Txn) error {
		w, ok = waitings.Get(tx, id)
		return nil
	})
	return w, ok
}

// resume goes on with what waited.
func (p *post) resume(w *waiting) error {
	m, err := message.Parse(w.Letter.Raw)
	if err != nil {
		return err
	}
	if w.Kind == waitLetter {
		return p.issue(&w.Letter, m, w.Op)
	}
	return p.again(w, m)
}

// again tries one recipient once more. While it fails for now, the sender is warned
// after a time (RFC 3461 §4.1 NOTIFY=DELAY) and told in the end (RFC 5321 §4.5.4.1).
func (p *post) again(w *waiting, m *message.Message) error {
	l, old := &w.Letter, w.Fate[0]
	row, known := sents.Get(p.tx, l.Queue)
	age := p.now.Sub(l.At)
	v, ruled := p.verdicts[old.Address]
	var f fate
	if ruled && v.Err != nil && strings.HasPrefix(v.Err.Code, "4") {
		f = old
		f.At, f.Code, f.Text = p.now, v.Err.Code, v.Err.Text
		if age < time.Duration(p.o.conf.Relay.Expire) {
			if !w.Warned && age >= time.Duration(p.o.conf.Relay.Warn) {
				w.Warned = true
				if err := p.warn(l, m, f); err != nil {
					return err
				}
			}
			w.Due = p.now.Add(time.Duration(p.o.conf.Relay.Retry))
			w.Fate = []fate{f}
			return p.wait(*w)
		}
		p.refuse(&f, relayTimeout, f.Address)
		p.happened(l, &f, v.Rule)
	} else {
		var err error
		if f, err = p.deliver(l, m, l.To[0], row.Order); err != nil {
			return err
		}
		if f.Outcome == deferred { // a fault delays it once more
			return nil
		}
	}
	if known {
		row.change([]fate{f})
		if err := sents.Put(p.tx, row); err != nil {
			return err
		}
	}
	return p.report(l, m, []fate{f})
}
