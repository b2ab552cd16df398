package mss_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/segursim/segursim/internal/lps/mss"
)

const (
	bal   = "marie.martin@medecin.segursim.test"
	token = "e30.e30.good"
)

// morning is when the tests happen.
func morning() time.Time { return time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC) }

// keys are a server's certificate, and a client's trust in it.
func keys(t testing.TB) (server, client *tls.Config) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}, &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// at is a server's address for an account.
func at(t testing.TB, l net.Listener) mss.Server {
	t.Helper()
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return mss.Server{Host: host, Port: port, Socket: "STARTTLS"}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// judge is the server of XOAUTH2: it takes one token, and says no in JSON. drop cuts
// the connection after that.
type judge struct {
	drop   func()
	failed error
	open   func()
	asked  bool
}

func (j *judge) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case j.asked:
		return nil, false, j.failed
	case response == nil:
		return []byte{}, false, nil
	case string(response) == "user="+bal+"\x01auth=Bearer "+token+"\x01\x01":
		j.open()
		return nil, true, nil
	}
	j.asked = true
	if j.drop != nil {
		time.AfterFunc(50*time.Millisecond, j.drop)
	}
	return []byte(`{"status":"401","schemes":"bearer","scope":"mail"}`), false, nil
}

// A letterbox is a submission server that keeps what it gets.
type letterbox struct {
	drop bool // cut the connection after a refused token
	only string

	mu  sync.Mutex
	got []posted
}

type posted struct {
	from, body string
	to         []string
	notify     int
}

// smtpServer starts it.
func (b *letterbox) start(t testing.TB, conf *tls.Config) mss.Server {
	t.Helper()
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{box: b, conn: c}, nil }))
	srv.TLSConfig, srv.EnableDSN, srv.MaxLineLength = conf, true, 16384
	srv.ErrorLog = quiet{}
	l := listen(t)
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return at(t, l)
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (b *letterbox) messages() []posted {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.got
}

type session struct {
	box  *letterbox
	conn *smtp.Conn
	open bool
	one  posted
}

func (s *session) AuthMechanisms() []string {
	if s.box.only != "" {
		return []string{s.box.only}
	}
	return []string{"XOAUTH2", "PLAIN"}
}

func (s *session) Auth(mech string) (sasl.Server, error) {
	if mech == "PLAIN" {
		return sasl.NewPlainServer(func(_, user, password string) error {
			if user != bal || password != "" {
				return smtp.ErrAuthFailed
			}
			s.open = true
			return nil
		}), nil
	}
	j := &judge{failed: smtp.ErrAuthFailed, open: func() { s.open = true }}
	if s.box.drop {
		j.drop = func() { _ = s.conn.Conn().Close() }
	}
	return j, nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.open {
		return smtp.ErrAuthRequired
	}
	s.one = posted{from: from}
	return nil
}

func (s *session) Rcpt(to string, o *smtp.RcptOptions) error {
	if strings.HasSuffix(to, "@example.test") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "outside"}
	}
	s.one.to, s.one.notify = append(s.one.to, to), len(o.Notify)
	return nil
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.one.body = string(b)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.got = append(s.box.got, s.one)
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// guarded opens a mailbox in memory to a token.
type guarded struct {
	imapserver.Session
	login func() error
}

func (g *guarded) AuthenticateMechanisms() []string { return []string{"XOAUTH2"} }

func (g *guarded) Authenticate(string) (sasl.Server, error) {
	j := &judge{failed: imapserver.ErrAuthFailed}
	var opened error
	j.open = func() { opened = g.login() }
	return &late{j, &opened}, nil
}

// late tells the failure of opening.
type late struct {
	*judge
	err *error
}

func (l *late) Next(response []byte) ([]byte, bool, error) {
	challenge, done, err := l.judge.Next(response)
	return challenge, done, errors.Join(err, *l.err)
}

// shelves starts a reading server with one mailbox in memory; byToken opens it with
// XOAUTH2 instead of PLAIN.
func shelves(t testing.TB, conf *tls.Config, byToken bool) mss.Server {
	t.Helper()
	mem := imapmemserver.New()
	user := imapmemserver.NewUser(bal, "")
	for _, name := range []string{"INBOX", "Sent", "Archive"} {
		if err := user.Create(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	mem.AddUser(user)
	caps := imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}}
	if byToken { // what stands around the session hides all that rev2 needs
		delete(caps, imap.CapIMAP4rev2)
	}
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			s := mem.NewSession()
			if byToken {
				return &guarded{s, func() error { return s.Login(bal, "") }}, nil, nil
			}
			return s, nil, nil
		},
		Caps: caps, TLSConfig: conf, Logger: quiet{},
	})
	l := listen(t)
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return at(t, l)
}

// giving gives a token.
func giving(s string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return s, nil }
}
