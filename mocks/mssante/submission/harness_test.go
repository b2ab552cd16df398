package submission_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/goleak"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/submission"
	"github.com/segursim/segursim/mocks/mssante/wire"
	"github.com/segursim/segursim/scenarios"
)

const (
	bal   = "alice.martin@medecin.segursim.test"
	peer  = "bob.durand@hopital.segursim.test"
	token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
	host  = "smtp.medecin.segursim.test"
)

// pkiDir is shared by the tests' simulators. TestMain alone writes it.
var pkiDir string

// noDeadline takes a deadline away.
var noDeadline time.Time

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "segursim-submission-test")
	if err != nil {
		panic(err)
	}
	pkiDir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// service is the smallest service around a submission server.
type service struct {
	w   *sim.World
	srv *submission.Server
}

func (s *service) Info() sim.Info {
	return sim.Info{Name: "mssante", Title: journal.Text{FR: "MSSanté", EN: "MSSanté"}, Ops: submission.Ops()}
}
func (s *service) Hosts() []string              { return nil }
func (s *service) Tables() []store.Schema       { return nil }
func (s *service) Seed(*store.Txn, fs.FS) error { return nil }
func (s *service) Mount(*echo.Group)            {}
func (s *service) Reset()                       { s.srv.Reset() }
func (s *service) Listeners() []sim.Listener {
	return []sim.Listener{
		{Name: "smtp", Default: "127.0.0.1:0", Serve: s.srv.ServePlain},
		{Name: "smtps", Default: "127.0.0.1:0", Serve: s.srv.ServeTLS},
	}
}

// gate is an authority over made-up people.
type gate struct {
	mu      sync.Mutex
	mechs   []string
	refusal string // "drop" when empty
	dead    *sim.Error
	ends    map[int]func()
	n       int
	tokens  []string
}

func (g *gate) Mechanisms(c *wire.Conn) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mechs != nil {
		return g.mechs
	}
	if len(c.Chain()) > 0 {
		return []string{auth.XOAUTH2, auth.OAuthBearer, auth.Plain, auth.External}
	}
	return []string{auth.XOAUTH2, auth.OAuthBearer}
}

func no(kind sim.Kind) *sim.Error {
	return &sim.Error{Kind: kind, Cause: journal.Cause{Rule: "test.refused", Text: journal.Text{FR: "non", EN: "no"}}}
}

func (g *gate) Token(_ context.Context, _ *wire.Conn, name, tok string) (auth.Identity, *sim.Error) {
	g.mu.Lock()
	g.tokens = append(g.tokens, tok)
	g.mu.Unlock()
	switch {
	case name != bal:
		return auth.Identity{}, no(sim.Forbidden)
	case !strings.HasPrefix(tok, "eyJ"):
		return auth.Identity{}, no(sim.Unauthorized)
	}
	return auth.Identity{BAL: name, Person: "899700366240", Session: "s1", Client: "lps"}, nil
}

func (g *gate) Certificate(_ context.Context, c *wire.Conn, name, password string) (auth.Identity, *sim.Error) {
	if len(c.Chain()) == 0 || password == "faux" {
		return auth.Identity{}, no(sim.Unauthorized)
	}
	if name == "" {
		name = bal
	}
	return auth.Identity{BAL: name, Client: c.Chain()[0].Subject.CommonName}, nil
}

func (g *gate) Alive(auth.Identity) *sim.Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.dead
}

func (g *gate) OnEnd(f func()) func() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ends == nil {
		g.ends = map[int]func(){}
	}
	g.n++
	n := g.n
	g.ends[n] = f
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.ends, n)
	}
}

func (g *gate) Refusal(string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refusal == "" {
		return "drop"
	}
	return g.refusal
}

func (g *gate) set(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
}

// kill ends every identity.
func (g *gate) kill(text string) {
	g.mu.Lock()
	g.dead = &sim.Error{Kind: sim.Unauthorized, Text: text, Cause: journal.Cause{Rule: "test.dead", Text: journal.Text{FR: "fini", EN: "over"}}}
	var fs []func()
	for _, f := range g.ends {
		fs = append(fs, f)
	}
	g.mu.Unlock()
	for _, f := range fs {
		f()
	}
}

// post keeps what it is given.
type post struct {
	mu    sync.Mutex
	got   []sent
	max   int64
	empty bool // keep nothing
}

type sent struct {
	env submission.Envelope
	raw string
}

func (p *post) Sender(_ context.Context, id auth.Identity, from string, _ int64) *sim.Error {
	if from != "" && from != id.BAL {
		return &sim.Error{Status: 553, Code: "5.7.1", Text: "Expéditeur refusé", Cause: journal.Cause{Rule: "test.sender"}}
	}
	return nil
}

func (p *post) Recipient(_ context.Context, _ auth.Identity, _, to string) *sim.Error {
	switch {
	case strings.HasPrefix(to, "inconnu"):
		return &sim.Error{Kind: sim.NotFound, Cause: journal.Cause{Rule: "test.recipient"}}
	case strings.HasPrefix(to, "panne"):
		return &sim.Error{Status: 421, Code: "4.3.0", Text: "Plus tard", Cause: journal.Cause{Rule: "test.later"}}
	}
	return nil
}

func (p *post) Submit(_ context.Context, env submission.Envelope, raw []byte) (string, *sim.Error) {
	if strings.Contains(string(raw[:min(len(raw), 200)]), "refuse") {
		return "", &sim.Error{Status: 554, Code: "5.6.0", Text: "Message\r\nrefuse", Cause: journal.Cause{Rule: "test.submit"}}
	}
	if strings.Contains(string(raw[:min(len(raw), 200)]), "panique") {
		panic("la poste brûle")
	}
	if !p.empty {
		env.Exchange.Fact("lint", map[string]any{"errors": int64(0)})
		p.mu.Lock()
		defer p.mu.Unlock()
		p.got = append(p.got, sent{env, string(raw)})
	}
	return "Q42", nil
}

func (p *post) MaxSize() int64 {
	if p.max == 0 {
		return 25 << 20
	}
	return p.max
}
func (p *post) Host() string { return host }

func (p *post) all() []sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]sent{}, p.got...)
}

// world is a running simulator.
type world struct {
	t    testing.TB
	app  *app.App
	gate *gate
	post *post
	srv  *submission.Server
}

func start(t testing.TB, limits submission.Limits, sections ...func(*world)) *world {
	t.Helper()
	w := &world{t: t, gate: &gate{}, post: &post{}}
	for _, f := range sections {
		f(w)
	}
	make := func(sw *sim.World) (sim.Service, error) {
		ops := map[string]sim.Op{}
		for _, op := range submission.Ops() {
			ops[op.Name] = op
		}
		w.srv = submission.New(sw, w.post, w.gate, ops)
		w.srv.Limits = limits
		return &service{w: sw, srv: w.srv}, nil
	}
	a, err := app.New(app.Options{FreePorts: true, PKIDir: pkiDir, Fixtures: fixtures.FS, Scenarios: scenarios.FS, Certs: certs.FS()}, []sim.Constructor{make})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.app = a
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return w
}

func (w *world) addr(listener string) string { return w.app.Endpoints().Listeners[listener] }

// tls is a client's configuration, with the certificate of a profile or none.
func (w *world) tls(profile string) *tls.Config {
	w.t.Helper()
	roots, err := w.app.PKI().ServerRoots()
	if err != nil {
		w.t.Fatal(err)
	}
	conf := &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}
	if profile != "" {
		cred, err := w.app.PKI().Credential(profile)
		if err != nil {
			w.t.Fatal(err)
		}
		conf.Certificates = []tls.Certificate{*cred.TLS()}
	}
	return conf
}

func (w *world) fault(f scenario.Fault) {
	w.t.Helper()
	f.Service = "mssante"
	if _, err := w.app.Engine().AddFault(f); err != nil {
		w.t.Fatal(err)
	}
}

// client is a raw SMTP client.
type client struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

// dial connects in clear; it does not read the greeting.
func (w *world) dial(t testing.TB) *client {
	t.Helper()
	return w.dialTo(t, "smtp")
}

func (w *world) dialTo(t testing.TB, listener string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", w.addr(listener))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return &client{t, conn, bufio.NewReader(conn)}
}

// secure connects, starts TLS and says EHLO.
func (w *world) secure(t testing.TB, profile string) *client {
	t.Helper()
	c := w.dial(t)
	c.want(220)
	c.cmd(250, "EHLO poste.segursim.test")
	c.cmd(220, "STARTTLS")
	c.handshake(w.tls(profile))
	c.cmd(250, "EHLO poste.segursim.test")
	return c
}

// login is secure, authenticated.
func (w *world) login(t testing.TB) *client {
	t.Helper()
	c := w.secure(t, "")
	c.cmd(235, "AUTH XOAUTH2 "+xoauth2(bal, token))
	return c
}

func (c *client) handshake(conf *tls.Config) {
	c.t.Helper()
	tc := tls.Client(c.conn, conf)
	if err := tc.HandshakeContext(c.t.Context()); err != nil {
		c.t.Fatalf("handshake: %v", err)
	}
	c.conn, c.in = tc, bufio.NewReader(tc)
}

func (c *client) send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, s); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// reply reads one reply: its code and all its lines; "" at the end of the stream.
func (c *client) reply() (int, string) {
	c.t.Helper()
	var all strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		all.WriteString(line)
		if err != nil {
			return 0, all.String()
		}
		if len(line) < 4 || line[3] != '-' {
			code := 0
			_, _ = fmt.Sscanf(line, "%d", &code)
			return code, all.String()
		}
	}
}

func (c *client) want(code int) string {
	c.t.Helper()
	got, text := c.reply()
	if got != code {
		c.t.Fatalf("got %q, want %d", text, code)
	}
	return text
}

func (c *client) cmd(code int, line string) string {
	c.t.Helper()
	c.send(line + "\r\n")
	return c.want(code)
}

// closed checks that the server closed, after what was read.
func (c *client) closed() {
	c.t.Helper()
	if code, text := c.reply(); code != 0 || text != "" {
		c.t.Fatalf("the connection goes on: %d %q", code, text)
	}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func xoauth2(user, tok string) string {
	return b64("user=" + user + "\x01auth=Bearer " + tok + "\x01\x01")
}

// entry waits for the next entry of an operation after a number.
func (w *world) entry(t testing.TB, op string, after uint64) *journal.Entry {
	t.Helper()
	log := w.app.World().Journal
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	seen := after
	for {
		for _, e := range log.Since(seen, 0) {
			seen = e.Seq
			if e.Op == op {
				return e
			}
		}
		if err := log.Wait(ctx, seen); err != nil {
			var all []string
			for _, e := range log.Since(after, 0) {
				all = append(all, e.Op+": "+e.Summary)
			}
			t.Fatalf("no entry of %s; there are: %s", op, strings.Join(all, "; "))
		}
	}
}

// hasCause tells whether an entry has a cause with that rule, and complete texts.
func hasCause(t testing.TB, e *journal.Entry, rule string) {
	t.Helper()
	for _, c := range e.Causes {
		if c.Rule == rule {
			return
		}
	}
	t.Errorf("%s: causes %+v, want %s", e.Op, e.Causes, rule)
}
