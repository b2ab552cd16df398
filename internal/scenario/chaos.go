package scenario

import (
	"slices"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/sim"
)

// Chaos is the table of faults that a chaos seed sets, at the rates that real
// clients meet on a bad day (the rates are ours):
//
//	chaos-slow         1 %     an answer that takes 3 s
//	chaos-very-slow    0.2 %   an answer that takes 20 s: beyond many time-outs
//	chaos-503          0.5 %   503 with Retry-After: 2 from a proxy
//	chaos-502          0.2 %   502 with an HTML body from a proxy
//	chaos-drop         0.3 %   the connection closes without an answer
//	chaos-reset        0.1 %   the connection is reset
//	chaos-truncate     0.1 %   half of the body, the whole length announced
//	chaos-slow-down    1 %     slow_down, of operations that have that code
//	chaos-unavailable  0.3 %   temporarily_unavailable, of operations that have it
//	chaos-server-error 0.2 %   server_error, of operations that have it
//
// Which calls are hit depends on the seed, the operation and the number of the
// call to it, and on nothing else.
func Chaos() []Fault {
	rows := []struct {
		id     string
		p      float64
		effect Effect
	}{
		{"chaos-slow", 0.01, Effect{Delay: Duration(3 * time.Second)}},
		{"chaos-very-slow", 0.002, Effect{Delay: Duration(20 * time.Second)}},
		{"chaos-503", 0.005, Effect{HTTP: &HTTPEffect{Status: 503, RetryAfter: Duration(2 * time.Second)}}},
		{"chaos-502", 0.002, Effect{HTTP: &HTTPEffect{Status: 502, Body: "<html><body><h1>502 Bad Gateway</h1><p>SEGURSIM chaos</p></body></html>"}}},
		{"chaos-drop", 0.003, Effect{Drop: true}},
		{"chaos-reset", 0.001, Effect{Reset: true}},
		{"chaos-truncate", 0.001, Effect{Truncate: &TruncateEffect{}}},
		{"chaos-slow-down", 0.01, Effect{Error: &ErrorEffect{Code: "slow_down"}}},
		{"chaos-unavailable", 0.003, Effect{Error: &ErrorEffect{Code: "temporarily_unavailable"}}},
		{"chaos-server-error", 0.002, Effect{Error: &ErrorEffect{Code: "server_error"}}},
	}
	out := make([]Fault, len(rows))
	for i, r := range rows {
		out[i] = Fault{ID: r.id, Probability: r.p, Effect: r.effect, Origin: originChaos}
	}
	return out
}

// A chaosRule is one row of the table over every operation.
type chaosRule struct {
	fault Fault
	seed  string
	codes map[string][]string // operation key to its codes

	mu   sync.Mutex
	ops  map[string]*chaosCount
	hits uint64
	seen uint64
}

type chaosCount struct {
	seed uint64
	n    uint64
}

// newChaos makes the rules of a seed over a catalogue.
func newChaos(seed string, c *catalogue) []*chaosRule {
	if seed == "" {
		return nil
	}
	codes := map[string][]string{}
	for name, s := range c.services {
		for op, o := range s.ops {
			codes[name+"/"+op] = o.op.Codes
		}
	}
	var out []*chaosRule
	for _, f := range Chaos() {
		out = append(out, &chaosRule{fault: f, seed: seed, codes: codes, ops: map[string]*chaosCount{}})
	}
	return out
}

func (r *chaosRule) decide(c sim.Call) (sim.Verdict, bool) {
	key := c.Service + "/" + c.Op
	codes, declared := r.codes[key]
	if !declared {
		return sim.Verdict{}, false
	}
	if e := r.fault.Effect.Error; e != nil && !slices.Contains(codes, e.Code) {
		return sim.Verdict{}, false
	}
	r.mu.Lock()
	count := r.ops[key]
	if count == nil {
		count = &chaosCount{seed: hash(r.seed, r.fault.ID, key)}
		r.ops[key] = count
	}
	n := count.n
	count.n++
	r.seen++
	fires := chance(count.seed, n) < r.fault.Probability
	if fires {
		r.hits++
	}
	r.mu.Unlock()
	if !fires {
		return sim.Verdict{}, false
	}
	return verdict(&r.fault), true
}

func (r *chaosRule) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops, r.hits, r.seen = map[string]*chaosCount{}, 0, 0
}

func (r *chaosRule) state() Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.fault
	f.Seen, f.Hits = r.seen, r.hits
	return f
}
