package submission_test

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// steps takes a client up to an operation and asks for it: the reply that counts is
// the next one.
func steps(w *world, t *testing.T, op string) *client {
	t.Helper()
	if op == "smtp.connect" {
		return w.dial(t)
	}
	c := w.secure(t, "")
	login := "AUTH XOAUTH2 " + xoauth2(bal, token) + "\r\n"
	if op == "smtp.auth" {
		c.send(login)
		return c
	}
	c.send(login)
	c.want(235)
	for _, s := range []struct {
		op, line string
		code     int
	}{
		{"smtp.quit", "QUIT", 221},
		{"smtp.mail", "MAIL FROM:<" + bal + ">", 250},
		{"smtp.rcpt", "RCPT TO:<" + peer + ">", 250},
		{"", "DATA", 354},
		{"smtp.send", head + "x\r\n.", 250},
	} {
		if s.op == "smtp.quit" && op != s.op {
			continue
		}
		c.send(s.line + "\r\n")
		if s.op == op {
			return c
		}
		c.want(s.code)
	}
	t.Fatalf("no operation %s", op)
	return nil
}

// TestFaultCodes plays every code of every operation.
func TestFaultCodes(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	w.gate.set(func() { w.gate.refusal = "clean" })
	want := map[string]string{
		"smtp.auth/535": "334 ", "smtp.mail/greylist": "450 4.7.1 ", "smtp.rcpt/greylist": "450 4.7.1 ", "smtp.send/greylist": "450 4.7.1 ",
		"smtp.rcpt/quota": "452 4.2.2 ", "smtp.send/quota": "452 4.2.2 ", "smtp.rcpt/452": "452 4.3.1 ", "smtp.rcpt/550": "550 5.1.1 ",
		"smtp.send/552": "552 5.3.4 ", "smtp.rcpt/552": "552 5.2.2 ", "smtp.connect/454": "220 ",
	}
	played := 0
	for _, op := range submission.Ops() {
		for _, code := range op.Codes {
			played++
			t.Run(op.Name+"/"+code, func(t *testing.T) {
				w.app.Engine().ClearFaults()
				w.fault(scenario.Fault{Op: op.Name, Times: 1, Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: code}}})
				after := w.app.World().Journal.Last()
				c := steps(w, t, op.Name)
				prefix, ok := want[op.Name+"/"+code]
				if !ok {
					prefix = code + " " + code[:1] + "."
				}
				_, text := c.reply()
				if !strings.HasPrefix(text, prefix) {
					t.Fatalf("got %q, want %s", text, prefix)
				}
				switch op.Name + "/" + code {
				case "smtp.auth/535":
					c.cmd(535, "")
				case "smtp.connect/454":
					c.cmd(454, "STARTTLS")
					c.cmd(221, "QUIT")
				}
				if code == "421" || op.Name == "smtp.connect" {
					c.closed()
				} else {
					c.cmd(250, "NOOP")
				}
				e := w.entry(t, op.Name, after)
				if e.Outcome != journal.Faulted || e.Fault == "" || len(e.Causes) == 0 {
					t.Errorf("entry %s %q %+v", e.Outcome, e.Fault, e.Causes)
				}
			})
		}
	}
	if played < 25 {
		t.Errorf("only %d codes", played)
	}
	for _, s := range w.post.all() {
		t.Errorf("a refused message was posted: %+v", s.env)
	}
}

// TestFaultWords: a status, a text and an enhanced code of the user's own.
func TestFaultWords(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	for _, tt := range []struct {
		effect scenario.Effect
		want   string
	}{
		{scenario.Effect{Error: &scenario.ErrorEffect{Code: "550", Status: 551, Text: "Déménagé"}}, "551 5.0.0 Demenage\r\n"},
		{scenario.Effect{Error: &scenario.ErrorEffect{Code: "550", Text: "5.7.27 No SPF"}}, "550 5.7.27 No SPF\r\n"},
		{scenario.Effect{Error: &scenario.ErrorEffect{Code: "450", Status: 200}}, "450 4.7.1 Greylisted, please try again later\r\n"},
		{scenario.Effect{Patch: map[string]any{"code": 251, "text": "User not local", "enhanced": nil}}, "251 User not local\r\n"},
		{scenario.Effect{HTTP: &scenario.HTTPEffect{Status: 503}}, "250 2.1.5 Ok\r\n"},
	} {
		w.app.Engine().ClearFaults()
		w.fault(scenario.Fault{Op: "smtp.rcpt", Where: "rcpt.to == '" + peer + "' and auth.user == '" + bal + "'", Effect: tt.effect})
		after := w.app.World().Journal.Last()
		c := steps(w, t, "smtp.rcpt")
		if _, text := c.reply(); text != tt.want {
			t.Errorf("got %q, want %q", text, tt.want)
		}
		if e := w.entry(t, "smtp.rcpt", after); e.Fault == "" {
			t.Errorf("entry without its fault: %+v", e)
		}
	}
}

// TestFaultConditions: the facts that conditions may look at are of their types.
func TestFaultConditions(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	for _, tt := range []struct{ op, where string }{
		{"smtp.connect", "starttls"},
		{"smtp.auth", "auth.mechanism == 'XOAUTH2' and auth.token_length > 10 and auth.initial_response and auth.user == '" + bal + "'"},
		{"smtp.mail", "mail.from == '" + bal + "' and mail.declared_size == 0 and auth.person == '899700366240'"},
		{"smtp.send", "mail.size > 10 and '" + peer + "' in mail.to and len(mail.to) == 1 and not mail.chunked"},
		{"smtp.quit", "end.commands > 2"},
	} {
		w.app.Engine().ClearFaults()
		w.fault(scenario.Fault{Op: tt.op, Where: tt.where, Effect: scenario.Effect{Drop: true}})
		after := w.app.World().Journal.Last()
		steps(w, t, tt.op).closed()
		e := w.entry(t, tt.op, after)
		if tt.op == "smtp.quit" && e.Outcome != journal.Faulted {
			e = w.entry(t, tt.op, e.Seq) // the first was the end of the connection before
		}
		if e.Outcome != journal.Faulted {
			t.Errorf("%s: %s", tt.op, e.Outcome)
		}
	}
}

// TestWireFaults plays what spoils the wire, on every operation that replies.
func TestWireFaults(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	ops := []string{"smtp.connect", "smtp.auth", "smtp.mail", "smtp.rcpt", "smtp.send", "smtp.quit"}
	for _, op := range ops {
		for _, tt := range []struct {
			name   string
			effect scenario.Effect
			check  func(*testing.T, *client)
		}{
			{"drop", scenario.Effect{Drop: true}, func(_ *testing.T, c *client) { c.closed() }},
			{"reset", scenario.Effect{Reset: true}, func(t *testing.T, c *client) {
				if _, err := c.in.ReadByte(); !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("read: %v, want a reset", err)
				}
			}},
			{"truncate", scenario.Effect{Truncate: &scenario.TruncateEffect{Bytes: 2}}, func(t *testing.T, c *client) {
				if _, text := c.reply(); len(text) != 2 {
					t.Errorf("got %q", text)
				}
			}},
			{"garble", scenario.Effect{Garble: true}, func(t *testing.T, c *client) {
				line, err := c.in.ReadString('\n')
				if err != nil || len(line) < 3 || line[1] >= '0' && line[1] <= '9' {
					t.Errorf("got %q %v", line, err)
				}
			}},
		} {
			t.Run(op+"/"+tt.name, func(t *testing.T) {
				w.app.Engine().ClearFaults()
				w.fault(scenario.Fault{Op: op, Times: 1, Effect: tt.effect})
				after := w.app.World().Journal.Last()
				n := len(w.post.all())
				if op == "smtp.connect" && tt.name == "reset" {
					if conn, err := net.Dial("tcp", w.addr("smtp")); err == nil {
						defer conn.Close()
						_, err = conn.Read(make([]byte, 1))
						if !errors.Is(err, syscall.ECONNRESET) {
							t.Errorf("read: %v, want a reset", err)
						}
					} else if !errors.Is(err, syscall.ECONNRESET) {
						t.Errorf("dial: %v, want a reset", err)
					}
					return
				}
				c := steps(w, t, op)
				tt.check(t, c)
				if op == "smtp.connect" && tt.name == "garble" { // it is written when TLS is up
					_ = c.conn.Close()
					return
				}
				e := w.entry(t, op, after)
				for e.Fault == "" { // the end of a connection before
					e = w.entry(t, op, e.Seq)
				}
				if e.Outcome != journal.Faulted {
					t.Errorf("entry %s", e.Outcome)
				}
				if op == "smtp.send" && len(w.post.all()) != n+1 {
					t.Error("what was asked was not done")
				}
			})
		}
	}
}

// TestDelay: a delay is of simulated time, and a client that leaves ends it.
func TestDelay(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	clock := w.app.World().Clock
	clock.Freeze(true)
	w.fault(scenario.Fault{Op: "smtp.mail", Effect: scenario.Effect{Delay: scenario.Duration(time.Minute)}})
	timers := clock.State().Timers
	c := steps(w, t, "smtp.mail")
	for clock.State().Timers == timers {
		time.Sleep(time.Millisecond)
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	var ne net.Error
	if _, err := c.in.Peek(1); !errors.As(err, &ne) || !ne.Timeout() {
		t.Fatalf("it did not wait: %v", err)
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	clock.Advance(time.Minute)
	c.want(250)
	if e := w.entry(t, "smtp.mail", 0); e.Outcome != journal.OK || e.Fault == "" {
		t.Errorf("entry %s %q", e.Outcome, e.Fault)
	}
	// One that waits when the simulator stops does not hold it.
	steps(w, t, "smtp.mail")
	for clock.State().Timers == timers {
		time.Sleep(time.Millisecond)
	}
}
