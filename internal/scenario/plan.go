package scenario

import (
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// A Kind says what makes a step true.
type Kind string

// The kinds of steps.
const (
	KindManual Kind = "manual" // a person confirms
	KindExpect Kind = "expect" // entries come
	KindDo     Kind = "do"     // the simulated world acts
	KindLimit  Kind = "limit"  // entries must not come, or not so many
)

// A plan is a scenario compiled against a catalogue. It does not change: runs
// share it.
type plan struct {
	scenario *Scenario
	steps    []planStep
}

// start stands for the run's start where a step's index is asked for.
const start = -1

type planStep struct {
	*Step
	kind  Kind
	match *matcher // nil for manual, and for do without expect
	bound bound
	// prev is the step after which this one is active.
	prev     int
	until    int // the step that ends a limit; start when there is none
	chain    bool
	distinct string
	rejects  []planReject
	action   sim.Action
}

// A planReject is a compiled Reject.
type planReject struct {
	match *matcher
	since int // a step's index, start, or active
	cause journal.Text
	ref   string
}

// active is a reject's since: the watch starts with its own step.
const active = -2

// A matcher is a compiled Match.
type matcher struct {
	service, op string
	where       *condition
	shape       *shape
}

// concerns tells whether an entry is of the matcher's operation.
func (m *matcher) concerns(e *journal.Entry) bool {
	return m != nil && e.Service == m.service && (m.op == "" || e.Op == m.op)
}

// An observation is an entry under a run's eyes: environments are built once
// for each shape.
type observation struct {
	entry *journal.Entry
	raw   map[string]any
	vars  map[string]any
	envs  map[*shape]map[string]any
}

func observe(e *journal.Entry, vars map[string]any) *observation {
	return &observation{entry: e, raw: sim.Env(e), vars: vars, envs: map[*shape]map[string]any{}}
}

func (o *observation) env(sh *shape) map[string]any {
	env, ok := o.envs[sh]
	if !ok {
		env = sh.env(o.raw, o.vars)
		o.envs[sh] = env
	}
	return env
}

// holds tells whether the entry is what the matcher names.
func (m *matcher) holds(o *observation) bool {
	if !m.concerns(o.entry) {
		return false
	}
	if m.where == nil {
		return true
	}
	ok, err := m.where.holds(o.env(m.shape))
	return ok && err == nil
}
