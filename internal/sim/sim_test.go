package sim_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// verdict is a Director that always wants the same.
type verdict sim.Verdict

func (v verdict) Decide(context.Context, sim.Call) sim.Verdict { return sim.Verdict(v) }

func TestDecide(t *testing.T) {
	t.Parallel()
	refusal := &sim.Error{Code: "slow_down"}
	for _, c := range []struct {
		name  string
		want  sim.Verdict
		err   *sim.Error
		fault string
	}{
		{"nothing set", sim.Verdict{}, nil, ""},
		{"without a rule it does not count", sim.Verdict{Err: refusal}, nil, ""},
		{"refusal", sim.Verdict{Rule: "f1", Err: refusal}, refusal, "f1"},
		{"patch", sim.Verdict{Rule: "f2", Patch: map[string]any{"a": 1}}, nil, "f2"},
		{"wire", sim.Verdict{Rule: "f3", Wire: sim.WireFault{Kind: sim.Drop}}, nil, "f3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &sim.World{Clock: clock.New(nil), Director: verdict(c.want)}
			x := &sim.Exchange{}
			patch, err := w.Decide(t.Context(), x)
			if err != c.err || x.Entry.Fault != c.fault || len(patch) != len(c.want.Patch) {
				t.Errorf("patch %v, err %v, fault %q", patch, err, x.Entry.Fault)
			}
			if c.fault != "" && x.Wire.Kind != c.want.Wire.Kind {
				t.Errorf("wire fault %q", x.Wire.Kind)
			}
		})
	}
}

// TestDecideDelay: a delay is of simulated time, and ends with the caller.
func TestDecideDelay(t *testing.T) {
	t.Parallel()
	c := clock.New(nil)
	c.Freeze(true)
	w := &sim.World{Clock: c, Director: verdict{Rule: "f", Delay: time.Hour}}
	done := make(chan *sim.Error, 1)
	go func() {
		_, err := w.Decide(t.Context(), &sim.Exchange{})
		done <- err
	}()
	for c.State().Timers == 0 { // until it waits
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
	c.Advance(time.Hour)
	if err := <-done; err != nil {
		t.Errorf("after the delay: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Decide(ctx, &sim.Exchange{}); err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that left: %v", err)
	}
}

func TestExchange(t *testing.T) {
	t.Parallel()
	x := &sim.Exchange{}
	x.Begin("psc", sim.Op{Name: "token", Provenance: sim.Confirmed})
	x.Fact("form", map[string]any{"scope": "openid"})
	x.Refuse(&sim.Error{Kind: sim.BadRequest, Code: "invalid_grant", Text: "non", Cause: journal.Cause{Rule: "r"}})
	want := map[string]any{
		"service": "psc", "op": "token", "status": 0, "outcome": "refused", "transport": "", "id": "", "seq": 0, "fault": "",
		"form":  map[string]any{"scope": "openid"},
		"error": map[string]any{"code": "invalid_grant", "text": "non"},
	}
	if diff := cmp.Diff(want, x.Env()); diff != "" {
		t.Errorf("Env (-want +got):\n%s", diff)
	}
	for name, c := range map[string]struct {
		fault string
		kind  sim.Kind
		want  journal.Outcome
	}{
		"by a rule": {"", sim.NotFound, journal.Refused}, "by a fault": {"f", sim.NotFound, journal.Faulted}, "by a bug": {"", sim.Internal, journal.Failed},
	} {
		y := &sim.Exchange{Entry: journal.Entry{Fault: c.fault}}
		if y.Refuse(&sim.Error{Kind: c.kind}); y.Entry.Outcome != c.want {
			t.Errorf("%s: %s, want %s", name, y.Entry.Outcome, c.want)
		}
	}
	if got := sim.ExchangeOf(sim.WithExchange(t.Context(), x)); got != x {
		t.Error("the context lost its exchange")
	}
	if sim.ExchangeOf(t.Context()) == nil {
		t.Error("no exchange outside of one")
	}
}

func TestAsError(t *testing.T) {
	t.Parallel()
	own := &sim.Error{Code: "invalid_grant", Text: "non", Err: errors.New("cause")}
	if got := sim.AsError(fmt.Errorf("autour: %w", own)); got != own {
		t.Errorf("got %v", got)
	}
	if got, want := own.Error(), "invalid_grant: non (cause)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	plain := errors.New("x")
	if got := sim.AsError(plain); got.Kind != sim.Internal || !errors.Is(got, plain) {
		t.Errorf("got %+v", got)
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]sim.Kind{
		401: sim.Unauthorized, 403: sim.Forbidden, 404: sim.NotFound, 409: sim.Conflict, 413: sim.TooLarge,
		500: sim.Internal, 502: sim.Unavailable, 503: sim.Unavailable, 400: sim.BadRequest, 418: sim.BadRequest,
	} {
		if got := sim.KindOf(status); got != want {
			t.Errorf("%d is %d, want %d", status, got, want)
		}
	}
}
