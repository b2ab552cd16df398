package scenario_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/scenario"
)

const mixed = header + `steps:
  - { id: a, say: { fr: A }, manual: true, within: 5m }
  - { id: b, say: { fr: B }, within: 3m, expect: { service: psc, op: ciba.request, where: 'form.acr_values == "eidas1"' }, reject: [ { where: 'form.acr_values == "eidas3"', cause: { fr: F, en: E } } ] }
  - { id: c, say: { fr: C }, expect: { service: psc, op: token, count: 2 } }
  - { id: d, say: { fr: D }, expect: { service: psc, op: logout, order: any } }
  - { id: e, say: { fr: E }, manual: true }
  - { id: n, after: b, until: c, never: { service: psc, op: authorize } }
  - { id: m, say: { fr: M }, expect: { service: psc, op: userinfo, count: "<=2" } }
`

// Whatever happens, the fold of the journal is the state that the live run has.
func TestReplayEqualsLive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, scenario.Options{Scenarios: fstest.MapFS{"s.yaml": {Data: []byte(mixed)}}})
		defer w.engine.Close()
		w.psc.event("session.started")
		r := w.start("s", scenario.RunOptions{By: "x"})
		other := w.start("s", scenario.RunOptions{Keep: true})
		steps := rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e", "n", "zz"})
		for range rapid.IntRange(1, 40).Draw(rt, "length") {
			// Orders may be refused: that must not change anything either.
			switch rapid.SampledFrom([]string{"ciba", "ciba", "token", "token", "logout", "userinfo", "authorize", "confirm", "confirm", "confirm", "skip", "pause", "resume", "restart", "advance", "other", "state"}).Draw(rt, "what") {
			case "ciba":
				w.ciba(rapid.SampledFrom([]string{"eidas1", "eidas1", "eidas2", "eidas3"}).Draw(rt, "acr"))
			case "token":
				w.poll(200, "")
			case "logout":
				w.saw("logout", 204, nil)
			case "userinfo":
				w.saw("userinfo", 200, nil)
			case "authorize":
				w.saw("authorize", 200, nil)
			case "confirm":
				_ = r.Confirm(rapid.SampledFrom([]string{"a", "e"}).Draw(rt, "step"), "y")
			case "skip":
				_ = r.Skip(steps.Draw(rt, "step"), "why")
			case "pause":
				_ = r.Pause()
			case "resume":
				_ = r.Resume()
			case "restart":
				_ = r.Restart(steps.Draw(rt, "step"))
			case "advance":
				w.clock.Advance(time.Duration(rapid.IntRange(0, 200).Draw(rt, "seconds")) * time.Second)
			case "other":
				_ = other.Confirm("a", "z")
			case "state":
				_ = r.State()
			}
		}
		for _, run := range []*scenario.Run{r, other} {
			live := run.State()
			again, err := scenario.Replay(run.Scenario(), run.ID(), w.journal.Since(0, int(live.Last)))
			if err != nil {
				rt.Fatal(err)
			}
			if diff := cmp.Diff(live, again); diff != "" {
				rt.Fatalf("%s (-live +replay):\n%s", run.ID(), diff)
			}
		}
	})
}

// Entries that the journal dropped keep a run from passing.
func TestMissedEntries(t *testing.T) {
	t.Parallel()
	w, r := one(t, header+"steps:\n  - { id: a, say: { fr: A }, expect: { service: psc, op: token } }\n", scenario.RunOptions{})
	w.saw("logout", 204, nil)
	w.saw("token", 200, nil)
	if s := r.State(); s.Verdict != scenario.Passed || s.Missed != 0 {
		t.Fatalf("live: %s", verdicts(s))
	}
	all := w.journal.Since(0, 0)
	s, err := scenario.Replay(r.Scenario(), r.ID(), append(all[:1:1], all[2:]...))
	if err != nil || s.Missed != 1 || s.Verdict != scenario.Incomplete {
		t.Errorf("with a gap: %s, %d missed, %v", verdicts(s), s.Missed, err)
	}
}

func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	w, r := one(t, mixed, scenario.RunOptions{})
	if _, err := scenario.Replay(r.Scenario(), "nobody", w.journal.Since(0, 0)); err == nil {
		t.Error("a run that never was")
	}
	if _, err := scenario.Replay(&scenario.Scenario{}, r.ID(), w.journal.Since(0, 0)); err == nil {
		t.Error("a scenario that is not compiled")
	}
}
