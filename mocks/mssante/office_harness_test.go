package mssante

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// The mailboxes and patients of the fixtures that the tests use.
const (
	robertBAL = "robert.specialiste0021889@medecin.segursim.test"
	otherBAL  = "kit.doc0036624@hopital.segursim.test" // another operator's
	beyond    = "quelqu.un@ehpad.segursim.test"        // of the list, not simulated
	outside   = "quelqu.un@exemple.test"
	alice     = "segursim-alice"
)

// director is a Director that a test sets.
type director struct{ verdict func(sim.Call) sim.Verdict }

func (d *director) Decide(_ context.Context, c sim.Call) sim.Verdict {
	if d.verdict == nil {
		return sim.Verdict{}
	}
	return d.verdict(c)
}

// dice are a random source that repeats, and may be read concurrently.
type dice struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (d *dice) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.Read(p)
}

// desk is a service in a small world, without network.
type desk struct {
	t     testing.TB
	s     *Service
	w     *sim.World
	fault *director
}

// newDesk makes one, with a frozen clock. change alters the configuration.
func newDesk(t testing.TB, change func(*Config)) *desk {
	t.Helper()
	d := &desk{t: t, fault: &director{}}
	d.w = &sim.World{
		Store: store.New(), Clock: clock.New(nil), Journal: journal.New(journal.Options{}), Director: d.fault,
		Fixtures: os.DirFS("../../fixtures"), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Rand: &dice{r: rand.NewChaCha8([32]byte{1})},
		Shared: &sim.Shared{}, Relaxed: func(string) bool { return false }, PublicURL: func() string { return "" },
		Configure: func(_ string, v any) error {
			if change != nil {
				change(v.(*Config))
			}
			return nil
		},
	}
	d.w.Clock.Freeze(true)
	d.w.Clock.Set(morning)
	svc, err := New(d.w)
	if err != nil {
		t.Fatal(err)
	}
	d.s = svc.(*Service)
	if err := d.w.Store.Open(append(registre.Tables(), d.s.Tables()...)...); err != nil {
		t.Fatal(err)
	}
	err = d.w.Store.Update(func(tx *store.Txn) error {
		if err := registre.Seed(tx, d.w.Fixtures, ""); err != nil {
			return err
		}
		return d.s.Seed(tx, d.w.Fixtures)
	})
	if err != nil {
		t.Fatal(err)
	}
	d.w.Store.Baseline()
	t.Cleanup(d.w.Clock.Close)
	return d
}

// mail is a message that a test submits.
type mail struct {
	from, subject, body string // from: MAIL FROM, kitBAL by default; "<>" for null
	as                  string // the BAL of the session, from by default
	person              string
	to                  []string
	header              string // more fields, each with its CRLF
	id                  string // Message-ID
	notify              []string
	ret, envid          string
	raw                 string // the whole message
}

func (m mail) fill() mail {
	if m.from == "" {
		m.from = kitBAL
	}
	if m.as == "" {
		m.as = m.from
	}
	if m.subject == "" {
		m.subject = "Essai"
	}
	if m.body == "" {
		m.body = "Bonjour.\r\n"
	}
	if m.id == "" {
		m.id = "essai-1@logiciel.test"
	}
	if m.raw == "" {
		m.raw = "From: Dr_Kit_DOC <" + m.as + ">\r\nTo: <" + strings.Join(m.to, ">, <") + ">\r\nSubject: " + m.subject +
			"\r\nDate: Thu, 15 Jan 2026 10:00:00 +0100\r\nMessage-ID: <" + m.id + ">\r\nX-MSS-NIL: NIL0001\r\n" + m.header +
			"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + m.body
	}
	return m
}

// submit submits a message as a session would, after its MAIL FROM and RCPT TO.
func (d *desk) submit(m mail) (string, *sim.Exchange, *sim.Error) {
	d.t.Helper()
	m = m.fill()
	id := auth.Identity{BAL: m.as, Person: m.person, Client: "lps-test", Mechanism: auth.XOAUTH2}
	x := &sim.Exchange{}
	x.Entry.Peer.Addr = "127.0.0.1:40000"
	from := strings.Trim(m.from, "<>")
	ctx := sim.WithExchange(d.t.Context(), x)
	if refusal := d.s.office.Sender(ctx, id, from, 0); refusal != nil {
		return "", x, refusal
	}
	env := submission.Envelope{From: from, EnvelopeID: m.envid, Return: m.ret, Sender: id, Helo: "poste.test", Exchange: x, Received: d.s.now()}
	for _, to := range m.to {
		if refusal := d.s.office.Recipient(ctx, id, from, to); refusal != nil {
			return "", x, refusal
		}
		env.Recipients = append(env.Recipients, submission.Recipient{Address: to, Notify: m.notify, Original: original(m.envid, to)})
	}
	queue, refusal := d.s.office.Submit(ctx, env, []byte(m.raw))
	return queue, x, refusal
}

func original(envid, to string) string {
	if envid == "" {
		return ""
	}
	return to
}

// send submits what must be taken.
func (d *desk) send(m mail) (string, *sim.Exchange) {
	d.t.Helper()
	queue, x, refusal := d.submit(m)
	if refusal != nil {
		d.t.Fatalf("refused: %v (%s)", refusal, refusal.Cause.Text.EN)
	}
	return queue, x
}

// inbox is what a BAL received, parsed, oldest first.
func (d *desk) inbox(address string) []*message.Message {
	d.t.Helper()
	var out []*message.Message
	err := d.w.Store.View(func(tx *store.Txn) error {
		f, ok := d.s.mail.Folder(tx, address, mailbox.Inbox)
		if !ok {
			return nil
		}
		for m := range d.s.mail.Messages(tx, f.ID) {
			raw, err := d.s.mail.Raw(tx, m)
			if err != nil {
				return err
			}
			read, err := message.Parse(raw)
			if err != nil {
				return fmt.Errorf("in %s: %w\n%s", address, err, raw)
			}
			out = append(out, read)
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

// subjects are those of an inbox.
func (d *desk) subjects(address string) []string {
	out := []string{}
	for _, m := range d.inbox(address) {
		out = append(out, m.Header.Get("Subject"))
	}
	return out
}

// do runs an action that must succeed, and gives its answer back.
func (d *desk) do(verb string, in map[string]any) map[string]any {
	d.t.Helper()
	out, err := d.try(verb, in)
	if err != nil {
		d.t.Fatalf("action %s: %v", verb, err)
	}
	return out
}

func (d *desk) try(verb string, in map[string]any) (map[string]any, error) {
	d.t.Helper()
	a, ok := d.s.Actions()[verb]
	if !ok {
		d.t.Fatalf("no action %s", verb)
	}
	out, err := a.Do(d.t.Context(), in)
	if err != nil {
		return nil, err
	}
	return out.(map[string]any), nil
}

// address is a patient's.
func (d *desk) address(patient string) (address string) {
	d.t.Helper()
	_ = d.w.Store.View(func(tx *store.Txn) error {
		p, ok := registre.GetPatient(tx, patient)
		if !ok {
			d.t.Fatalf("no patient %s", patient)
		}
		address = patientAddress(p.INS)
		return nil
	})
	return address
}

// events are the operations of the journal's events, in order.
func (d *desk) events() []string {
	var out []string
	for _, e := range d.w.Journal.Since(0, 0) {
		out = append(out, e.Op)
	}
	return out
}

// rules are those of an exchange's causes, but for the linter's, which are about form.
func rules(x *sim.Exchange) []string {
	out := []string{}
	for _, c := range x.Entry.Causes {
		if _, ours := refusalTable[strings.TrimPrefix(c.Rule, "mss.")]; ours || strings.HasPrefix(c.Rule, "mss.mes.") || strings.HasPrefix(c.Rule, "mss.mdn.") {
			out = append(out, c.Rule)
		}
	}
	slices.Sort(out)
	return out
}

func timeOf(d Duration) time.Duration { return time.Duration(d) }
