package mssante

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// office takes messages and brings them where they go: to the BAL of the simulated
// operators, to Mon espace santé, to the test address. What it keeps is in the
// store; beside it only the alarms of what waits.
type office struct {
	s    *Service
	conf *PostConfig

	mu     sync.Mutex
	alarms map[string]*clock.Timer // by id of a waiting
}

func newOffice(s *Service) *office {
	return &office{s: s, conf: &s.config.Post, alarms: map[string]*clock.Timer{}}
}

// MaxSize is the operator's limit in bytes.
func (o *office) MaxSize() int64 { return o.conf.Sending.MaxSize }

// Host is the name of the submission server.
func (o *office) Host() string { return o.conf.Sending.Host }

// queueID is a new queue id: 12 hexadecimal digits in capitals.
func (o *office) queueID() string {
	return strings.ToUpper(hex.EncodeToString(o.s.world.Random(6)))
}

// newMessageID is a new Message-ID of a host, without angle brackets.
func (o *office) newMessageID(host string) string { return o.s.world.ID() + "@" + host }

// Sender checks MAIL FROM: it must be the BAL of the session, or one that the
// authenticated person holds or has delegation for. The null return path passes
// here: whether the message may have it shows in its content (RFC 8098 §3: an MDN
// must have it).
func (o *office) Sender(_ context.Context, id auth.Identity, from string, size int64) *sim.Error {
	if size > o.MaxSize() {
		return o.conf.refuse(tooLarge, strconv.FormatInt(size, 10), strconv.FormatInt(o.MaxSize(), 10))
	}
	if from == "" {
		if o.conf.Sending.NullSender == "refuse" {
			return o.conf.refuse(nullSender)
		}
		return nil
	}
	address, ok := normal(from)
	if !ok {
		return o.conf.refuse(badSender, from)
	}
	if !o.owns(id, address) {
		return o.conf.refuse(notYourSender, from, id.BAL)
	}
	return nil
}

// owns tells whether an identity may send as an address.
func (o *office) owns(id auth.Identity, address string) bool {
	if address == id.BAL {
		return true
	}
	if id.Person == "" {
		return false
	}
	mine := false
	_ = o.s.world.Store.View(func(tx *store.Txn) error {
		if b, ok := bal.BALs.Get(tx, address); ok && b.Kind != bal.Patient {
			for _, who := range append(append([]string{}, b.Holders...), b.Delegates...) {
				mine = mine || who == id.Person
			}
		}
		return nil
	})
	return mine
}

// Recipient checks one RCPT TO.
func (o *office) Recipient(_ context.Context, id auth.Identity, from, to string) *sim.Error {
	var r route
	_ = o.s.world.Store.View(func(tx *store.Txn) error {
		r = o.route(tx, to)
		return nil
	})
	if r.refusal != "" && (r.place != toPatient || o.conf.Patients.Refusals == "rcpt") {
		if r.refusal == outsideTrust && o.conf.Sending.Outside == "warn" {
			return nil // the sending carries the remark: see deliver
		}
		return o.conf.refuse(r.refusal, to, bal.DomainOf(to))
	}
	if o.conf.Greylist.Enabled {
		return o.greylist(id.BAL, from, r.address)
	}
	return nil
}

// full tells whether a BAL has reached its quota.
func (o *office) full(tx *store.Txn, address string) bool {
	limit := o.s.gate.limit(tx, address)
	return limit > 0 && o.s.mail.Used(tx, address) >= limit
}

// submitted is what a session submits, as a letter.
func (o *office) submitted(env *submission.Envelope, raw []byte) letter {
	peer := ""
	if env.Exchange != nil {
		peer = env.Exchange.Entry.Peer.Addr
	}
	l := letter{
		Queue: o.queueID(), Origin: originSession, From: strings.ToLower(env.From), Return: env.Return,
		EnvelopeID: env.EnvelopeID, Raw: raw, At: o.s.now(), BAL: env.Sender.BAL, Person: env.Sender.Person,
		Client: env.Sender.Client, Helo: env.Helo, Peer: peer,
	}
	if env.Exchange != nil {
		l.Exchange = env.Exchange.Entry.ID
	}
	seen := map[string]bool{}
	for _, r := range env.Recipients { // a recipient said twice gets one copy
		r.Address = strings.ToLower(r.Address)
		if !seen[r.Address] {
			seen[r.Address] = true
			l.To = append(l.To, r)
		}
	}
	return l
}

// event is something that happened to a message, for the journal.
type event struct {
	op      string
	summary string
	facts   map[string]any
	fault   string
	causes  []journal.Cause
	body    []byte // a message that the simulator wrote
}

// tell writes events in the journal.
func (o *office) tell(events []event) {
	for _, e := range events {
		entry := &journal.Entry{
			Time: o.s.now(), Transport: "event", Service: "mssante", Op: e.op, Outcome: journal.Event,
			Provenance: string(o.s.ops[e.op].Provenance), Summary: e.summary, Facts: e.facts, Causes: e.causes, Fault: e.fault,
		}
		if e.body != nil {
			kept := min(int64(len(e.body)), o.s.world.Journal.MaxBody())
			entry.Response = journal.Message{Body: e.body[:kept], Size: int64(len(e.body))}
		}
		o.s.world.Journal.Append(entry)
	}
}

var _ submission.Post = (*office)(nil)
