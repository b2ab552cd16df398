package submission

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// noDeadline takes a deadline away.
func noDeadline() time.Time { return time.Time{} }

// A Server serves SMTP. It may serve several listeners at once.
type Server struct {
	// Limits bound each connection; they are set before the first Serve.
	Limits Limits

	world     *sim.World
	post      Post
	authority auth.Authority
	ops       map[string]sim.Op
	group     wire.Group
	limits    Limits
	ready     sync.Once

	mu        sync.Mutex
	dialogues map[*dialogue]struct{}
}

// New returns a server. ops are the service's operations by name (see Ops).
func New(w *sim.World, p Post, a auth.Authority, ops map[string]sim.Op) *Server {
	return &Server{
		world: w, post: p, authority: a, ops: ops, dialogues: map[*dialogue]struct{}{},
		group: wire.Group{World: w, Protocol: "SMTP"},
	}
}

func (s *Server) op(name string) sim.Op {
	if op, ok := s.ops[name]; ok {
		return op
	}
	return sim.Op{Name: name}
}

// ServePlain serves the STARTTLS port, ServeTLS the other one.
func (s *Server) ServePlain(ctx context.Context, l net.Listener) error {
	return s.serve(ctx, l, func(d *dialogue) bool {
		if !d.prelude() {
			return false
		}
		x := d.current()
		d.connected(x)
		d.finishConnect(x, 220)
		return true
	})
}

// ServeTLS serves TLS from the first byte.
func (s *Server) ServeTLS(ctx context.Context, l net.Listener) error {
	return s.serve(ctx, l, func(d *dialogue) bool {
		x := d.connect(false)
		if !d.secure(x) {
			return false
		}
		d.connected(x)
		if fault := d.decide(x); fault != nil {
			return d.turnAway(x, fault)
		}
		if !d.greet(x) {
			return false
		}
		d.finishConnect(x, 220)
		return true
	})
}

// serve accepts connections, takes each through its beginning and hands it to
// go-smtp. It returns once nothing of it runs.
func (s *Server) serve(ctx context.Context, l net.Listener, begin func(*dialogue) bool) error {
	s.ready.Do(func() { s.limits = s.Limits.withDefaults() })
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue, library := wire.NewQueue(), s.library()
	var running sync.WaitGroup
	running.Go(func() { _ = library.Serve(queue) }) // ends with the queue
	running.Go(func() { s.watch(ctx) })
	err := s.group.Serve(ctx, l, func(ctx context.Context, c *wire.Conn) {
		d := s.open(ctx, c)
		if !begin(d) || !queue.Hand(d) {
			_ = d.Close()
		}
	})
	cancel()
	_ = queue.Close()
	running.Wait()                                   // the library accepts no more, so that what Shutdown waits for is all there
	_ = library.Shutdown(context.WithoutCancel(ctx)) // its connections are closed
	return err
}

// library is go-smtp's server. TLS, limits and timeouts are the dialogue's.
func (s *Server) library() *smtp.Server {
	lib := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		d, ok := c.Conn().(*dialogue)
		if !ok {
			return nil, fmt.Errorf("submission: a connection of type %T", c.Conn())
		}
		return &session{d: d, conn: c}, nil
	}))
	lib.Domain = s.post.Host()
	lib.AllowInsecureAuth = true // TLS is there, below what the library sees
	lib.MaxLineLength = 0        // Limits.Line; its own bound of 2000 cuts tokens
	lib.MaxMessageBytes = 0      // Post.MaxSize
	lib.MaxRecipients = 0        // Limits.Recipients
	lib.EnableSMTPUTF8, lib.EnableDSN = true, true
	lib.ErrorLog = libraryLog{s.world.Log}
	return lib
}

// libraryLog is where go-smtp writes what it did not expect.
type libraryLog struct{ log *slog.Logger }

// Printf logs at the level of debug: a client that vanished is none of our errors.
func (l libraryLog) Printf(format string, v ...any) {
	l.log.Debug("go-smtp", slog.String("said", fmt.Sprintf(format, v...)))
}

// Println is Printf without a format.
func (l libraryLog) Println(v ...any) { l.log.Debug("go-smtp", slog.String("said", fmt.Sprint(v...))) }
