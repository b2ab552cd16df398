package psc_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestIncompleteAccount: something is left to do on it, so a login can't end.
func TestIncompleteAccount(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	w.code(authorizeForm())
	a := w.post("/ext/ciba/auth", cibaForm(), basic)
	w.action("approve", map[string]any{"auth_req_id": a.text("auth_req_id")})
	w.action("set-account", map[string]any{"login_hint": doctor, "complete": "false"})
	poll := form("grant_type", grantCIBA, "auth_req_id", a.text("auth_req_id"))
	w.refused(w.post("/token", poll, basic), 400, "invalid_grant", "Account is not fully set up")

	u, err := url.Parse(w.get(w.srv.URL() + "/auth?" + with(authorizeForm(), "prompt", "none").Encode()).header.Get("Location"))
	if err != nil || u.Query().Get("error") != "interaction_required" {
		t.Errorf("prompt=none: %v %v, want interaction_required", u, err)
	}
}

// TestUnreachable: no device, a disabled one, no card: the channel fails.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	w.refused(w.post("/ext/ciba/auth", with(cibaForm(), "login_hint", employee), basic), 503, "server_error", "Failed to send authentication request")
	for range 3 {
		w.action("insert-card", map[string]any{"login_hint": doctor})
		if _, err := w.srv.Do(t.Context(), "psc", "enter-pin", map[string]any{"pin": "0000"}); err == nil {
			t.Fatal("a wrong PIN, and no demand, was accepted")
		}
	}
	a := w.post("/ext/ciba/auth", with(cibaForm(), "channel", "CARD"), basic)
	for range 3 {
		if _, err := w.srv.Do(t.Context(), "psc", "enter-pin", map[string]any{"auth_req_id": a.text("auth_req_id"), "pin": "0000"}); err == nil {
			t.Fatal("a wrong PIN was accepted")
		}
	}
	w.refused(w.post("/ext/ciba/auth", with(cibaForm(), "channel", "CARD"), basic), 503, "server_error", "Unexpected response from authentication device")
	w.action("unblock-card", map[string]any{"login_hint": doctor})
	w.action("enter-pin", map[string]any{"auth_req_id": a.text("auth_req_id"), "pin": "1234"})
	tok := w.post("/token", form("grant_type", grantCIBA, "auth_req_id", a.text("auth_req_id")), basic)
	if _, _, m := claims(t, tok.text("access_token")); m["authMode"] != "CARD" {
		t.Errorf("authMode %v", m["authMode"])
	}
}

// TestPolicyOfOneRequest: one demand is answered by itself, the next one is not.
func TestPolicyOfOneRequest(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	first := w.post("/ext/ciba/auth", cibaForm(), basic).text("auth_req_id")
	second := w.post("/ext/ciba/auth", cibaForm(), basic).text("auth_req_id")
	w.action("policy", map[string]any{"auth_req_id": first, "outcome": "approve", "after": "10s"})
	w.advance(10 * time.Second)
	for id, want := range map[string]string{first: "", second: "authorization_pending"} {
		if a := w.post("/token", form("grant_type", grantCIBA, "auth_req_id", id), basic); a.text("error") != want {
			t.Errorf("%s: %s, want %q", id[:8], a.body, want)
		}
	}
	for _, in := range []map[string]any{
		{"login_hint": "inconnu", "outcome": "approve"},
		{"login_hint": doctor, "outcome": "peut-être"},
		{"login_hint": doctor, "outcome": "approve", "after": "bientôt"},
		{"login_hint": doctor, "outcome": "approve", "polls": "-1"},
		{"auth_req_id": "inconnu", "outcome": "approve"},
	} {
		if _, err := w.srv.Do(t.Context(), "psc", "policy", in); err == nil || !strings.Contains(err.Error(), ":") {
			t.Errorf("%v: %v, want a refusal", in, err)
		}
	}
}

// TestPurge: what expired long ago does not stay in memory; what lives does.
func TestPurge(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for range 5 {
		w.ciba()
		w.code(authorizeForm())
		w.get(w.srv.URL() + "/auth?" + with(authorizeForm(), "prompt", "login").Encode())
		w.post("/ext/par/request", authorizeForm(), basic)
	}
	rows := func() map[string]int {
		var b bytes.Buffer
		if err := w.srv.Save(&b); err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Tables map[string][]json.RawMessage `json:"tables"`
		}
		if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		out := map[string]int{}
		for _, name := range []string{"psc_sessions", "psc_codes", "psc_demandes", "psc_attempts", "psc_pushed"} {
			out[name] = len(doc.Tables[name])
		}
		return out
	}
	if diff := cmp.Diff(map[string]int{"psc_sessions": 10, "psc_codes": 5, "psc_demandes": 5, "psc_attempts": 5, "psc_pushed": 5}, rows()); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	w.advance(9 * time.Hour)
	w.post("/ext/ciba/auth", cibaForm(), basic)
	if diff := cmp.Diff(map[string]int{"psc_sessions": 0, "psc_codes": 0, "psc_demandes": 1, "psc_attempts": 0, "psc_pushed": 0}, rows()); diff != "" {
		t.Errorf("after nine hours (-want +got):\n%s", diff)
	}
}
