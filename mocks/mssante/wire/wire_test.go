package wire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/pki"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// hierarchy is the tests' PKI. TestMain alone writes it.
var hierarchy *pki.PKI

func TestMain(m *testing.M) {
	p, err := pki.Open(pki.Options{Ephemeral: true, Hosts: []string{"localhost"}, Now: time.Now, Profiles: certs.FS()})
	if err != nil {
		panic(err)
	}
	if err := p.Prepare(context.Background(), pki.Needs{Server: true}); err != nil {
		panic(err)
	}
	for _, profile := range []string{"org-auth-cli", "expired"} { // their keys take longer than a handshake may
		if _, err := p.Credential(profile); err != nil {
			panic(err)
		}
	}
	hierarchy = p
	code := m.Run()
	if err := p.Close(); err != nil {
		panic(err)
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

type verifier struct {
	sim.PKI
	of *pki.PKI
}

func (v verifier) VerifyClient(chain []*x509.Certificate) error {
	_, err := v.of.Verify(chain, pki.ClientUsage)
	return err
}

// served is a group that serves.
type served struct {
	group   *wire.Group
	world   *sim.World
	addr    string
	stop    context.CancelFunc
	stopped chan error
}

func serve(t *testing.T, limit int, handle func(context.Context, *wire.Conn)) *served {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &sim.World{
		Clock: clock.New(nil), Journal: journal.New(journal.Options{}), Log: slog.New(slog.DiscardHandler), PKI: verifier{of: hierarchy},
		ServerTLS: func() *tls.Config {
			return &tls.Config{
				MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert,
				GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return hierarchy.ServerCertificate("") },
			}
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &served{group: &wire.Group{World: w, Protocol: "IMAP", Max: limit}, world: w, addr: l.Addr().String(), stop: cancel, stopped: make(chan error, 1)}
	go func() { s.stopped <- s.group.Serve(ctx, l, handle) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-s.stopped:
			if err != nil {
				t.Errorf("serve: %v", err)
			}
		case <-time.After(5 * time.Second):
			t.Error("serve does not end")
		}
		w.Clock.Close()
	})
	return s
}

func (s *served) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	return c
}

func (s *served) tls(t *testing.T, raw net.Conn, profile string) *tls.Conn {
	t.Helper()
	roots, err := hierarchy.ServerRoots()
	if err != nil {
		t.Fatal(err)
	}
	conf := &tls.Config{RootCAs: roots, ServerName: "localhost"}
	if profile != "" {
		cred, err := hierarchy.Credential(profile)
		if err != nil {
			t.Fatal(err)
		}
		conf.Certificates = []tls.Certificate{*cred.TLS()}
	}
	c := tls.Client(raw, conf)
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSecure goes from clear to TLS on one connection, as STARTTLS does.
func TestSecure(t *testing.T) {
	t.Parallel()
	conns := make(chan *wire.Conn, 1)
	s := serve(t, 0, func(ctx context.Context, c *wire.Conn) {
		defer c.Close() //nolint:errcheck // a test
		if c.Encrypted() || c.Chain() != nil || c.Peer().TLS != nil {
			t.Error("encrypted before it is")
		}
		line := make([]byte, 6)
		if _, err := io.ReadFull(c, line); err != nil || string(line) != "clair\n" {
			t.Errorf("read %q %v", line, err)
		}
		if err := c.Secure(ctx); err != nil {
			t.Errorf("secure: %v", err)
			return
		}
		conns <- c
		_, _ = io.CopyN(c, c, 5)
		<-ctx.Done()
	})
	raw := s.dial(t)
	if _, err := io.WriteString(raw, "clair\n"); err != nil {
		t.Fatal(err)
	}
	c := s.tls(t, raw, "org-auth-cli")
	conn := <-conns
	p := conn.Peer()
	if !conn.Encrypted() || len(conn.Chain()) == 0 || p.TLS == nil || p.TLS.Version != "TLS 1.3" || p.TLS.Problem != "" || p.TLS.Subject == "" {
		t.Errorf("peer %+v", p.TLS)
	}
	p.TLS.Problem = "changed"
	if conn.Peer().TLS.Problem != "" {
		t.Error("Peer gives its own away")
	}
	if _, err := io.WriteString(c, "salut"); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "salut" {
		t.Errorf("%q %v", got, err)
	}
	s.stop()
}

// TestProblem: a certificate that would not do is described, not refused.
func TestProblem(t *testing.T) {
	t.Parallel()
	peers := make(chan journal.Peer, 1)
	s := serve(t, 0, func(ctx context.Context, c *wire.Conn) {
		if c.Secure(ctx) == nil {
			peers <- c.Peer()
		}
		_ = c.Close()
	})
	s.tls(t, s.dial(t), "expired")
	if p := <-peers; p.TLS.Problem == "" {
		t.Errorf("peer %+v", p.TLS)
	}
}

// TestHandshakeFails: a failure is in the journal with its cause; a client that
// leaves is not.
func TestHandshakeFails(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	s := serve(t, 0, func(ctx context.Context, c *wire.Conn) {
		failed <- c.Secure(ctx)
		_ = c.Close()
	})
	_ = s.dial(t).Close()
	if err := <-failed; !errors.Is(err, io.EOF) {
		t.Errorf("a client that left: %v", err)
	}
	if n := s.world.Journal.Stats().Entries; n != 0 {
		t.Errorf("%d entries for nothing", n)
	}
	c := s.dial(t)
	if _, err := io.WriteString(c, "a001 CAPABILITY\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err == nil {
		t.Fatal("a handshake without TLS")
	}
	e, ok := s.world.Journal.Get(1)
	if !ok || e.Transport != "tls" || e.Service != "mssante" || e.Causes[0].Rule != "tls.plain-text" {
		t.Errorf("entry %+v", e)
	}
}

// TestDropAndClose look at what the client sees of each end.
func TestDropAndClose(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end  func(*wire.Conn)
		want error
	}{
		"close":      {func(c *wire.Conn) { _ = c.Close(); _ = c.Close() }, io.EOF},
		"drop":       {func(c *wire.Conn) { c.Drop(false) }, io.EOF},
		"reset":      {func(c *wire.Conn) { c.Drop(true) }, syscall.ECONNRESET},
		"finish":     {func(c *wire.Conn) { _, _ = io.WriteString(c, "x"); c.Finish() }, io.EOF},
		"last write": {func(c *wire.Conn) { c.DropAfterWrite(); _, _ = io.WriteString(c, "x") }, io.EOF},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan struct{})
			s := serve(t, 0, func(ctx context.Context, c *wire.Conn) {
				if err := c.Secure(ctx); err != nil {
					t.Errorf("secure: %v", err)
				}
				tt.end(c)
				<-c.Gone()
				<-c.Context().Done()
				close(ended)
			})
			c := s.tls(t, s.dial(t), "")
			var got [2]byte
			n, err := io.ReadFull(c, got[:])
			if n == 1 && (name == "finish" || name == "last write") { // ReadFull says so of any end
				_, err = c.Read(got[:])
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("after %d bytes: %v, want %v", n, err, tt.want)
			}
			_ = c.Close()
			<-ended
			if s.group.Len() != 0 {
				t.Errorf("%d connections are left", s.group.Len())
			}
		})
	}
}

// TestFinishUnread: a client that goes on sending still reads the last word.
func TestFinishUnread(t *testing.T) {
	t.Parallel()
	s := serve(t, 0, func(_ context.Context, c *wire.Conn) {
		_, _ = c.Read(make([]byte, 1))
		_, _ = io.WriteString(c, "adieu")
		c.Finish()
	})
	c := s.dial(t)
	if _, err := c.Write(make([]byte, 200_000)); err != nil {
		t.Fatal(err)
	}
	_ = c.(*net.TCPConn).CloseWrite()
	if got, err := io.ReadAll(c); err != nil || string(got) != "adieu" {
		t.Errorf("%q %v", got, err)
	}
}

// TestStop: handlers that wait end with the group, whoever waits for what.
func TestStop(t *testing.T) {
	t.Parallel()
	var entered sync.WaitGroup
	entered.Add(3)
	s := serve(t, 0, func(ctx context.Context, c *wire.Conn) {
		entered.Done()
		switch c.Read(make([]byte, 1)); { //nolint:errcheck // a test
		default:
			<-ctx.Done()
		}
	})
	for range 2 {
		s.dial(t)
	}
	if _, err := io.WriteString(s.dial(t), "x"); err != nil {
		t.Fatal(err)
	}
	entered.Wait()
	seen := 0
	s.group.Each(func(*wire.Conn) { seen++ })
	if seen != 3 || s.group.Len() != 3 {
		t.Errorf("%d seen, %d counted, want 3", seen, s.group.Len())
	}
	s.stop()
}

// TestPanic: a handler that panics costs its connection.
func TestPanic(t *testing.T) {
	t.Parallel()
	s := serve(t, 0, func(context.Context, *wire.Conn) { panic("non") })
	for range 2 {
		if _, err := s.dial(t).Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("read: %v", err)
		}
	}
}

// TestMax: one connection too many is dropped, and makes room when another goes.
func TestMax(t *testing.T) {
	t.Parallel()
	s := serve(t, 1, func(_ context.Context, c *wire.Conn) {
		_, _ = io.WriteString(c, "x")
		_, _ = c.Read(make([]byte, 1))
		_ = c.Close()
	})
	first := s.dial(t)
	if _, err := io.ReadFull(first, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.dial(t).Read(make([]byte, 1)); err == nil {
		t.Error("a second one is served")
	}
	_ = first.Close()
	for {
		if _, err := s.dial(t).Read(make([]byte, 1)); err == nil {
			return
		}
	}
}

// TestQueue: what is handed over is accepted; a closed queue does neither.
func TestQueue(t *testing.T) {
	t.Parallel()
	q := wire.NewQueue()
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	go q.Hand(a)
	if c, err := q.Accept(); err != nil || c != a {
		t.Errorf("%v %v", c, err)
	}
	if q.Addr().String() == "" || q.Addr().Network() == "" {
		t.Error("no name")
	}
	_, _ = q.Close(), q.Close()
	if q.Hand(b) {
		t.Error("handed to nobody")
	}
	if _, err := q.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept: %v", err)
	}
}
