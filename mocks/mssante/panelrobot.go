package mssante

import (
	"iter"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/store"
)

// maxRecent is how many of the latest sendings a page looks through.
const maxRecent = 2000

// recent are the latest sendings, the oldest first.
func recent(tx *store.Txn, n uint64) iter.Seq[sent] {
	last, _ := serials.Get(tx, "order")
	from := uint64(0)
	if last.Last > n {
		from = last.Last - n
	}
	return func(yield func(sent) bool) {
		for m := range sents.From(tx, "order", ordinal(from)) {
			if !yield(m) {
				return
			}
		}
	}
}

// robotView is the test address of Mon espace santé.
type robotView struct {
	Address  string
	Off      bool
	Delay    time.Duration
	Received []robotMail
	Waiting  []robotWait
}

// robotMail is a message that the test address received.
type robotMail struct {
	sent
	Answered bool // an answer went, or waits
}

// robotWait is an answer that waits for the clock.
type robotWait struct {
	To, About string
	Due       time.Time
	Left      time.Duration
}

// maxRobot bounds the messages that the page shows.
const maxRobot = 20

func (p *panel) robotView(tx *store.Txn) *robotView {
	v := &robotView{Address: robotAddress, Off: p.s.config.Post.AutoReply.Mode == "off"}
	if d := p.s.config.Post.AutoReply.Delay; d != nil {
		v.Delay = time.Duration(*d)
	}
	answers := map[string]bool{}
	for m := range recent(tx, maxRecent) {
		if m.Origin == originRobot {
			for _, f := range m.Recipients {
				answers[f.Address+" "+m.Subject] = true
			}
		}
		for _, f := range m.Recipients {
			if f.Address == robotAddress {
				v.Received = append(v.Received, robotMail{sent: m})
			}
		}
	}
	slices.Reverse(v.Received)
	v.Received = v.Received[:min(len(v.Received), maxRobot)]
	for i := range v.Received {
		m := &v.Received[i]
		m.Answered = answers[m.From+" "+answered(m.Subject)]
	}
	for _, w := range inOrder(tx) {
		if w.Op == opAutoReply && len(w.Letter.To) > 0 && len(v.Waiting) < maxRobot {
			v.Waiting = append(v.Waiting, robotWait{w.Letter.To[0].Address, w.Letter.About, w.Due, w.Due.Sub(p.s.now()).Round(time.Second)})
		}
	}
	return v
}
