package scenario_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
)

func call(op string, kv ...string) sim.Call {
	form := map[string]any{}
	for i := 0; i < len(kv); i += 2 {
		form[kv[i]] = kv[i+1]
	}
	return sim.Call{Service: "psc", Op: op, Facts: map[string]any{"form": form}}
}

func TestEffects(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		effect scenario.Effect
		want   sim.Verdict
	}{
		{"delay", scenario.Effect{Delay: scenario.Duration(time.Second)}, sim.Verdict{Delay: time.Second}},
		{"error", scenario.Effect{Error: &scenario.ErrorEffect{Code: "slow_down", Status: 400, Text: "too early"}}, sim.Verdict{Err: &sim.Error{Kind: sim.BadRequest, Status: 400, Code: "slow_down", Text: "too early"}}},
		{"error of the server", scenario.Effect{Error: &scenario.ErrorEffect{Code: "server_error"}}, sim.Verdict{Err: &sim.Error{Kind: sim.Internal, Code: "server_error"}}},
		{"http", scenario.Effect{HTTP: &scenario.HTTPEffect{Status: 503, RetryAfter: scenario.Duration(time.Minute), Body: "x"}}, sim.Verdict{Wire: sim.WireFault{Kind: sim.HTTPStatus, Status: 503, RetryAfter: time.Minute, Body: "x"}}},
		{"drop, late", scenario.Effect{Drop: true, Delay: scenario.Duration(time.Second)}, sim.Verdict{Delay: time.Second, Wire: sim.WireFault{Kind: sim.Drop}}},
		{"reset", scenario.Effect{Reset: true}, sim.Verdict{Wire: sim.WireFault{Kind: sim.ResetConn}}},
		{"truncate", scenario.Effect{Truncate: &scenario.TruncateEffect{Bytes: 7}}, sim.Verdict{Wire: sim.WireFault{Kind: sim.Truncate, Bytes: 7}}},
		{"garble", scenario.Effect{Garble: true}, sim.Verdict{Wire: sim.WireFault{Kind: sim.Garble}}},
		{"patch", scenario.Effect{Patch: map[string]any{"expires_in": 1, "scope": nil}}, sim.Verdict{Patch: map[string]any{"expires_in": 1, "scope": nil}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, scenario.Options{})
			f, err := w.engine.AddFault(scenario.Fault{Service: "psc", Op: "token", Where: `form.grant_type == "x"`, Effect: tt.effect})
			if err != nil {
				t.Fatal(err)
			}
			for _, other := range []sim.Call{call("token", "grant_type", "y"), call("token"), call("logout", "grant_type", "x")} {
				if v := w.engine.Decide(t.Context(), other); v.Rule != "" {
					t.Errorf("%v was hit: %+v", other, v)
				}
			}
			v := w.engine.Decide(t.Context(), call("token", "grant_type", "x"))
			if v.Err != nil {
				if v.Err.Cause.Rule != "fault."+f.ID || v.Err.Cause.Text.FR == "" {
					t.Errorf("cause: %+v", v.Err.Cause)
				}
				v.Err.Cause = tt.want.Err.Cause
			}
			tt.want.Rule = f.ID
			if diff := cmp.Diff(tt.want, v); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultTimesAfterAndCounters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scenario.Options{})
	add := func(f scenario.Fault) {
		t.Helper()
		if _, err := w.engine.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	add(scenario.Fault{Service: "psc", Op: "token", After: 2, Times: 2, Effect: scenario.Effect{Drop: true}})
	add(scenario.Fault{ID: "second", Service: "psc", Effect: scenario.Effect{Garble: true}, After: 4})
	var got []string
	for range 6 {
		got = append(got, w.engine.Decide(t.Context(), call("token")).Rule)
	}
	if diff := cmp.Diff([]string{"", "", "f1", "f1", "", ""}, got); diff != "" {
		t.Errorf("fired (-want +got):\n%s", diff)
	}
	fs := w.engine.Faults()
	if fs[0].Seen != 6 || fs[0].Hits != 2 || !fs[0].Spent || fs[1].Seen != 4 || fs[1].Hits != 0 || fs[1].Spent {
		t.Errorf("counters: %+v", fs)
	}
	if _, err := w.engine.AddFault(scenario.Fault{ID: "second", Service: "psc", Effect: scenario.Effect{Drop: true}}); !errors.Is(err, scenario.ErrExists) {
		t.Errorf("a second fault of one id: %v", err)
	}
	if !w.engine.RemoveFault("f1") || w.engine.RemoveFault("f1") {
		t.Error("removal")
	}
	w.engine.Reset()
	if fs := w.engine.Faults(); len(fs) != 0 {
		t.Errorf("after Reset: %+v", fs)
	}
	add(scenario.Fault{Service: "psc", Effect: scenario.Effect{Drop: true}})
	w.engine.ClearFaults()
	if v := w.engine.Decide(t.Context(), call("token")); v.Rule != "" || len(w.engine.Faults()) != 0 {
		t.Errorf("after ClearFaults: %+v", v)
	}
}

func TestFaultsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scenario.Options{})
	drop := scenario.Effect{Drop: true}
	tests := []struct {
		name  string
		fault scenario.Fault
		fr    string
	}{
		{"no effect", scenario.Fault{Service: "psc"}, "effet manquant"},
		{"no service", scenario.Fault{Effect: drop}, "service manquant"},
		{"unknown service", scenario.Fault{Service: "pcs", Effect: drop}, "vouliez-vous dire « psc »"},
		{"unknown op", scenario.Fault{Service: "psc", Op: "tokn", Effect: drop}, "vouliez-vous dire « token »"},
		{"unknown fact", scenario.Fault{Service: "psc", Op: "token", Where: `form.scop == ""`, Effect: drop}, "vouliez-vous dire « form.scope »"},
		{"what is not known yet", scenario.Fault{Service: "psc", Op: "token", Where: `form.scope == "" && outcome == "ok"`, Effect: drop}, "pas encore connu"},
		{"error without op", scenario.Fault{Service: "psc", Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: "slow_down"}}}, "a besoin de op"},
		{"code of another op", scenario.Fault{Service: "psc", Op: "logout", Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: "slow_down"}}}, "n'existe pas"},
		{"status", scenario.Fault{Service: "psc", Effect: scenario.Effect{HTTP: &scenario.HTTPEffect{Status: 42}}}, "entre 200 et 599"},
		{"probability", scenario.Fault{Service: "psc", Probability: 1.5, Effect: drop}, "entre 0 et 1"},
		{"times", scenario.Fault{Service: "psc", Times: -1, Effect: drop}, "négatif"},
		{"two effects", scenario.Fault{Service: "psc", Effect: scenario.Effect{Drop: true, Garble: true}}, "plusieurs effets"},
		{"long delay", scenario.Fault{Service: "psc", Effect: scenario.Effect{Delay: scenario.Duration(2 * time.Hour)}}, "entre 0 et 1h"},
		{"patch path", scenario.Fault{Service: "psc", Effect: scenario.Effect{Patch: map[string]any{"a..b": 1}}}, "chemin"},
		{"id", scenario.Fault{ID: "Été", Service: "psc", Effect: drop}, "identifiant"},
		{"tls kind", scenario.Fault{Effect: scenario.Effect{TLS: "old"}}, "existants : expired, revoked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.engine.AddFault(tt.fault)
			var ps scenario.Problems
			if !errors.As(err, &ps) || !strings.Contains(err.Error(), tt.fr) {
				t.Fatalf("error %v, want %q", err, tt.fr)
			}
			for _, p := range ps {
				if p.Text.FR == "" || p.Text.EN == "" || p.Text.FR == p.Text.EN {
					t.Errorf("text: %+v", p.Text)
				}
			}
		})
	}
	if len(w.engine.Faults()) != 0 {
		t.Error("a refused fault was set")
	}
}

func TestServerCertificateKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scenario.Options{})
	if k := w.engine.ServerCertificateKind(); k != "" {
		t.Errorf("without a fault: %q", k)
	}
	if _, err := w.engine.AddFault(scenario.Fault{After: 1, Times: 1, Effect: scenario.Effect{TLS: "wrong-host"}}); err != nil {
		t.Fatal(err)
	}
	got := []string{w.engine.ServerCertificateKind(), w.engine.ServerCertificateKind(), w.engine.ServerCertificateKind()}
	if diff := cmp.Diff([]string{"", "wrong-host", ""}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if v := w.engine.Decide(t.Context(), call("token")); v.Rule != "" {
		t.Errorf("a tls fault hit an operation: %+v", v)
	}
}

func TestFaultFile(t *testing.T) {
	t.Parallel()
	src := []byte("faults:\n  - { service: psc, op: token, times: 1, effect: { http: { status: 503, retry_after: 30s } } }\n")
	fs, err := scenario.ParseFaults(src, "faults.yaml")
	if err != nil || len(fs) != 1 || fs[0].Effect.HTTP.Status != 503 {
		t.Fatalf("faults %+v, %v", fs, err)
	}
	w := newWorld(t, scenario.Options{Faults: map[string][]byte{"faults.yaml": src}})
	w.engine.Reset()
	if v := w.engine.Decide(t.Context(), call("token")); v.Wire.Status != 503 || v.Wire.RetryAfter != 30*time.Second {
		t.Errorf("verdict: %+v", v)
	}
	e, err := scenario.NewEngine(scenario.Options{Clock: w.clock, Journal: w.journal, Faults: map[string][]byte{"f.yaml": []byte("faults:\n  - { service: psc, op: tokn, effect: { drop: true } }\n")}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Attach([]sim.Service{w.psc}); err == nil || !strings.Contains(err.Error(), "f.yaml:2:25") {
		t.Errorf("an unknown operation in a file: %v", err)
	}
}

// The same seed and the same calls meet the same faults; the rate is about what
// was asked for.
func TestProbabilityIsDeterministic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.StringMatching(`[a-z]{1,8}`).Draw(rt, "seed")
		p := rapid.Float64Range(0.05, 0.95).Draw(rt, "p")
		ops := rapid.SliceOfN(rapid.SampledFrom([]string{"token", "logout"}), 400, 400).Draw(rt, "ops")
		play := func() (string, int) {
			w := newWorld(t, scenario.Options{Seed: seed, Chaos: seed, Scenarios: fstest.MapFS{}})
			if _, err := w.engine.AddFault(scenario.Fault{Service: "psc", Probability: p, Effect: scenario.Effect{Drop: true}}); err != nil {
				rt.Fatal(err)
			}
			var b strings.Builder
			hits := 0
			for _, op := range ops {
				rule := w.engine.Decide(t.Context(), call(op)).Rule
				if rule == "f1" {
					hits++
				}
				fmt.Fprintf(&b, "%s ", rule)
			}
			w.engine.Close()
			return b.String(), hits
		}
		a, hits := play()
		b, _ := play()
		if a != b {
			rt.Fatalf("two plays differ:\n%s\n%s", a, b)
		}
		if share := float64(hits) / float64(len(ops)); share < p-0.15 || share > p+0.15 {
			rt.Fatalf("%d hits of %d for a probability of %v", hits, len(ops), p)
		}
	})
}

func TestChaos(t *testing.T) {
	t.Parallel()
	const calls = 20000
	play := func(seed string) map[string]int {
		w := newWorld(t, scenario.Options{Chaos: seed})
		hits := map[string]int{}
		for range calls {
			v := w.engine.Decide(t.Context(), call("token"))
			hits[v.Rule]++
			if v.Rule == "chaos-slow-down" && (v.Err == nil || v.Err.Code != "slow_down") {
				t.Fatalf("verdict: %+v", v)
			}
		}
		for range 2000 {
			if v := w.engine.Decide(t.Context(), call("logout")); v.Err != nil {
				t.Fatalf("logout has no error codes: %+v", v)
			}
			if v := w.engine.Decide(t.Context(), sim.Call{Service: "nobody", Op: "x"}); v.Rule != "" {
				t.Fatalf("chaos on an unknown operation: %+v", v)
			}
		}
		return hits
	}
	a := play("42")
	if diff := cmp.Diff(a, play("42")); diff != "" {
		t.Errorf("one seed, two plays:\n%s", diff)
	}
	if diff := cmp.Diff(a, play("43")); diff == "" {
		t.Error("two seeds, one play")
	}
	for _, f := range scenario.Chaos() {
		want := f.Probability * calls
		if f.ID == "chaos-unavailable" { // token has no such code here
			want = 0
		}
		if n := float64(a[f.ID]); n < want*0.5-5 || n > want*1.5+5 {
			t.Errorf("%s: %v of %d calls, want about %v", f.ID, n, calls, want)
		}
	}
	w := newWorld(t, scenario.Options{})
	for range 1000 {
		if v := w.engine.Decide(t.Context(), call("token")); v.Rule != "" {
			t.Fatal("chaos is on by default")
		}
	}
}

func TestDecideWhileFaultsChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scenario.Options{Chaos: "1"})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				f, err := w.engine.AddFault(scenario.Fault{Service: "psc", Where: `op == "token"`, Probability: 0.5, Effect: scenario.Effect{Drop: true}})
				if err != nil {
					t.Error(err)
					return
				}
				w.engine.Decide(t.Context(), call("token"))
				w.engine.Faults()
				w.engine.ServerCertificateKind()
				w.engine.RemoveFault(f.ID)
			}
		})
	}
	wg.Wait()
	for _, f := range w.engine.Faults() {
		if f.Origin != "chaos" {
			t.Errorf("left over: %+v", f)
		}
	}
	if e, ok := w.journal.Get(1); !ok || e.Service != scenario.Service || e.Op != "fault.set" {
		t.Errorf("the journal's first entry: %+v", e)
	}
}

func BenchmarkDecide(b *testing.B) {
	c := call("token", "grant_type", "urn:openid:params:grant-type:ciba")
	for _, n := range []int{0, 1, 10} {
		b.Run(fmt.Sprintf("faults=%d", n), func(b *testing.B) {
			w := newWorld(b, scenario.Options{})
			for range n {
				if _, err := w.engine.AddFault(scenario.Fault{Service: "psc", Op: "token", Where: `form.grant_type == "password"`, Effect: scenario.Effect{Drop: true}}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if v := w.engine.Decide(b.Context(), c); v.Rule != "" {
					b.Fatal(v)
				}
			}
		})
	}
}
