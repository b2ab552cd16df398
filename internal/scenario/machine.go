package scenario

import (
	"maps"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// A machine folds journal entries into a run's state. It has no clock, no
// goroutine and no randomness: the same entries give the same state.
type machine struct {
	plan  *plan
	given Given
	vars  map[string]any
	state RunState
	steps []stepMemory

	// now is the time of the entry being folded; changed says it did something.
	now     time.Time
	changed bool
	// acts are steps whose action is due: the live run does them, a replay not.
	acts []act
}

// stepMemory is what the machine knows of a step besides its state.
type stepMemory struct {
	since     uint64 // entries above this number count
	turn      int    // how often it became active: an action or a timer belongs to one turn
	remaining time.Duration
	distinct  map[string]bool
	guard     bool // passed with an exact count: one more entry breaks it
	closed    bool // a limit whose Until is done
	cut       bool // the run's end took its turn away
}

// An act is an action that is due.
type act struct{ step, turn int }

// newMachine makes the fold of a run, before its first entry.
func newMachine(p *plan, id string) *machine {
	m := &machine{plan: p, steps: make([]stepMemory, len(p.steps))}
	m.state = RunState{ID: id, Scenario: p.scenario.ID, Title: p.scenario.Title, Hash: p.scenario.Hash, Verdict: Waiting}
	for i := range p.steps {
		m.state.Steps = append(m.state.Steps, m.fresh(i))
	}
	return m
}

// fresh is a step's state before its turn.
func (m *machine) fresh(i int) StepState {
	s := &m.plan.steps[i]
	st := StepState{ID: s.ID, Kind: s.kind, Say: s.Say, Refs: s.Refs, Verdict: Waiting}
	if s.match != nil {
		st.Want = s.bound.String()
	}
	return st
}

// apply folds one entry.
func (m *machine) apply(e *journal.Entry) {
	m.now, m.changed = e.Time, false
	if seen := m.state.Last; seen != 0 && m.state.Status != Ended && e.Seq > seen+1 {
		m.state.Missed += e.Seq - seen - 1
		m.changed = true
	}
	if e.Service == Service && e.Transport == "event" {
		if fact(e, "run.id") == m.state.ID {
			m.control(e)
		}
	} else if m.state.Status == Running {
		m.observe(e)
	}
	if m.state.Status != "" && (m.state.Status != Ended || m.changed) {
		m.state.Last = e.Seq
	}
	if m.changed {
		m.state.Rev++
	}
}

// control folds an event of this run.
func (m *machine) control(e *journal.Entry) {
	if e.Op == evStarted {
		m.begin(e)
		return
	}
	if m.state.Status == "" {
		return
	}
	step, i := fact(e, "step.id"), -1
	for n := range m.plan.steps {
		if m.plan.steps[n].ID == step {
			i = n
		}
	}
	by := fact(e, "by")
	switch e.Op {
	case evPaused:
		m.pause()
	case evResumed:
		m.resume(e.Seq)
	case evRestarted:
		m.restart(max(i, 0), e.Seq)
	case evAborted:
		reason := fact(e, "reason")
		m.end(Aborted, &journal.Cause{Rule: "scenario.aborted", Text: journal.Text{
			FR: "déroulé abandonné : " + reason, EN: "run aborted: " + reason,
		}})
	case evConfirmed:
		if i >= 0 && m.open(i) && m.plan.steps[i].kind == KindManual {
			m.state.Steps[i].By = by
			m.pass(i, e)
		}
	case evSkipped:
		if i >= 0 && m.state.Steps[i].Verdict == Waiting && m.state.Status != Ended {
			reason := fact(e, "reason")
			m.skip(i, e.Seq, journal.Text{FR: reason, EN: reason}, by, false)
		}
	case evActed:
		m.acted(i, e)
	case evTimeout:
		if i >= 0 && m.open(i) && int(toFloat(e.Fact("step.turn"))) == m.steps[i].turn {
			m.late(i)
		}
	}
}

// begin folds the run's own start.
func (m *machine) begin(e *journal.Entry) {
	with := map[string]string{}
	for k, v := range stringMap(e.Fact("given")) {
		with[k] = toString(v)
	}
	g, err := m.plan.scenario.Given.override(with)
	if err != nil { // the scenario is not the one that the run was started with
		g = m.plan.scenario.Given
	}
	m.given, m.vars = g, g.env()
	s := &m.state
	s.Mode, s.By = fact(e, "run.mode"), fact(e, "by")
	s.Keep = toBool(e.Fact("run.keep"))
	s.Clock = RunClock{int64(toFloat(e.Fact("clock.offset_s"))), toBool(e.Fact("clock.frozen"))}
	s.Given = maps.Clone(g.values())
	maps.DeleteFunc(s.Given, func(_, v string) bool { return v == "" })
	s.Status, s.Started, s.First, s.Last = Running, e.Time, e.Seq, e.Seq
	values := g.values()
	for i := range s.Steps {
		say := s.Steps[i].Say
		say.FR, _ = substitute(say.FR, values).(string)
		say.EN, _ = substitute(say.EN, values).(string)
		s.Steps[i].Say = say
	}
	m.changed = true
	m.advance(e.Seq)
}

// open tells whether a step is active in a run that runs.
func (m *machine) open(i int) bool {
	return m.state.Status == Running && m.state.Steps[i].Active && m.state.Steps[i].Verdict == Waiting
}

func done(v Verdict) bool { return v == Passed || v == Skipped }

// acted folds the end of a step's action.
func (m *machine) acted(i int, e *journal.Entry) {
	if i < 0 || int(toFloat(e.Fact("step.turn"))) != m.steps[i].turn {
		return
	}
	code := fact(e, "error.code")
	switch {
	case code != "" && m.open(i):
		d := m.plan.steps[i].Do
		m.fail(i, m.cause(i, text("l'action %[1]s/%[2]s a échoué : %[3]s %[4]s", "action %[1]s/%[2]s failed: %[3]s %[4]s", d.Service, d.Action, code, fact(e, "error.text")), ""))
	case code == "" && m.open(i) && m.plan.steps[i].match == nil:
		m.pass(i, e)
	}
}
