package mssante

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net/smtp"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// bearer is XOAUTH2 as a client does it.
type bearer struct{ bal, token string }

func (b bearer) Start(*smtp.ServerInfo) (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + b.bal + "\x01auth=Bearer " + b.token + "\x01\x01"), nil
}

func (b bearer) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return nil, errors.New("refused")
	}
	return nil, nil
}

// dial opens a session of SMTP on the simulator's own port, under TLS, as kit.
func (b *bench) dial() *smtp.Client {
	b.t.Helper()
	c, err := smtp.Dial(b.app.Endpoints().Listeners["smtp"])
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = c.Close() })
	if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil { //nolint:gosec // the server is not what is tested
		b.t.Fatal(err)
	}
	if err := c.Auth(bearer{kitBAL, "token-s-kit"}); err != nil {
		b.t.Fatal(err)
	}
	return c
}

// transmit sends one message and returns the reply to DATA.
func transmit(c *smtp.Client, from string, to []string, raw string) error {
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, a := range to {
		if err := c.Rcpt(a); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(raw)); err != nil {
		return err
	}
	return w.Close()
}

// TestSocket: a client's session from end to end: a message to a colleague and to the
// test address, the answer, the traces; then refusals as the client sees them.
func TestSocket(t *testing.T) {
	t.Parallel()
	b := begin(t, "")
	c := b.dial()
	m := mail{to: []string{robertBAL, robotAddress}}.fill()
	if err := transmit(c, kitBAL, m.to, m.raw); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, s: b.s, w: b.app.World()}
	if got := d.subjects(robertBAL); len(got) != 1 {
		t.Errorf("robert got %v", got)
	}
	b.advance(5 * time.Second)
	if got := d.subjects(kitBAL); len(got) != 1 || got[0] != "Re: Essai" {
		t.Errorf("kit got %v", got)
	}
	sends := b.entries("smtp.send")
	if len(sends) != 1 {
		t.Fatalf("%d entries", len(sends))
	}
	e := sends[0]
	queue, _ := e.Fact("delivery.queue").(string)
	if e.Outcome != journal.OK || e.Fact("delivery.delivered") != int64(2) || len(queue) != 12 || !strings.Contains(string(e.Response.Head), queue) || e.Fact("message.nil") != "NIL0001" {
		t.Errorf("entry: %s, facts %v, answer %q", e.Outcome, e.Facts["delivery"], e.Response.Head)
	}
	lines := d.do("trace", map[string]any{"bal": kitBAL, "action": "envoi"})["trace"].([]traced)
	if len(lines) != 1 || lines[0].Author != kit || !lines[0].Success || !strings.Contains(lines[0].Request, robertBAL) || !strings.HasPrefix(lines[0].Answer, "250") {
		t.Errorf("trace = %+v", lines)
	}
	for name, step := range map[string]struct {
		from, to string
		code     int
	}{
		"another's": {robertBAL, kitBAL, 553}, "outside": {kitBAL, outside, 550}, "unknown": {kitBAL, "x@medecin.segursim.test", 550},
	} {
		c := b.dial()
		var reply *textproto.Error
		if err := transmit(c, step.from, []string{step.to}, m.raw); !errors.As(err, &reply) || reply.Code != step.code {
			t.Errorf("%s: %v, want %d", name, err, step.code)
		}
	}
}

// TestSocketSnapshot: a snapshot taken in the middle of a delay, put into another
// simulator, answers there in its time.
func TestSocketSnapshot(t *testing.T) {
	t.Parallel()
	b := begin(t, "auto_reply: { delay: 10s }")
	m := mail{to: []string{robotAddress}}.fill()
	if err := transmit(b.dial(), kitBAL, m.to, m.raw); err != nil {
		t.Fatal(err)
	}
	b.advance(4 * time.Second)
	var saved bytes.Buffer
	if err := b.app.Snapshot(&saved); err != nil {
		t.Fatal(err)
	}
	b.app.Reset()
	other := begin(t, "auto_reply: { delay: 10s }")
	if err := other.app.RestoreSnapshot(&saved); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, s: other.s, w: other.app.World()}
	other.advance(5999 * time.Millisecond)
	if got := d.subjects(kitBAL); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	other.advance(time.Millisecond)
	if got := d.subjects(kitBAL); len(got) != 1 {
		t.Errorf("%d answers", len(got))
	}
	b.advance(time.Minute)
	if got := (&desk{t: t, s: b.s, w: b.app.World()}).subjects(kitBAL); len(got) != 0 {
		t.Errorf("answered after a reset: %v", got)
	}
}

// BenchmarkSubmit is a message of 4 kB to one BAL, without the network.
func BenchmarkSubmit(b *testing.B) {
	for name, size := range map[string]int{"4kB": 4 << 10, "200kB": 200 << 10} {
		b.Run(name, func(b *testing.B) {
			d := newDesk(b, func(c *Config) { c.Storage.Quota, c.Storage.Total = 1<<40, 1<<40; c.Post.Keep = 1000 })
			m := mail{to: []string{robertBAL}, body: strings.Repeat("Bonjour, voici le texte d'un message ordinaire.\r\n", size/49)}
			b.SetBytes(int64(size))
			b.ResetTimer()
			for range b.N {
				d.send(m)
			}
		})
	}
}

// TestCrowd: many sessions at once, with the clock moving and resets between: each
// message is delivered once, or gone with its world.
func TestCrowd(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) { c.Storage.Quota = 1 << 40 })
	const senders, each = 8, 15
	run := func(reset bool) {
		var all sync.WaitGroup
		for range senders {
			all.Go(func() {
				for i := range each {
					d.send(mail{to: []string{robertBAL, otherBAL, robotAddress, ghost}, header: asks})
					if i%5 == 0 {
						d.w.Clock.Advance(3 * time.Second)
					}
					if reset && i == each/2 {
						d.w.Store.Reset()
						d.s.Reset()
					}
				}
			})
		}
		all.Wait()
		d.w.Clock.Advance(time.Minute)
	}
	run(true)
	d.w.Store.Reset()
	d.s.Reset()
	run(false)
	for address, want := range map[string]int{robertBAL: senders * each, otherBAL: senders * each, kitBAL: 2 * senders * each} { // bounces and answers
		if got := len(d.inbox(address)); got != want {
			t.Errorf("%s has %d messages, want %d", address, got, want)
		}
	}
	if got := d.do("counters", nil)["total"].(tally); got.Pro != senders*each || got.Test != senders*each || got.Bounces != senders*each {
		t.Errorf("counters = %+v", got)
	}
	if w := d.do("waiting", nil)["waiting"].([]map[string]any); len(w) != 0 {
		t.Errorf("%d still wait", len(w))
	}
}
