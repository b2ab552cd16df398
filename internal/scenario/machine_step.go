package scenario

import (
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// advance makes every step active whose turn has come, then ends the run when
// nothing is left to wait for. Entries above seq count for the new ones.
func (m *machine) advance(seq uint64) {
	for again := true; again && m.state.Status == Running; {
		again = false
		for i := range m.plan.steps {
			st, p := &m.state.Steps[i], &m.plan.steps[i]
			if st.Active || st.Verdict != Waiting || m.steps[i].closed {
				continue
			}
			if p.prev != start && !done(m.state.Steps[p.prev].Verdict) || m.showsFirst(i) {
				continue
			}
			m.activate(i, seq)
			again = true
		}
	}
	m.finish()
}

// showsFirst tells whether a played step must wait for what a person would see
// before it: nobody answers on the phone before the screen was shown. A watched
// run does not wait so, since a fast phone is no fault.
func (m *machine) showsFirst(i int) bool {
	if m.state.Mode != Played || m.plan.steps[i].Do == nil {
		return false
	}
	for j := range i {
		if m.plan.steps[j].kind == KindManual && !done(m.state.Steps[j].Verdict) {
			return true
		}
	}
	return false
}

// activate begins a step's turn.
func (m *machine) activate(i int, seq uint64) {
	st, p, mem := &m.state.Steps[i], &m.plan.steps[i], &m.steps[i]
	st.Active, st.Since = true, m.now
	mem.since = seq
	mem.turn++
	m.changed = true
	acting := p.Do != nil && (p.Auto || m.state.Mode == Played)
	switch {
	case p.kind == KindManual && m.state.Mode == Asserted:
		m.leave(i, text("rien à voir sans personne devant l'écran", "nobody watches the screen"))
		return
	case p.kind == KindDo && !acting:
		m.leave(i, text("geste laissé à la personne", "left to the person"))
		return
	case acting:
		st.Acted = true
		m.acts = append(m.acts, act{i, mem.turn})
	}
	if p.Within > 0 {
		st.Deadline = m.now.Add(time.Duration(p.Within))
	}
}

// leave skips a step that the mode has no use for.
func (m *machine) leave(i int, why journal.Text) {
	st := &m.state.Steps[i]
	st.Verdict, st.Active, st.At, st.Reason, st.Left = Skipped, false, m.now, why, true
	m.closeLimits()
}

// pass gives a step its pass, and lets the next ones begin.
func (m *machine) pass(i int, e *journal.Entry) {
	st := &m.state.Steps[i]
	st.Verdict, st.Active, st.At, st.Near, st.Deadline = Passed, false, m.now, nil, time.Time{}
	m.changed = true
	m.closeLimits()
	m.advance(e.Seq)
}

// skip gives a step up, for a reason.
func (m *machine) skip(i int, seq uint64, why journal.Text, by string, left bool) {
	st := &m.state.Steps[i]
	st.Verdict, st.Active, st.At, st.Reason, st.By, st.Left = Skipped, false, m.now, why, by, left
	st.Deadline = time.Time{}
	m.changed = true
	m.closeLimits()
	m.advance(seq)
}

// fail gives a step its failure, which ends the run.
func (m *machine) fail(i int, c journal.Cause) {
	if m.state.Status == Ended {
		return
	}
	st := &m.state.Steps[i]
	st.Verdict, st.Active, st.At, st.Cause = Failed, false, m.now, &c
	st.Deadline = time.Time{}
	m.end(Failed, &c)
}

// late fails a step whose time is up.
func (m *machine) late(i int) {
	t := text("rien de conforme dans le délai de %v", "nothing fitting came within %v", time.Duration(m.plan.steps[i].Within))
	if m.plan.steps[i].kind == KindManual {
		t = text("non confirmé dans le délai de %v", "not confirmed within %v", time.Duration(m.plan.steps[i].Within))
	}
	if n := m.state.Steps[i].Near; n != nil {
		t.FR += " ; au plus près : " + n.Text.FR
		t.EN += "; nearest: " + n.Text.EN
	}
	m.fail(i, m.cause(i, t, ""))
}

// cause makes a step's cause; it cites the step's references unless ref is said.
func (m *machine) cause(i int, t journal.Text, ref string) journal.Cause {
	p := &m.plan.steps[i]
	if p.Cause.FR != "" {
		t.FR = p.Cause.FR + " : " + t.FR
	}
	if en := p.Cause.EN; en != "" {
		t.EN = en + ": " + t.EN
	}
	if ref == "" {
		ref = strings.Join(p.Refs, ", ")
	}
	return journal.Cause{Rule: "scenario." + m.plan.scenario.ID + "." + p.ID, Text: t, Ref: ref}
}

// closeLimits ends the limits whose Until is done.
func (m *machine) closeLimits() {
	for i := range m.plan.steps {
		p := &m.plan.steps[i]
		if p.until == start || !done(m.state.Steps[p.until].Verdict) || m.steps[i].closed {
			continue
		}
		m.steps[i].closed, m.steps[i].guard = true, false
		if st := &m.state.Steps[i]; p.kind == KindLimit && st.Verdict == Waiting {
			st.Verdict, st.Active, st.At = Passed, false, m.now
		}
	}
}

// finish ends the run when every step but the limits is done.
func (m *machine) finish() {
	if m.state.Status != Running {
		return
	}
	verdict := Passed
	for i := range m.plan.steps {
		st := &m.state.Steps[i]
		if m.plan.steps[i].kind != KindLimit && !done(st.Verdict) {
			return
		}
		if st.Verdict == Skipped && !st.Left {
			verdict = Incomplete
		}
	}
	for i := range m.plan.steps {
		if st := &m.state.Steps[i]; st.Verdict == Waiting {
			st.Verdict, st.Active, st.At = Passed, false, m.now
		}
	}
	if m.state.Missed > 0 {
		verdict = Incomplete
	}
	m.end(verdict, nil)
}

// end closes the run. Steps that still wait did not get their turn.
func (m *machine) end(v Verdict, c *journal.Cause) {
	if m.state.Status == Ended {
		return
	}
	why := text("le déroulé s'est arrêté avant", "the run ended before")
	for i := range m.state.Steps {
		st := &m.state.Steps[i]
		if st.Verdict == Waiting {
			st.Verdict, st.Reason, st.Left = Skipped, why, true
			st.At, st.Deadline = m.now, time.Time{}
			m.steps[i].cut = true
		}
		st.Active = false
	}
	m.state.Status, m.state.Verdict, m.state.Ended, m.state.Cause = Ended, v, m.now, c
	m.acts = nil
	m.changed = true
}
