package scenario

import (
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// pause stops the run's eyes and its deadlines.
func (m *machine) pause() {
	if m.state.Status != Running {
		return
	}
	m.state.Status, m.changed = Paused, true
	for i := range m.state.Steps {
		if st := &m.state.Steps[i]; !st.Deadline.IsZero() {
			m.steps[i].remaining = max(st.Deadline.Sub(m.now), 0)
			st.Deadline = time.Time{}
		}
	}
}

// resume opens them again: what happened meanwhile does not count.
func (m *machine) resume(seq uint64) {
	if m.state.Status != Paused {
		return
	}
	m.state.Status, m.changed = Running, true
	for i := range m.state.Steps {
		st, mem := &m.state.Steps[i], &m.steps[i]
		mem.since = max(mem.since, seq)
		if m.plan.steps[i].Within > 0 && st.Active {
			st.Deadline = m.now.Add(mem.remaining)
		}
	}
}

// restart gives every step from i on another go, and the limits that began with
// one of them. From the first step on, that is all of them.
func (m *machine) restart(i int, seq uint64) {
	if m.restartable(i) != nil {
		return
	}
	for n := range m.plan.steps {
		st, mem := &m.state.Steps[n], &m.steps[n]
		switch {
		case m.again(n, i):
			say := st.Say
			*st = m.fresh(n)
			st.Say = say
			*mem = stepMemory{turn: mem.turn}
		case m.plan.steps[n].kind == KindLimit && mem.cut: // goes on from its count
			st.Verdict, st.At, st.Reason, st.Left = Waiting, time.Time{}, journal.Text{}, false
			mem.cut = false
		}
	}
	s := &m.state
	s.Status, s.Verdict, s.Ended, s.Cause = Running, Waiting, time.Time{}, nil
	s.Restarts++
	m.acts = nil
	m.changed = true
	m.advance(seq)
}

// restartable says why a restart at step i cannot be: it would leave a failure,
// or a step that never had its turn, behind it.
func (m *machine) restartable(i int) *Refusal {
	switch {
	case m.state.Status == "":
		return refuse("le déroulé n'a pas commencé", "the run has not begun")
	case m.state.Verdict == Aborted:
		return refuse("le déroulé a été abandonné : lancez-en un autre", "the run was aborted: start another")
	case m.plan.steps[i].kind == KindLimit:
		return refuse("« %[1]s » est un interdit : il n'a pas de tour", "%[1]q is a limit: it has no turn", m.plan.steps[i].ID)
	}
	for n := range m.plan.steps {
		if m.again(n, i) {
			continue
		}
		st := &m.state.Steps[n]
		cut := m.steps[n].cut && m.plan.steps[n].kind != KindLimit
		turnless := m.plan.steps[n].chain && n < i && !done(st.Verdict)
		if st.Verdict == Failed || cut || turnless {
			return refuse("l'étape « %[1]s » n'est pas acquise : recommencez plus tôt", "step %[1]q is not done: restart earlier", st.ID)
		}
	}
	return nil
}

// again tells whether a restart at step i begins step n anew.
func (m *machine) again(n, i int) bool {
	p, st := &m.plan.steps[n], &m.state.Steps[n]
	switch {
	case i == m.first():
		return true
	case p.kind == KindLimit:
		return p.prev != start && p.prev >= i || st.Verdict == Passed && !m.steps[n].closed
	case !p.chain && p.prev == start:
		return st.Verdict == Failed || m.steps[n].cut
	}
	return n >= i
}

// first is the first step that is no limit.
func (m *machine) first() int {
	for i := range m.plan.steps {
		if m.plan.steps[i].kind != KindLimit {
			return i
		}
	}
	return 0
}
