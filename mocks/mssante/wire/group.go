package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// DefaultMax is how many connections a Group holds at once when it does not say.
const DefaultMax = 8192

// A Group is the open connections of one protocol. It may be used concurrently.
type Group struct {
	World    *sim.World
	Protocol string // "SMTP", "IMAP"
	// TLS makes the configuration of a handshake; nil means that of [TLS].
	TLS func() *tls.Config
	// Max bounds the open connections; 0 means DefaultMax. One more is dropped as
	// soon as it is accepted, with a line in the log.
	Max int

	mu    sync.Mutex
	conns map[*Conn]struct{}
}

// Serve accepts until l closes or ctx ends, and has handle serve each connection
// on a goroutine of its own. It then drops the connections that l accepted and
// returns once every handler has. handle owns the connection: it may return before
// the end, when another goroutine serves on, and whoever serves last closes it. The
// context that handle gets ends with the connection. A handler that panics costs
// its connection.
func (g *Group) Serve(ctx context.Context, l net.Listener, handle func(context.Context, *Conn)) error {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	var (
		running sync.WaitGroup
		mu      sync.Mutex
		mine    = map[*Conn]struct{}{}
	)
	defer func() {
		cancel()
		stop()
		mu.Lock()
		for c := range mine {
			c.Drop(false)
		}
		mu.Unlock()
		running.Wait()
	}()
	for {
		raw, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			// Out of file descriptors, mostly: what is open goes on.
			if !pause(ctx, 50*time.Millisecond) {
				return nil
			}
			continue
		}
		c := g.open(ctx, raw)
		if c == nil {
			continue
		}
		mu.Lock()
		mine[c] = struct{}{}
		mu.Unlock()
		running.Go(func() {
			g.run(c, handle)
			mu.Lock()
			delete(mine, c)
			mu.Unlock()
		})
	}
}

// run serves one connection to its end.
func (g *Group) run(c *Conn, handle func(context.Context, *Conn)) {
	defer c.Close() //nolint:errcheck // it may be closed already
	defer func() {
		if p := recover(); p != nil {
			g.World.Log.ErrorContext(c.ctx, "mail handler panicked", slog.String("protocol", g.Protocol), slog.Any("panic", p),
				slog.String("stack", string(debug.Stack())))
			c.Drop(false)
		}
	}()
	handle(c.ctx, c)
	<-c.Gone()
}

// pause waits in real time; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-timer.Done()
	return ctx.Err() == nil
}

// open makes a Conn of an accepted connection; nil, when there are too many.
func (g *Group) open(ctx context.Context, raw net.Conn) *Conn {
	conf := g.TLS
	if conf == nil {
		conf = TLS(g.World)
	}
	limit := g.Max
	if limit <= 0 {
		limit = DefaultMax
	}
	ctx, cancel := context.WithCancel(ctx)
	c := &Conn{
		world: g.World, protocol: g.Protocol, tlsConf: conf, raw: raw, current: raw, ctx: ctx,
		gone: make(chan struct{}), peer: journal.Peer{Addr: raw.RemoteAddr().String()},
	}
	c.done = func() {
		cancel()
		g.mu.Lock()
		delete(g.conns, c)
		g.mu.Unlock()
	}
	g.mu.Lock()
	full := len(g.conns) >= limit
	if !full {
		if g.conns == nil {
			g.conns = map[*Conn]struct{}{}
		}
		g.conns[c] = struct{}{}
	}
	g.mu.Unlock()
	if full {
		g.World.Log.WarnContext(ctx, "too many mail connections", slog.String("protocol", g.Protocol), slog.Int("open", limit))
		c.Drop(false)
		return nil
	}
	return c
}

// Each calls f with every open connection.
func (g *Group) Each(f func(*Conn)) {
	g.mu.Lock()
	conns := make([]*Conn, 0, len(g.conns))
	for c := range g.conns {
		conns = append(conns, c)
	}
	g.mu.Unlock()
	for _, c := range conns {
		f(c)
	}
}

// Len is how many connections are open.
func (g *Group) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.conns)
}
