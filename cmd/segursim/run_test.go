package main

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/segursim/segursim/internal/config"
	"github.com/segursim/segursim/internal/lps"
	"github.com/segursim/segursim/mocks"
)

// The sections and listeners that the configuration knows are those of the list
// of services.
func TestNamesAreThoseOfTheServices(t *testing.T) {
	t.Parallel()
	s, err := mocks.Start(t.Context(), mocks.Options{Listen: map[string]string{"dns": "127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &client{base: s.ControlURL()}
	var doc struct{ Services []struct{ Name string } }
	if err := c.get(t.Context(), "/api/services", &doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, sv := range doc.Services {
		got = append(got, sv.Name)
	}
	if diff := cmp.Diff(serviceNames(), got); diff != "" {
		t.Errorf("services (-names +simulator):\n%s", diff)
	}
	want := slices.Sorted(slices.Values(listenerNames()))
	var listeners []string
	for name := range s.Endpoints().Listeners {
		listeners = append(listeners, name)
	}
	slices.Sort(listeners)
	if diff := cmp.Diff(want, listeners); diff != "" {
		t.Errorf("listeners (-names +simulator):\n%s", diff)
	}
}

// Every setting is a flag of serve with the same name; the others' flags are
// settings too, but for those of a command's own.
func TestFlagsAreSettings(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, s := range config.Settings() {
		names[s.Name] = true
	}
	var out, errs bytes.Buffer
	if got := run(t.Context(), []string{"serve", "--help"}, nil, &out, &errs); got != exitOK {
		t.Fatalf("exit status %d: %s", got, errs.String())
	}
	for name := range names {
		hidden := slices.Contains([]string{"mllp"}, name)
		if strings.Contains(out.String(), "--"+name) == hidden {
			t.Errorf("--%s: hidden is %v", name, !hidden)
		}
	}
	tt := reflect.TypeFor[target]()
	for i := range tt.NumField() {
		f := tt.Field(i)
		name := strings.ToLower(strings.ReplaceAll(f.Name, "PKIDir", "pki-dir"))
		if f.Name != "Control" && f.Name != "Token" && f.Name != "File" && !names[name] {
			t.Errorf("the flag of %s is no setting", f.Name)
		}
	}
}

// Nothing of a simulator that was started for a command stays behind.
func TestPlayLeavesNothingRunning(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	environ := []string{"XDG_DATA_HOME=" + t.TempDir()}
	if got := run(t.Context(), []string{"play", "psc-ciba"}, environ, &out, &errs); got != exitOK {
		t.Fatalf("exit status %d: %s%s", got, out.String(), errs.String())
	}
	goleak.VerifyNone(t, before)
}

// A context that ends stops serve and play.
func TestContextStops(t *testing.T) {
	t.Parallel()
	environ := append(freePorts(), "XDG_DATA_HOME="+t.TempDir())
	for name, tc := range map[string]struct {
		args []string
		want int
	}{
		"serve": {[]string{"serve"}, exitOK},
		"play":  {[]string{"play", "psc-ciba", "--control", "http://192.0.2.1:9"}, exitSimulator}, // TEST-NET-1: nobody answers
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			defer cancel()
			var out, errs bytes.Buffer
			if got := run(ctx, tc.args, environ, &out, &errs); got != tc.want {
				t.Errorf("exit status %d, want %d: %s%s", got, tc.want, out.String(), errs.String())
			}
		})
	}
}

func TestReporter(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)
	cause := &lps.Cause{Text: lps.Text{FR: "non", EN: "no"}, Ref: "EX PSC 16"}
	first := lps.Run{
		ID: "r-1", Scenario: "r", Title: lps.Text{FR: "Essai", EN: "Try"}, Started: start, Verdict: lps.Waiting,
		Steps: []lps.Step{
			{ID: "a", Say: lps.Text{FR: "montrer"}, Verdict: lps.Passed, At: start.Add(1500 * time.Millisecond), By: "x"},
			{ID: "b", Verdict: lps.Waiting},
		},
	}
	last := first
	last.Verdict, last.Cause, last.Ended = lps.Failed, cause, start.Add(65*time.Second)
	last.Steps = []lps.Step{first.Steps[0], {ID: "b", Verdict: lps.Failed, At: start.Add(65 * time.Second), Cause: cause}}
	for name, tc := range map[string]struct {
		json bool
		want string
	}{
		"text": {false, "SEGURSIM  SIMULATEUR  Essai\n\n" +
			"  00:01.500  ✓ réussi    a                     montrer\n" +
			"  01:05.000  ✗ échoué    b                     \n" +
			"                                               → non (EX PSC 16)\n" +
			"\n✗ Verdict : échoué – non (EX PSC 16)\nPreuves : proof\n"},
		"json": {true, `{"step":"a","verdict":"passed","at":"00:01.500","say":"montrer","by":"x"}` + "\n" +
			`{"step":"b","verdict":"failed","at":"01:05.000","cause":"non (EX PSC 16)"}` + "\n" +
			`{"run":"r-1","scenario":"r","verdict":"failed","cause":"non (EX PSC 16)","duration":"01:05.000","evidence":"proof"}` + "\n"},
	} {
		var b bytes.Buffer
		r := newReporter(&b, "fr", tc.json)
		r.run(first)
		r.run(first)
		r.run(last)
		if err := r.end(last, "proof"); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(tc.want, b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for line := range strings.Lines(b.String()) {
			if tc.json && !json.Valid([]byte(line)) {
				t.Errorf("not JSON: %s", line)
			}
		}
	}
}
