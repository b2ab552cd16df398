package console_test

import (
	"archive/zip"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	post := func(body string) reply { return h.call("POST", "/api/faults", body) }
	r := post(`{"service":"psc","op":"token","times":1,"effect":{"error":{"code":"slow_down"}}}`)
	f := decode[scenario.Fault](t, r, 201)
	if f.ID == "" || r.header.Get("Location") != "/api/faults/"+f.ID {
		t.Errorf("fault = %+v, location %q", f, r.header.Get("Location"))
	}
	if v := h.engine.Decide(t.Context(), sim.Call{Service: "psc", Op: "token"}); v.Err == nil || v.Err.Code != "slow_down" {
		t.Errorf("verdict = %+v", v)
	}
	if got := decode[console.FaultList](t, h.get("/api/faults"), 200).Faults; len(got) != 1 || got[0].Hits != 1 || !got[0].Spent {
		t.Errorf("faults = %+v", got)
	}
	refused(t, post(`{"id":"`+f.ID+`","service":"psc","effect":{"drop":true}}`), 409, "exists")
	for body, code := range map[string]string{
		`{"service":"psc","op":"absent","effect":{"drop":true}}`:                      "invalid_fault",
		`{"service":"psc","op":"token","effect":{"error":{"code":"absent"}}}`:         "invalid_fault",
		`{"service":"psc","op":"token","effect":{}}`:                                  "invalid_fault",
		`{"service":"psc","op":"token","effect":{"drop":true},"where":"form.absent"}`: "invalid_fault",
		`{"service":"psc","op":"token","effect":{"drop":true},"probabilite":1}`:       "unknown_field",
		`{"service":"psc","op":"token","effect":{"delay":"bientôt"}}`:                 "invalid_json",
		`{"service":"psc","op":"token","effect":{"drop":true},"times":"x"}`:           "invalid_field",
		`{"service":"psc","op":"token","effect":{"drop":true,"inventé":true}}`:        "unknown_field",
		``: "empty_body",
	} {
		refused(t, post(body), 400, code)
	}
	if r := h.call("DELETE", "/api/faults/"+f.ID, ""); r.status != 204 {
		t.Errorf("delete = %d", r.status)
	}
	refused(t, h.call("DELETE", "/api/faults/"+f.ID, ""), 404, "not_found")
	decode[scenario.Fault](t, post(`{"service":"psc","effect":{"delay":"1s"}}`), 201)
	if r := h.call("DELETE", "/api/faults", ""); r.status != 204 || len(h.engine.Faults()) != 0 {
		t.Errorf("clear = %d, left %v", r.status, h.engine.Faults())
	}
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if l := decode[console.ScenarioList](t, h.get("/api/scenarios"), 200).Scenarios; len(l) != 1 || l[0].ID != "essai" {
		t.Errorf("scenarios = %+v", l)
	}
	if s := decode[scenario.Scenario](t, h.get("/api/scenarios/essai"), 200); len(s.Steps) != 3 {
		t.Errorf("scenario = %+v", s)
	}
	if r := h.get("/api/scenarios/essai/source"); r.body != scenarioFile {
		t.Errorf("source = %q", r.body)
	}
	refused(t, h.get("/api/scenarios/absent"), 404, "not_found")
	check := func(body string) reply { return h.call("POST", "/api/scenarios/check", body) }
	decode[scenario.Scenario](t, check(scenarioFile), 200)
	bad := check(strings.Replace(scenarioFile, "ciba.request", "ciba.demande", 1))
	refused(t, bad, 422, "invalid_scenario")
	if !strings.Contains(bad.body, "ciba.demande") {
		t.Errorf("the refusal does not name what is wrong: %s", bad.body)
	}
	refused(t, check("steps: ["), 422, "invalid_scenario")
	refused(t, check(strings.Repeat("#", 2<<20)), 413, "too_large")
}

func TestRuns(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	post := func(path, body string) reply { return h.call("POST", path, body) }
	run := decode[scenario.RunState](t, post("/api/runs", `{"scenario":"essai","by":"Camille"}`), 201)
	at := "/api/runs/" + run.ID

	refused(t, post("/api/runs", `{"scenario":"absent"}`), 404, "not_found")
	refused(t, post("/api/runs", `{"scenario":"essai","mode":"rêvé"}`), 409, "refused")
	refused(t, post("/api/runs", `{"scénario":"essai"}`), 400, "unknown_field")
	refused(t, h.get("/api/runs/absent"), 404, "not_found")
	refused(t, post(at+"/steps/demande/confirm", ""), 409, "refused")
	refused(t, post(at+"/steps/absent/confirm", ""), 404, "not_found")
	refused(t, post(at+"/steps/cgu/confirm", `{"reason":"x"}`), 400, "unknown_field")
	refused(t, post(at+"/steps/cgu/skip", `{}`), 409, "refused")
	refused(t, post(at+"/resume", ""), 409, "refused")

	// A wait is released by the step that is confirmed.
	rev := run.Rev
	woken := make(chan reply, 1)
	go func() { woken <- h.get(at + "?wait=30s&rev=" + itoa(rev)) }()
	confirmed := decode[scenario.RunState](t, post(at+"/steps/cgu/confirm", `{"by":"Dominique"}`), 200)
	if st, _ := confirmed.Step("cgu"); st.Verdict != scenario.Passed || st.By != "Dominique" {
		t.Errorf("step = %+v", st)
	}
	select {
	case r := <-woken:
		if s := decode[scenario.RunState](t, r, 200); s.Rev <= rev {
			t.Errorf("woken with rev %d, had %d", s.Rev, rev)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the wait was not released")
	}
	if s := decode[scenario.RunState](t, h.get(at+"?wait=10ms&rev="+itoa(confirmed.Rev+50)), 200); s.ID != run.ID {
		t.Errorf("after a wait for nothing: %+v", s)
	}

	decode[scenario.RunState](t, post(at+"/pause", ""), 200)
	decode[scenario.RunState](t, post(at+"/resume", "{}"), 200)
	decode[scenario.RunState](t, post(at+"/restart", `{"step":"cgu"}`), 200)
	done := decode[scenario.RunState](t, post(at+"/abort", `{"reason":"essai"}`), 200)
	if done.Verdict != scenario.Aborted {
		t.Errorf("verdict = %s", done.Verdict)
	}
	if l := decode[console.RunList](t, h.get("/api/runs"), 200).Runs; len(l) != 1 {
		t.Errorf("runs = %+v", l)
	}
}

func TestFaultForm(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	token := h.token()
	post := func(fields ...string) reply {
		form := url.Values{"_token": {token}, "target": {"psc/token"}}
		for i := 0; i < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		return h.form("/console/faults", form)
	}
	tests := map[string]struct {
		fields []string
		want   scenario.Fault
	}{
		"delay":    {[]string{"effect", "delay", "delay", "5 s", "times", "2", "after", "1", "probability", "12,5"}, scenario.Fault{Service: "psc", Op: "token", Times: 2, After: 1, Probability: 0.125, Effect: scenario.Effect{Delay: scenario.Duration(5 * time.Second)}}},
		"error":    {[]string{"effect", "error", "code", "slow_down", "error_status", "400", "delay", "9s"}, scenario.Fault{Service: "psc", Op: "token", Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: "slow_down", Status: 400}}}},
		"http":     {[]string{"effect", "http", "http_status", "503", "retry_after", "30s"}, scenario.Fault{Service: "psc", Op: "token", Effect: scenario.Effect{HTTP: &scenario.HTTPEffect{Status: 503, RetryAfter: scenario.Duration(30 * time.Second)}}}},
		"drop":     {[]string{"effect", "drop", "where", `form.acr_values == "eidas1"`}, scenario.Fault{Service: "psc", Op: "token", Where: `form.acr_values == "eidas1"`, Effect: scenario.Effect{Drop: true}}},
		"reset":    {[]string{"effect", "reset", "target", "psc/"}, scenario.Fault{Service: "psc", Effect: scenario.Effect{Reset: true}}},
		"truncate": {[]string{"effect", "truncate", "bytes", "10"}, scenario.Fault{Service: "psc", Op: "token", Effect: scenario.Effect{Truncate: &scenario.TruncateEffect{Bytes: 10}}}},
		"garble":   {[]string{"effect", "garble"}, scenario.Fault{Service: "psc", Op: "token", Effect: scenario.Effect{Garble: true}}},
		"patch":    {[]string{"effect", "patch", "patch", `{"expires_in":5}`}, scenario.Fault{Service: "psc", Op: "token", Effect: scenario.Effect{Patch: map[string]any{"expires_in": 5.0}}}},
		"tls":      {[]string{"effect", "tls", "certificate", "expired"}, scenario.Fault{Effect: scenario.Effect{TLS: "expired"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if r := post(tt.fields...); r.status != 303 {
				t.Fatalf("status = %d: %s", r.status, r.body)
			}
			got := h.engine.Faults()
			if len(got) != 1 {
				t.Fatalf("faults = %+v", got)
			}
			tt.want.ID, tt.want.Origin = got[0].ID, got[0].Origin
			equal(t, tt.want, got[0])
			if r := h.form("/console/faults/"+got[0].ID+"/delete", url.Values{"_token": {token}}); r.status != 303 || len(h.engine.Faults()) != 0 {
				t.Errorf("delete = %d, left %v", r.status, h.engine.Faults())
			}
		})
	}
	for name, fields := range map[string][]string{
		"no effect":      {},
		"unknown effect": {"effect", "explode"},
		"bad number":     {"effect", "drop", "times", "deux"},
		"bad duration":   {"effect", "delay", "delay", "bientôt"},
		"bad share":      {"effect", "drop", "probability", "beaucoup"},
		"bad patch":      {"effect", "patch", "patch", "{"},
		"foreign code":   {"effect", "error", "code", "absent"},
		"absent op":      {"effect", "drop", "target", "psc/absent"},
	} {
		r := post(append(fields, "where", `status == "`)...)
		if r.status != 400 || !strings.Contains(r.body, `class="message refused"`) || !strings.Contains(r.body, `status == &#34;`) {
			t.Errorf("%s: %d, want the form again with the reason", name, r.status)
		}
	}
	post("effect", "drop")
	if r := h.form("/console/faults/clear", url.Values{"_token": {token}}); r.status != 303 || len(h.engine.Faults()) != 0 {
		t.Errorf("clear = %d", r.status)
	}
}

func TestRunForms(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	token := h.token()
	post := func(path string, fields ...string) reply {
		form := url.Values{"_token": {token}}
		for i := 0; i < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		return h.form(path, form)
	}
	started := post("/console/runs", "scenario", "essai", "mode", "watched", "by", "Camille")
	at := started.header.Get("Location")
	if started.status != 303 || !strings.HasPrefix(at, "/console/runs/essai-") {
		t.Fatalf("start = %d to %q", started.status, at)
	}
	if r := post("/console/runs", "scenario", "absent"); r.status != 404 || !strings.Contains(r.body, "message refused") {
		t.Errorf("absent scenario = %d", r.status)
	}
	page := h.get(at)
	if !strings.Contains(page.body, "Afficher la page des CGU du service") || !strings.Contains(page.body, "Constaté") {
		t.Errorf("the teleprompter does not say the first step")
	}
	if part := h.get(at + "?part=1"); part.status != 200 || strings.Contains(part.body, "<html") || !strings.Contains(part.body, "data-rev") {
		t.Errorf("part = %d %.80s", part.status, part.body)
	}
	if r := post(at+"/confirm", "step", "demande"); r.status != 409 || !strings.Contains(r.body, "message refused") {
		t.Errorf("confirming out of turn = %d", r.status)
	}
	for _, step := range [][]string{{"confirm", "step", "cgu"}, {"pause"}, {"resume"}, {"skip", "step", "demande", "reason", "essai"}, {"restart"}, {"abort"}} {
		if r := post(at+"/"+step[0], step[1:]...); r.status != 303 {
			t.Errorf("%s = %d", step[0], r.status)
		}
	}
	if r := post(at + "/explode"); r.status != 404 {
		t.Errorf("unknown verb = %d", r.status)
	}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	run := decode[scenario.RunState](t, h.call("POST", "/api/runs", `{"scenario":"essai","by":"Camille"}`), 201)
	h.world.Journal.Append(refusal(1))
	at := "/api/runs/" + run.ID
	h.call("POST", at+"/abort", `{"reason":"essai"}`)

	r := h.get(at + "/evidence.zip")
	if r.status != 200 {
		t.Fatalf("evidence = %d %s", r.status, r.body)
	}
	z, err := zip.NewReader(strings.NewReader(r.body), int64(len(r.body)))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range z.File {
		names[f.Name] = true
	}
	for _, want := range []string{"manifest.json", "index.csv", "rapport.html", "junit.xml", "journal.ndjson"} {
		if !names[want] {
			t.Errorf("the pack lacks %s: %v", want, names)
		}
	}
	if again := h.get(at + "/evidence.zip"); again.body != r.body {
		t.Error("the same run gives another pack")
	}
	var suite struct {
		XMLName xml.Name
	}
	if err := xml.Unmarshal([]byte(h.get(at+"/junit.xml").body), &suite); err != nil || !strings.HasPrefix(suite.XMLName.Local, "testsuite") {
		t.Errorf("junit: %v, root %s", err, suite.XMLName.Local)
	}
	refused(t, h.get("/api/runs/absent/junit.xml"), 404, "not_found")
	refused(t, h.get(at+"/evidence.zip?secrets=oui"), 400, "invalid_parameter")
}
