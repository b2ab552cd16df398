package reading

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/emersion/go-imap/v2/imapserver"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// A Server serves IMAP.
type Server struct {
	world   *sim.World
	mail    *mailbox.Store
	keeper  Keeper
	auth    auth.Authority
	ops     map[string]sim.Op
	group   wire.Group
	library *imapserver.Server
	own     map[string]handler // commands that the library lacks

	mu     sync.Mutex
	fronts map[*front]struct{}
}

// New returns a server. ops are the service's operations by name (see Ops).
func New(w *sim.World, m *mailbox.Store, k Keeper, a auth.Authority, ops map[string]sim.Op) *Server {
	s := &Server{
		world: w, mail: m, keeper: k, auth: a, ops: ops, own: handlers(),
		group: wire.Group{World: w, Protocol: "IMAP"}, fronts: map[*front]struct{}{},
	}
	s.library = imapserver.New(&imapserver.Options{
		NewSession: s.newSession, Caps: libraryCaps(), InsecureAuth: true, Logger: libraryLog{w.Log},
	})
	return s
}

// ServePlain serves the STARTTLS port.
func (s *Server) ServePlain(ctx context.Context, l net.Listener) error {
	return s.serve(ctx, l, (*front).talkInClear)
}

// ServeTLS serves TLS from the first byte.
func (s *Server) ServeTLS(ctx context.Context, l net.Listener) error {
	return s.serve(ctx, l, (*front).greetUnderTLS)
}

// serve has each connection begin with begin, which brings it under TLS or tells
// that it is over, and the library go on from there.
func (s *Server) serve(ctx context.Context, l net.Listener, begin func(*front) bool) error {
	q := wire.NewQueue()
	library := make(chan error, 1)
	go func() { library <- s.library.Serve(q) }()
	err := s.group.Serve(ctx, l, func(ctx context.Context, c *wire.Conn) {
		f := s.open(ctx, c)
		defer f.finish()
		if begin(f) && q.Hand(f) {
			<-f.left
		}
	})
	_ = q.Close()
	if lerr := <-library; err == nil {
		err = lerr
	}
	return err
}

func (s *Server) open(ctx context.Context, c *wire.Conn) *front {
	f := newFront(ctx, s, c)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fronts[f] = struct{}{}
	return f
}

func (s *Server) forget(f *front) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.fronts, f)
}

// Reset ends every session: the world went back to its baseline.
func (s *Server) Reset() {
	s.mu.Lock()
	all := make([]*front, 0, len(s.fronts))
	for f := range s.fronts {
		all = append(all, f)
	}
	s.mu.Unlock()
	for _, f := range all {
		f.endSoon(worldReset())
	}
}

// libraryLog takes what the library has to say: connections that broke, mostly.
type libraryLog struct{ log *slog.Logger }

// Printf logs one message.
func (l libraryLog) Printf(format string, args ...any) {
	l.log.Debug("imap: " + fmt.Sprintf(format, args...))
}
