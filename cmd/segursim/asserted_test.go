package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/lps"
	"github.com/segursim/segursim/mocks"
)

// asserted starts a headless run of a scenario, as a CI job does.
func asserted(t *testing.T, c *client, scenario string) string {
	t.Helper()
	in, err := json.Marshal(map[string]string{"scenario": scenario, "mode": "asserted"})
	if err != nil {
		t.Fatal(err)
	}
	var r lps.Run
	b, err := c.call(t.Context(), http.MethodPost, "/api/runs", in)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// A headless run judges the software by its exchanges alone: it catches what the
// software does wrong after the last answer, too.
func TestAsserted(t *testing.T) {
	t.Parallel()
	s, err := mocks.Start(t.Context(), mocks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &client{base: s.ControlURL()}
	for _, tc := range []struct{ scenario, mistake, step string }{
		{"insi-traits", "", ""},
		{"insi-traits", "case", "recherche"},
		{"insi-vitale", "", ""},
		{"insi-vitale", "traits", "recherche"},
		{"insi-01-02", "", ""},
		{"insi-01-02", "keep", "aucun-ins-utilise"},
		{"insi-date-00", "", ""},
		{"insi-date-00", "keep", "ins-inutilise"},
		{"insi-trait-vide", "", ""},
		{"insi-trait-vide", "keep", "ins-inutilise"},
		{"insi-verif-ko", "", ""},
		{"insi-verif-ko", "keep", "ins-retire"},
		{"insi-douteuse", "", ""},
		{"insi-certificat", "", ""},
		{"insi-certificat", "cn", "structure"},
	} {
		run := asserted(t, c, tc.scenario)
		l, err := lps.New(lps.Options{Control: s.ControlURL(), AdvanceClock: true, Misbehave: tc.mistake})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		_, err = l.Play(ctx, tc.scenario)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		var got lps.Run
		if err := c.get(t.Context(), "/api/runs/"+run, &got); err != nil {
			t.Fatal(err)
		}
		if tc.mistake == "" {
			if got.Verdict != lps.Passed {
				t.Errorf("%s: %s, %s", tc.scenario, got.Verdict, got.Cause.In("en"))
			}
			continue
		}
		if st, ok := got.Step(tc.step); got.Verdict != lps.Failed || !ok || st.Verdict != lps.Failed || st.Cause == nil || st.Cause.Ref == "" {
			t.Errorf("%s, %s: %s, step %s: %+v", tc.scenario, tc.mistake, got.Verdict, tc.step, st)
		}
	}
}

// Every scenario that ships can be played, and its script can go wrong; every
// step says what to do in both languages.
func TestShippedScenarios(t *testing.T) {
	t.Parallel()
	s, err := mocks.Start(t.Context(), mocks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &client{base: s.ControlURL()}
	b, err := c.call(t.Context(), http.MethodGet, "/api/scenarios", nil)
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Scenarios []struct{ ID string } }
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&list); err != nil || len(list.Scenarios) == 0 {
		t.Fatalf("%v in %s", err, b)
	}
	for _, sc := range list.Scenarios {
		var doc struct {
			Play   string
			Proofs []struct{ Requirement string }
			Steps  []struct {
				ID    string
				Say   lps.Text
				Cause lps.Text
				Refs  []string
			}
		}
		if err := c.get(t.Context(), "/api/scenarios/"+sc.ID, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Play != sc.ID || len(lps.Misbehaviours(doc.Play)) == 0 {
			t.Errorf("%s: script %q, mistakes %v", sc.ID, doc.Play, lps.Misbehaviours(doc.Play))
		}
		if len(doc.Proofs) == 0 {
			t.Errorf("%s: no proof", sc.ID)
		}
		for _, st := range doc.Steps {
			if st.Say.FR == "" || st.Say.EN == "" || st.Say.FR == st.Say.EN || len(st.Refs) == 0 || (st.Cause.FR == "") != (st.Cause.EN == "") {
				t.Errorf("%s/%s: %+v", sc.ID, st.ID, st)
			}
		}
	}
}
