// Package app assembles a simulator from services it does not know: the world
// (store, clock, journal, PKI, director), the listeners, the console, and their
// lifecycle.
//
//	New    makes the world and the services, loads fixtures and scenarios, takes
//	       the baseline; nothing listens yet
//	Start  binds every listener, writes the endpoints document, serves
//	Stop   closes in the reverse order and leaves no goroutine behind
//
// No package variable holds state: many simulators live in one process.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/pki"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// App is one simulator.
type App struct {
	opt      Options
	world    *sim.World
	services []sim.Service
	pki      *pki.PKI
	engine   *scenario.Engine
	console  *console.Console
	rand     *source
	ids      *source

	publicURL atomic.Pointer[string]
	ready     atomic.Bool

	mu        sync.Mutex
	started   bool
	endpoints Endpoints
	cleanups  []func(context.Context) error // run last first by Stop
}

// New makes a simulator. Its errors name the file, option or service at fault.
func New(opt Options, services []sim.Constructor) (*App, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if err := opt.check(); err != nil {
		return nil, err
	}
	a := &App{opt: opt, rand: newSource(opt.Seed, "world"), ids: newSource(opt.Seed, "exchange")}
	a.publicURL.Store(&opt.PublicURL)
	if err := a.build(services); err != nil {
		return nil, errors.Join(err, a.Stop(context.Background()))
	}
	return a, nil
}

func (a *App) build(constructors []sim.Constructor) error {
	w := &sim.World{
		Store: store.New(), Clock: clock.New(a.opt.Wall), Journal: journal.New(a.opt.Journal),
		Fixtures: a.opt.Fixtures, Log: a.opt.Log, Rand: a.rand,
		PublicURL: func() string { return *a.publicURL.Load() },
		Relaxed:   a.relaxed, Configure: a.configure, Shared: &sim.Shared{}, ServerTLS: a.serverTLS,
	}
	a.world = w
	a.cleanup(func(context.Context) error { w.Clock.Close(); return nil })
	if a.opt.Clock != "" {
		t, err := time.Parse(time.RFC3339, a.opt.Clock)
		if err != nil {
			return fmt.Errorf("clock: %w", err)
		}
		w.Clock.Set(t)
	}
	faults, err := a.faultsFile()
	if err != nil {
		return err
	}
	engine, err := scenario.NewEngine(scenario.Options{
		Clock: w.Clock, Journal: w.Journal, Log: a.opt.Log, Seed: a.opt.Seed, Rand: a.rand,
		Scenarios: a.opt.Scenarios, Deferred: true, Dir: a.opt.ScenariosDir, Chaos: a.opt.Chaos, Faults: faults,
		Restore: func() error { a.restore(); return nil },
	})
	if err != nil {
		return err
	}
	a.engine = engine
	a.cleanup(func(context.Context) error { engine.Close(); return nil })
	w.Director = engine

	for _, c := range constructors {
		s, err := c(w)
		if err != nil {
			return err
		}
		a.services = append(a.services, s)
	}
	if err := a.openPKI(); err != nil {
		return err
	}
	if err := a.seed(); err != nil {
		return err
	}
	if err := engine.Attach(a.services); err != nil {
		return err
	}
	a.rand.mark()
	return nil
}

// faultsFile reads the user's file of faults, if there is one.
func (a *App) faultsFile() (map[string][]byte, error) {
	if a.opt.FaultsFile == "" {
		return nil, nil
	}
	b, err := os.ReadFile(a.opt.FaultsFile)
	if err != nil {
		return nil, fmt.Errorf("faults: %w", err)
	}
	return map[string][]byte{a.opt.FaultsFile: b}, nil
}

// seed opens the store, loads the fixtures, and takes the baseline.
func (a *App) seed() error {
	tables := registre.Tables()
	for _, s := range a.services {
		tables = append(tables, s.Tables()...)
	}
	if err := a.world.Store.Open(tables...); err != nil {
		return err
	}
	err := a.world.Store.Update(func(tx *store.Txn) error {
		if err := registre.Seed(tx, a.opt.Fixtures, a.opt.FixturesDir); err != nil {
			return err
		}
		for _, s := range a.services {
			if err := s.Seed(tx, a.opt.Fixtures); err != nil {
				return fmt.Errorf("%s: %w", s.Info().Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.world.Store.Baseline()
	return nil
}

// World is the simulated world.
func (a *App) World() *sim.World { return a.world }

// Services are the simulated services, in the order of the list.
func (a *App) Services() []sim.Service { return a.services }

// PKI is the test hierarchy.
func (a *App) PKI() *pki.PKI { return a.pki }

// Engine plays scenarios and faults.
func (a *App) Engine() *scenario.Engine { return a.engine }

// Token guards the control API; empty when it is open.
func (a *App) Token() string { return a.opt.Token }

// Ready tells whether the simulator serves.
func (a *App) Ready() bool { return a.ready.Load() }

// Reset returns the world to its baseline: state, journal, clock, faults set at
// run time, and the random source of a seeded simulator.
func (a *App) Reset() {
	a.restore()
	a.engine.Reset()
	a.world.Journal.Reset()
	if a.console != nil {
		a.console.Reset()
	}
}

// restore is a Reset that keeps the journal, the faults and the clock's place in
// the run that asks for it.
func (a *App) restore() {
	a.world.Store.Reset()
	_ = a.pki.SetRevocations(nil) // the empty list is always accepted
	a.world.Clock.Reset()
	if a.opt.Clock != "" {
		if t, err := time.Parse(time.RFC3339, a.opt.Clock); err == nil {
			a.world.Clock.Set(t)
		}
	}
	for _, s := range a.services {
		if r, ok := s.(sim.ResetService); ok {
			r.Reset()
		}
	}
	a.rand.reset()
	a.ids.reset()
}

func (a *App) cleanup(f func(context.Context) error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cleanups = append(a.cleanups, f)
}

// Stop stops everything, last started first, and waits for it. ctx bounds the
// wait for connections to finish what they do. It may be called more than once.
func (a *App) Stop(ctx context.Context) error {
	a.ready.Store(false)
	a.mu.Lock()
	todo := a.cleanups
	a.cleanups = nil
	a.mu.Unlock()
	var errs []error
	for i := len(todo) - 1; i >= 0; i-- {
		errs = append(errs, todo[i](ctx))
	}
	return errors.Join(errs...)
}
