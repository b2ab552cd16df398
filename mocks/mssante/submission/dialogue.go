package submission

import (
	"bufio"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// inputSize is the buffer of what the client sends: a TLS record.
const inputSize = 16 << 10

// A dialogue is one connection of a client, from the greeting on, and the
// connection that go-smtp believes to serve. One goroutine runs it (the library's,
// after the prelude), with a second one that only reads the chunks of BDAT; mu
// guards what both, the watcher of sessions and Reset touch.
type dialogue struct {
	*wire.Conn
	server *Server
	ctx    context.Context //nolint:containedctx // of the connection

	in    *bufio.Reader
	feed  []byte // what the library has yet to read of the current line
	chunk int64  // bytes of BDAT that follow the current line
	out   []byte // what the library wrote of a reply so far
	verb  string // of the current command
	mech  string // of the current AUTH
	// challenged says that the next line answers a 334, tooLong that it was refused.
	challenged, tooLong bool
	greeted             bool // the library serves, its own greeting was swallowed
	over                bool // nothing more is read
	mute                bool // nor said
	commands, failures  int
	once                sync.Once

	mu sync.Mutex
	// x is the exchange of the current command, nil when it has ended.
	x  *exchange
	tx *transaction
	id *auth.Identity
	// last is what was said of the current command, whole since the last entry of
	// its kind; said is the current command for people.
	last, whole transcript
	said        string
	why         journal.Cause // of the reply that is being said, if it refuses
	masked      bool          // a secret was shortened in whole
	how         string        // how it ends: byQuit and its like
	parting     journal.Cause // why the server ends it
	farewelled  int           // with which code
	latest      int           // code of the latest reply
	ended       bool          // smtp.quit is written
	messages    int
	silent      bool // of a world that is gone: nothing more is written
	ending      *ending
	waiting     bool // in a read that ending may wake
	receiving   bool // that read is of a message
}

// How connections end: the fact end.how.
const (
	byQuit     = "quit"
	byClient   = "lost"     // the client closed without QUIT, or vanished
	byTimeout  = "timeout"  // the client was silent for too long
	byErrors   = "errors"   // too many commands that are none, or refused AUTH
	bySession  = "session"  // the identity came to its end
	byReset    = "reset"    // of the simulated world
	byRefusal  = "refusal"  // a refusal with 421
	byFault    = "fault"    // a fault cut it
	byOverflow = "overflow" // far more bytes than the size limit
)

// An ending is why the server ends a connection.
type ending struct {
	how     string
	refusal *sim.Error
	// now cuts a message that is being received.
	now bool
}

func (s *Server) open(ctx context.Context, c *wire.Conn) *dialogue {
	d := &dialogue{Conn: c, server: s, ctx: ctx, in: bufio.NewReaderSize(c, inputSize), how: byClient}
	s.mu.Lock()
	s.dialogues[d] = struct{}{}
	s.mu.Unlock()
	return d
}

// Read gives go-smtp the rest of the current command line, or the next one, or
// bytes of the current chunk: never more than the library is about to treat.
func (d *dialogue) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(d.feed) == 0 && d.chunk > 0 {
		return d.readChunk(p)
	}
	if len(d.feed) == 0 {
		if err := d.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, d.feed)
	d.feed = d.feed[n:]
	return n, nil
}

// readChunk reads bytes of a chunk. The end of the connection inside it must not be
// io.EOF: go-smtp takes that for the end of the chunk, and would post what came.
func (d *dialogue) readChunk(p []byte) (int, error) {
	if d.in.Buffered() == 0 && !d.arm(d.server.limits.Data, true) {
		_ = d.lose(nil)
		return 0, errCut
	}
	n, err := d.in.Read(p[:min(int64(len(p)), d.chunk)])
	d.chunk -= int64(n)
	if err != nil {
		_ = d.lose(err)
		return n, errCut
	}
	return n, nil
}

// arm prepares a read: it must come within wait of real time. false, when the
// connection is to end instead.
func (d *dialogue) arm(wait time.Duration, receiving bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ending != nil && (!receiving || d.ending.now) {
		return false
	}
	d.waiting, d.receiving = true, receiving
	_ = d.SetReadDeadline(d.server.world.Clock.Wall().Add(wait))
	return true
}

// end has the connection end: at once when it waits for a command, else before the
// next one.
func (d *dialogue) end(e ending, silent bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.silent = d.silent || silent
	if d.ending == nil || e.now && !d.ending.now {
		d.ending = &e
	}
	if d.waiting && (!d.receiving || e.now) {
		_ = d.SetReadDeadline(d.server.world.Clock.Wall().Add(-time.Second))
	}
}

// lose says what became of a read that failed: io.EOF, after a last word where
// there is one to say.
func (d *dialogue) lose(err error) error {
	if d.over {
		return io.EOF
	}
	d.mu.Lock()
	e := d.ending
	d.mu.Unlock()
	switch {
	case e != nil && (err == nil || errors.Is(err, errStopped) || timeout(err)):
		d.farewell(*e)
	case timeout(err):
		d.farewell(ending{how: byTimeout, refusal: &sim.Error{
			Status: 421, Code: "4.4.2", Text: "Timeout, closing transmission channel",
			Cause: cause("smtp.timeout", "Le client n'a rien dit pendant trop longtemps.", "The client said nothing for too long.", "RFC 5321 §4.5.3.2.7"),
		}})
	}
	d.over, d.mute = true, true
	return io.EOF
}

// farewell says why the connection ends; nothing more is read after it.
func (d *dialogue) farewell(e ending) {
	d.mu.Lock()
	d.how, d.parting, d.why = e.how, e.refusal.Cause, e.refusal.Cause
	d.mu.Unlock()
	d.over = true
	r := refusalReply("", e.refusal)
	d.farewelled = r.code
	_ = d.say(r)
}

// current is the exchange of the current command.
func (d *dialogue) current() *exchange {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.x
}

// Close ends the connection, once, and writes what is left to write.
func (d *dialogue) Close() error {
	d.once.Do(func() {
		d.conclude()
		if d.over && d.how != byQuit {
			d.Finish()
		} else {
			_ = d.Conn.Close()
		}
		d.server.mu.Lock()
		delete(d.server.dialogues, d)
		d.server.mu.Unlock()
	})
	return nil
}

// conclude writes the entries that were not.
func (d *dialogue) conclude() {
	var end *exchange
	if d.greeted && !d.ended {
		end = d.begin(opQuit)
		end.whole = true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if x := d.x; x != nil {
		d.x = nil
		d.abandon(x)
	}
	if end == nil {
		return
	}
	d.ends(end)
	if d.parting.Rule != "" {
		end.Note(d.parting)
	}
	d.settle(end, reply{code: d.farewelled})
}

// ends adds the facts of the end of the connection. d.mu is held.
func (d *dialogue) ends(x *exchange) {
	x.masked = d.masked
	x.Fact("end", map[string]any{"how": d.how, "commands": int64(d.commands), "messages": int64(d.messages)})
}

// abandon settles an exchange that the client left in the middle. d.mu is held.
func (d *dialogue) abandon(x *exchange) {
	switch {
	case x.op == opConnect:
		d.leftInClear(x)
		return
	case x.sent:
		d.settle(x, x.verdict)
		return
	case x.quiet:
		return
	case x.Entry.Outcome == journal.OK:
		x.Refuse(&sim.Error{Kind: sim.BadRequest, Cause: left()})
	}
	d.settle(x, reply{})
}

// left is the cause of an operation that the client left in the middle.
func left() journal.Cause {
	return cause("smtp.left", "Le client a quitté la connexion au milieu de l'opération.",
		"The client left the connection in the middle of the operation.", "RFC 5321 §3.8")
}
