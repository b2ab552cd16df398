package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/segursim/segursim/internal/sim"
)

// maxFaults bounds how many faults stand at once.
const maxFaults = 1000

// A faultSet holds the faults in force. Readers take a pointer; writers replace
// it.
type faultSet struct {
	seed string

	active atomic.Pointer[ruleTable] // nil while there is nothing

	mu    sync.Mutex
	rules []*rule // in order of arrival
	chaos []*chaosRule
	next  int
}

// A ruleTable is an index that does not change.
type ruleTable struct {
	byService map[string][]*rule
	tls       []*rule
	chaos     []*chaosRule
}

// decide finds the first fault that fires.
func (s *faultSet) decide(c sim.Call) sim.Verdict {
	t := s.active.Load()
	if t == nil {
		return sim.Verdict{}
	}
	envs := map[*shape]map[string]any{}
	for _, r := range t.byService[c.Service] {
		if r.fault.Op != "" && r.fault.Op != c.Op {
			continue
		}
		if r.where != nil {
			env, ok := envs[r.shape]
			if !ok {
				env = r.shape.env(callEnv(c), nil)
				envs[r.shape] = env
			}
			if ok, err := r.where.holds(env); err != nil || !ok {
				continue
			}
		}
		if r.draw() {
			return verdict(&r.fault)
		}
	}
	for _, r := range t.chaos {
		if v, ok := r.decide(c); ok {
			return v
		}
	}
	return sim.Verdict{}
}

// callEnv makes sure that a call's own names are in its facts.
func callEnv(c sim.Call) map[string]any {
	if c.Facts["service"] == c.Service && c.Facts["op"] == c.Op {
		return c.Facts
	}
	env := make(map[string]any, len(c.Facts)+2)
	for k, v := range c.Facts {
		env[k] = v
	}
	env["service"], env["op"] = c.Service, c.Op
	return env
}

// certificate asks the tls faults about one handshake.
func (s *faultSet) certificate() string {
	t := s.active.Load()
	if t == nil {
		return ""
	}
	for _, r := range t.tls {
		if r.draw() {
			return r.fault.Effect.TLS
		}
	}
	return ""
}

// add accepts a fault that was checked, and names it.
func (s *faultSet) add(f Fault, where *condition) (Fault, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rules) >= maxFaults {
		return Fault{}, fmt.Errorf("scenario: plus de %d défauts / more than %d faults", maxFaults, maxFaults)
	}
	for f.ID == "" {
		s.next++
		if id := "f" + strconv.Itoa(s.next); !s.has(id) {
			f.ID = id
		}
	}
	if s.has(f.ID) {
		return Fault{}, fmt.Errorf("scenario: le défaut « %s » existe déjà / fault %q exists already: %w", f.ID, f.ID, ErrExists)
	}
	r := &rule{fault: f, where: where, seed: hash(s.seed, "fault", f.ID)}
	if where != nil {
		r.shape = where.shape
	}
	s.rules = append(s.rules, r)
	s.publish()
	return f, nil
}

func (s *faultSet) has(id string) bool {
	return slices.ContainsFunc(s.rules, func(r *rule) bool { return r.fault.ID == id })
}

// remove drops the faults that drop says, and tells whether there were any.
func (s *faultSet) remove(drop func(*Fault) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.rules)
	s.rules = slices.DeleteFunc(slices.Clone(s.rules), func(r *rule) bool { return drop(&r.fault) })
	s.publish()
	return len(s.rules) < n
}

// reset puts every counter back to zero.
func (s *faultSet) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rules {
		r.reset()
	}
	for _, r := range s.chaos {
		r.reset()
	}
}

func (s *faultSet) list() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Fault, 0, len(s.rules)+len(s.chaos))
	for _, r := range s.rules {
		out = append(out, r.state())
	}
	for _, r := range s.chaos {
		out = append(out, r.state())
	}
	return out
}

// publish makes the new table. s.mu is held.
func (s *faultSet) publish() {
	if len(s.rules) == 0 && len(s.chaos) == 0 {
		s.active.Store(nil)
		return
	}
	t := &ruleTable{byService: map[string][]*rule{}, chaos: s.chaos}
	for _, r := range s.rules {
		if r.fault.Effect.TLS != "" {
			t.tls = append(t.tls, r)
			continue
		}
		t.byService[r.fault.Service] = append(t.byService[r.fault.Service], r)
	}
	s.active.Store(t)
}

// ErrExists is wrapped when a name is taken already.
var ErrExists = errors.New("exists already")

// Decide plays the faults: it implements sim.Director.
func (e *Engine) Decide(_ context.Context, c sim.Call) sim.Verdict { return e.faults.decide(c) }

// ServerCertificateKind is asked by the TLS listener at each handshake: the bad
// server certificate to show ("expired", "revoked", "wrong-host", "unknown-ca"),
// or "" for the good one. Each call counts as one for the tls faults.
func (e *Engine) ServerCertificateKind() string { return e.faults.certificate() }
