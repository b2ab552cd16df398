package edge

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// handshakeTimeout bounds a TLS handshake, in real time.
const handshakeTimeout = 10 * time.Second

// A Listener wraps a TCP listener for Server: connections that remember the
// bytes of a request's head, and TLS handshakes whose failures are journaled.
type Listener struct {
	net.Listener
	World *sim.World
	TLS   *tls.Config // nil for plain HTTP
}

// Accept returns the next connection. The handshake happens on first use, on the
// connection's own goroutine.
func (l *Listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: raw, raw: raw, world: l.World, recording: true}
	if l.TLS != nil {
		c.tls = tls.Server(raw, l.TLS)
		c.Conn = c.tls
	}
	return c, nil
}

// conn records what it reads between the end of a request's body and the next
// request: the head of the next one. It records through the answer, since the
// peer may send the next head as soon as it has read the answer.
type conn struct {
	net.Conn
	raw   net.Conn
	tls   *tls.Conn
	world *sim.World

	describing sync.Once
	described  *journal.TLS

	shake    sync.Once
	shakeErr error

	mu        sync.Mutex
	recording bool
	seen      []byte // read while recording
	said      []byte // written while recording, after the answer: net/http's own
	closed    bool
}

type connKey struct{}

// ConnContext is for http.Server.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

func connOf(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}

func (c *conn) handshake() error {
	c.shake.Do(func() {
		if c.tls == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), handshakeTimeout)
		defer cancel()
		if c.shakeErr = c.tls.HandshakeContext(ctx); c.shakeErr != nil {
			c.journalHandshake(c.shakeErr)
		}
	})
	return c.shakeErr
}

func (c *conn) Read(p []byte) (int, error) {
	if err := c.handshake(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		if c.recording && len(c.seen) < MaxHead {
			c.seen = append(c.seen, p[:n]...)
		}
		c.mu.Unlock()
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	if c.recording && len(c.said) < 1024 {
		c.said = append(c.said, p[:min(len(p), 1024)]...)
	}
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// begin takes the head of the request that net/http has just parsed.
func (c *conn) begin(r *http.Request, x *sim.Exchange) {
	if c.tls != nil {
		st := c.tls.ConnectionState()
		r.TLS = &st
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recording = r.Body == nil || r.Body == http.NoBody
	if end := headEnd(c.seen); end > 0 && bytes.HasPrefix(c.seen, []byte(r.Method+" ")) {
		x.Entry.Request.Head = bytes.Clone(c.seen[:end])
	}
	c.seen, c.said = c.seen[:0], c.said[:0]
}

// bodyRead says that the request's body has been read: what comes is the next
// head. A connection whose body is never read to its end has no next one.
func (c *conn) bodyRead() {
	c.mu.Lock()
	c.recording = true
	c.mu.Unlock()
}

// answered says that the answer has left whole.
func (c *conn) answered() {
	c.mu.Lock()
	c.said = c.said[:0]
	c.mu.Unlock()
}

// Close journals a request that net/http refused by itself: a malformed one
// never reaches a handler.
func (c *conn) Close() error {
	c.mu.Lock()
	refused := c.recording && !c.closed && len(c.seen) > 0 && bytes.HasPrefix(c.said, []byte("HTTP/1.1 4"))
	c.closed = true
	seen, said := c.seen, c.said
	c.mu.Unlock()
	if refused {
		c.journalMalformed(seen, said)
	}
	return c.Conn.Close()
}

func (c *conn) linger() { linger(c.raw) }

func headEnd(b []byte) int {
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 {
		return i + 4
	}
	if i := bytes.Index(b, []byte("\n\n")); i >= 0 {
		return i + 2
	}
	return 0
}

func (c *conn) journalMalformed(seen, said []byte) {
	e := &journal.Entry{
		Time: c.world.Clock.Now(), Transport: "http", Outcome: journal.Refused,
		Peer:    journal.Peer{Addr: c.RemoteAddr().String()},
		Summary: "requête HTTP mal formée",
		Request: journal.Message{Head: bytes.Clone(seen), Size: 0},
		Causes: []journal.Cause{{
			Rule: "http.malformed", Ref: "RFC 9112 §2.2",
			Text: journal.Text{
				FR: "La requête n'est pas du HTTP/1.1 lisible ; le serveur a répondu sans consulter de service.",
				EN: "The request is not readable HTTP/1.1; the server answered without asking any service.",
			},
		}},
	}
	if c.tls != nil {
		e.Transport = "https"
	}
	head, body, _ := bytes.Cut(said, []byte("\r\n\r\n"))
	e.Response = journal.Message{Head: append(bytes.Clone(head), "\r\n\r\n"...), Body: bytes.Clone(body), Size: int64(len(body))}
	if len(said) > 12 {
		for _, d := range said[9:12] {
			e.Status = e.Status*10 + int(d-'0')
		}
	}
	c.world.Journal.Append(e)
}

// journalHandshake explains a handshake that failed. Connections that were
// opened and closed without a byte (probes, preconnects) are left out.
func (c *conn) journalHandshake(err error) {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return
	}
	st := c.tls.ConnectionState()
	c.world.Journal.Append(&journal.Entry{
		Time: c.world.Clock.Now(), Transport: "tls", Outcome: journal.Refused,
		Peer:    journal.Peer{Addr: c.RemoteAddr().String(), TLS: &journal.TLS{ServerName: st.ServerName}},
		Summary: "échec TLS : " + err.Error(),
		Causes:  []journal.Cause{sim.HandshakeCause(err, "HTTP")},
	})
}

// describe is the description of the connection, made once: the caller may change
// the copy that it gets.
func (c *conn) describe(st *tls.ConnectionState) *journal.TLS {
	if c == nil {
		return sim.DescribeTLS(st)
	}
	c.describing.Do(func() { c.described = sim.DescribeTLS(st) })
	t := *c.described
	return &t
}
