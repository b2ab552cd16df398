package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// handshakeTimeout bounds a TLS handshake, in real time.
const handshakeTimeout = 10 * time.Second

// A Conn is one connection of a mail client. Reading and writing goes through TLS
// once Secure has succeeded. Close may be called several times, by anybody.
type Conn struct {
	world    *sim.World
	protocol string // "SMTP", "IMAP": in causes
	tlsConf  func() *tls.Config
	ctx      context.Context //nolint:containedctx // of the connection: it ends with it

	raw   net.Conn
	close sync.Once
	gone  chan struct{}
	done  func() // told once, when closed

	mu      sync.Mutex
	current net.Conn // raw, or the TLS connection above it
	tls     *tls.Conn
	last    bool // drop after the next write
	peer    journal.Peer
	chain   []*x509.Certificate
}

// Secure does the TLS handshake as the server, once. A failure is journaled with
// its cause, unless the client left without a word (io.EOF); the connection is then
// of no use.
func (c *Conn) Secure(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	conn := tls.Server(c.raw, c.tlsConf())
	err := conn.HandshakeContext(ctx)
	st := conn.ConnectionState()
	if err != nil {
		c.journalHandshake(&st, err)
		return err
	}
	described := sim.DescribeTLS(&st)
	if len(st.PeerCertificates) > 0 {
		if err := c.world.PKI.VerifyClient(st.PeerCertificates); err != nil {
			described.Problem = err.Error()
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current, c.tls, c.chain = conn, conn, st.PeerCertificates
	c.peer.TLS = described
	return nil
}

// journalHandshake explains a handshake that failed; a client that left, or was
// left, is none.
func (c *Conn) journalHandshake(st *tls.ConnectionState, err error) {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return
	}
	c.world.Journal.Append(&journal.Entry{
		Time: c.world.Clock.Now(), Transport: "tls", Service: "mssante", Outcome: journal.Refused,
		Peer:    journal.Peer{Addr: c.peer.Addr, TLS: &journal.TLS{ServerName: st.ServerName}},
		Summary: c.protocol + " : échec TLS : " + err.Error(),
		Causes:  []journal.Cause{sim.HandshakeCause(err, c.protocol)},
	})
}

// Encrypted tells whether the connection is under TLS.
func (c *Conn) Encrypted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls != nil
}

// Chain are the client's certificates, leaf first; nil when it showed none. They
// are not verified: Peer().TLS.Problem says what is wrong with them.
func (c *Conn) Chain() []*x509.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chain
}

// Peer describes the other end for the journal; the caller may change it.
func (c *Conn) Peer() journal.Peer {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.peer
	if p.TLS != nil {
		t := *p.TLS
		p.TLS = &t
	}
	return p
}

// World is the simulated world.
func (c *Conn) World() *sim.World { return c.world }

// Gone is closed when the connection is.
func (c *Conn) Gone() <-chan struct{} { return c.gone }

func (c *Conn) conn() net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

// Read reads what the client says, decrypted.
func (c *Conn) Read(p []byte) (int, error) { return c.conn().Read(p) }

// Write writes to the client.
func (c *Conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	conn, last := c.current, c.last
	c.mu.Unlock()
	n, err := conn.Write(p)
	if last {
		c.Drop(false)
	}
	return n, err
}

// DropAfterWrite has the connection dropped, as by Drop, once the next Write has
// gone out.
func (c *Conn) DropAfterWrite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = true
}

// lingering bounds how long Finish waits for the client, and how much it reads.
const (
	lingering     = 500 * time.Millisecond
	lingeringSize = 1 << 20
)

// Finish closes the connection after a last word, in such a way that a client which
// is still sending can read it: the sending side closes first, then what comes is
// read and thrown away, for half a second at most.
func (c *Conn) Finish() {
	c.mu.Lock()
	secured := c.tls
	c.mu.Unlock()
	_ = c.raw.SetDeadline(c.world.Clock.Wall().Add(lingering))
	if secured != nil {
		_ = secured.CloseWrite()
	}
	if tcp, ok := c.raw.(interface{ CloseWrite() error }); ok {
		_ = tcp.CloseWrite()
	}
	_, _ = io.CopyN(io.Discard, c.raw, lingeringSize)
	c.Drop(false)
}

// Close closes the connection; under TLS it says so to the client first, without
// waiting for it.
func (c *Conn) Close() error {
	var err error
	c.close.Do(func() {
		_ = c.raw.SetWriteDeadline(c.world.Clock.Wall().Add(time.Second))
		err = c.conn().Close()
		close(c.gone)
		c.done()
	})
	return err
}

// Drop closes the TCP connection under whatever stands above it, without a word:
// what a server that crashes does. With reset, the client gets a reset.
func (c *Conn) Drop(reset bool) {
	c.close.Do(func() {
		if tcp, ok := c.raw.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0)
		}
		_ = c.raw.Close()
		close(c.gone)
		c.done()
	})
}

// LocalAddr is the listener's address.
func (c *Conn) LocalAddr() net.Addr { return c.raw.LocalAddr() }

// RemoteAddr is the client's address.
func (c *Conn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

// Context ends with the connection.
func (c *Conn) Context() context.Context { return c.ctx }

// SetDeadline bounds reading and writing, in real time.
func (c *Conn) SetDeadline(t time.Time) error { return c.conn().SetDeadline(t) }

// SetReadDeadline bounds reading, in real time.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.conn().SetReadDeadline(t) }

// SetWriteDeadline bounds writing, in real time.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.conn().SetWriteDeadline(t) }
