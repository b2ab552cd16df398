package scenario

import (
	"context"
	"fmt"
	"maps"

	"github.com/segursim/segursim/internal/sim"
)

// setTimers arms a timer for each deadline, on the world's clock, and drops the
// others. r.mu is held.
func (r *Run) setTimers() {
	want := map[int]stepTimer{}
	if r.machine.state.Status == Running {
		for i := range r.machine.state.Steps {
			if st := &r.machine.state.Steps[i]; st.Active && !st.Deadline.IsZero() {
				want[i] = stepTimer{turn: r.machine.steps[i].turn, due: st.Deadline.UnixNano()}
			}
		}
	}
	for i, t := range r.timers {
		if w, ok := want[i]; ok && w.turn == t.turn && w.due == t.due {
			want[i] = t
			continue
		}
		t.timer.Stop()
	}
	for i, w := range want {
		if w.timer == nil {
			turn := w.turn
			d := r.machine.state.Steps[i].Deadline.Sub(r.engine.clock.Now())
			w.timer = r.engine.clock.AfterFunc(max(d, 0), func() { r.timeout(i, turn) })
			want[i] = w
		}
	}
	r.timers = want
}

func (r *Run) stopTimers() {
	for _, t := range r.timers {
		t.timer.Stop()
	}
	r.timers = nil
}

// rearm makes the timers anew: the clock was set back and forgot them.
func (r *Run) rearm() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.stopTimers()
	r.setTimers()
}

// timeout writes that a step's time is up, unless something fitting came first.
func (r *Run) timeout(i, turn int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.catchUp()
	if r.closed || !r.machine.open(i) || r.machine.steps[i].turn != turn {
		return
	}
	st := &r.machine.state.Steps[i]
	if st.Deadline.IsZero() || r.engine.clock.Now().Before(st.Deadline) {
		delete(r.timers, i) // the clock went back meanwhile
		r.setTimers()
		return
	}
	r.write(event{op: evTimeout, facts: map[string]any{"step": map[string]any{"id": st.ID, "turn": turn}}})
	r.catchUp()
}

// act does a step's action, on a goroutine of its own, and writes how it went.
// r.mu is held.
func (r *Run) act(a act) {
	p := &r.plan.steps[a.step]
	with, _ := substitute(p.Do.With, r.machine.given.values()).(map[string]any)
	r.engine.launch(func() {
		step := map[string]any{"id": p.ID, "turn": a.turn}
		ev := event{op: evActed, facts: map[string]any{"step": step}, said: p.Do.Service + "/" + p.Do.Action}
		if err := doAction(r.ctx, p.action, with); err != nil {
			se := sim.AsError(err)
			msg := se.Error()
			if se.Cause.Text.FR != "" {
				msg = se.Cause.Text.FR
			}
			ev.facts["error"] = map[string]any{"code": se.Code, "text": msg}
			r.engine.log.WarnContext(r.ctx, "scenario action failed", "run", r.machine.state.ID, "step", p.ID, "error", err)
		}
		if r.ctx.Err() != nil {
			return
		}
		r.write(ev)
	})
}

// doAction calls a service's code: a panic there is this action's failure.
func doAction(ctx context.Context, a sim.Action, with map[string]any) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("action panicked: %v", v)
		}
	}()
	in := map[string]any{}
	maps.Copy(in, with)
	_, err = a.Do(ctx, in)
	return err
}
