package submission_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

const head = "From: <" + bal + ">\r\nTo: <" + peer + ">\r\nSubject: essai\r\n\r\n"

// TestSend looks at everything that a sending gives: reply, envelope, entry.
func TestSend(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	w.app.World().Clock.Freeze(true)
	w.app.World().Clock.Set(now)
	c := w.login(t)
	mail := "MAIL FROM:<" + bal + "> SIZE=1000 BODY=8BITMIME RET=HDRS ENVID=env+2B1"
	rcpt := "RCPT TO:<" + peer + "> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;autre@x.test"
	c.cmd(250, mail)
	c.cmd(250, rcpt)
	refused := c.cmd(550, "RCPT TO:<inconnu@x.test>")
	c.cmd(250, "RCPT TO:<deux@x.test>")
	c.cmd(354, "DATA")
	text := c.cmd(250, head+"..une ligne\r\n.\xc3\xa9 fin\r\n.")
	if text != "250 2.0.0 Ok: queued as Q42\r\n" {
		t.Errorf("reply %q", text)
	}
	if !strings.HasPrefix(refused, "550 5.1.1 ") {
		t.Errorf("refused recipient: %q", refused)
	}
	raw := head + ".une ligne\r\n\xc3\xa9 fin\r\n"
	want := submission.Envelope{
		From: bal, EnvelopeID: "env+1", Return: "HDRS", Helo: "poste.segursim.test", Received: now,
		Recipients: []submission.Recipient{{Address: peer, Notify: []string{"SUCCESS", "FAILURE"}, Original: "autre@x.test"}, {Address: "deux@x.test"}},
		Sender:     auth.Identity{BAL: bal, Person: "899700366240", Session: "s1", Client: "lps", Mechanism: "XOAUTH2"},
	}
	got := w.post.all()
	if len(got) != 1 || got[0].raw != raw {
		t.Fatalf("posted %+v, want %q", got, raw)
	}
	if diff := cmp.Diff(want, got[0].env, cmpopts.IgnoreFields(submission.Envelope{}, "Exchange")); diff != "" {
		t.Errorf("envelope (-want +got):\n%s", diff)
	}
	e := w.entry(t, "smtp.send", 0)
	if e.ID != "Q42" || e.Status != 250 || e.Outcome != journal.OK || string(e.Request.Body) != raw || e.Request.Size != int64(len(raw)) {
		t.Errorf("entry %+v", e)
	}
	facts := map[string]any{
		"mail.from": bal, "mail.to": []any{peer, "deux@x.test"}, "mail.size": int64(len(raw)), "mail.declared_size": int64(1000), "mail.queue": "Q42",
		"mail.complete": true, "mail.chunked": false, "mail.utf8": false, "mail.body": "8BITMIME", "mail.helo": "poste.segursim.test",
		"dsn.ret": "HDRS", "dsn.envid": "env+1", "dsn.notify": []any{"SUCCESS", "FAILURE"}, "auth.user": bal, "lint.errors": int64(0),
	}
	for path, want := range facts {
		if diff := cmp.Diff(want, e.Fact(path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	lines := strings.Join([]string{mail, rcpt, "RCPT TO:<inconnu@x.test>", "RCPT TO:<deux@x.test>", "DATA", ""}, "\r\n")
	if string(e.Request.Head) != lines {
		t.Errorf("request %q, want %q", e.Request.Head, lines)
	}
	if out := string(e.Response.Head); out != "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"+refused+"250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n"+text {
		t.Errorf("response %q", out)
	}
	r := w.entry(t, "smtp.rcpt", 0)
	if r.Status != 550 || r.Fact("rcpt.to") != "inconnu@x.test" || r.Fact("mail.from") != bal || string(r.Request.Head) != "RCPT TO:<inconnu@x.test>\r\n" {
		t.Errorf("smtp.rcpt: %+v", r)
	}
	hasCause(t, r, "test.recipient")
	c.cmd(221, "QUIT")
	if end := w.entry(t, "smtp.quit", e.Seq); end.Fact("end.messages") != int64(1) {
		t.Errorf("end: %v", end.Facts)
	}
}

// TestCommands: what is out of place or malformed, after authentication.
func TestCommands(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{Recipients: 2})
	mail := "MAIL FROM:<" + bal + ">"
	rcpt := "RCPT TO:<" + peer + ">"
	var c *client
	parent := t
	for _, tt := range []struct {
		name  string
		lines []string
		want  string // the last reply
		op    string // of its entry
		rule  string
	}{
		{"rcpt first", []string{rcpt}, "503 5.5.1", "smtp.rcpt", "mssante.smtp.sequence"},
		{"data first", []string{"DATA"}, "503 5.5.1", "smtp.command", "mssante.smtp.sequence"},
		{"data without recipients", []string{mail, "DATA"}, "503 5.5.1", "smtp.command", "mssante.smtp.sequence"},
		{"data, all refused", []string{mail, "RCPT TO:<inconnu@x.test>", "DATA"}, "554 5.5.1", "smtp.command", "mssante.smtp.sequence"},
		{"bdat first", []string{"BDAT 5 LAST\r\nabc"}, "503 5.5.1", "smtp.command", "mssante.smtp.sequence"},
		{"bdat malformed", []string{mail, rcpt, "BDAT x"}, "501 5.5.4", "smtp.command", "mssante.smtp.refused"},
		{"nested", []string{mail, mail}, "503 5.5.1", "smtp.mail", "mssante.smtp.sequence"},
		{"another's address", []string{"MAIL FROM:<" + peer + ">"}, "553 5.7.1 Expediteur refuse", "smtp.mail", "test.sender"},
		{"null sender", []string{"MAIL FROM:<>"}, "250 2.1.0", "", ""},
		{"no chevrons", []string{"MAIL FROM:alice"}, "501 5.1.7", "smtp.mail", "mssante.smtp.address"},
		{"no FROM", []string{"MAIL " + bal}, "501 5.1.7", "smtp.mail", "mssante.smtp.address"},
		{"unknown parameter", []string{mail + " SOLDE=3"}, "555 5.5.4", "smtp.mail", "mssante.smtp.parameter"},
		{"binary", []string{mail + " BODY=BINARYMIME"}, "555 5.5.4", "smtp.mail", "mssante.smtp.parameter"},
		{"too large", []string{mail + " SIZE=26214401"}, "552 5.3.4", "smtp.mail", "mssante.smtp.size"},
		{"just not", []string{mail + " SIZE=26214400"}, "250 2.1.0", "", ""},
		{"bad size", []string{mail + " SIZE=-1"}, "501 5.5.4", "smtp.mail", "mssante.smtp.parameter"},
		{"bad RET", []string{mail + " RET=ALL"}, "501 5.5.4", "smtp.mail", ""},
		{"bad NOTIFY", []string{mail, rcpt + " NOTIFY=NEVER,SUCCESS"}, "501 5.5.4", "smtp.rcpt", ""},
		{"unknown RCPT parameter", []string{mail, rcpt + " SOLDE=3"}, "555 5.5.4", "smtp.rcpt", "mssante.smtp.parameter"},
		{"accents without SMTPUTF8", []string{mail, "RCPT TO:<zoé@x.test>"}, "553 5.6.7", "smtp.rcpt", "mssante.smtp.address"},
		{"accents with it", []string{mail + " SMTPUTF8", "RCPT TO:<zoé@x.test>"}, "250 2.1.5", "", ""},
		{"Latin-1", []string{mail + " SMTPUTF8", "RCPT TO:<zo\xe9@x.test>"}, "501 5.1.3", "smtp.rcpt", "mssante.smtp.address"},
		{"long address", []string{mail, "RCPT TO:<" + strings.Repeat("a", 65) + "@x.test>"}, "501 5.1.3", "smtp.rcpt", "mssante.smtp.address"},
		{"third recipient", []string{mail, rcpt, rcpt, rcpt}, "452 4.5.3", "smtp.rcpt", "mssante.smtp.recipients"},
		{"unknown", []string{"FOO bar"}, "500 5.5.2", "smtp.command", "mssante.smtp.unknown"},
		{"empty", []string{""}, "500 5.5.2", "smtp.command", "mssante.smtp.unknown"},
		{"short", []string{"NO"}, "500 5.5.2", "smtp.command", "mssante.smtp.unknown"},
		{"known", []string{"EXPN x"}, "502 5.5.1", "smtp.command", "mssante.smtp.absent"},
		{"lmtp", []string{"LHLO x"}, "500 5.5.2", "smtp.command", "mssante.smtp.unknown"},
		{"NUL", []string{"NOOP \x00"}, "500 5.5.2", "smtp.command", "mssante.smtp.control"},
		{"long line", []string{"NOOP " + strings.Repeat("x", 21_000)}, "500 5.5.2", "smtp.command", "mssante.smtp.line"},
		{"vrfy", []string{"VRFY x"}, "252 2.5.0", "", ""},
		{"help", []string{"HELP"}, "214 2.0.0", "", ""},
		{"rset", []string{mail, rcpt, "RSET"}, "250 2.0.0", "", ""},
		{"after rset", []string{mail, rcpt, "RSET", mail}, "250 2.1.0", "", ""},
		{"ehlo drops the transaction", []string{mail, "EHLO x", rcpt}, "503 5.5.1", "smtp.rcpt", ""},
		{"post wants an end", []string{mail, "RCPT TO:<panne@x.test>"}, "421 4.3.0", "smtp.rcpt", "test.later"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			after := w.app.World().Journal.Last()
			if c == nil || strings.HasPrefix(tt.want, "500") {
				c = w.login(parent) // go-smtp counts errors
			}
			c.t = t
			var last string
			for _, line := range tt.lines {
				c.send(line + "\r\n")
				_, last = c.reply()
			}
			if !strings.HasPrefix(last, tt.want) {
				t.Errorf("got %q, want %q", last, tt.want)
			}
			if tt.op != "" {
				e := w.entry(t, tt.op, after)
				if e.Outcome != journal.Refused || fmt.Sprint(e.Status) != tt.want[:3] || len(e.Causes) == 0 {
					t.Errorf("entry: %s %d %+v", e.Outcome, e.Status, e.Causes)
				}
				if tt.rule != "" {
					hasCause(t, e, tt.rule)
				}
			}
			if strings.HasPrefix(last, "421") {
				c.closed()
				c = nil
				return
			}
			c.cmd(250, "RSET")
		})
	}
}

// TestUnauthenticated: nothing is sent before AUTH.
func TestUnauthenticated(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.secure(t, "")
	if text := c.cmd(530, "MAIL FROM:<"+bal+">"); !strings.HasPrefix(text, "530 5.7.0 ") {
		t.Errorf("got %q", text)
	}
	hasCause(t, w.entry(t, "smtp.mail", 0), "mssante.smtp.unauthenticated")
}

// TestTooManyErrors: the library ends it, in our words.
func TestTooManyErrors(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.login(t)
	c.send(strings.Repeat("FOO\r\n", 10))
	for range 4 {
		c.want(500)
	}
	if text := c.want(421); !strings.HasPrefix(text, "421 4.7.0 ") {
		t.Errorf("got %q", text)
	}
	c.closed()
	if e := w.entry(t, "smtp.quit", 0); e.Fact("end.how") != "errors" {
		t.Errorf("end %v", e.Fact("end"))
	}
}

// TestContent: what the bytes of a message become.
func TestContent(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	for _, tt := range []struct {
		name, in, want string
		causes         []string
	}{
		{"empty", ".\r\n", "", nil},
		{"dots", "..\r\n...\r\n.a\r\n.\r\n", ".\r\n..\r\na\r\n", nil},
		{"8 bit", "\xff\xfe\x80\r\n.\r\n", "\xff\xfe\x80\r\n", nil},
		{"bare LF is no end", "a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", []string{"mssante.smtp.bare-lf"}},
		{"LF dot CRLF is no end", "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", []string{"mssante.smtp.bare-lf"}},
		{"CRLF dot LF is no end", "a\r\n.\nMAIL FROM:<x@x>\r\n.\r\n", "a\r\n\nMAIL FROM:<x@x>\r\n", []string{"mssante.smtp.bare-lf"}},
		{"CR dot CR is no end", "a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", []string{"mssante.smtp.bare-cr"}},
		{"CR CRLF dot CRLF", "a\r\r\n.\r\n", "a\r\r\n", []string{"mssante.smtp.bare-cr"}},
		{"dot CR", "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", []string{"mssante.smtp.bare-cr"}},
		{"NUL", "a\x00b\r\n.\r\n", "a\x00b\r\n", []string{"mssante.smtp.nul"}},
		{"long line", strings.Repeat("x", 300_000) + "\r\n.\r\n", strings.Repeat("x", 300_000) + "\r\n", nil},
		{"CR and LF apart in the buffer", strings.Repeat("x", 16<<10-1) + "\r\n.\r\n", strings.Repeat("x", 16<<10-1) + "\r\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			after := w.app.World().Journal.Last()
			n := len(w.post.all())
			c := w.login(t)
			c.cmd(250, "MAIL FROM:<"+bal+">")
			c.cmd(250, "RCPT TO:<"+peer+">")
			c.cmd(354, "DATA")
			c.send(tt.in)
			c.want(250)
			c.cmd(250, "NOOP") // nothing of the message is taken for a command
			got := w.post.all()[n:]
			if len(got) != 1 || got[0].raw != tt.want {
				t.Fatalf("posted %.300v, want %.100q", got, tt.want)
			}
			e := w.entry(t, "smtp.send", after)
			var rules []string
			for _, c := range e.Causes {
				rules = append(rules, c.Rule)
			}
			if diff := cmp.Diff(tt.causes, rules); diff != "" {
				t.Errorf("causes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestChunks is BDAT.
func TestChunks(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{}, func(w *world) { w.post.max = 1000 })
	begin := func(t *testing.T) (*client, uint64, int) {
		after, n := w.app.World().Journal.Last(), len(w.post.all())
		c := w.login(t)
		c.cmd(250, "MAIL FROM:<"+bal+">")
		c.cmd(250, "RCPT TO:<"+peer+">")
		return c, after, n
	}
	t.Run("in pieces", func(t *testing.T) {
		c, after, n := begin(t)
		c.send("BDAT 5\r\na\r\n.\r")
		c.want(250)
		c.send("BDAT 6\r\n\nb\x00\xff\r\n")
		c.want(250)
		c.send("BDAT 0 LAST\r\n")
		if text := c.want(250); text != "250 2.0.0 Ok: queued as Q42\r\n" {
			t.Errorf("reply %q", text)
		}
		c.cmd(250, "NOOP")
		if got := w.post.all()[n:]; len(got) != 1 || got[0].raw != "a\r\n.\r\nb\x00\xff\r\n" {
			t.Errorf("posted %+v", got)
		}
		if e := w.entry(t, "smtp.send", after); e.Fact("mail.chunked") != true || e.Status != 250 || !strings.HasSuffix(string(e.Request.Head), "BDAT 5\r\nBDAT 6\r\nBDAT 0 LAST\r\n") {
			t.Errorf("entry: %d %v %q", e.Status, e.Facts, e.Request.Head)
		}
	})
	t.Run("pipelined", func(t *testing.T) {
		c, _, n := begin(t)
		c.send("BDAT 3\r\nabcBDAT 3 LAST\r\ndefNOOP\r\n")
		c.want(250)
		c.want(250)
		c.want(250)
		if got := w.post.all()[n:]; len(got) != 1 || got[0].raw != "abcdef" {
			t.Errorf("posted %+v", got)
		}
	})
	t.Run("just within", func(t *testing.T) {
		c, _, n := begin(t)
		c.send("BDAT 1000 LAST\r\n" + strings.Repeat("x", 1000))
		c.want(250)
		if len(w.post.all()) != n+1 {
			t.Error("not posted")
		}
	})
	t.Run("too large", func(t *testing.T) {
		c, after, n := begin(t)
		c.send("BDAT 1001 LAST\r\n" + strings.Repeat("x", 1001))
		if text := c.want(552); !strings.HasPrefix(text, "552 5.3.4") {
			t.Errorf("reply %q", text)
		}
		c.cmd(250, "NOOP")
		e := w.entry(t, "smtp.send", after)
		hasCause(t, e, "mssante.smtp.size")
		if len(w.post.all()) != n || e.Status != 552 || e.Fact("mail.complete") != false {
			t.Errorf("entry %d %v", e.Status, e.Facts)
		}
	})
	t.Run("too large, between chunks", func(t *testing.T) {
		c, after, _ := begin(t)
		c.send("BDAT 1001\r\n" + strings.Repeat("x", 1001))
		code, _ := c.reply() // the library may or may not know yet
		c.cmd(250, "NOOP")   // which is no answer to the message
		c.send("BDAT 1 LAST\r\nx")
		if next, text := c.reply(); code == 250 && next != 552 {
			t.Errorf("reply %q after %d", text, code)
		}
		if e := w.entry(t, "smtp.send", after); e.Status != 552 {
			t.Errorf("entry %d", e.Status)
		}
	})
	t.Run("given up", func(t *testing.T) {
		c, after, n := begin(t)
		c.send("BDAT 3\r\nabc")
		c.want(250)
		c.cmd(250, "RSET")
		e := w.entry(t, "smtp.send", after)
		hasCause(t, e, "mssante.smtp.cut")
		if len(w.post.all()) != n || e.Status != 0 {
			t.Errorf("entry %d", e.Status)
		}
	})
	t.Run("command between", func(t *testing.T) {
		c, _, _ := begin(t)
		c.send("BDAT 3\r\nabc")
		c.want(250)
		c.cmd(503, "RCPT TO:<"+peer+">")
		c.cmd(503, "DATA")
		c.send("BDAT 3 LAST\r\ndef")
		c.want(250)
	})
	t.Run("cut in the last chunk", func(t *testing.T) {
		c, after, n := begin(t)
		c.send("BDAT 10 LAST\r\nabc")
		_ = c.conn.Close()
		e := w.entry(t, "smtp.send", after)
		hasCause(t, e, "mssante.smtp.cut")
		if len(w.post.all()) != n {
			t.Error("a part of a message was posted")
		}
	})
	t.Run("endless", func(t *testing.T) {
		c, _, _ := begin(t)
		c.cmd(552, "BDAT 4000000000 LAST")
		c.closed()
	})
}

// TestSizes: the limit, declared or not, and the end of patience.
func TestSizes(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{Excess: 10_000}, func(w *world) { w.post.max = 2000 })
	line := strings.Repeat("x", 98) + "\r\n"
	for _, tt := range []struct {
		name   string
		lines  int
		code   int
		closed bool
	}{{"at the limit", 20, 250, false}, {"one line more", 21, 552, false}, {"far more", 200, 552, true}} {
		t.Run(tt.name, func(t *testing.T) {
			after := w.app.World().Journal.Last()
			c := w.login(t)
			c.cmd(250, "MAIL FROM:<"+bal+"> SIZE=10") // a lie
			c.cmd(250, "RCPT TO:<"+peer+">")
			c.cmd(354, "DATA")
			c.send(strings.Repeat(line, tt.lines) + ".\r\n")
			c.want(tt.code)
			if tt.closed {
				c.closed()
			} else {
				c.cmd(250, "NOOP")
			}
			e := w.entry(t, "smtp.send", after)
			if e.Status != tt.code || !tt.closed && e.Request.Size != int64(tt.lines*100) || tt.code != 250 && len(e.Request.Body) > 0 {
				t.Errorf("entry: %d, %d bytes, %d kept", e.Status, e.Request.Size, len(e.Request.Body))
			}
		})
	}
	if n := len(w.post.all()); n != 1 {
		t.Errorf("%d messages posted", n)
	}
}

// TestCutOff: a message that does not come whole is not posted.
func TestCutOff(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{Data: 300 * time.Millisecond})
	for name, leave := range map[string]func(*client){
		"closed": func(c *client) { _ = c.conn.Close() },
		"silent": func(c *client) { c.want(421); c.closed() },
	} {
		t.Run(name, func(t *testing.T) {
			after := w.app.World().Journal.Last()
			c := w.login(t)
			c.cmd(250, "MAIL FROM:<"+bal+">")
			c.cmd(250, "RCPT TO:<"+peer+">")
			c.cmd(354, "DATA")
			c.send(head + "une ligne\r\n.")
			leave(c)
			e := w.entry(t, "smtp.send", after)
			hasCause(t, e, "mssante.smtp.cut")
			if e.Outcome != journal.Refused || e.Fact("mail.complete") != false {
				t.Errorf("%s %v", e.Outcome, e.Facts)
			}
			end := w.entry(t, "smtp.quit", after)
			if want := map[string]string{"closed": "lost", "silent": "timeout"}[name]; end.Fact("end.how") != want {
				t.Errorf("end %v, want %s", end.Fact("end"), want)
			}
		})
	}
	if n := len(w.post.all()); n != 0 {
		t.Errorf("%d messages posted", n)
	}
}

// TestSubmitRefuses: a refusal at the end of the message, and a Post that breaks.
func TestSubmitRefuses(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.login(t)
	for _, tt := range []struct {
		subject, want string
		outcome       journal.Outcome
		rule          string
	}{
		{"refuse", "554-5.6.0 Message\r\n554 5.6.0 refuse\r\n", journal.Refused, "test.submit"},
		{"panique", "451 4.3.0 Requested action aborted: local error in processing\r\n", journal.Failed, "mssante.smtp.internal"},
		{"bien", "250 2.0.0 Ok: queued as Q42\r\n", journal.OK, ""},
	} {
		after := w.app.World().Journal.Last()
		c.cmd(250, "MAIL FROM:<"+bal+">")
		c.cmd(250, "RCPT TO:<"+peer+">")
		c.cmd(354, "DATA")
		c.send("Subject: " + tt.subject + "\r\n\r\n.\r\n")
		if _, text := c.reply(); text != tt.want {
			t.Errorf("%s: %q, want %q", tt.subject, text, tt.want)
		}
		e := w.entry(t, "smtp.send", after)
		if e.Outcome != tt.outcome {
			t.Errorf("%s: outcome %s, want %s", tt.subject, e.Outcome, tt.outcome)
		}
		if tt.rule != "" {
			hasCause(t, e, tt.rule)
		}
	}
}

// TestPipelining sends a whole session at once (RFC 2920), one byte at a time too.
func TestPipelining(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	all := "MAIL FROM:<" + bal + ">\r\nRCPT TO:<" + peer + ">\r\nDATA\r\n" + head + "x\r\n.\r\nMAIL FROM:<" + bal + ">\r\nRCPT TO:<inconnu@x.test>\r\nRCPT TO:<" + peer + ">\r\nDATA\r\n" + head + "y\r\n.\r\nQUIT\r\n"
	codes := []int{250, 250, 354, 250, 250, 550, 250, 354, 250, 221}
	for name, step := range map[string]int{"at once": len(all), "by bytes": 1, "by sevens": 7} {
		t.Run(name, func(t *testing.T) {
			c := w.login(t)
			go func() {
				for i := 0; i < len(all); i += step {
					if _, err := c.conn.Write([]byte(all[i:min(i+step, len(all))])); err != nil {
						return
					}
				}
			}()
			for _, code := range codes {
				c.want(code)
			}
			c.closed()
		})
	}
	if n := len(w.post.all()); n != 6 {
		t.Errorf("%d messages posted, want 6", n)
	}
}

// TestBigBody: the journal keeps what it keeps of any body.
func TestBigBody(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.login(t)
	raw := head + strings.Repeat(strings.Repeat("a", 998)+"\r\n", 1_500)
	c.cmd(250, fmt.Sprintf("MAIL FROM:<%s> SIZE=%d", bal, len(raw)))
	c.cmd(250, "RCPT TO:<"+peer+">")
	c.cmd(354, "DATA")
	c.send(raw + ".\r\n")
	c.want(250)
	e := w.entry(t, "smtp.send", 0)
	if !e.Request.Truncated() || e.Request.SHA256 == "" || !bytes.HasPrefix([]byte(raw), e.Request.Body) || w.post.all()[0].raw != raw {
		t.Errorf("kept %d of %d, sha256 %q", len(e.Request.Body), e.Request.Size, e.Request.SHA256)
	}
}

// TestStop: a stopped simulator leaves no connection, whatever it was doing.
func TestStop(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	idle := w.login(t)
	inData := w.login(t)
	inData.cmd(250, "MAIL FROM:<"+bal+">")
	inData.cmd(250, "RCPT TO:<"+peer+">")
	inData.cmd(354, "DATA")
	clear := w.dial(t)
	clear.want(220)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	started := time.Now()
	if err := w.app.Stop(ctx); err != nil || time.Since(started) > 3*time.Second {
		t.Errorf("stop: %v after %v", err, time.Since(started))
	}
	for _, c := range []*client{idle, inData, clear} {
		if code, _ := c.reply(); code != 0 {
			t.Errorf("still there: %d", code)
		}
	}
	if _, err := net.Dial("tcp", w.addr("smtp")); err == nil {
		t.Error("it still listens")
	}
}

var _ submission.Post = (*post)(nil)
