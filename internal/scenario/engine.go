package scenario

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"sync"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// Options make an Engine. Clock and Journal are needed, the rest has defaults.
type Options struct {
	Clock   *clock.Clock
	Journal *journal.Log
	Log     *slog.Logger // default: discard
	// Seed decides what probabilities draw. When empty it is read from Rand,
	// and when that is nil it is fixed.
	Seed string
	Rand io.Reader
	// Scenarios are the embedded files (*.yaml); Dir adds to them or replaces
	// them by id.
	Scenarios fs.FS
	Dir       string
	// Deferred reads Scenarios when one is first asked for, after Attach: they are
	// the program's own, and a start does not wait for them.
	Deferred bool
	// Faults are files of faults by name: YAML with one key, faults.
	Faults map[string][]byte
	// Chaos is the seed of the table of Chaos; empty is off.
	Chaos string
	// Restore brings the world back to its baseline before a run; nil does
	// nothing. It may call the engine's Reset.
	Restore func() error
}

// An Engine holds scenarios, runs and faults. It is the world's Director. Its
// methods may be called concurrently.
type Engine struct {
	opt     Options
	clock   *clock.Clock
	journal *journal.Log
	log     *slog.Logger
	faults  faultSet

	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
	// launching keeps Close from waiting while a goroutine is being counted.
	launching sync.Mutex

	mu       sync.Mutex
	closed   bool
	cat      *catalogue
	library  map[string]*Scenario
	deferred sync.Once
	files    []faultFile
	runs     []*Run
	counter  map[string]int
}

// NewEngine loads the scenarios and checks their form. They are checked against
// the services, and can be run, after Attach.
func NewEngine(opt Options) (*Engine, error) {
	if opt.Clock == nil || opt.Journal == nil {
		return nil, errors.New("scenario: an engine needs a clock and a journal")
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Seed == "" && opt.Rand != nil {
		var b [16]byte
		if _, err := io.ReadFull(opt.Rand, b[:]); err != nil {
			return nil, fmt.Errorf("scenario: seed: %w", err)
		}
		opt.Seed = hex.EncodeToString(b[:])
	}
	e := &Engine{
		opt: opt, clock: opt.Clock, journal: opt.Journal, log: opt.Log,
		library: map[string]*Scenario{}, counter: map[string]int{},
	}
	e.faults.seed = opt.Seed
	e.ctx, e.cancel = context.WithCancel(context.Background())
	if err := e.read(nil); err != nil {
		e.cancel()
		return nil, err
	}
	return e, nil
}

// Attach makes the catalogue of what exists, checks and compiles every scenario
// and fault file against it, and sets the chaos. It is called once, before the
// first request.
func (e *Engine) Attach(services []sim.Service) error {
	cat, err := newCatalogue(services)
	if err != nil {
		return err
	}
	if err := e.read(cat); err != nil {
		return err
	}
	e.mu.Lock()
	e.cat = cat
	e.mu.Unlock()
	e.faults.mu.Lock()
	e.faults.chaos = newChaos(e.opt.Chaos, cat)
	e.faults.publish()
	e.faults.mu.Unlock()
	return e.loadFileFaults()
}

// launch runs f on a goroutine that Close waits for. It does nothing once the
// engine is closed.
func (e *Engine) launch(f func()) bool {
	e.launching.Lock()
	defer e.launching.Unlock()
	if e.ctx.Err() != nil {
		return false
	}
	e.work.Go(f)
	return true
}

// Reset clears the faults that the API and runs set, and every counter; runs
// that go on keep their records, and their deadlines on a clock that was reset.
func (e *Engine) Reset() {
	e.faults.remove(func(f *Fault) bool { return f.Origin == originAPI })
	e.faults.reset()
	for _, r := range e.Runs() {
		r.rearm()
	}
}

// Close ends the following of every run and waits for its goroutines.
func (e *Engine) Close() {
	e.mu.Lock()
	e.closed = true
	runs := append([]*Run(nil), e.runs...)
	e.mu.Unlock()
	e.launching.Lock()
	e.cancel()
	e.launching.Unlock()
	for _, r := range runs {
		r.Close()
	}
	e.work.Wait()
}
