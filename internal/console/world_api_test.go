package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/journal"
)

func TestEndpointsAndPublicURL(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	doc := decode[map[string]any](t, h.get("/api/endpoints"), 200)
	if doc["version"] != "0.0-test" {
		t.Errorf("endpoints = %v", doc)
	}
	put := func(body string) reply { return h.call("PUT", "/api/public-url", body) }
	got := decode[console.PublicURL](t, put(`{"url":"https://nom.example:8443"}`), 200)
	if got.URL != "https://nom.example:8443" || h.publicURL != got.URL {
		t.Errorf("url = %q, pinned %q", got.URL, h.publicURL)
	}
	decode[console.PublicURL](t, put(`{"url":""}`), 200)
	for body, code := range map[string]string{
		`{}`: "missing_field", `{"url":null}`: "missing_field", `{"url":"nom:8443"}`: "invalid_url", `{"url":"https://a/?b"}`: "invalid_url",
		`{"url":"https://interdit.example"}`: "invalid_url", `{"url":1}`: "invalid_field", `{"uri":""}`: "unknown_field",
		`{"url":""} {}`: "invalid_json", `{"url":`: "invalid_json", `[`: "invalid_json", ``: "empty_body", `nope`: "invalid_json",
	} {
		refused(t, put(body), 400, code)
	}
	refused(t, put(`{"url":"`+strings.Repeat("x", 2<<20)+`"}`), 413, "too_large")
}

func TestServices(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	got := decode[console.ServiceList](t, h.get("/api/services"), 200).Services
	if len(got) != 1 || got[0].Name != "psc" || len(got[0].Ops) != 3 || got[0].Ops[1].Provenance != "inferred" {
		t.Fatalf("services = %+v", got)
	}
	var verbs []string
	for _, a := range got[0].Actions {
		verbs = append(verbs, a.Verb)
	}
	if diff := cmp.Diff([]string{"approve", "broken", "nothing"}, verbs); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	post := func(path, body string) reply { return h.call("POST", "/api/actions/"+path, body) }
	if got := decode[map[string]any](t, post("psc/approve", `{"login_hint":"899700366240"}`), 200); got["approved"] != "899700366240" {
		t.Errorf("approve = %v", got)
	}
	if got := post("psc/nothing", ""); got.status != 200 || strings.TrimSpace(got.body) != "{}" {
		t.Errorf("nothing = %d %q", got.status, got.body)
	}
	refused(t, post("psc/approve", `{"hint":"x"}`), 400, "unknown_field")
	refused(t, post("psc/approve", `{"login_hint":"inconnu"}`), 404, "no_request")
	refused(t, post("psc/approve", `[]`), 400, "invalid_field")
	refused(t, post("psc/absent", `{}`), 404, "not_found")
	refused(t, post("insi/approve", `{}`), 404, "not_found")
	refused(t, post("psc/broken", `{}`), 500, "internal")
}

func TestResetAndSnapshot(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.world.Journal.Append(exchange(1))
	if r := h.call("POST", "/api/reset", ""); r.status != 204 || h.resets != 1 {
		t.Errorf("reset = %d, done %d times", r.status, h.resets)
	}
	if n := decode[console.Counters](t, h.get("/api/counters"), 200); n.Total != 0 {
		t.Errorf("counted %d after the reset", n.Total)
	}
	if r := h.get("/api/snapshot"); r.body != `{"rows":1}` {
		t.Errorf("snapshot = %q", r.body)
	}
	if r := h.call("PUT", "/api/snapshot", `{"rows":2}`); r.status != 204 || h.state != `{"rows":2}` {
		t.Errorf("restore = %d, state %q", r.status, h.state)
	}
	refused(t, h.call("PUT", "/api/snapshot", `not a snapshot`), 400, "invalid_snapshot")
	if h.state != `{"rows":2}` {
		t.Errorf("state = %q after a refusal", h.state)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	post := func(body string) reply { return h.call("POST", "/api/clock", body) }
	fired := make(chan struct{})
	h.world.Clock.AfterFunc(90*time.Second, func() { close(fired) })
	if got := decode[console.ClockView](t, post(`{"freeze":true}`), 200); !got.Frozen || got.Timers != 1 {
		t.Errorf("frozen = %+v", got)
	}
	decode[console.ClockView](t, post(`{"advance":"2m"}`), 200)
	select {
	case <-fired:
	default:
		t.Error("the timer did not fire within the advance")
	}
	set := decode[console.ClockView](t, post(`{"set":"2026-01-15T09:00:00+01:00"}`), 200)
	if want := time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC); !set.Now.Equal(want) {
		t.Errorf("set = %v, want %v", set.Now, want)
	}
	back := decode[console.ClockView](t, post(`{"reset":true}`), 200)
	if d := back.Now.Sub(back.Wall).Abs(); back.Frozen || d > time.Second {
		t.Errorf("after reset: %+v", back)
	}
	for body, code := range map[string]string{
		`{}`: "one_change", `{"advance":"1s","freeze":true}`: "one_change", `{"advance":"demain"}`: "invalid_duration",
		`{"advance":2}`: "invalid_field", `{"set":"hier"}`: "invalid_instant", `{"set":"0001-01-01T00:00:00Z"}`: "out_of_range",
		`{"set":"9999-01-01T00:00:00Z"}`: "out_of_range", `{"reset":false}`: "invalid_field", `{"avance":"1s"}`: "unknown_field",
	} {
		refused(t, post(body), 400, code)
	}
	for range 3 { // far, but never where JSON cannot follow
		post(`{"advance":"2500000h"}`)
	}
	decode[console.ClockView](t, h.get("/api/clock"), 200)
}

func TestCounters(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)
	got := decode[console.Counters](t, h.get("/api/counters"), 200)
	want := []console.Count{
		{Service: "psc", Op: "ciba.approved", Outcome: journal.Event, Count: 1},
		{Service: "psc", Op: "ciba.request", Outcome: journal.Refused, Count: 2},
		{Service: "psc", Op: "token", Outcome: journal.OK, Count: 3},
	}
	if diff := cmp.Diff(want, got.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if got.Total != 6 || got.Journal.Entries != 6 {
		t.Errorf("total = %d, kept %d", got.Total, got.Journal.Entries)
	}
}

// The journal lets go of entries; the counters have seen them.
func TestCountersOutliveTheJournal(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(d *console.Deps) {
		d.World.Journal = journal.New(journal.Options{MaxEntries: 4})
	})
	for i := range 8 {
		h.world.Journal.Append(exchange(i))
		if i%3 == 0 {
			h.get("/api/counters")
		}
	}
	got := decode[console.Counters](t, h.get("/api/counters"), 200)
	if got.Total != 8 || got.Missed != 0 || got.Journal.Dropped != 4 {
		t.Errorf("counters = %+v, want 8 counted and 4 dropped", got)
	}
	for i := range 20 {
		h.world.Journal.Append(exchange(i))
	}
	if got = decode[console.Counters](t, h.get("/api/counters"), 200); got.Total != 28 {
		t.Errorf("total = %d, want 28 (missed %d)", got.Total, got.Missed)
	}
}

func TestCerts(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	list := decode[console.CertList](t, h.get("/api/certs"), 200)
	if len(list.Profiles) != 2 || list.Password != "changeit" {
		t.Errorf("list = %+v", list)
	}
	for path, want := range map[string]string{
		"ca.pem": "ca|pem|changeit", "ca.jks?password=secret": "ca|jks|secret",
		"cps-medecin-auth.pem": "cps-medecin-auth|pem|changeit", "expired.p12?password=": "expired|p12|",
	} {
		r := h.get("/api/certs/" + path)
		if r.status != 200 || r.body != want || !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s = %d %q", path, r.status, r.body)
		}
	}
	for path, status := range map[string]int{
		"absent.pem": 404, "ca.der": 404, "ca": 404, "ca.jks?password=court": 400, "ca.pem?password=x": 400, "ca.p12?pass=x": 400,
		"..%2f..%2fetc%2fpasswd.pem": 404,
	} {
		if r := h.get("/api/certs/" + path); r.status != status {
			t.Errorf("%s = %d, want %d", path, r.status, status)
		}
	}
}

// A console whose parts are not there says so, and its pages still come.
func TestAbsentParts(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(d *console.Deps) {
		d.Services, d.Engine, d.PKI, d.Endpoints, d.SetPublicURL = nil, nil, nil, nil, nil
		d.Reset, d.Snapshot, d.Restore, d.Ready = nil, nil, nil, nil
	})
	for _, path := range []string{"/api/endpoints", "/api/snapshot", "/api/faults", "/api/scenarios", "/api/runs", "/api/certs", "/api/certs/ca.pem", "/api/runs/x", "/api/runs/x/evidence.zip"} {
		refused(t, h.get(path), 501, "not_available")
	}
	for _, path := range []string{"/console", "/console/journal", "/console/faults", "/console/scenarios", "/console/certs", "/console/clock", "/readyz"} {
		if r := h.get(path); r.status != 200 {
			t.Errorf("%s = %d", path, r.status)
		}
	}
}
