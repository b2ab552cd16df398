package scenario

import (
	"encoding/json"
	"strings"

	"github.com/segursim/segursim/internal/journal"
)

// observe folds an exchange or an event of a service. What forbids comes before
// what fulfils.
func (m *machine) observe(e *journal.Entry) {
	o := observe(e, m.vars)
	if m.rejected(o) || m.broken(o) {
		return
	}
	early := true
	for i := range m.plan.steps {
		if m.plan.steps[i].kind == KindLimit || !m.plan.steps[i].match.concerns(e) || !m.open(i) || m.steps[i].since >= e.Seq {
			continue
		}
		early = m.consider(i, o) && early
		if m.state.Status != Running {
			return
		}
	}
	if early {
		m.tooEarly(o)
	}
}

// rejected fails the first step that rejects the entry.
func (m *machine) rejected(o *observation) bool {
	for i := range m.plan.steps {
		st := &m.state.Steps[i]
		if st.Verdict != Waiting {
			continue
		}
		for _, r := range m.plan.steps[i].rejects {
			if !m.watching(i, r.since) || !r.match.holds(o) {
				continue
			}
			t := journal.Text{FR: fill(r.cause.FR, o), EN: fill(r.cause.EN, o)}
			c := journal.Cause{Rule: "scenario." + m.plan.scenario.ID + "." + st.ID, Text: t, Ref: r.ref}
			st.Entries = append(st.Entries, o.entry.Seq)
			m.fail(i, c)
			return true
		}
	}
	return false
}

// watching tells whether a reject of step i is on.
func (m *machine) watching(i, since int) bool {
	switch since {
	case active:
		return m.state.Steps[i].Active
	case start:
		return true
	}
	return done(m.state.Steps[since].Verdict)
}

// broken fails the first limit, or exact count, that the entry goes beyond.
func (m *machine) broken(o *observation) bool {
	for i := range m.plan.steps {
		p, mem, st := &m.plan.steps[i], &m.steps[i], &m.state.Steps[i]
		limit := p.kind == KindLimit && st.Active && st.Verdict == Waiting && mem.since < o.entry.Seq
		guard := mem.guard && st.Verdict == Passed && p.bound.most >= 0
		if !limit && !guard || !p.match.holds(o) || !m.count(i, o) {
			continue
		}
		if st.Count <= p.bound.most {
			continue
		}
		e := o.entry
		t := text("échange n° %[1]d (%[2]s %[3]s), de trop : %[4]d pour %[5]s", "exchange no. %[1]d (%[2]s %[3]s), one too many: %[4]d for %[5]s", e.Seq, e.Service, e.Op, st.Count, p.bound)
		if p.bound.most == 0 {
			t = text("échange n° %[1]d (%[2]s %[3]s), qui ne doit pas avoir lieu", "exchange no. %[1]d (%[2]s %[3]s), which must not be", e.Seq, e.Service, e.Op)
		}
		m.fail(i, m.cause(i, t, ""))
		return true
	}
	return false
}

// count adds a matching entry to a step, and tells whether it counts.
func (m *machine) count(i int, o *observation) bool {
	p, mem, st := &m.plan.steps[i], &m.steps[i], &m.state.Steps[i]
	if p.distinct != "" {
		v, _ := lookup(o.raw, p.distinct)
		key, err := json.Marshal(v)
		if err != nil || mem.distinct[string(key)] {
			return false
		}
		if mem.distinct == nil {
			mem.distinct = map[string]bool{}
		}
		mem.distinct[string(key)] = true
	}
	st.Count++
	if len(st.Entries) < maxEntries {
		st.Entries = append(st.Entries, o.entry.Seq)
	}
	m.changed = true
	return true
}

// consider looks at an entry of an active step's operation. It returns false
// when the entry fulfilled something.
func (m *machine) consider(i int, o *observation) (missed bool) {
	p, st := &m.plan.steps[i], &m.state.Steps[i]
	if !p.match.holds(o) {
		m.nearMiss(i, o)
		return true
	}
	if !st.Deadline.IsZero() && o.entry.Time.After(st.Deadline) {
		m.late(i)
		return false
	}
	if !m.count(i, o) {
		return false
	}
	if st.Count >= p.bound.least {
		m.steps[i].guard = p.bound.most >= 0
		m.pass(i, o.entry)
	}
	return false
}

// nearMiss keeps the entry that fulfilled the most, the latest of equals.
func (m *machine) nearMiss(i int, o *observation) {
	p, st := &m.plan.steps[i], &m.state.Steps[i]
	misses, of := p.match.where.misses(o.env(p.match.shape), o.raw)
	n := &Near{Seq: o.entry.Seq, Held: of - len(misses), Of: of, Misses: misses}
	if st.Near != nil && !st.Near.Early && st.Near.Held > n.Held {
		return
	}
	var fr, en []string
	for _, miss := range misses {
		fr, en = append(fr, miss.Text.FR), append(en, miss.Text.EN)
	}
	n.Text = journal.Text{FR: strings.Join(fr, " ; "), EN: strings.Join(en, "; ")}
	if refs := strings.Join(p.Refs, ", "); refs != "" {
		n.Text.FR += " — " + refs
		n.Text.EN += " — " + refs
	}
	st.Near = n
	m.changed = true
}

// tooEarly tells the next steps that what they want came before their turn.
func (m *machine) tooEarly(o *observation) {
	for i := range m.plan.steps {
		p, st := &m.plan.steps[i], &m.state.Steps[i]
		if p.kind != KindExpect || st.Active || st.Verdict != Waiting || p.prev == start || !p.match.holds(o) {
			continue
		}
		t := text("l'échange n° %[1]d convient, mais il est venu avant la fin de l'étape « %[2]s »", "exchange no. %[1]d fits, but it came before step %[2]q was done", o.entry.Seq, m.plan.steps[p.prev].ID)
		st.Near = &Near{Seq: o.entry.Seq, Early: true, Text: t}
		m.changed = true
		return
	}
}

// fill replaces "${form.acr_values}" by the entry's value.
func fill(s string, o *observation) string {
	return placeholder.ReplaceAllStringFunc(s, func(p string) string {
		path := p[2 : len(p)-1]
		v, ok := lookup(o.raw, path)
		if !ok {
			return "(absent)"
		}
		return show(path, v)
	})
}
