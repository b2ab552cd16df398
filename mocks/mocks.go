package mocks

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/apcv"
	"github.com/segursim/segursim/mocks/insi"
	"github.com/segursim/segursim/mocks/mssante"
	"github.com/segursim/segursim/mocks/psc"
	"github.com/segursim/segursim/scenarios"
)

// Services is the list: every simulated service, in the order in which they are
// shown.
func Services() []sim.Constructor {
	return []sim.Constructor{
		psc.New,
		insi.New,
		apcv.New,
		mssante.New,
	}
}

// Options say how a simulator starts; the zero value suits tests: any free port
// of 127.0.0.1, an ephemeral PKI. See [app.Options] for the fields.
type Options = app.Options

// The kernel's types that tests handle.
type (
	// Entry is one exchange of the journal.
	Entry = journal.Entry
	// JournalStats describe the journal.
	JournalStats = journal.Stats
	// Clock is the simulated clock.
	Clock = clock.Clock
	// Endpoints is the endpoints document.
	Endpoints = app.Endpoints
)

// Server is a running simulator.
type Server struct {
	app *app.App
}

// Start starts a simulator and returns once it serves. Listeners that
// opt.Listen leaves out get a free port of 127.0.0.1. The caller calls Close.
func Start(ctx context.Context, opt Options) (*Server, error) {
	opt.FreePorts = true
	return Serve(ctx, opt)
}

// Serve starts a simulator as the command does: listeners that opt.Listen leaves
// out are on their documented ports.
func Serve(ctx context.Context, opt Options) (*Server, error) {
	if opt.Fixtures == nil {
		opt.Fixtures = fixtures.FS
	}
	if opt.Scenarios == nil {
		opt.Scenarios = scenarios.FS
	}
	if opt.Certs == nil {
		opt.Certs = certs.FS()
	}
	a, err := app.New(opt, Services())
	if err != nil {
		return nil, fmt.Errorf("segursim: %w", err)
	}
	if err := a.Start(ctx); err != nil {
		return nil, fmt.Errorf("segursim: %w", err)
	}
	return &Server{app: a}, nil
}

// closeGrace bounds Close, in real time.
const closeGrace = 10 * time.Second

// Close stops the simulator and waits until nothing of it runs.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	return s.app.Stop(ctx)
}

// Endpoints is the endpoints document: addresses and credentials.
func (s *Server) Endpoints() Endpoints { return s.app.Endpoints() }

// URL is the front door: https://localhost:port, where every HTTP service has its
// real paths.
func (s *Server) URL() string {
	return "https://" + strings.TrimSuffix(s.Endpoints().Listeners[app.HTTPS], ":443")
}

// ControlURL is where the console and the control API are.
func (s *Server) ControlURL() string { return "http://" + s.Endpoints().Listeners[app.Control] }

// Issuer is Pro Santé Connect's issuer.
func (s *Server) Issuer() string {
	v, _ := s.Endpoints().Services["psc"]["issuer"].(string)
	return v
}

// Title is a service's name as a person says it; the short name itself when there
// is no such service.
func (s *Server) Title(service string) string {
	for _, svc := range s.app.Services() {
		if i := svc.Info(); i.Name == service {
			return i.Title.FR
		}
	}
	return service
}

// Token is the control API's bearer token; empty when none is needed.
func (s *Server) Token() string { return s.app.Token() }

// Client returns an HTTP client that trusts the simulator. It shows the client
// certificate of the named profile ("org-auth-cli", "insi-auto", …), or none for
// an empty name.
func (s *Server) Client(profile string) (*http.Client, error) {
	conf, err := s.TLS(profile)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: conf, ForceAttemptHTTP2: false}}, nil
}

// TLS is the configuration of a TLS client that trusts the simulator, with the
// named client certificate, or none for an empty name.
func (s *Server) TLS(profile string) (*tls.Config, error) {
	roots, err := s.app.PKI().ServerRoots()
	if err != nil {
		return nil, err
	}
	conf := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if profile != "" {
		cred, err := s.app.PKI().Credential(profile)
		if err != nil {
			return nil, err
		}
		conf.Certificates = []tls.Certificate{*cred.TLS()}
	}
	return conf, nil
}

// Clock is the simulated clock.
func (s *Server) Clock() *Clock { return s.app.World().Clock }

// Journal returns the exchanges numbered above after, oldest first.
func (s *Server) Journal(after uint64) []*Entry { return s.app.World().Journal.Since(after, 0) }

// JournalStats says how much the journal holds, and what its bounds pushed out.
func (s *Server) JournalStats() JournalStats { return s.app.World().Journal.Stats() }

// WaitJournal waits for the first exchange numbered above after that match
// accepts, and returns it. It fails when ctx ends first.
func (s *Server) WaitJournal(ctx context.Context, after uint64, match func(*Entry) bool) (*Entry, error) {
	log := s.app.World().Journal
	for {
		for _, e := range log.Since(after, 0) {
			after = e.Seq
			if match(e) {
				return e, nil
			}
		}
		if err := log.Wait(ctx, after); err != nil {
			return nil, fmt.Errorf("segursim: no such exchange: %w", err)
		}
	}
}

// Do runs an action of a service, as POST /api/actions/{service}/{verb} does.
func (s *Server) Do(ctx context.Context, service, verb string, in map[string]any) (any, error) {
	for _, svc := range s.app.Services() {
		as, ok := svc.(sim.ActionService)
		if !ok || svc.Info().Name != service {
			continue
		}
		if act, ok := as.Actions()[verb]; ok {
			return act.Do(ctx, in)
		}
	}
	return nil, fmt.Errorf("segursim: no action %s/%s", service, verb)
}

// Reset returns the simulator to its baseline, in constant time.
func (s *Server) Reset() { s.app.Reset() }

// Save writes the whole state and the clock; Load puts them back.
func (s *Server) Save(w io.Writer) error { return s.app.Snapshot(w) }

// Load puts back what Save wrote.
func (s *Server) Load(r io.Reader) error { return s.app.RestoreSnapshot(r) }
