package auth_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/pki"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// server is the certificate of the tests' server. TestMain alone writes it.
var server *tls.Certificate

var roots *x509.CertPool

func TestMain(m *testing.M) {
	p, err := pki.Open(pki.Options{Ephemeral: true, Hosts: []string{"localhost"}, Now: time.Now, Profiles: certs.FS()})
	if err != nil {
		panic(err)
	}
	if server, err = p.ServerCertificate(""); err != nil {
		panic(err)
	}
	if roots, err = p.ServerRoots(); err != nil {
		panic(err)
	}
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

// secured is a connection under TLS, and its other end.
func secured(t testing.TB, director sim.Director) (*wire.Conn, *tls.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &sim.World{
		Clock: clock.New(nil), Journal: journal.New(journal.Options{}), Director: director,
		ServerTLS: func() *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{*server}, ClientAuth: tls.RequestClientCert}
		},
	}
	g := &wire.Group{World: w, Protocol: "SMTP"}
	conns, done := make(chan *wire.Conn), make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(done)
		_ = g.Serve(ctx, l, func(ctx context.Context, c *wire.Conn) {
			if err := c.Secure(ctx); err == nil {
				conns <- c
			}
		})
	}()
	t.Cleanup(func() { cancel(); <-done; w.Clock.Close() })
	client, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	_ = client.SetDeadline(time.Now().Add(10 * time.Second))
	return <-conns, client
}

// authority opens to the token "bon" and the password "bon".
type authority struct {
	mechs   []string
	refusal string
	asked   []string
}

func (a *authority) Mechanisms(*wire.Conn) []string { return a.mechs }

func (a *authority) Token(_ context.Context, _ *wire.Conn, bal, token string) (auth.Identity, *sim.Error) {
	a.asked = append(a.asked, bal+" "+token)
	return a.open(bal, token)
}

func (a *authority) Certificate(_ context.Context, _ *wire.Conn, bal, password string) (auth.Identity, *sim.Error) {
	a.asked = append(a.asked, bal+" "+password)
	return a.open(bal, password)
}

func (a *authority) open(bal, secret string) (auth.Identity, *sim.Error) {
	switch secret {
	case "bon", "":
		return auth.Identity{BAL: bal, Person: "8997", Client: "lps"}, nil
	case "panne":
		return auth.Identity{}, &sim.Error{Kind: sim.Unavailable}
	}
	return auth.Identity{}, &sim.Error{Kind: sim.Unauthorized}
}

func (a *authority) Alive(auth.Identity) *sim.Error { return nil }
func (a *authority) OnEnd(func()) func()            { return func() {} }
func (a *authority) Refusal(string) string          { return a.refusal }
