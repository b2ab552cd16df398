package reading

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/emersion/go-imap/v2/imapserver"

	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// A front is one connection: the dialogue before TLS, and then the net.Conn that the
// library believes to have accepted. Its Read hands the library one whole command at
// a time and sees each before the library does, on the library's own goroutine; its
// Write sees each answer.
//
// Reading belongs to one goroutine: the listener's before TLS, the library's after.
// Writing may come from others: IDLE's updates, a BYE.
type front struct {
	*wire.Conn
	srv    *Server
	ctx    context.Context //nolint:containedctx // a connection's life
	cancel context.CancelFunc
	left   chan struct{} // closed when the library is done with the connection
	leave  sync.Once

	in      intake
	feed    []byte   // what the library has yet to read
	cmd     *command // what the library is at; nil when it awaits a command
	strikes int      // commands that made no sense, before authentication
	conn    *imapserver.Conn
	sess    *session
	id      auth.Identity
	forget  func() // undoes OnEnd

	live *exchange // the journal entry of cmd, guarded by mu once the library has cmd
	end  atomic.Pointer[ending]

	mu       sync.Mutex // guards what follows, and writing
	out      outflow
	greeted  bool // the library's greeting went by
	silent   bool // it is swallowed
	answered bool // cmd has its tagged answer
	waiting  bool // the library asked the client for more: "+"
	over     bool // nothing is written any more
}

func newFront(ctx context.Context, s *Server, c *wire.Conn) *front {
	f := &front{Conn: c, srv: s, left: make(chan struct{}), answered: true, in: intake{conn: c}}
	f.ctx, f.cancel = context.WithCancel(ctx)
	return f
}

// authenticated tells whether a BAL is open.
func (f *front) authenticated() bool { return f.id.BAL != "" }

// Read gives the library what it is to read next: the rest of a command, a line that
// it asked the client for, or the next command that is for it.
func (f *front) Read(p []byte) (int, error) {
	for {
		if len(f.feed) > 0 {
			n := copy(p, f.feed)
			if f.feed = f.feed[n:]; len(f.feed) == 0 {
				f.feed = nil
			}
			return n, nil
		}
		if f.end.Load() != nil {
			f.sayBye()
			return 0, io.EOF
		}
		var err error
		switch within, asked := f.within(); {
		case !within:
			err = f.nextCommand(p)
		case asked:
			err = f.nextLine(p)
		default:
			// It would take the next command for the rest of this one.
			f.World().Log.Error("imap: the library reads past a command", "command", f.cmd.title())
			f.endSoon(ending{code: "SERVERBUG", text: "Internal error"})
			continue
		}
		if err != nil {
			f.lost(err)
			return 0, io.EOF
		}
	}
}

// within tells whether the library reads on within a command, and whether it asked the
// client for more.
func (f *front) within() (within, asked bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cmd != nil && !f.answered, f.waiting
}

// nextCommand reads commands until one is for the library.
func (f *front) nextCommand(scratch []byte) error {
	f.cmd = nil
	if f.sess != nil {
		f.sess.idlers.Wait()
	}
	c, err := f.gather(scratch)
	if err != nil {
		return err
	}
	return f.take(c)
}

// nextLine reads the line that the library awaits: DONE, or a SASL response.
func (f *front) nextLine(scratch []byte) error {
	patience := patienceLogin
	if f.cmd.name == "IDLE" {
		patience = patienceIdle
	}
	line, err := f.in.line(scratch, maxSASLLine, patience)
	switch {
	case errors.Is(err, errLong):
		line = []byte("\r\n") // neither DONE nor a response
	case err != nil:
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = false
	if f.live != nil {
		f.live.said(f.cmd.continued(line))
	}
	if len(line) > maxLibraryLine { // its reader would give up
		line = []byte("?\r\n")
	}
	f.feed = line
	return nil
}

// lost says good-bye where the client was too slow, and closes.
func (f *front) lost(err error) {
	var ne net.Error
	switch {
	case errors.As(err, &ne) && ne.Timeout():
		f.endSoon(ending{text: "Autologout; idle for too long"}) // RFC 9051 §5.4
	case errors.Is(err, errEndless):
		f.endSoon(ending{text: "Line too long"})
	}
	f.sayBye()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
}

// Close is the library's last word.
func (f *front) Close() error {
	err := f.Conn.Close()
	f.leave.Do(func() { close(f.left) })
	return err
}

// finish closes the connection and writes down what was under way.
func (f *front) finish() {
	f.cancel()
	_ = f.Conn.Close()
	f.srv.forget(f)
	if f.forget != nil {
		f.forget()
	}
	f.mu.Lock()
	x := f.live
	f.live, f.over = nil, true
	f.mu.Unlock()
	if x != nil {
		x.spoil.stop()
		f.cut(x)
	}
}
