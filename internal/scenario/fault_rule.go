package scenario

import (
	"hash/fnv"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// A rule is a fault that was accepted, with its counters.
type rule struct {
	fault Fault
	where *condition
	shape *shape
	seed  uint64

	mu   sync.Mutex
	seen uint64
	hits uint64
}

// draw counts a matching call and tells whether the fault fires for it. The
// n-th call of a fault always meets the same luck under the same seed.
func (r *rule) draw() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.seen
	r.seen++
	switch f := &r.fault; {
	case n < uint64(f.After):
		return false
	case f.Times > 0 && r.hits >= uint64(f.Times):
		return false
	case f.Probability > 0 && chance(r.seed, n) >= f.Probability:
		return false
	}
	r.hits++
	return true
}

func (r *rule) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen, r.hits = 0, 0
}

// state is the fault with its counters.
func (r *rule) state() Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.fault
	f.Seen, f.Hits = r.seen, r.hits
	f.Spent = f.Times > 0 && r.hits >= uint64(f.Times)
	return f
}

// chance is a number in [0,1) that depends on the seed and n only
// (SplitMix64's output function over a counter).
func chance(seed, n uint64) float64 {
	z := seed + (n+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}

// hash mixes texts into a seed.
func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// verdict is what the fault does.
func verdict(f *Fault) sim.Verdict {
	e := &f.Effect
	v := sim.Verdict{Rule: f.ID, Delay: time.Duration(e.Delay)}
	switch {
	case e.Error != nil:
		v.Err = &sim.Error{
			Kind: kindOf(e.Error), Status: e.Error.Status, Code: e.Error.Code, Text: e.Error.Text,
			Cause: journal.Cause{Rule: "fault." + f.ID, Text: text("défaut « %[1]s » demandé : %[2]s", "fault %[1]q was asked for: %[2]s", f.ID, e.Error.Code)},
		}
	case e.HTTP != nil:
		v.Wire = sim.WireFault{Kind: sim.HTTPStatus, Status: e.HTTP.Status, RetryAfter: time.Duration(e.HTTP.RetryAfter), Body: e.HTTP.Body}
	case e.Drop:
		v.Wire.Kind = sim.Drop
	case e.Reset:
		v.Wire.Kind = sim.ResetConn
	case e.Truncate != nil:
		v.Wire = sim.WireFault{Kind: sim.Truncate, Bytes: e.Truncate.Bytes}
	case e.Garble:
		v.Wire.Kind = sim.Garble
	case len(e.Patch) > 0:
		v.Patch = make(map[string]any, len(e.Patch))
		for k, x := range e.Patch {
			v.Patch[k] = x
		}
	}
	return v
}

// kindOf classes a code by the status that was asked for, else by its name: the
// codes of RFC 6749 §5.2 and their like.
func kindOf(e *ErrorEffect) sim.Kind {
	if e.Status != 0 {
		return sim.KindOf(e.Status)
	}
	switch e.Code {
	case "server_error":
		return sim.Internal
	case "temporarily_unavailable":
		return sim.Unavailable
	case "invalid_client", "invalid_token", "login_required":
		return sim.Unauthorized
	case "insufficient_scope":
		return sim.Forbidden
	}
	return sim.BadRequest
}
