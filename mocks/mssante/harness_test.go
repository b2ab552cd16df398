package mssante

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// People and BAL of the fixtures.
const (
	kit       = "899700366240"
	robert    = "899700218896"
	alix      = "899990000012"
	noa       = "899990000129"
	secretary = "30B9000017/CPET0001"

	kitBAL    = "kit.doc0036624@medecin.segursim.test"
	kitUnused = "kit.doc0036624@test-ci-sis.segursim.test"
	kitClosed = "kit.ancien@medecin.segursim.test"
	sharedBAL = "secretariat.consultations@hopital.segursim.test"
	noaBAL    = "noa.rad9000012@hopital.segursim.test"
	appBAL    = "lps.temoin@test-ci-sis.segursim.test"
	labBAL    = "sgl@labo.segursim.test"
	pfiBAL    = "pfi@hopital.segursim.test"
)

// morning is when the tests begin.
var morning = time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)

// pkiDir is shared by the tests' simulators. TestMain alone writes it.
var pkiDir string

// PKIDir is pkiDir for the tests from outside.
func PKIDir() string { return pkiDir }

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "segursim-mssante-test")
	if err != nil {
		panic(err)
	}
	pkiDir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// issuer stands for Pro Santé Connect: it issues tokens and keeps sessions.
type issuer struct {
	mu       sync.Mutex
	tokens   map[string]sim.Claims
	errs     map[string]error
	dead     map[string]bool
	watchers []func(string)
}

func (i *issuer) Info() sim.Info               { return sim.Info{Name: "issuer"} }
func (i *issuer) Hosts() []string              { return nil }
func (i *issuer) Tables() []store.Schema       { return nil }
func (i *issuer) Mount(*echo.Group)            {}
func (i *issuer) Seed(*store.Txn, fs.FS) error { return nil }
func (i *issuer) OnSessionEnd(f func(s string)) {
	i.mu.Lock()
	i.watchers = append(i.watchers, f)
	i.mu.Unlock()
}

func (i *issuer) SessionAlive(s string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return !i.dead[s]
}

func (i *issuer) VerifyToken(_ context.Context, token string) (sim.Claims, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if err := i.errs[token]; err != nil {
		return sim.Claims{}, err
	}
	c, ok := i.tokens[token]
	if !ok {
		return sim.Claims{}, errors.New("signature or form")
	}
	return c, nil
}

// end ends a session; told has the watchers told, as when somebody ends it.
func (i *issuer) end(session string, told bool) {
	i.mu.Lock()
	i.dead[session] = true
	watchers := slices.Clone(i.watchers)
	i.mu.Unlock()
	if told {
		for _, f := range watchers {
			f(session)
		}
	}
}

// bench is a simulator of this service alone.
type bench struct {
	t      testing.TB
	app    *app.App
	s      *Service
	issuer *issuer
}

// prepare makes a simulator, frozen in the morning, that does not listen.
func prepare(t testing.TB, section string, change ...func(*app.Options)) *bench {
	t.Helper()
	b, err := tryPrepare(t, section, change...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func tryPrepare(t testing.TB, section string, change ...func(*app.Options)) (*bench, error) {
	t.Helper()
	b := &bench{t: t, issuer: &issuer{tokens: map[string]sim.Claims{}, errs: map[string]error{}, dead: map[string]bool{}}}
	opt := app.Options{
		Seed: "mssante", PKIDir: pkiDir, Clock: morning.Format(time.RFC3339), FreePorts: true,
		Fixtures: fixtures.FS, Scenarios: fstest.MapFS{}, Certs: certs.FS(),
		Sections: map[string][]byte{"mssante": []byte(section)},
	}
	for _, f := range change {
		f(&opt)
	}
	a, err := app.New(opt, []sim.Constructor{
		func(w *sim.World) (sim.Service, error) { w.Tokens = b.issuer; return b.issuer, nil },
		func(w *sim.World) (sim.Service, error) {
			s, err := New(w)
			if err == nil {
				b.s = s.(*Service)
			}
			return s, err
		},
	})
	if err != nil {
		return nil, err
	}
	b.app = a
	t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	a.World().Clock.Freeze(true)
	a.World().Clock.Set(morning)
	for person, session := range map[string]string{kit: "s-kit", robert: "s-robert", alix: "s-alix", noa: "s-noa", secretary: "s-secretary"} {
		b.issuer.tokens["token-"+session] = sim.Claims{
			SubjectNameID: person, Session: session, Client: "lps", Expires: morning.Add(2 * time.Minute),
			All: map[string]any{"aud": []any{"mail", "other"}, "scope": "openid scope_all", "acr": "eidas1"},
		}
	}
	return b, nil
}

// begin is prepare, listening.
func begin(t testing.TB, section string, change ...func(*app.Options)) *bench {
	t.Helper()
	b := prepare(t, section, change...)
	if err := b.app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// connect makes a TLS connection as the mail servers see it, with the named client
// certificate, or none.
func (b *bench) connect(profile string) *wire.Conn {
	b.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	got := make(chan *wire.Conn, 1)
	group := &wire.Group{World: b.app.World(), Protocol: "SMTP"}
	ctx, cancel := context.WithCancel(b.t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		_ = group.Serve(ctx, l, func(ctx context.Context, c *wire.Conn) {
			if err := c.Secure(ctx); err != nil {
				b.t.Errorf("handshake: %v", err)
				close(got)
				return
			}
			got <- c
			<-ctx.Done()
		})
	})
	conf := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // the server is not what is tested
	if profile != "" {
		cred, err := b.app.PKI().Credential(profile)
		if err != nil {
			b.t.Fatal(err)
		}
		// Shown whatever authorities the server names.
		conf.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cred.TLS(), nil }
	}
	client, err := tls.Dial("tcp", l.Addr().String(), conf)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		_ = client.Close()
		cancel()
		done.Wait()
	})
	return <-got
}

// do runs an action.
func (b *bench) do(verb string, in map[string]any) map[string]any {
	b.t.Helper()
	out, err := b.s.balActions()[verb].Do(b.t.Context(), in)
	if err != nil {
		b.t.Fatalf("action %s: %v", verb, err)
	}
	return out.(map[string]any)
}

// refused runs an action that is refused, and returns the code.
func (b *bench) refused(verb string, in map[string]any) string {
	b.t.Helper()
	out, err := b.s.balActions()[verb].Do(b.t.Context(), in)
	var e *sim.Error
	if !errors.As(err, &e) {
		b.t.Fatalf("action %s: %v, %v: want a refusal", verb, out, err)
	}
	if e.Cause.Text.FR == "" || e.Cause.Text.EN == "" {
		b.t.Errorf("action %s: refused without a cause", verb)
	}
	return e.Code
}

// row is a BAL as the store has it.
func (b *bench) row(address string) (bal.BAL, bool) {
	var row bal.BAL
	var ok bool
	_ = b.app.World().Store.View(func(tx *store.Txn) error {
		row, ok = bal.BALs.Get(tx, address)
		return nil
	})
	return row, ok
}

func (b *bench) state(address string) bal.State {
	var st bal.State
	_ = b.app.World().Store.View(func(tx *store.Txn) error {
		if row, ok := bal.BALs.Get(tx, address); ok {
			st = b.s.stateOf(tx, row)
		}
		return nil
	})
	return st
}

// entries are the journal's of one operation.
func (b *bench) entries(op string) []*journal.Entry {
	var out []*journal.Entry
	for _, e := range b.app.World().Journal.Since(0, 0) {
		if e.Op == op {
			out = append(out, e)
		}
	}
	return out
}

func (b *bench) advance(d time.Duration) { b.app.World().Clock.Advance(d) }
