package e2e_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// aRun is a run of a scenario as the control API shows it.
type aRun struct {
	ID      string
	Rev     uint64
	Status  string
	Verdict string
	Cause   *struct {
		Text struct{ FR, EN string }
		Ref  string
	}
	Steps []struct {
		ID, Kind, Verdict string
		Active            bool
	}
}

// watch starts a watched run.
func (s *simulator) watch(t *testing.T, scenario string) aRun {
	t.Helper()
	status, body := s.control(t, http.MethodPost, "/api/runs", map[string]any{"scenario": scenario, "mode": "watched", "by": "un essai"})
	if status != http.StatusCreated {
		t.Fatalf("run: %d %s", status, body)
	}
	return decodeInto[aRun](t, body)
}

// until waits for a state of the run, or its end.
func (s *simulator) until(t *testing.T, id string, ok func(aRun) bool) aRun {
	t.Helper()
	rev := uint64(0)
	for {
		status, body := s.control(t, http.MethodGet, fmt.Sprintf("/api/runs/%s?wait=20s&rev=%d", id, rev), nil)
		if status != http.StatusOK {
			t.Fatalf("run: %d %s", status, body)
		}
		r := decodeInto[aRun](t, body)
		if ok(r) || r.Status == "ended" || r.Rev == rev {
			return r
		}
		rev = r.Rev
	}
}

// confirm has the person confirm the manual steps that wait.
func (s *simulator) confirm(t *testing.T, id string) aRun {
	t.Helper()
	for {
		waiting := ""
		r := s.until(t, id, func(aRun) bool { return true })
		for _, st := range r.Steps {
			if st.Kind == "manual" && st.Active && st.Verdict == "waiting" {
				waiting = st.ID
				break
			}
		}
		if waiting == "" {
			return r
		}
		if status, body := s.control(t, http.MethodPost, "/api/runs/"+id+"/steps/"+waiting+"/confirm", map[string]any{"by": "une personne"}); status >= 300 {
			t.Fatalf("confirm %s: %d %s", waiting, status, body)
		}
	}
}

// passed waits until the named step has passed, or the run has ended.
func (s *simulator) passed(t *testing.T, id, step string) aRun {
	t.Helper()
	return s.until(t, id, func(r aRun) bool {
		for _, st := range r.Steps {
			if st.ID == step && st.Verdict == "passed" {
				return true
			}
		}
		return false
	})
}

// TestWatched has the scenario of the evidence video watch curl as it logs in by
// CIBA: the steps are ticked off as it goes; a client that asks for another acr,
// polls too fast or skips the logout fails it, with the cause that says so.
func TestWatched(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		acr    string
		hurry  bool
		logout bool
		ref    string // of the cause; empty where the run passes
		says   string
	}{
		{"right", "eidas1", false, true, "", ""},
		{"eidas3", "eidas3", false, true, "EX PSC 16", "eidas3"},
		{"polls too fast", "eidas1", true, true, "OIDC CIBA Core 1.0 §7.3, §11", "trop vite"},
		{"no logout", "eidas1", false, false, "PSC.01.03", "sans déconnexion"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, mocks.Options{})
			run := s.watch(t, "psc-ciba")
			s.confirm(t, run.ID)
			ask := func() string {
				_, a := s.curlForm(t, s.Issuer()+cibaPath, basic(), "scope", "openid scope_all", "acr_values", c.acr,
					"login_hint", doctor, "binding_message", "42", "channel", "MOBILE")
				id, _ := a["auth_req_id"].(string)
				return id
			}
			poll := func(id string) map[string]any {
				_, a := s.curlForm(t, s.Issuer()+tokenPath, basic(), "grant_type", cibaGrant, "auth_req_id", id)
				return a
			}
			id := ask()
			if c.acr == "eidas1" {
				s.passed(t, run.ID, "demande")
				s.confirm(t, run.ID)
				poll(id)
				if c.hurry {
					poll(id)
				}
				s.act(t, "approve", map[string]any{"auth_req_id": id, "number": "42"})
				s.advance(t, 5*time.Second)
				tok := poll(id)
				if !c.hurry {
					s.passed(t, run.ID, "jeton")
					s.confirm(t, run.ID)
				}
				if c.logout {
					hint, _ := tok["id_token"].(string)
					s.curl(t, append(form("id_token_hint", hint), s.Issuer()+"/protocol/openid-connect/logout")...)
				}
				ask()
			}
			end := s.until(t, run.ID, func(aRun) bool { return false })
			if end.Status != "ended" {
				t.Fatalf("the run goes on: %+v", end)
			}
			if c.ref == "" {
				if end.Verdict != "passed" {
					t.Errorf("verdict %s, cause %+v", end.Verdict, end.Cause)
				}
				s.evidence(t, run.ID)
				return
			}
			if end.Verdict != "failed" || end.Cause == nil || end.Cause.Ref != c.ref || !strings.Contains(end.Cause.Text.FR, c.says) || end.Cause.Text.EN == "" {
				t.Errorf("verdict %s, cause %+v; want %s and “%s”", end.Verdict, end.Cause, c.ref, c.says)
			}
		})
	}
}

// evidence checks that the pack of a run can be had, and holds no secret.
func (s *simulator) evidence(t *testing.T, run string) {
	t.Helper()
	status, body := s.control(t, http.MethodGet, "/api/runs/"+run+"/evidence.zip", nil)
	if status != http.StatusOK {
		t.Fatalf("evidence: %d %s", status, body)
	}
	pack, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, f := range pack.File {
		have[f.Name] = true
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if basic := base64.StdEncoding.EncodeToString([]byte(clientID + ":" + clientSecret)); bytes.Contains(content, []byte(clientSecret)) || bytes.Contains(content, []byte(basic)) {
			t.Errorf("%s holds the client's secret", f.Name)
		}
	}
	for _, name := range []string{"index.csv", "rapport.html", "rapport.pdf", "junit.xml", "chapters.vtt", "chapters.ffmeta", "journal.ndjson", "manifest.json"} {
		if !have[name] {
			t.Errorf("the pack has no %s", name)
		}
	}
}

// decodeInto reads JSON.
func decodeInto[T any](tb testing.TB, b []byte) T {
	tb.Helper()
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		tb.Fatalf("not the JSON expected: %v\n%s", err, b)
	}
	return v
}
