package scenario

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// maxRuns bounds how many runs are kept; the oldest that ended go first.
const maxRuns = 200

// RunOptions say how a scenario is run.
type RunOptions struct {
	Mode string // Watched (the default), Asserted or Played
	By   string // who starts it
	// Given overrides given values: "professional", "patient", "structure",
	// "clock", "vars.NAME".
	Given map[string]string
	// Keep runs on the state that is there instead of the baseline.
	Keep bool
}

// StartRun begins a run of a loaded scenario. It brings the world back to its
// baseline (unless told to keep it), sets the given clock and faults, and
// follows the journal from there.
func (e *Engine) StartRun(ctx context.Context, id string, opt RunOptions) (*Run, error) {
	sc, ok := e.Scenario(id)
	if !ok {
		var ids []string
		for _, s := range e.Scenarios() {
			ids = append(ids, s.ID)
		}
		return nil, &Refusal{Text: unknown("scénario", "scenario", id, ids), NotFound: true}
	}
	if opt.Mode == "" {
		opt.Mode = Watched
	}
	modes := []string{Watched, Asserted, Played}
	if !slices.Contains(modes, opt.Mode) {
		return nil, &Refusal{Text: unknown("mode", "mode", opt.Mode, modes)}
	}
	if sc.plan == nil {
		return nil, refuse("les services ne sont pas encore là", "the services are not there yet")
	}
	given, err := sc.Given.override(opt.Given)
	if err != nil {
		return nil, err
	}
	if given.Clock != "" {
		if _, err := time.Parse(time.RFC3339, given.Clock); err != nil {
			return nil, refuse("clock « %[1]s » n'est pas une date RFC 3339", "clock %[1]q is not an RFC 3339 time", given.Clock)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !opt.Keep {
		if err := e.restore(); err != nil {
			return nil, err
		}
	}
	r, err := e.enrol(sc)
	if err != nil {
		return nil, err
	}
	if err := e.setGiven(r, given, true); err != nil {
		r.Close()
		e.forget(r)
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cursor = e.journal.Last()
	facts := map[string]any{"scenario": sc.ID, "hash": sc.Hash, "mode": opt.Mode}
	if opt.Keep {
		facts["keep"] = true
	}
	ev := event{op: evStarted, by: opt.By, run: facts, said: opt.Mode}
	c := e.clock.State()
	ev.facts = map[string]any{"clock": map[string]any{"offset_s": int64(c.Offset.Round(time.Second) / time.Second), "frozen": c.Frozen}}
	if len(opt.Given) > 0 {
		over := map[string]any{}
		for k, v := range opt.Given {
			over[k] = v
		}
		ev.facts["given"] = over
	}
	r.write(ev)
	r.catchUp()
	r.begin()
	return r, nil
}

// enrol gives a run its id and its place.
func (e *Engine) enrol(sc *Scenario) (*Run, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	e.counter[sc.ID]++
	r := &Run{engine: e, plan: sc.plan, changed: make(chan struct{}), cursor: e.journal.Last()}
	r.machine = newMachine(sc.plan, sc.ID+"-"+strconv.Itoa(e.counter[sc.ID]))
	r.ctx, r.cancel = context.WithCancel(e.ctx)
	e.runs = append(e.runs, r)
	for i := 0; len(e.runs) > maxRuns && i < len(e.runs); i++ {
		if old := e.runs[i]; old.ended() {
			old.cancel()
			e.runs = slices.Delete(e.runs, i, i+1)
			i--
		}
	}
	return r, nil
}

func (r *Run) ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.machine.state.Status == Ended
}

func (e *Engine) forget(r *Run) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.runs = slices.DeleteFunc(e.runs, func(x *Run) bool { return x == r })
}

// restore brings the baseline back.
func (e *Engine) restore() error {
	if e.opt.Restore == nil {
		return nil
	}
	if err := e.opt.Restore(); err != nil {
		return fmt.Errorf("scenario: restore the baseline: %w", err)
	}
	// The clock may have forgotten the deadlines of the runs that go on.
	for _, r := range e.Runs() {
		r.rearm()
	}
	return nil
}

// setGiven sets the clock, when asked to, and the scenario's faults.
func (e *Engine) setGiven(r *Run, g Given, clock bool) error {
	if clock && g.Clock != "" {
		t, err := time.Parse(time.RFC3339, g.Clock)
		if err != nil {
			return fmt.Errorf("scenario: given.clock: %w", err)
		}
		e.clock.Set(t)
	}
	r.mu.Lock()
	r.dropGiven()
	r.given = len(g.Faults) > 0
	r.mu.Unlock()
	for i, f := range g.Faults {
		f.Origin = "run:" + r.ID()
		if f.ID == "" {
			f.ID = r.ID() + "-" + strconv.Itoa(i+1)
		}
		if _, err := e.addFault(f); err != nil {
			r.mu.Lock()
			r.dropGiven()
			r.mu.Unlock()
			return err
		}
	}
	return nil
}

// Run finds a run by id.
func (e *Engine) Run(id string) (*Run, bool) {
	for _, r := range e.Runs() {
		if r.ID() == id {
			return r, true
		}
	}
	return nil, false
}

// Runs lists the runs, oldest first.
func (e *Engine) Runs() []*Run {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.runs)
}
