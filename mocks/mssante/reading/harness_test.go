package reading_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
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
	"github.com/segursim/segursim/mocks/mssante/mailbox"
	"github.com/segursim/segursim/mocks/mssante/reading"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// The people and mailboxes of the tests.
const (
	bal    = "alix.medecin@medecin.segursim.test"
	person = "899700366240"
	token  = "good-token"
)

// morning is when the tests begin.
var morning = time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)

// pkiDir is shared by the tests' simulators. TestMain alone writes it.
var pkiDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "segursim-reading-test")
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

// house is the service around the reading side: who may open what, and the limits.
type house struct {
	server *reading.Server
	mail   *mailbox.Store
	ops    map[string]sim.Op

	mu         sync.Mutex
	mechanisms []string
	dead       map[string]*sim.Error // by BAL
	watchers   map[int]func()
	watched    int
	refusal    string
	opened     []auth.Identity
	quota      int64
	maxSize    int64
}

func (h *house) Info() sim.Info {
	return sim.Info{Name: "mssante", Title: journal.Text{FR: "MSSanté", EN: "MSSanté"}, Ops: reading.Ops()}
}
func (h *house) Hosts() []string                   { return nil }
func (h *house) Tables() []store.Schema            { return mailbox.Tables() }
func (h *house) Seed(tx *store.Txn, _ fs.FS) error { return h.mail.Create(tx, bal) }
func (h *house) Mount(*echo.Group)                 {}
func (h *house) Reset()                            { h.server.Reset(); h.mail.Wake() }
func (h *house) Listeners() []sim.Listener {
	return []sim.Listener{
		{Name: "imap", Default: "127.0.0.1:0", Serve: h.server.ServePlain},
		{Name: "imaps", Default: "127.0.0.1:0", Serve: h.server.ServeTLS},
	}
}

func (h *house) Mechanisms(*wire.Conn) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mechanisms
}

func (h *house) Token(_ context.Context, _ *wire.Conn, box, tok string) (auth.Identity, *sim.Error) {
	if !strings.HasPrefix(tok, token) {
		return auth.Identity{}, &sim.Error{Kind: sim.Unauthorized, Text: "Authentication failed", Cause: journal.Cause{
			Rule: "mssante.token", Text: journal.Text{FR: "Jeton refusé.", EN: "Token refused."},
		}}
	}
	return auth.Identity{BAL: strings.ToLower(box), Person: person, Session: "s1", Client: "lps-test"}, nil
}

func (h *house) Certificate(_ context.Context, _ *wire.Conn, box, _ string) (auth.Identity, *sim.Error) {
	if !strings.HasPrefix(box, "app.") {
		return auth.Identity{}, &sim.Error{Kind: sim.Forbidden, Text: "Not this mailbox"}
	}
	return auth.Identity{BAL: strings.ToLower(box), Client: "test-cert"}, nil
}

func (h *house) Alive(id auth.Identity) *sim.Error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.dead[id.BAL]
}

func (h *house) OnEnd(f func()) func() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watched++
	n := h.watched
	h.watchers[n] = f
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watchers, n)
	}
}

// kill ends the identities of a BAL.
func (h *house) kill(box string) {
	h.mu.Lock()
	h.dead[box] = &sim.Error{Kind: sim.Unauthorized, Text: "The Pro Sante Connect session has ended", Cause: journal.Cause{
		Rule: "mssante.session", Text: journal.Text{FR: "La session est close.", EN: "The session is closed."},
	}}
	var all []func()
	for _, f := range h.watchers {
		all = append(all, f)
	}
	h.mu.Unlock()
	for _, f := range all {
		f()
	}
}

func (h *house) watching() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.watchers)
}

func (h *house) Refusal(string) string { h.mu.Lock(); defer h.mu.Unlock(); return h.refusal }
func (h *house) Opened(id auth.Identity) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.opened = append(h.opened, id)
}
func (h *house) Quota(string) int64 { return h.quota }
func (h *house) MaxSize() int64     { return h.maxSize }
func (h *house) Host() string       { return "imap.medecin.segursim.test" }

// bench is a simulator with the reading side alone.
type bench struct {
	testing.TB
	*house
	app *app.App
	tls *tls.Config
}

func start(t testing.TB, change ...func(*house)) *bench {
	t.Helper()
	h := &house{
		mechanisms: []string{auth.XOAUTH2}, dead: map[string]*sim.Error{}, watchers: map[int]func(){}, refusal: "clean",
		quota: 1 << 30, maxSize: 26214400, ops: map[string]sim.Op{},
	}
	for _, f := range change {
		f(h)
	}
	for _, op := range reading.Ops() {
		h.ops[op.Name] = op
	}
	a, err := app.New(app.Options{
		Seed: "reading", PKIDir: pkiDir, FreePorts: true, Clock: morning.Format(time.RFC3339),
		Fixtures: fixtures.FS, Scenarios: fstest.MapFS{}, Certs: certs.FS(), Journal: journal.Options{MaxBytes: 32 << 20},
	}, []sim.Constructor{func(w *sim.World) (sim.Service, error) {
		h.mail = mailbox.New(w.Store, mailbox.Options{Now: w.Clock.Now})
		h.mail.SetLimit(func(*store.Txn, string) int64 { return h.quota })
		h.server = reading.New(w, h.mail, h, h, h.ops)
		return h, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	a.World().Clock.Freeze(true)
	a.World().Clock.Set(morning)
	roots, err := a.PKI().ServerRoots()
	if err != nil {
		t.Fatal(err)
	}
	return &bench{TB: t, house: h, app: a, tls: &tls.Config{RootCAs: roots, ServerName: "localhost"}}
}

func (b *bench) addr(listener string) string { return b.app.Endpoints().Listeners[listener] }

// put puts a message into a folder, past IMAP.
func (b *bench) put(folder, raw string, flags ...string) uint32 {
	b.Helper()
	var uid uint32
	err := b.mail.Update(func(tx *store.Txn) error {
		m, err := b.mail.Append(tx, bal, folder, []byte(raw), flags, b.app.World().Clock.Now())
		uid = m.UID
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return uid
}

func (b *bench) fault(f scenario.Fault) {
	b.Helper()
	f.Service = "mssante"
	if _, err := b.app.Engine().AddFault(f); err != nil {
		b.Fatal(err)
	}
}

// entries are the journal's exchanges of an operation, oldest first.
func (b *bench) entries(op string) []*journal.Entry {
	var out []*journal.Entry
	for _, e := range b.app.World().Journal.Since(0, 0) {
		if e.Op == op {
			out = append(out, e)
		}
	}
	return out
}

// entry waits for the n-th exchange of an operation, from 1.
func (b *bench) entry(op string, n int) *journal.Entry {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
	defer cancel()
	for {
		last := b.app.World().Journal.Last()
		if all := b.entries(op); len(all) >= n {
			return all[n-1]
		}
		if err := b.app.World().Journal.Wait(ctx, last); err != nil {
			b.Fatalf("no exchange %d of %s", n, op)
		}
	}
}

// line is a client that writes lines and reads lines.
type line struct {
	*bench
	conn net.Conn
	r    *bufio.Reader
	tags int
}

func (b *bench) dial(listener string) *line {
	b.Helper()
	conn, err := net.Dial("tcp", b.addr(listener))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	if listener == "imaps" {
		conn = tls.Client(conn, b.tls)
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &line{bench: b, conn: conn, r: bufio.NewReader(conn)}
}

func (l *line) send(s string) {
	l.Helper()
	if _, err := io.WriteString(l.conn, s); err != nil {
		l.Fatalf("send %.60q: %v", s, err)
	}
}

// read reads one answer, literals included.
func (l *line) read() string {
	l.Helper()
	s, err := l.tryRead()
	if err != nil {
		l.Fatalf("read: %v (after %q)", err, s)
	}
	return s
}

func (l *line) tryRead() (string, error) {
	var out strings.Builder
	for {
		s, err := l.r.ReadString('\n')
		out.WriteString(s)
		if err != nil {
			return out.String(), err
		}
		i := strings.LastIndexByte(s, '{')
		var n int
		if i < 0 || !strings.HasSuffix(s, "}\r\n") {
			return out.String(), nil
		}
		if _, err := fmt.Sscanf(s[i:], "{%d}", &n); err != nil {
			return out.String(), nil
		}
		if _, err := io.CopyN(&out, l.r, int64(n)); err != nil {
			return out.String(), err
		}
	}
}

// do sends a command and reads up to its tagged answer; the untagged ones come first.
func (l *line) do(format string, args ...any) (string, []string) {
	l.Helper()
	l.tags++
	tag := fmt.Sprintf("t%d", l.tags)
	l.send(tag + " " + fmt.Sprintf(format, args...) + "\r\n")
	return l.until(tag)
}

func (l *line) until(tag string) (string, []string) {
	l.Helper()
	var untagged []string
	for {
		s := l.read()
		if rest, ok := strings.CutPrefix(s, tag+" "); ok {
			return strings.TrimRight(rest, "\r\n"), untagged
		}
		untagged = append(untagged, strings.TrimRight(s, "\r\n"))
	}
}

// ok is do of a command that must succeed.
func (l *line) ok(format string, args ...any) []string {
	l.Helper()
	status, untagged := l.do(format, args...)
	if !strings.HasPrefix(status, "OK") {
		l.Fatalf("%s: %s", fmt.Sprintf(format, args...), status)
	}
	return untagged
}

// closed waits for the end of the connection and returns what came before it.
func (l *line) closed() string {
	l.Helper()
	b, err := io.ReadAll(l.r)
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		l.Fatalf("the connection stays open (after %q)", b)
	}
	return string(b)
}

func xoauth2(box, tok string) string {
	return base64.StdEncoding.EncodeToString([]byte("user=" + box + "\x01auth=Bearer " + tok + "\x01\x01"))
}

// login opens a connection under TLS, authenticated.
func (b *bench) login() *line {
	b.Helper()
	l := b.dial("imaps")
	l.read()
	l.ok("AUTHENTICATE XOAUTH2 %s", xoauth2(bal, token))
	return l
}

func (b *bench) selected(folder string) *line {
	b.Helper()
	l := b.login()
	l.ok("SELECT %s", folder)
	return l
}

// letter is a small message.
func letter(subject, body string) string {
	return "From: Alix Medecin <alix.medecin@medecin.segursim.test>\r\nTo: Camille Infirmier <camille@infirmier.segursim.test>\r\n" +
		"Subject: " + subject + "\r\nDate: Wed, 14 Jan 2026 08:30:00 +0100\r\nMessage-ID: <" + strings.ReplaceAll(subject, " ", "-") + "@segursim.test>\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body + "\r\n"
}

// big finds an announced literal of at least 10,000 bytes.
var big = regexp.MustCompile(`\{[0-9]{5,}\+?\}`)

// under is a client over TLS on a connection.
func under(b *bench, conn net.Conn) *line {
	c := tls.Client(conn, b.tls)
	return &line{bench: b, conn: c, r: bufio.NewReader(c)}
}
