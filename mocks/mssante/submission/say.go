package submission

import (
	"strconv"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// Write takes what go-smtp writes, line by line, and says whole replies.
func (d *dialogue) Write(p []byte) (int, error) {
	if d.mute {
		return len(p), nil
	}
	d.out = append(d.out, p...)
	for {
		r, rest, ok := cutReply(d.out)
		if !ok {
			return len(p), nil
		}
		d.out = rest
		r, why, ok := d.translate(r)
		if !ok {
			continue
		}
		d.mu.Lock()
		d.why = why
		d.mu.Unlock()
		if err := d.say(r); err != nil {
			return 0, err
		}
	}
}

// answer refuses the current command without the library.
func (d *dialogue) answer(e *sim.Error) error {
	d.mu.Lock()
	d.why = e.Cause
	d.mu.Unlock()
	return d.say(refusalReply("", e))
}

// say sends a reply, after it has written the journal entry that the reply ends.
func (d *dialogue) say(r reply) error {
	d.mu.Lock()
	x := d.x
	b, then := r.bytes(), goOn
	final := x != nil && !x.held && d.closes(x, r)
	if final {
		r = patched(r, x.patch)
		b, then = spoil(x.Wire, r.bytes())
	}
	d.last.server(b)
	d.whole.server(b)
	if final {
		d.x = nil
		if x.sent && r.code < 300 {
			d.messages++
		}
		d.ended = d.ended || x.op == opQuit
		d.settle(x, r)
	}
	d.latest = r.code
	switch {
	case then != goOn:
		d.how = byFault
	case final && r.code == 334:
		d.how = byRefusal
	}
	if r.code == 421 && !d.over {
		d.over, d.farewelled = true, r.code
		if d.how == byClient {
			d.how = byRefusal
			d.parting = d.why
		}
	}
	d.mu.Unlock()
	if len(b) > 0 {
		_ = d.SetWriteDeadline(d.server.world.Clock.Wall().Add(d.server.limits.Write))
		if _, err := d.Conn.Write(b); err != nil {
			return err
		}
	}
	if then != goOn {
		d.over = true
		d.Drop(then == reset)
	}
	d.challenged = r.code == 334
	return nil
}

// closes tells whether a reply ends the exchange: not those of class 3, unless the
// connection is cut after it; and one that asks for the next chunk only ends a
// command, never a sending. d.mu is held.
func (d *dialogue) closes(x *exchange, r reply) bool {
	switch {
	case r.code == 334:
		return x.Entry.Fact("auth.refusal") == "drop"
	case r.intermediate():
		return false
	case x.sent && d.verb != "DATA" && d.verb != "BDAT",
		x.sent && r.code == 250 && r.text() == continueText:
		return false // judged before its last chunk came
	}
	return true
}

// continueText is go-smtp's reply to a chunk that is not the last.
const continueText = "Continue"

// greet sends the greeting; false, when a fault cut it.
func (d *dialogue) greet(x *exchange) bool {
	r := reply{220, "", []string{d.server.post.Host() + " ESMTP segursim SIMULATEUR"}}
	b, then := spoil(x.Wire, patched(r, x.patch).bytes())
	d.mu.Lock()
	d.whole.server(b)
	if then != goOn || x.Wire.Kind == sim.Garble {
		x.Entry.Outcome = journal.Faulted
	}
	d.mu.Unlock()
	_ = d.SetWriteDeadline(d.server.world.Clock.Wall().Add(d.server.limits.Write))
	_, err := d.Conn.Write(b)
	if then == goOn {
		return err == nil
	}
	d.over = true
	d.finishConnect(x, 0)
	d.Drop(then == reset)
	return false
}

// hello is the list of EHLO (RFC 5321 §4.1.1.1). AUTH only stands under TLS,
// STARTTLS only before (RFC 3207 §4.2).
func (d *dialogue) hello(secured bool) reply {
	lines := []string{d.server.post.Host(), "PIPELINING", "SIZE " + strconv.FormatInt(d.server.post.MaxSize(), 10)}
	if !secured {
		lines = append(lines, "STARTTLS")
	} else if mechs := d.server.authority.Mechanisms(d.Conn); len(mechs) > 0 {
		auth := "AUTH"
		for _, m := range mechs {
			auth += " " + m
		}
		lines = append(lines, auth)
	}
	return reply{250, "", append(lines, "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "CHUNKING", "SMTPUTF8")}
}

// help answers HELP (RFC 5321 §4.1.1.8).
func help() reply {
	return reply{214, "2.0.0", []string{"segursim SIMULATEUR: EHLO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT"}}
}
