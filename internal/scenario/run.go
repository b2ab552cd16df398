package scenario

import (
	"context"
	"slices"
	"sync"

	"github.com/segursim/segursim/internal/clock"
)

// A Run is a scenario under way. Its methods may be called concurrently.
type Run struct {
	engine *Engine
	plan   *plan

	mu      sync.Mutex
	machine *machine
	cursor  uint64 // the journal is folded up to here
	changed chan struct{}
	timers  map[int]stepTimer
	live    bool // the goroutine is there
	given   bool // the scenario's faults are set
	closed  bool
	cancel  context.CancelFunc
	ctx     context.Context
}

type stepTimer struct {
	turn  int
	due   int64 // deadline, Unix nanoseconds
	timer *clock.Timer
}

// batch is how many entries are folded between two looks at anything else.
const batch = 256

// State returns the run as it stands, up to the journal's newest entry.
func (r *Run) State() RunState {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.catchUp()
	return r.copyState()
}

// ID is the run's identifier.
func (r *Run) ID() string { return r.machine.state.ID }

// Scenario is the run's scenario, as it was when the run started.
func (r *Run) Scenario() *Scenario { return r.plan.scenario }

func (r *Run) copyState() RunState {
	s := r.machine.state
	s.Steps = slices.Clone(s.Steps)
	for i := range s.Steps {
		s.Steps[i].Entries = slices.Clone(s.Steps[i].Entries)
	}
	return s
}

// Wait returns the state once its Rev is above rev, or the state as it is with
// the context's error when that ends first. On a run that has ended, or that is
// closed, it waits all the same: it may be restarted.
func (r *Run) Wait(ctx context.Context, rev uint64) (RunState, error) {
	for {
		r.mu.Lock()
		r.catchUp()
		s, changed := r.copyState(), r.changed
		r.mu.Unlock()
		if s.Rev > rev {
			return s, nil
		}
		select {
		case <-changed:
		case <-r.engine.ctx.Done():
			return s, ErrClosed
		case <-ctx.Done():
			return s, ctx.Err()
		}
	}
}

// Close stops following the journal. The state stays readable.
func (r *Run) Close() {
	r.mu.Lock()
	r.closed = true
	r.stopTimers()
	r.cancel()
	r.dropGiven()
	r.mu.Unlock()
}

// follow folds new entries until the run ends or is closed.
func (r *Run) follow() {
	for {
		r.mu.Lock()
		r.catchUp()
		over := r.machine.state.Status == Ended || r.closed
		if over {
			r.live = false
		}
		cursor := r.cursor
		r.mu.Unlock()
		if over {
			return
		}
		if err := r.engine.journal.Wait(r.ctx, cursor); err != nil {
			r.mu.Lock()
			r.live = false
			r.stopTimers()
			r.mu.Unlock()
			return
		}
	}
}

// catchUp folds what the journal has, and does what follows from it: timers and
// actions. r.mu is held.
func (r *Run) catchUp() {
	if r.closed || r.ctx.Err() != nil {
		return
	}
	rev := r.machine.state.Rev
	for r.machine.state.Status != Ended {
		entries := r.engine.journal.Since(r.cursor, batch)
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			r.machine.apply(e)
			r.cursor = e.Seq
			if r.machine.state.Status == Ended {
				r.dropGiven()
				r.sayEnd()
				break
			}
		}
	}
	r.setTimers()
	for _, a := range r.machine.acts {
		r.act(a)
	}
	r.machine.acts = nil
	if r.machine.state.Rev != rev {
		close(r.changed)
		r.changed = make(chan struct{})
	}
}

// sayEnd writes the verdict in the journal. r.mu is held.
func (r *Run) sayEnd() {
	v := string(r.machine.state.Verdict)
	r.write(event{op: evEnded, run: map[string]any{"verdict": v}, said: v})
}

// write appends an event of this run to the journal.
func (r *Run) write(ev event) {
	r.engine.journal.Append(ev.entry(r.machine.state.ID, r.engine.clock.Now()))
}

// begin starts the goroutine, if there is none. r.mu is held.
func (r *Run) begin() {
	if !r.live && r.engine.launch(r.follow) {
		r.live = true
	}
}

// dropGiven removes the faults that the scenario set. r.mu is held.
func (r *Run) dropGiven() {
	if !r.given {
		return
	}
	r.given = false
	origin := "run:" + r.ID()
	r.engine.faults.remove(func(f *Fault) bool { return f.Origin == origin })
}
