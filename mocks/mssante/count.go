package mssante

import (
	"strings"

	"github.com/segursim/segursim/mocks/mssante/bal"
)

// count adds a letter to the counter of its BAL and software. What the simulator
// writes by itself counts nothing but for the bounces.
func (p *post) count(l *letter, row *sent) error {
	if l.Origin != originSession && l.Origin != originDeposit {
		return nil
	}
	c := p.counter(l.BAL, row.NIL)
	c.Client, c.Last = l.Client, p.now
	var pro, patient, test bool
	for _, f := range row.Recipients {
		switch {
		case f.Outcome == bounced:
			c.Bounces++
		case f.Address == robotAddress:
			test = true
		case bal.DomainOf(f.Address) == patientDomain:
			patient = true
		default:
			pro = true
		}
	}
	switch {
	case row.Report == originReceipt:
		c.Receipts++
	case row.Automat:
	default:
		if pro && row.Archive {
			c.ProXDM++
		} else if pro {
			c.Pro++
		}
		if patient {
			c.Patient++
		}
		if test {
			c.Test++
		}
	}
	if row.Errors > 0 {
		c.Faulty++
	}
	return counts.Put(p.tx, c)
}

// countReceived counts a receipt that came back for a message.
func (p *post) countReceived(original *sent) error {
	if original.Origin != originSession && original.Origin != originDeposit {
		return nil
	}
	c := p.counter(original.BAL, original.NIL)
	c.Received++
	return counts.Put(p.tx, c)
}

// maxCounters bounds the rows: a client that sends another NIL with every message
// counts under one in the end.
const maxCounters = 10_000

func (p *post) counter(address, nil_ string) count {
	id := address + " " + nil_
	c, ok := counts.Get(p.tx, id)
	if ok {
		return c
	}
	n := 0
	for range counts.All(p.tx) {
		n++
	}
	if n >= maxCounters {
		nil_, id = "…", address+" …"
		if c, ok := counts.Get(p.tx, id); ok {
			return c
		}
	}
	return count{ID: id, BAL: address, NIL: strings.TrimSpace(nil_)}
}
