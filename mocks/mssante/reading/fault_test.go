package reading_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/scenario"
)

// waitTimers waits until n things wait for the simulated clock.
func (b *bench) waitTimers(n int) {
	b.Helper()
	for range 500 {
		if b.app.World().Clock.State().Timers >= n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.Fatalf("%d things wait for the clock, want %d", b.app.World().Clock.State().Timers, n)
}

func TestFaultErrors(t *testing.T) {
	b := start(t)
	b.put("INBOX", letter("m1", "x"))
	for _, c := range []struct {
		op, code, text, command, want string
	}{
		{"imap.move", "SERVERBUG", "", "MOVE 1 Sent", "NO [SERVERBUG] Internal error"},
		{"imap.append", "OVERQUOTA", "", "APPEND INBOX {3+}\r\nabc", "NO [OVERQUOTA] Quota exceeded"},
		{"imap.select", "UNAVAILABLE", "Plus tard", "SELECT INBOX", "NO [UNAVAILABLE] Plus tard"},
		{"imap.fetch", "INUSE", "", "FETCH 1 FLAGS", "NO [INUSE] Mailbox is in use"},
		{"imap.copy", "TRYCREATE", "", "UID COPY 1 Sent", "NO [TRYCREATE] Mailbox does not exist, it can be created"},
		{"imap.create", "LIMIT", "", "CREATE x", "NO [LIMIT] A limit of the server is reached"},
		{"imap.noop", "ALERT", "", "NOOP", "NO [ALERT] Maintenance of the messaging is under way"},
		{"imap.search", "BAD", "No", "SEARCH ALL", "BAD No"},
		{"imap.idle", "UNAVAILABLE", "", "IDLE", "NO [UNAVAILABLE] Temporarily unavailable"},
		{"imap.sort", "SERVERBUG", "", "SORT (DATE) UTF-8 ALL", "NO [SERVERBUG] Internal error"},
	} {
		t.Run(c.op, func(t *testing.T) {
			b.fault(scenario.Fault{Op: c.op, Times: 1, Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: c.code, Text: c.text}}})
			l := b.login()
			if c.op != "imap.select" {
				l.ok("SELECT INBOX")
			}
			n := len(b.entries(c.op))
			if got, _ := l.do("%s", c.command); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if e := b.entry(c.op, n+1); e.Outcome != "fault" || e.Fault == "" || len(e.Causes) != 1 {
				t.Errorf("journal: %s %q %v", e.Outcome, e.Fault, e.Causes)
			}
			l.ok("NOOP")
		})
	}
}

func TestFaultAuthentication(t *testing.T) {
	b := start(t)
	b.fault(scenario.Fault{Op: "imap.auth", Times: 1, Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: "EXPIRED"}}})
	b.fault(scenario.Fault{Op: "imap.auth", Times: 1, Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: "UNAVAILABLE"}}})
	b.fault(scenario.Fault{Op: "imap.auth", Times: 1, Effect: scenario.Effect{Drop: true}})
	b.fault(scenario.Fault{Op: "imap.auth", Times: 1, Effect: scenario.Effect{HTTP: &scenario.HTTPEffect{Status: 503}}})
	l := b.dial("imaps")
	l.read()
	l.send("a AUTHENTICATE XOAUTH2 " + xoauth2(bal, token) + "\r\n")
	if got := l.read(); got != "+ "+base64.StdEncoding.EncodeToString([]byte(challenge))+"\r\n" {
		t.Error(got)
	}
	l.send("\r\n")
	if got, _ := l.until("a"); got != "NO [EXPIRED] The token has expired" {
		t.Error(got)
	}
	if got, _ := l.do("AUTHENTICATE XOAUTH2 %s", xoauth2(bal, token)); got != "NO [UNAVAILABLE] Temporarily unavailable" {
		t.Error(got)
	}
	l.send("b AUTHENTICATE XOAUTH2 " + xoauth2(bal, token) + "\r\n")
	if got := l.closed(); got != "" {
		t.Errorf("%q, want nothing", got)
	}
	l = b.dial("imaps")
	l.read()
	if got, _ := l.do("AUTHENTICATE XOAUTH2 %s", xoauth2(bal, token)); got != "NO [UNAVAILABLE] Temporarily unavailable" {
		t.Error(got)
	}
	if got, _ := l.do("SELECT INBOX"); !strings.HasPrefix(got, "BAD") {
		t.Errorf("a fault refused the login, and yet: %s", got)
	}
	l.ok("AUTHENTICATE XOAUTH2 %s", xoauth2(bal, token))
}

func TestFaultConnect(t *testing.T) {
	b := start(t)
	b.fault(scenario.Fault{Op: "imap.connect", Times: 2, Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: "UNAVAILABLE", Text: "Maintenance"}}})
	b.fault(scenario.Fault{Op: "imap.connect", Times: 1, Effect: scenario.Effect{Reset: true}})
	for _, listener := range []string{"imap", "imaps"} {
		if got := b.dial(listener).closed(); got != "* BYE [UNAVAILABLE] Maintenance\r\n" {
			t.Errorf("%s: %q", listener, got)
		}
	}
	if conn, err := net.Dial("tcp", b.addr("imap")); err == nil { // the reset may come within the dial
		if s, err := io.ReadAll(conn); err == nil {
			t.Errorf("%q, want a reset", s)
		}
		_ = conn.Close()
	}
	b.dial("imap").read()
}

// TestFaultDelay: a slow MOVE, in simulated time.
func TestFaultDelay(t *testing.T) {
	b := start(t)
	b.put("INBOX", letter("m1", "x"))
	b.fault(scenario.Fault{Op: "imap.move", Effect: scenario.Effect{Delay: scenario.Duration(8 * time.Second)}})
	l := b.selected("INBOX")
	l.send("a MOVE 1 Sent\r\nb NOOP\r\n") // what comes meanwhile waits for its turn
	b.waitTimers(1)
	b.app.World().Clock.Advance(8 * time.Second)
	if got, _ := l.until("a"); got != "OK MOVE completed" {
		t.Error(got)
	}
	if got, _ := l.until("b"); got != "OK NOOP completed" {
		t.Error(got)
	}

	// A client that leaves meanwhile leaves nothing behind.
	l.ok("SELECT Sent")
	l.send("c MOVE 1 INBOX\r\n")
	b.waitTimers(1)
	_ = l.conn.Close()
	if e := b.entry("imap.move", 2); len(e.Causes) == 0 || e.Causes[len(e.Causes)-1].Rule != "mssante.imap.cut" {
		t.Errorf("journal: %+v", e.Causes)
	}
	if n := b.app.World().Clock.State().Timers; n != 0 {
		t.Errorf("%d timers are left", n)
	}
	if l := b.selected("Sent"); !strings.HasPrefix(strings.Join(l.ok("STATUS Sent (MESSAGES)"), ""), "* STATUS \"Sent\" (MESSAGES 1)") {
		t.Error("the message moved without anybody to hear of it")
	}

	// A reset ends the wait and the session.
	l = b.selected("Sent")
	l.send("d MOVE 1 INBOX\r\n")
	b.waitTimers(1)
	b.app.Reset()
	if got := l.closed(); !strings.HasPrefix(got, "* BYE [UNAVAILABLE] The simulator was reset\r\n") {
		t.Errorf("%q", got)
	}
}

func TestFaultWire(t *testing.T) {
	big := letter("m1", strings.Repeat("0123456789\r\n", 4000))
	for _, c := range []struct {
		name   string
		effect scenario.Effect
		check  func(l *line) error
	}{
		{"drop", scenario.Effect{Drop: true}, func(l *line) error {
			if got := l.closed(); got != "" {
				return fmt.Errorf("%.80q", got)
			}
			return nil
		}},
		{"reset", scenario.Effect{Reset: true}, func(l *line) error {
			if got, err := l.tryRead(); got != "" || err == nil {
				return fmt.Errorf("%.80q %v", got, err)
			}
			return nil
		}},
		{"truncate at half", scenario.Effect{Truncate: &scenario.TruncateEffect{}}, func(l *line) error {
			got := l.closed()
			if !strings.HasPrefix(got, fmt.Sprintf("* 1 FETCH (BODY[] {%d}\r\nFrom:", len(big))) || len(got) < len(big)/2 || len(got) > len(big)/2+50 {
				return fmt.Errorf("%d bytes of %d: %.60q", len(got), len(big), got)
			}
			return nil
		}},
		{"truncate", scenario.Effect{Truncate: &scenario.TruncateEffect{Bytes: 100}}, func(l *line) error {
			if got := l.closed(); len(got) != 100 {
				return fmt.Errorf("%d bytes", len(got))
			}
			return nil
		}},
		{"garble", scenario.Effect{Garble: true}, func(l *line) error {
			got := l.read()
			head := fmt.Sprintf("* 1 FETCH (BODY[] {%d}\r\n", len(big))
			same := 0
			if len(got) != len(head)+len(big)+3 || !strings.HasPrefix(got, head) {
				return fmt.Errorf("%.80q", got)
			}
			for i := range big {
				if got[len(head)+i] == big[i] {
					same++
				}
			}
			if share := float64(same) / float64(len(big)); share < 0.9 || share == 1 {
				return fmt.Errorf("%.3f of the bytes are the same", share)
			}
			l.read() // the tagged answer
			return nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			b.put("INBOX", big)
			b.fault(scenario.Fault{Op: "imap.fetch", Effect: c.effect})
			l := b.selected("INBOX")
			l.send("a FETCH 1 BODY.PEEK[]\r\n")
			if err := c.check(l); err != nil {
				t.Error(err)
			}
			if e := b.entry("imap.fetch", 1); e.Outcome != "fault" {
				t.Errorf("journal: %s", e.Outcome)
			}
		})
	}
}

// TestFaultDropIdle: IDLE that the operator forgets after a while.
func TestFaultDropIdle(t *testing.T) {
	b := start(t)
	b.fault(scenario.Fault{Op: "imap.idle", Effect: scenario.Effect{Delay: scenario.Duration(5 * time.Minute), Drop: true}})
	l := b.selected("INBOX")
	l.send("a IDLE\r\n")
	if got := l.read(); got != "+ idling\r\n" {
		t.Fatal(got)
	}
	b.put("INBOX", letter("m1", "x"))
	if got := l.read(); got != "* 1 EXISTS\r\n" {
		t.Error(got)
	}
	b.waitTimers(1)
	b.app.World().Clock.Advance(5 * time.Minute)
	if got := l.closed(); got != "" {
		t.Errorf("%q", got)
	}
	if e := b.entry("imap.done", 1); e.Outcome != "fault" {
		t.Errorf("journal: %s", e.Outcome)
	}
	// Who says DONE in time is not dropped.
	l = b.selected("INBOX")
	l.send("a IDLE\r\n")
	l.read()
	b.waitTimers(1)
	l.send("DONE\r\n")
	if got, _ := l.until("a"); got != "OK IDLE completed" {
		t.Error(got)
	}
	b.app.World().Clock.Advance(10 * time.Minute)
	l.ok("NOOP")
}

func TestSessionsEnd(t *testing.T) {
	b := start(t)
	idle, quiet := b.selected("INBOX"), b.login()
	idle.send("a IDLE\r\n")
	idle.read()
	b.kill(bal)
	for name, l := range map[string]*line{"idle": idle, "quiet": quiet} {
		if got := l.closed(); got != "* BYE [UNAVAILABLE] The Pro Sante Connect session has ended\r\n" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if e := b.entry("imap.bye", 2); len(e.Causes) != 1 || e.Causes[0].Rule != "mssante.session" || e.Fact("user") != bal {
		t.Errorf("journal: %+v %v", e.Causes, e.Facts)
	}
	for range 200 {
		if b.watching() == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := b.watching(); n != 0 {
		t.Errorf("%d sessions still watch for their end", n)
	}
}

// TestAliveIsAsked: a session that nobody told of its end notices at its next command.
func TestAliveIsAsked(t *testing.T) {
	b := start(t)
	l := b.selected("INBOX")
	b.mu.Lock()
	watchers := b.watchers
	b.watchers = map[int]func(){}
	b.mu.Unlock()
	b.kill(bal)
	b.mu.Lock()
	b.watchers = watchers
	b.mu.Unlock()
	l.send("a NOOP\r\n")
	if got := l.closed(); got != "* BYE [UNAVAILABLE] The Pro Sante Connect session has ended\r\n" {
		t.Errorf("%q", got)
	}
}

func TestReset(t *testing.T) {
	b := start(t)
	l, clear := b.selected("INBOX"), b.dial("imap")
	clear.read()
	b.app.Reset()
	for name, l := range map[string]*line{"selected": l, "clear": clear} {
		if got := l.closed(); got != "* BYE [UNAVAILABLE] The simulator was reset\r\n" {
			t.Errorf("%s: %q", name, got)
		}
	}
	b.login()
}
