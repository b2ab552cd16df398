package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/scenario"
)

func TestCIBAWatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scenario.Options{})
	r := w.start("psc-ciba", scenario.RunOptions{By: "Camille TEST"})
	w.confirm(r, "cgu", "cgu-paragraphe", "cgu-fermeture", "zone-connexion")
	w.ciba("eidas1")
	w.confirm(r, "elements")
	w.clock.Advance(5 * time.Second)
	w.poll(400, "authorization_pending")
	w.psc.event("ciba.approved")
	w.clock.Advance(5 * time.Second)
	w.poll(200, "")
	w.confirm(r, "connecte", "zone-deconnexion")
	w.saw("logout", 204, nil)
	w.ciba("eidas1")
	s := r.State()
	if s.Verdict != scenario.Passed || s.Status != scenario.Ended {
		t.Errorf("run: %s %+v", verdicts(s), s.Cause)
	}
	for _, st := range s.Steps {
		if st.Verdict != scenario.Passed {
			t.Errorf("step %s: %s %+v", st.ID, st.Verdict, st.Near)
		}
	}
}

// before brings a CIBA run to the named point.
func before(w *world, r *scenario.Run, point string) {
	w.t.Helper()
	w.confirm(r, "cgu", "cgu-paragraphe", "cgu-fermeture", "zone-connexion")
	if point == "demande" {
		return
	}
	w.ciba("eidas1")
	w.confirm(r, "elements")
	if point == "jeton" {
		return
	}
	w.psc.event("ciba.approved")
	w.poll(200, "")
}

func TestCIBAFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(*world, *scenario.Run)
		step string
		fr   string
		ref  string
	}{
		{"acr_values=eidas3", func(w *world, r *scenario.Run) {
			before(w, r, "demande")
			w.ciba("eidas3")
		}, "demande", "`acr_values` vaut `eidas3` dans la demande de connexion, attendu `eidas1`", "EX PSC 16"},
		{
			"acr_values=eidas3 before the CGU", func(w *world, r *scenario.Run) { w.ciba("eidas3") },
			"demande", "`acr_values` vaut `eidas3` dans la demande de connexion, attendu `eidas1`", "EX PSC 16",
		},
		{"polls faster than interval", func(w *world, r *scenario.Run) {
			before(w, r, "jeton")
			w.poll(400, "slow_down")
		}, "jeton", "le logiciel interroge Pro Santé Connect trop vite : `2.5` s après la fois précédente, pour un `interval` de `5` s", "OIDC CIBA Core 1.0 §7.3, §11"},
		{"skips the logout, unconfirmed", func(w *world, r *scenario.Run) {
			before(w, r, "")
			w.ciba("eidas1")
		}, "deconnexion", "la connexion PSC a été relancée sans déconnexion", "PSC.01.03"},
		{"skips the logout, confirmed", func(w *world, r *scenario.Run) {
			before(w, r, "")
			w.confirm(r, "connecte", "zone-deconnexion")
			w.ciba("eidas1")
		}, "deconnexion", "la connexion PSC a été relancée sans déconnexion", "PSC.01.03"},
		{"refused on the phone", func(w *world, r *scenario.Run) {
			before(w, r, "jeton")
			w.psc.event("ciba.refused")
		}, "approbation", "la demande a été refusée sur le moyen d'authentification", "OIDC CIBA Core 1.0 §11"},
		{"password grant", func(w *world, r *scenario.Run) {
			before(w, r, "demande")
			w.saw("token", 400, map[string]any{"form": map[string]any{"grant_type": "password"}})
		}, "pas-de-mot-de-passe", "le logiciel a demandé un jeton avec un mot de passe : échange n° 6 (psc token), qui ne doit pas avoir lieu", "PSC.01.03"},
		{"too late", func(w *world, r *scenario.Run) {
			before(w, r, "demande")
			w.saw("ciba.request", 200, map[string]any{"form": map[string]any{"acr_values": "eidas1", "login_hint": "x", "binding_message": "abc"}})
			w.clock.Advance(10 * time.Minute)
		}, "demande", "rien de conforme dans le délai de 10m0s ; au plus près : `form.binding_message` vaut `abc`, attendu un texte de la forme `^[0-9]{2}$` — PSC.01.03, EX PSC 16", "PSC.01.03, EX PSC 16"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, scenario.Options{})
			r := w.start("psc-ciba", scenario.RunOptions{})
			tt.do(w, r)
			s := r.State()
			if s.Verdict != scenario.Failed || s.Status != scenario.Ended {
				t.Fatalf("run: %s", verdicts(s))
			}
			st, _ := s.Step(tt.step)
			if st.Verdict != scenario.Failed || st.Cause == nil {
				t.Fatalf("step %s: %+v; run %s", tt.step, st, verdicts(s))
			}
			if diff := cmp.Diff([]string{tt.fr, tt.ref}, []string{st.Cause.Text.FR, st.Cause.Ref}); diff != "" {
				t.Errorf("cause (-want +got):\n%s", diff)
			}
			if st.Cause.Text.EN == "" || st.Cause.Text.EN == st.Cause.Text.FR {
				t.Errorf("no English cause: %q", st.Cause.Text.EN)
			}
			if diff := cmp.Diff(st.Cause, s.Cause); diff != "" {
				t.Errorf("the run's cause is not the step's (-step +run):\n%s", diff)
			}
		})
	}
}

func TestCIBAChaosSlowDownIsNotTheClientsFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scenario.Options{})
	r := w.start("psc-ciba", scenario.RunOptions{})
	before(w, r, "jeton")
	e, _ := w.journal.Get(w.poll(400, "slow_down"))
	if s := r.State(); s.Verdict != scenario.Failed {
		t.Fatalf("run without a fault: %s", verdicts(s))
	}
	w2 := newWorld(t, scenario.Options{})
	r2 := w2.start("psc-ciba", scenario.RunOptions{})
	before(w2, r2, "jeton")
	e.Fault = "chaos-slow-down"
	w2.journal.Append(e)
	if s := r2.State(); s.Verdict != scenario.Waiting {
		t.Errorf("run with a fault: %s", verdicts(s))
	}
}

func TestCIBAPlayed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scenario.Options{})
	r := w.start("psc-ciba", scenario.RunOptions{Mode: scenario.Played, By: "lps", Given: map[string]string{"professional": "899700218896"}})
	w.confirm(r, "cgu", "cgu-paragraphe", "cgu-fermeture", "zone-connexion")
	w.ciba("eidas1")
	w.confirm(r, "elements")
	s := wait(t, r, func(s scenario.RunState) bool { st, _ := s.Step("approbation"); return st.Verdict != scenario.Waiting })
	if st, _ := s.Step("approbation"); st.Verdict != scenario.Passed || !st.Acted {
		t.Errorf("approbation: %+v", st)
	}
	w.psc.mu.Lock()
	defer w.psc.mu.Unlock()
	if diff := cmp.Diff([]map[string]any{{"login_hint": "899700218896"}}, w.psc.calls); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	if st, _ := s.Step("demande"); !strings.Contains(st.Say.FR, "899700218896") {
		t.Errorf("say is not filled: %q", st.Say.FR)
	}
}

// wait waits for a state.
func wait(t testing.TB, r *scenario.Run, ok func(scenario.RunState) bool) scenario.RunState {
	t.Helper()
	s := r.State()
	for !ok(s) {
		var err error
		if s, err = r.Wait(t.Context(), s.Rev); err != nil {
			t.Fatalf("wait: %v; %s", err, verdicts(s))
		}
	}
	return s
}
