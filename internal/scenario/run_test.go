package scenario_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/scenario"
)

const header = "id: s\ntitle: { fr: T, en: T }\n"

func TestVerdicts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		steps string
		mode  string
		do    func(*world, *scenario.Run)
		want  string
	}{
		{"nothing yet", "- { id: a, say: { fr: A }, manual: true }", "", nil, "waiting a=waiting*"},
		{"manual confirmed", "- { id: a, say: { fr: A }, manual: true }", "", func(w *world, r *scenario.Run) { w.confirm(r, "a") }, "passed a=passed"},
		{"manual out of time", "- { id: a, say: { fr: A }, manual: true, within: 1m }", "", func(w *world, _ *scenario.Run) { w.clock.Advance(time.Minute) }, "failed a=failed"},
		{"manual just in time", "- { id: a, say: { fr: A }, manual: true, within: 1m }", "", func(w *world, r *scenario.Run) {
			w.clock.Advance(59 * time.Second)
			w.confirm(r, "a")
			w.clock.Advance(time.Hour)
		}, "passed a=passed"},
		{
			"manual left out when asserted", "- { id: a, say: { fr: A }, manual: true }\n  - { id: b, say: { fr: B }, expect: { service: psc, op: logout } }", scenario.Asserted,
			func(w *world, _ *scenario.Run) { w.saw("logout", 204, nil) }, "passed a=skipped b=passed",
		},
		{"skipped by a person", "- { id: a, say: { fr: A }, manual: true }", "", func(w *world, r *scenario.Run) { must(w, r.Skip("a", "pas de CGU")) }, "incomplete a=skipped"},
		{"aborted", "- { id: a, say: { fr: A }, manual: true }", "", func(w *world, r *scenario.Run) { must(w, r.Abort("panne")) }, "aborted a=skipped"},
		{
			"in sequence", "- { id: a, say: { fr: A }, expect: { service: psc, op: token } }\n  - { id: b, say: { fr: B }, expect: { service: psc, op: logout } }", "",
			func(w *world, _ *scenario.Run) { w.saw("logout", 204, nil); w.saw("token", 200, nil) }, "waiting a=passed b=waiting*",
		},
		{
			"one entry is one step", "- { id: a, say: { fr: A }, expect: { service: psc, op: token } }\n  - { id: b, say: { fr: B }, expect: { service: psc, op: token } }", "",
			func(w *world, _ *scenario.Run) { w.saw("token", 200, nil) }, "waiting a=passed b=waiting*",
		},
		{
			"order any", "- { id: a, say: { fr: A }, expect: { service: psc, op: token } }\n  - { id: b, say: { fr: B }, expect: { service: psc, op: logout, order: any } }", "",
			func(w *world, _ *scenario.Run) { w.saw("logout", 204, nil); w.saw("token", 200, nil) }, "passed a=passed b=passed",
		},
		{
			"after", "- { id: a, say: { fr: A }, expect: { service: psc, op: token } }\n  - { id: b, say: { fr: B }, manual: true }\n  - { id: c, say: { fr: C }, expect: { service: psc, op: logout }, after: a }", "",
			func(w *world, _ *scenario.Run) { w.saw("token", 200, nil); w.saw("logout", 204, nil) }, "waiting a=passed b=waiting* c=passed",
		},
		{
			"any operation", "- { id: a, say: { fr: A }, expect: { service: psc, where: 'op startsWith \"log\" && status == 204' } }", "",
			func(w *world, _ *scenario.Run) { w.saw("token", 204, nil); w.saw("logout", 204, nil) }, "passed a=passed",
		},
		{
			"at least three", "- { id: a, say: { fr: A }, expect: { service: psc, op: token, count: '>=3' } }", "",
			func(w *world, _ *scenario.Run) { w.saw("token", 200, nil); w.saw("token", 200, nil) }, "waiting a=waiting*",
		},
		{
			"three distinct", "- { id: a, say: { fr: A }, expect: { service: psc, op: token, count: '>=2', distinct: facts.form.scope } }", "",
			func(w *world, _ *scenario.Run) {
				for _, s := range []string{"x", "x", "y"} {
					w.saw("token", 200, map[string]any{"form": map[string]any{"scope": s}})
				}
			}, "passed a=passed",
		},
		{
			"not distinct", "- { id: a, say: { fr: A }, expect: { service: psc, op: token, count: '>=2', distinct: form.scope } }", "",
			func(w *world, _ *scenario.Run) { w.saw("token", 200, nil); w.saw("token", 200, nil) }, "waiting a=waiting*",
		},
		{
			"exactly one, kept", "- { id: a, say: { fr: A }, expect: { service: psc, op: token, count: 1 } }\n  - { id: b, say: { fr: B }, manual: true }", "",
			func(w *world, r *scenario.Run) { w.saw("token", 200, nil); w.confirm(r, "b") }, "passed a=passed b=passed",
		},
		{
			"exactly one, broken", "- { id: a, say: { fr: A }, expect: { service: psc, op: token, count: 1 } }\n  - { id: b, say: { fr: B }, manual: true }", "",
			func(w *world, _ *scenario.Run) { w.saw("token", 200, nil); w.saw("token", 200, nil) }, "failed a=failed b=skipped",
		},
		{
			"at most one, kept", "- { id: a, expect: { service: psc, op: token, count: '<=1' } , say: { fr: A } }\n  - { id: b, say: { fr: B }, manual: true }", "",
			func(w *world, r *scenario.Run) { w.saw("token", 200, nil); w.confirm(r, "b") }, "passed a=passed b=passed",
		},
		{
			"at most one, broken", "- { id: a, expect: { service: psc, op: token, count: '<2' }, say: { fr: A } }\n  - { id: b, say: { fr: B }, manual: true }", "",
			func(w *world, _ *scenario.Run) { w.saw("token", 200, nil); w.saw("token", 200, nil) }, "failed a=failed b=skipped",
		},
		{
			"never, kept", "- { id: a, say: { fr: A }, manual: true }\n  - { id: n, never: { service: psc, op: token, where: 'status == 500' } }", "",
			func(w *world, r *scenario.Run) { w.saw("token", 200, nil); w.confirm(r, "a") }, "passed a=passed n=passed",
		},
		{
			"never, broken", "- { id: a, say: { fr: A }, manual: true }\n  - { id: n, never: { service: psc, op: token } }", "",
			func(w *world, _ *scenario.Run) { w.saw("token", 200, nil) }, "failed a=skipped n=failed",
		},
		{
			"never before its scope", "- { id: a, say: { fr: A }, manual: true }\n  - { id: b, say: { fr: B }, manual: true }\n  - { id: n, after: a, never: { service: psc, op: token } }", "",
			func(w *world, r *scenario.Run) { w.saw("token", 200, nil); w.confirm(r, "a") }, "waiting a=passed b=waiting* n=waiting*",
		},
		{
			"never within its scope", "- { id: a, say: { fr: A }, manual: true }\n  - { id: b, say: { fr: B }, manual: true }\n  - { id: n, after: a, never: { service: psc, op: token } }", "",
			func(w *world, r *scenario.Run) { w.confirm(r, "a"); w.saw("token", 200, nil) }, "failed a=passed b=skipped n=failed",
		},
		{
			"never after its scope", "- { id: a, say: { fr: A }, manual: true }\n  - { id: b, say: { fr: B }, manual: true }\n  - { id: n, until: a, never: { service: psc, op: token } }", "",
			func(w *world, r *scenario.Run) { w.confirm(r, "a"); w.saw("token", 200, nil) }, "waiting a=passed b=waiting* n=passed",
		},
		{"do left to the person", "- { id: a, say: { fr: A }, do: { service: psc, action: approve } }\n  - { id: b, say: { fr: B }, manual: true }", "", nil, "waiting a=skipped b=waiting*"},
		{"do, automatic", "- { id: a, say: { fr: A }, auto: true, do: { service: psc, action: approve } }", "", func(_ *world, r *scenario.Run) { await(r) }, "passed a=passed"},
		{"do, played, with an expectation", "- { id: a, say: { fr: A }, do: { service: psc, action: approve }, expect: { service: psc, op: ciba.approved } }", scenario.Played, func(_ *world, r *scenario.Run) { await(r) }, "passed a=passed"},
		{"do, refused", "- { id: a, say: { fr: A }, auto: true, do: { service: psc, action: approve, with: { login_hint: nobody } } }", "", func(_ *world, r *scenario.Run) { await(r) }, "failed a=failed"},
		{"do, panicking", "- { id: a, say: { fr: A }, auto: true, do: { service: psc, action: explode } }", "", func(_ *world, r *scenario.Run) { await(r) }, "failed a=failed"},
		{"paused sees nothing", "- { id: a, say: { fr: A }, within: 1m, expect: { service: psc, op: token } }", "", func(w *world, r *scenario.Run) {
			must(w, r.Pause())
			w.clock.Advance(time.Hour)
			w.saw("token", 200, nil)
			must(w, r.Resume())
			w.clock.Advance(59 * time.Second)
		}, "waiting a=waiting*"},
		{"resumed has the time that was left", "- { id: a, say: { fr: A }, within: 1m, expect: { service: psc, op: token } }", "", func(w *world, r *scenario.Run) {
			w.clock.Advance(30 * time.Second)
			must(w, r.Pause())
			w.clock.Advance(time.Hour)
			must(w, r.Resume())
			w.clock.Advance(30 * time.Second)
		}, "failed a=failed"},
		{"restarted after a failure", "- { id: a, say: { fr: A }, manual: true }\n  - { id: b, say: { fr: B }, within: 1m, expect: { service: psc, op: token } }\n  - { id: n, never: { service: psc, op: logout } }", "", func(w *world, r *scenario.Run) {
			w.confirm(r, "a")
			w.clock.Advance(time.Minute)
			w.saw("token", 200, nil)
			must(w, r.Restart("b"))
		}, "waiting a=passed b=waiting* n=waiting*"},
		{"restarted, then passed", "- { id: a, say: { fr: A }, manual: true }\n  - { id: b, say: { fr: B }, within: 1m, expect: { service: psc, op: token } }\n  - { id: n, never: { service: psc, op: logout } }", "", func(w *world, r *scenario.Run) {
			w.confirm(r, "a")
			w.clock.Advance(time.Minute)
			must(w, r.Restart("b"))
			w.saw("token", 200, nil)
		}, "passed a=passed b=passed n=passed"},
		{"restarted from the start after a breach", "- { id: a, say: { fr: A }, manual: true }\n  - { id: n, never: { service: psc, op: logout } }", "", func(w *world, r *scenario.Run) {
			w.saw("logout", 204, nil)
			if err := r.Restart("a"); err != nil {
				w.t.Error(err)
			}
		}, "waiting a=waiting* n=waiting*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, r := one(t, header+"steps:\n  "+tt.steps+"\n", scenario.RunOptions{Mode: tt.mode, By: "Camille TEST"})
			if tt.do != nil {
				tt.do(w, r)
			}
			s := r.State()
			if diff := cmp.Diff(tt.want, verdicts(s)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%+v", diff, s.Cause)
			}
			again, err := scenario.Replay(r.Scenario(), r.ID(), w.journal.Since(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(s, again); diff != "" {
				t.Errorf("replay (-live +replay):\n%s", diff)
			}
			for _, st := range s.Steps {
				if (st.Verdict == scenario.Failed) != (st.Cause != nil) {
					t.Errorf("step %s: %s with cause %+v", st.ID, st.Verdict, st.Cause)
				}
				if st.Verdict == scenario.Skipped && st.Reason.FR == "" {
					t.Errorf("step %s is skipped without a reason", st.ID)
				}
			}
		})
	}
}

func must(w *world, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// await waits until a run ended.
func await(r *scenario.Run) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for s := r.State(); s.Status != scenario.Ended; {
		var err error
		if s, err = r.Wait(ctx, s.Rev); err != nil {
			return
		}
	}
}

func TestOrdersRefused(t *testing.T) {
	t.Parallel()
	src := header + "steps:\n  - { id: a, say: { fr: A }, manual: true }\n  - { id: b, say: { fr: B }, expect: { service: psc, op: token } }\n  - { id: n, never: { service: psc, op: logout } }\n"
	w, r := one(t, src, scenario.RunOptions{})
	check := func(name string, err error, fr string) {
		t.Helper()
		var no *scenario.Refusal
		if !errors.As(err, &no) || !strings.Contains(no.Text.FR, fr) || no.Text.EN == "" {
			t.Errorf("%s: %v, want %q", name, err, fr)
		}
	}
	check("confirm what the journal shows", r.Confirm("b", ""), "se constate dans le journal")
	check("confirm nothing", r.Confirm("zz", ""), "n'existe pas")
	check("skip without a reason", r.Skip("a", ""), "motif")
	check("skip before its turn", r.Skip("b", "x"), "le déroulé attend : a")
	check("resume", r.Resume(), "n'est pas en pause")
	check("restart later", r.Restart("b"), "n'est pas acquise")
	check("restart a limit", r.Restart("n"), "interdit")
	must(w, r.Pause())
	check("pause twice", r.Pause(), "n'est pas en cours")
	check("confirm while paused", r.Confirm("a", ""), "n'est pas en cours")
	must(w, r.Resume())
	w.confirm(r, "a")
	check("confirm twice", r.Confirm("a", ""), "a déjà son verdict")
	w.saw("logout", 204, nil)
	check("restart past a breach", r.Restart("b"), "n'est pas acquise")
	must(w, r.Restart(""))
	must(w, r.Abort(""))
	check("abort twice", r.Abort(""), "déjà terminé")
	check("restart what was aborted", r.Restart(""), "abandonné")
	if _, err := w.engine.StartRun(t.Context(), "sss", scenario.RunOptions{}); err == nil {
		t.Error("an unknown scenario was run")
	}
	if _, err := w.engine.StartRun(t.Context(), "s", scenario.RunOptions{Mode: "wached"}); err == nil {
		t.Error("an unknown mode was run")
	}
	if _, err := w.engine.StartRun(t.Context(), "s", scenario.RunOptions{Given: map[string]string{"x": "y"}}); err == nil {
		t.Error("an unknown given value was taken")
	}
}

func TestNearMiss(t *testing.T) {
	t.Parallel()
	form := func(kv ...string) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return map[string]any{"form": m}
	}
	tests := []struct {
		name, op, where string
		facts           []map[string]any
		fr, en          string
	}{
		{
			"equal", "ciba.request", `form.acr_values == "eidas1" && status == 200`,
			[]map[string]any{form("acr_values", "eidas3")},
			"`form.acr_values` vaut `eidas3`, attendu `eidas1` — EX PSC 16", "`form.acr_values` is `eidas3`, expected `eidas1` — EX PSC 16",
		},
		{
			"missing", "ciba.request", `form.acr_values == "eidas1"`,
			[]map[string]any{nil},
			"`form.acr_values` est absent, attendu `eidas1` — EX PSC 16", "`form.acr_values` is missing, expected `eidas1` — EX PSC 16",
		},
		{
			"two of three", "ciba.request", `form.acr_values == "eidas1" && form.login_hint != "" && form.binding_message matches "^[0-9]{2}$"`,
			[]map[string]any{form("acr_values", "eidas1", "binding_message", "1\n`x")},
			"`form.login_hint` est absent, attendu autre chose que `` ; `form.binding_message` vaut `1��x`, attendu un texte de la forme `^[0-9]{2}$` — EX PSC 16", "",
		},
		{
			"the closest wins", "ciba.request", `form.acr_values == "eidas1" && form.login_hint == "a"`,
			[]map[string]any{form("acr_values", "eidas1", "login_hint", "b"), form("acr_values", "x", "login_hint", "y")},
			"`form.login_hint` vaut `b`, attendu `a` — EX PSC 16", "",
		},
		{
			"mirrored", "token", `5 <= ciba.waited_s`,
			[]map[string]any{{"ciba": map[string]any{"waited_s": 2.5}}},
			"`ciba.waited_s` vaut `2.5`, attendu au moins `5` — EX PSC 16", "",
		},
		{
			"two facts", "token", `ciba.waited_s >= ciba.interval`,
			[]map[string]any{{"ciba": map[string]any{"waited_s": 1, "interval": 5}}},
			"`ciba.waited_s` vaut `1`, attendu au moins `5` — EX PSC 16", "",
		},
		{
			"dotted name", "token", `ciba.interval == 5`,
			[]map[string]any{{"ciba.interval": 6}},
			"`ciba.interval` vaut `6`, attendu `5` — EX PSC 16", "",
		},
		{
			"boolean", "token", `token.fresh`,
			[]map[string]any{{"token": map[string]any{"fresh": false}}},
			"`token.fresh` vaut `false`, attendu `true` — EX PSC 16", "",
		},
		{
			"not", "token", `not token.fresh`,
			[]map[string]any{{"token": map[string]any{"fresh": true}}},
			"`token.fresh` vaut `true`, attendu `false` — EX PSC 16", "",
		},
		{
			"in", "token", `form.scope in ["a", "b"]`,
			[]map[string]any{form("scope", "c")},
			"`form.scope` vaut `c`, attendu l'une des valeurs `[\"a\",\"b\"]` — EX PSC 16", "",
		},
		{
			"list", "token", `"eidas1" in token.roles`,
			[]map[string]any{{"token": map[string]any{"roles": []any{"x"}}}},
			"la condition `\"eidas1\" in token.roles` n'est pas remplie — EX PSC 16", "",
		},
		{
			"or", "token", `form.scope == "a" || form.scope == "b"`,
			[]map[string]any{form("scope", "c")},
			"la condition `form.scope == \"a\" || form.scope == \"b\"` n'est pas remplie — EX PSC 16", "",
		},
		{
			"secret", "token", `form.client_secret == "right-secret"`,
			[]map[string]any{form("client_secret", "wrong-secret")},
			"`form.client_secret` vaut `wrong-…`, attendu `right-…` — EX PSC 16", "",
		},
		{
			"any that is no number", "token", `token.raw > 3`,
			[]map[string]any{{"token": map[string]any{"raw": "x"}}},
			"`token.raw` vaut `x`, attendu plus de `3` — EX PSC 16", "",
		},
		{
			"given", "token", `form.scope == given.professional`,
			[]map[string]any{form("scope", "c")},
			"`form.scope` vaut `c`, attendu `899700366240` — EX PSC 16", "",
		},
		{"status", "token", `status == 200`, []map[string]any{nil}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := header + "given: { professional: \"899700366240\" }\nsteps:\n  - id: a\n    say: { fr: A }\n    refs: [EX PSC 16]\n    expect:\n      service: psc\n      op: " + tt.op + "\n      where: |-\n        " + tt.where + "\n"
			w, r := one(t, src, scenario.RunOptions{})
			for _, f := range tt.facts {
				w.saw(tt.op, 200, f)
			}
			st, _ := r.State().Step("a")
			if tt.fr == "" {
				if st.Verdict != scenario.Passed || st.Near != nil {
					t.Fatalf("step: %+v", st)
				}
				return
			}
			if st.Near == nil || st.Verdict != scenario.Waiting {
				t.Fatalf("step: %+v", st)
			}
			if diff := cmp.Diff(tt.fr, st.Near.Text.FR); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if tt.en != "" && tt.en != st.Near.Text.EN {
				t.Errorf("English: %s", st.Near.Text.EN)
			}
		})
	}
}

func TestTooEarly(t *testing.T) {
	t.Parallel()
	w, r := one(t, header+"steps:\n  - { id: a, say: { fr: A }, manual: true }\n  - { id: b, say: { fr: B }, expect: { service: psc, op: token } }\n", scenario.RunOptions{})
	seq := w.saw("token", 200, nil)
	st, _ := r.State().Step("b")
	if st.Near == nil || !st.Near.Early || st.Near.Seq != seq || !strings.Contains(st.Near.Text.FR, "avant la fin de l'étape « a »") {
		t.Errorf("near: %+v", st.Near)
	}
}

func TestSeveralRunsAtOnceAndGivenFaults(t *testing.T) {
	t.Parallel()
	src := header + "given:\n  clock: \"2026-03-01T08:00:00+01:00\"\n  faults:\n    - { service: psc, op: token, times: 1, effect: { error: { code: slow_down } } }\nsteps:\n  - { id: a, say: { fr: A }, manual: true }\n"
	restored := 0
	w := newWorld(t, scenario.Options{
		Scenarios: fstest.MapFS{"s.yaml": {Data: []byte(src)}}, Restore: func() error { restored++; return nil },
	})
	r1, r2 := w.start("s", scenario.RunOptions{}), w.start("s", scenario.RunOptions{Keep: true})
	if restored != 1 {
		t.Errorf("restored %d times, want once", restored)
	}
	if !w.clock.Now().Equal(time.Date(2026, 3, 1, 7, 0, 0, 0, time.UTC)) {
		t.Errorf("clock: %v", w.clock.Now())
	}
	if r1.ID() == r2.ID() || len(w.engine.Runs()) != 2 || len(w.engine.Faults()) != 2 {
		t.Errorf("runs %s and %s, faults %+v", r1.ID(), r2.ID(), w.engine.Faults())
	}
	w.confirm(r1, "a")
	if s := r2.State(); s.Verdict != scenario.Waiting || !s.Keep {
		t.Errorf("the other run: %s", verdicts(s))
	}
	if fs := w.engine.Faults(); len(fs) != 1 || fs[0].Origin != "run:"+r2.ID() {
		t.Errorf("faults after the first run: %+v", fs)
	}
	must(w, r1.Restart(""))
	if len(w.engine.Faults()) != 2 || restored != 2 {
		t.Errorf("after a restart: %d faults, restored %d times", len(w.engine.Faults()), restored)
	}
	if got, ok := w.engine.Run(r2.ID()); !ok || got != r2 {
		t.Error("the run is not found by its id")
	}
	fail := errors.New("no baseline")
	w2 := newWorld(t, scenario.Options{Restore: func() error { return fail }})
	if _, err := w2.engine.StartRun(t.Context(), "psc-ciba", scenario.RunOptions{}); !errors.Is(err, fail) {
		t.Errorf("start without a baseline: %v", err)
	}
}

func TestWaitAndClose(t *testing.T) {
	t.Parallel()
	w, r := one(t, header+"steps:\n  - { id: a, say: { fr: A }, manual: true }\n", scenario.RunOptions{})
	s := r.State()
	done := make(chan scenario.RunState)
	go func() {
		s2, err := r.Wait(context.Background(), s.Rev)
		if err != nil {
			t.Error(err)
		}
		done <- s2
	}()
	w.confirm(r, "a")
	if s2 := <-done; s2.Rev <= s.Rev || s2.Verdict != scenario.Passed {
		t.Errorf("after the wait: %s", verdicts(s2))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Wait(ctx, 1000); !errors.Is(err, context.Canceled) {
		t.Errorf("wait on an ended context: %v", err)
	}
	go func() {
		_, err := r.Wait(context.Background(), 1000)
		if !errors.Is(err, scenario.ErrClosed) {
			t.Errorf("wait on a closed engine: %v", err)
		}
		close(done)
	}()
	w.engine.Close()
	<-done
	if err := r.Confirm("a", ""); !errors.Is(err, scenario.ErrClosed) {
		t.Errorf("confirm on a closed engine: %v", err)
	}
	if _, err := w.engine.StartRun(t.Context(), "s", scenario.RunOptions{}); !errors.Is(err, scenario.ErrClosed) {
		t.Errorf("start on a closed engine: %v", err)
	}
	w.engine.Close()
}
