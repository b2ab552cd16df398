package submission

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// An exchange is the journal entry of an operation, under construction.
type exchange struct {
	*sim.Exchange
	op      string
	started time.Time // real
	patch   map[string]any
	// held is closed by its owner, not by a reply.
	held bool
	// quiet is written only when it was refused, or when a fault met it.
	quiet bool
	// whole has the lines since the last such entry; others have the last command's.
	whole bool
	// sent says that the message was judged: verdict is its reply.
	sent    bool
	verdict reply
	// answer is the text of the refusal that a session made.
	answer string
	// masked says that the lines of the client hold a shortened secret.
	masked bool
}

// begin begins an exchange of an operation. Only the goroutine that runs the
// dialogue calls it.
func (d *dialogue) begin(op string) *exchange {
	w := d.server.world
	x := &exchange{op: op, started: w.Clock.Wall(), Exchange: &sim.Exchange{
		Entry: journal.Entry{Time: w.Clock.Now(), Transport: "smtp", Outcome: journal.OK, Peer: d.Peer()},
		Chain: d.Chain(),
	}}
	x.Begin("mssante", d.server.op(op))
	if id := d.id; id != nil {
		x.Fact("auth", map[string]any{"user": id.BAL, "person": id.Person, "client": id.Client, "session": id.Session})
	}
	return x
}

// decide asks the director.
func (d *dialogue) decide(x *exchange) *sim.Error {
	patch, fault := d.server.world.Decide(sim.WithExchange(d.ctx, x.Exchange), x.Exchange)
	x.patch = patch
	if fault == nil {
		if x.Wire.Kind == sim.HTTPStatus {
			x.Note(cause("smtp.fault", "Le défaut demande une réponse HTTP : sans effet sur SMTP.", "The fault asks for an answer of HTTP: without effect on SMTP.", ""))
		}
		return nil
	}
	return faultReply(x.op, fault)
}

// refuse records a refusal and returns its reply.
func (x *exchange) refuse(e *sim.Error) reply {
	r := refusalReply(x.op, e)
	said := *e
	said.Code, said.Text = r.enhanced, r.text()
	x.answer = said.Text
	if e.Kind == sim.Internal && e.Status != 0 && e.Err == nil { // a reply of its own, and no more
		said.Kind = sim.BadRequest
	}
	x.Refuse(&said)
	return r
}

// settle writes the entry. d.mu is held.
func (d *dialogue) settle(x *exchange, r reply) {
	e := &x.Entry
	e.Status = r.code
	e.Duration = d.server.world.Clock.Wall().Sub(x.started)
	if r.code >= 400 && e.Outcome == journal.OK {
		x.refuse(&sim.Error{Kind: sim.BadRequest, Status: r.code, Code: r.enhanced, Text: r.text(), Cause: d.why})
	}
	if e.Outcome == journal.OK && (len(x.patch) > 0 || x.Wire.Kind != sim.NoWireFault && x.Wire.Kind != sim.HTTPStatus) {
		e.Outcome = journal.Faulted
	}
	if d.silent || x.quiet && e.Outcome == journal.OK && e.Fault == "" {
		return
	}
	t := &d.last
	if x.whole {
		t = &d.whole
	}
	e.Request.Head, e.Response.Head = bytes.Clone(t.in), bytes.Clone(t.out)
	e.Request.Rebuilt = x.masked
	if e.Summary == "" {
		e.Summary = summary(x.op, e, d.said, r)
	}
	d.server.world.Journal.Append(e)
	if x.whole {
		t.clear()
	}
}

// body puts a message in an entry, as much of it as the journal keeps.
func (d *dialogue) body(m *journal.Message, raw []byte) {
	m.Body, m.Size = raw, int64(len(raw))
	if keep := d.server.world.Journal.MaxBody(); m.Size > keep {
		sum := sha256.Sum256(raw)
		m.Body, m.SHA256 = raw[:keep], hex.EncodeToString(sum[:])
	}
}

// summary is one line for a list.
func summary(op string, e *journal.Entry, said string, r reply) string {
	text := func(path string) string { s, _ := e.Fact(path).(string); return s }
	answer := " → " + r.shown()
	if r.code == 0 {
		answer = " → sans réponse"
	}
	switch op {
	case opConnect:
		if v := text("tls.version"); v != "" {
			return "SMTP : connexion, " + v
		}
		return "SMTP : connexion sans TLS" + answer
	case opAuth:
		return strings.TrimSpace("AUTH "+text("auth.mechanism")+" "+text("auth.user")) + answer
	case opSend:
		to, _ := e.Fact("mail.to").([]string)
		return "<" + text("mail.from") + "> à " + list(to) + answer
	case opQuit:
		return "SMTP : fin de la connexion (" + text("end.how") + ")"
	}
	if len(said) > 120 {
		said = said[:120] + "…"
	}
	return strings.ToValidUTF8(said, "?") + answer
}

// list names the first of several.
func list(to []string) string {
	out := strings.Builder{}
	for i, a := range to {
		if i == 3 {
			out.WriteString(", …")
			break
		}
		if i > 0 {
			out.WriteString(", ")
		}
		out.WriteString("<" + a + ">")
	}
	return out.String()
}

func cause(rule, fr, en, ref string) journal.Cause {
	return journal.Cause{Rule: "mssante." + rule, Text: journal.Text{FR: fr, EN: en}, Ref: ref}
}
