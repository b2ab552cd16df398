package submission_test

import (
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// TestSessionEnds: a connection ends with its identity, at once when it is idle,
// after the message when one is on its way.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	idle, anonymous, sending := w.login(t), w.secure(t, ""), w.login(t)
	sending.cmd(250, "MAIL FROM:<"+bal+">")
	sending.cmd(250, "RCPT TO:<"+peer+">")
	sending.cmd(354, "DATA")
	sending.send(head)
	time.Sleep(20 * time.Millisecond) // the server reads the message
	w.gate.kill("PSC session ended")
	if text := idle.want(421); text != "421 4.7.0 PSC session ended\r\n" {
		t.Errorf("idle: %q", text)
	}
	idle.closed()
	e := w.entry(t, "smtp.quit", 0)
	if e.Fact("end.how") != "session" || e.Status != 421 || e.Outcome != journal.Refused {
		t.Errorf("end: %s %d %v", e.Outcome, e.Status, e.Facts)
	}
	hasCause(t, e, "test.dead")
	anonymous.cmd(250, "NOOP")
	sending.send("fin\r\n.\r\n")
	sending.want(250)
	sending.want(421)
	sending.closed()
}

// TestDeadAtMail: nobody told, but MAIL asks.
func TestDeadAtMail(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.login(t)
	w.gate.set(func() { w.gate.dead = no(0) })
	if text := c.cmd(421, "MAIL FROM:<"+bal+">"); !strings.HasPrefix(text, "421 4.7.0 ") {
		t.Errorf("got %q", text)
	}
	c.closed()
	hasCause(t, w.entry(t, "smtp.mail", 0), "test.refused")
}

// TestReset: connections of the world that was end with a word, and leave nothing in
// the journal of the one that is.
func TestReset(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	clear := w.dial(t)
	clear.want(220)
	clear.cmd(250, "EHLO x")
	idle, sending, waiting := w.login(t), w.login(t), w.login(t)
	sending.cmd(250, "MAIL FROM:<"+bal+">")
	sending.cmd(250, "RCPT TO:<"+peer+">")
	sending.cmd(354, "DATA")
	sending.send(head)
	waiting.cmd(250, "MAIL FROM:<"+bal+">")
	clock := w.app.World().Clock
	clock.Freeze(true)
	timers := clock.State().Timers
	w.fault(scenario.Fault{Op: "smtp.rcpt", Effect: scenario.Effect{Delay: scenario.Duration(time.Minute)}})
	waiting.send("RCPT TO:<" + peer + ">\r\n")
	for clock.State().Timers == timers {
		time.Sleep(time.Millisecond)
	}
	w.app.Reset()
	for name, c := range map[string]*client{"clear": clear, "idle": idle, "sending": sending} {
		if _, text := c.reply(); !strings.HasPrefix(text, "421 4.3.2 ") {
			t.Errorf("%s: %q", name, text)
		}
		c.closed()
	}
	if _, text := waiting.reply(); text != "" && !strings.HasPrefix(text, "4") {
		t.Errorf("waiting: %q", text)
	}
	for _, e := range w.app.World().Journal.Since(0, 0) {
		if e.Service == "mssante" && e.Op != "" {
			t.Errorf("entry of the old world: %s %s", e.Op, e.Summary)
		}
	}
	if n := len(w.post.all()); n != 0 {
		t.Errorf("%d messages posted", n)
	}
	w.login(t).cmd(250, "NOOP")
}
