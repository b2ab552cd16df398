package reading

import (
	"context"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// maxArgs bounds the fact that shows a command's arguments, in bytes.
const maxArgs = 200

// An exchange is the journal entry of one command, still open. It lives from the
// command's first line to its tagged answer and holds the only big buffers of a
// connection.
type exchange struct {
	*sim.Exchange
	ctx     context.Context //nolint:containedctx // that of one command
	command string          // "UID FETCH"
	tag     string
	began   time.Time // real
	in, out tape
	limit   int64
	lines   int // untagged answers
	spoil   *spoiler
	refused bool
}

// said records what the client sent.
func (x *exchange) said(p []byte) { x.in.record(p, x.limit) }

// heard records what the client is sent.
func (x *exchange) heard(p []byte) { x.out.record(p, x.limit) }

// begin opens the entry of a command.
func (f *front) begin(c *command) *exchange {
	return f.open(opOf(c.name), c.title(), c.tag)
}

func (f *front) open(op, command, tag string) *exchange {
	w := f.World()
	x := &exchange{Exchange: &sim.Exchange{}, command: command, tag: tag, began: w.Clock.Wall(), limit: w.Journal.MaxBody()}
	x.Entry = journal.Entry{Time: w.Clock.Now(), Transport: "imap", Outcome: journal.OK, Peer: f.Peer()}
	x.Chain = f.Chain()
	x.Begin("mssante", f.srv.ops[op])
	if x.Entry.Op == "" { // an operation that the service left out of its list
		x.Entry.Op = op
	}
	if tag != "" {
		x.Fact("tag", tag)
	}
	if command != "" {
		x.Fact("command", command)
	}
	x.Fact("tls", f.Encrypted())
	if f.authenticated() {
		x.Fact("user", f.id.BAL)
		x.Fact("person", f.id.Person)
		x.Fact("client", f.id.Client)
	}
	if f.sess != nil && f.sess.sel != nil {
		x.Fact("folder", f.sess.sel.name)
	}
	x.ctx = sim.WithExchange(f.ctx, x.Exchange)
	return x
}

// describe adds what is known once a command is whole: what conditions of faults
// may ask about.
func (x *exchange) describe(c *command) {
	x.Fact("uid", c.uid)
	if c.name == "AUTHENTICATE" || c.name == "LOGIN" {
		return
	}
	args := strings.TrimSpace(strings.ToValidUTF8(string(c.rest()), "?"))
	if len(args) > maxArgs {
		args = strings.ToValidUTF8(args[:maxArgs], "") + "…"
	}
	x.Fact("args", args)
	if folder, ok := c.folder(); ok {
		x.Fact("folder", folder)
	}
	if dest, ok := c.destination(); ok {
		x.Fact("destination", dest)
	}
	var size int64
	for _, lit := range c.literals {
		size += int64(len(lit))
	}
	x.Fact("size", size)
}

// settle closes the entry with the status of the tagged answer, or of what stands
// for it, and journals it.
func (f *front) settle(x *exchange, status string) {
	x.Fact("answer", status)
	x.Fact("count", x.lines)
	x.Fact("sent", x.out.size)
	x.Entry.Duration = f.World().Clock.Wall().Sub(x.began)
	x.Entry.Request, x.Entry.Response = x.in.message(), x.out.message()
	if x.Entry.Fault != "" {
		x.Entry.Outcome = journal.Faulted
	}
	x.Entry.Summary = x.summary(status)
	f.World().Journal.Append(&x.Entry)
}

func (x *exchange) summary(status string) string {
	parts := []string{"IMAP"}
	for _, s := range []any{x.command, x.Entry.Fact("folder")} {
		if s, ok := s.(string); ok && s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ") + " : " + status
}

// refuseAs records a refusal, once.
func (x *exchange) refuseAs(r *refusal) {
	if !x.refused {
		x.refused = true
		x.Refuse(r.asError())
	}
}

// cut journals an exchange that has no answer: the connection closed.
func (f *front) cut(x *exchange) {
	x.Note(journal.Cause{Rule: "mssante.imap.cut", Text: journal.Text{
		FR: "La connexion s'est fermée avant la réponse.", EN: "The connection closed before the answer.",
	}})
	f.settle(x, "")
}
