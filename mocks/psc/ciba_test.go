package psc_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const grantCIBA = "urn:openid:params:grant-type:ciba"

func TestCIBA(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	a := w.post("/ext/ciba/auth", cibaForm(), basic)
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if diff := cmp.Diff([]string{"auth_req_id", "expires_in", "interval"}, names(t, a.body)); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if a.json["expires_in"] != 120.0 || a.json["interval"] != 5.0 {
		t.Errorf("expires_in %v, interval %v", a.json["expires_in"], a.json["interval"])
	}
	poll := form("grant_type", grantCIBA, "auth_req_id", a.text("auth_req_id"))
	w.refused(w.post("/token", poll, basic), 400, "authorization_pending",
		"The authorization request is still pending as the end-user hasn't yet been authenticated.")

	w.action("approve", map[string]any{"login_hint": doctor, "number": "42"})
	w.advance(5 * time.Second)
	tok := w.post("/token", poll, basic)
	if tok.status != http.StatusOK {
		t.Fatalf("token: %d %s", tok.status, tok.body)
	}
	want := []string{
		"access_token", "expires_in", "refresh_expires_in", "refresh_token", "token_type", "id_token",
		"not-before-policy", "session_state", "scope",
	}
	if diff := cmp.Diff(want, names(t, tok.body)); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if tok.header.Get("Cache-Control") != "no-store" || tok.header.Get("Pragma") != "no-cache" {
		t.Errorf("headers %v", tok.header)
	}
	if tok.header.Get("Content-Type") != "application/json" {
		t.Errorf("Content-Type %q", tok.header.Get("Content-Type"))
	}
	_, _, m := claims(t, tok.text("access_token"))
	if m["SubjectNameID"] != doctor || m["authMode"] != "MOBILE" || m["acr"] != "eidas1" {
		t.Errorf("claims %v", m)
	}
	w.refused(w.post("/token", poll, basic), 400, "invalid_grant", "Invalid auth_req_id")
}

// TestCIBARequestRefusals holds each refusal of the endpoint, and the order of
// the checks: each case breaks everything that is checked after it too.
func TestCIBARequestRefusals(t *testing.T) {
	t.Parallel()
	w := start(t, `
binding_message: two-digits
clients:
- {id: sans-ciba, secret: s, ciba: false}
- {id: ferme, secret: s, disabled: true}
- {id: borne, secret: s, scopes: [openid]}
`)
	bad := form("scope", "openid inconnu", "login_hint", "899700000000", "binding_message", "non permis")
	for _, c := range []struct {
		name   string
		form   url.Values
		auth   func(*http.Request)
		status int
		code   string
		text   string
	}{
		{"no client", bad, func(*http.Request) {}, 401, "invalid_client", "Missing client_id parameter"},
		{"unknown client", bad, basicAs("inconnu", "s"), 401, "invalid_client", "Invalid client or Invalid client credentials"},
		{"disabled client", bad, basicAs("ferme", "s"), 401, "invalid_client", "Invalid client or Invalid client credentials"},
		{"wrong secret", bad, basicAs("segursim-lps", "faux"), 401, "unauthorized_client", "Invalid client or Invalid client credentials"},
		{"ciba off", bad, basicAs("sans-ciba", "s"), 400, "invalid_grant", "Client not allowed OIDC CIBA Grant"},
		{"no login_hint", with(bad, "login_hint", ""), basic, 400, "invalid_request", "missing parameter : login_hint"},
		{"unknown person", bad, basic, 400, "invalid_request", "invalid user"},
		{"no scope", with(bad, "login_hint", doctor, "scope", ""), basic, 400, "invalid_request", "missing parameter : scope"},
		{"unknown scope", with(bad, "login_hint", doctor), basic, 400, "invalid_scope", "Invalid scopes: openid inconnu"},
		{"scope of another", with(cibaForm(), "scope", "openid scope_all"), basicAs("borne", "s"), 400, "invalid_scope", "Invalid scopes: openid scope_all"},
		{
			"binding message", with(cibaForm(), "binding_message", "avec espace"), basic, 400, "invalid_binding_message",
			"the binding_message value has to be max 50 characters in length and must contain only basic plain-text characters without spaces",
		},
		{
			"long binding message", with(cibaForm(), "binding_message", strings.Repeat("4", 51)), basic, 400, "invalid_binding_message",
			"the binding_message value has to be max 50 characters in length and must contain only basic plain-text characters without spaces",
		},
		{"letters", with(cibaForm(), "binding_message", "ABC"), basic, 400, "invalid_binding_message", "the binding_message value has to be two digits"},
		{"ping", with(cibaForm(), "client_notification_token", "t"), basic, 400, "invalid_request", "Client Notification token supported only for the ping mode"},
		{"user code", with(cibaForm(), "user_code", "1"), basic, 400, "invalid_request", "User code not supported"},
		{"twice", func() url.Values { v := cibaForm(); v.Add("scope", "openid"); return v }(), basic, 400, "invalid_request", "duplicated parameter"},
		{"signed", with(cibaForm(), "request", "x.y.z"), basic, 400, "invalid_request", "Signed authentication requests are not simulated"},
		{"expiry", with(cibaForm(), "requested_expiry", "bientôt"), basic, 400, "invalid_request", "Invalid parameter: requested_expiry"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			w.refused(w.post("/ext/ciba/auth", c.form, c.auth), c.status, c.code, c.text)
		})
	}
	t.Run("disabled person", func(t *testing.T) {
		w := w.in(t)
		w.action("set-account", map[string]any{"login_hint": doctor, "enabled": "false"})
		w.refused(w.post("/ext/ciba/auth", cibaForm(), basic), 400, "invalid_request", "invalid user")
	})
	t.Run("not basic", func(t *testing.T) {
		w := w.in(t)
		a := w.post("/ext/ciba/auth", cibaForm(), func(r *http.Request) { r.Header.Set("Authorization", "Negotiate x") })
		if a.status != 401 || a.body != "" {
			t.Errorf("got %d %q, want 401 without a body", a.status, a.body)
		}
	})
}

func TestCIBAPolling(t *testing.T) {
	t.Parallel()
	w := start(t, "clients: [{id: autre, secret: s}]")
	ask := func() url.Values {
		a := w.post("/ext/ciba/auth", cibaForm(), basic)
		return form("grant_type", grantCIBA, "auth_req_id", a.text("auth_req_id"))
	}
	const pending = "The authorization request is still pending as the end-user hasn't yet been authenticated."

	t.Run("slow down does not move the interval", func(t *testing.T) {
		w := w.in(t)
		p := ask()
		w.refused(w.post("/token", p, basic), 400, "authorization_pending", pending)
		w.advance(3 * time.Second)
		w.refused(w.post("/token", p, basic), 400, "slow_down", "too early to access")
		w.advance(2 * time.Second) // 5 s after the poll that counted
		w.refused(w.post("/token", p, basic), 400, "authorization_pending", pending)
	})
	t.Run("slow down comes before refused", func(t *testing.T) {
		w := w.in(t)
		p := ask()
		w.post("/token", p, basic)
		w.action("refuse", map[string]any{"auth_req_id": p.Get("auth_req_id")})
		w.refused(w.post("/token", p, basic), 400, "slow_down", "too early to access")
		w.advance(5 * time.Second)
		w.refused(w.post("/token", p, basic), 400, "access_denied", "not authorized")
	})
	t.Run("expired, then forgotten", func(t *testing.T) {
		w := w.in(t)
		p := ask()
		w.advance(120 * time.Second)
		w.refused(w.post("/token", p, basic), 400, "expired_token", "authentication timed out")
		w.advance(15 * time.Second)
		w.refused(w.post("/token", p, basic), 400, "invalid_grant", "Invalid auth_req_id")
	})
	t.Run("wrong number", func(t *testing.T) {
		w := w.in(t)
		p := ask()
		w.action("approve", map[string]any{"auth_req_id": p.Get("auth_req_id"), "number": "99"})
		w.refused(w.post("/token", p, basic), 400, "access_denied", "not authorized")
	})
	t.Run("another client", func(t *testing.T) {
		w := w.in(t)
		w.refused(w.post("/token", ask(), basicAs("autre", "s")), 400, "invalid_grant", "Invalid auth_req_id")
	})
	t.Run("not ours", func(t *testing.T) {
		w := w.in(t)
		for _, id := range []string{"x", "a.b.c", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA"} {
			w.refused(w.post("/token", form("grant_type", grantCIBA, "auth_req_id", id), basic), 400, "invalid_grant", "Invalid Auth Req ID")
		}
		p := ask()
		id := p.Get("auth_req_id")
		flipped := id[:len(id)-1] + map[bool]string{true: "B", false: "A"}[id[len(id)-1] == 'A']
		w.refused(w.post("/token", with(p, "auth_req_id", flipped[:len(flipped)-2]+"zz"), basic), 400, "invalid_grant", "Invalid Auth Req ID")
	})
	t.Run("missing", func(t *testing.T) {
		w := w.in(t)
		w.refused(w.post("/token", form("grant_type", grantCIBA), basic), 400, "invalid_request", "Missing parameter: auth_req_id")
	})
	t.Run("person disabled meanwhile", func(t *testing.T) {
		w := w.in(t)
		p := ask()
		w.action("approve", map[string]any{"auth_req_id": p.Get("auth_req_id")})
		w.action("set-account", map[string]any{"login_hint": doctor, "enabled": "false"})
		w.refused(w.post("/token", p, basic), 400, "invalid_grant", "User disabled")
		w.action("set-account", map[string]any{"login_hint": doctor, "enabled": "true"})
	})
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for _, c := range []struct {
		name   string
		policy map[string]any
		polls  []string // error of each poll, 5 s apart; "" is success
	}{
		{"after a delay", map[string]any{"outcome": "approve", "after": "7s"}, []string{"authorization_pending", "authorization_pending", ""}},
		{"at the third poll", map[string]any{"outcome": "approve", "polls": "3"}, []string{"authorization_pending", "authorization_pending", ""}},
		{"refuse", map[string]any{"outcome": "refuse"}, []string{"access_denied"}},
		{"wrong number", map[string]any{"outcome": "wrong-number", "polls": "2"}, []string{"authorization_pending", "access_denied"}},
		{"longer than the demand", map[string]any{"outcome": "approve", "after": "10m"}, []string{"authorization_pending"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			c.policy["login_hint"], c.policy["once"] = doctor, true
			w.action("policy", c.policy)
			a := w.post("/ext/ciba/auth", cibaForm(), basic)
			for i, want := range c.polls {
				got := w.post("/token", form("grant_type", grantCIBA, "auth_req_id", a.text("auth_req_id")), basic)
				if got.text("error") != want {
					t.Errorf("poll %d: %s, want %q", i+1, got.body, want)
				}
				w.advance(5 * time.Second)
			}
		})
	}
}

// TestEventsOnTime checks that a demand that ends by itself is journaled when it
// ends, without any poll.
func TestEventsOnTime(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	w.post("/ext/ciba/auth", cibaForm(), basic)
	from := w.srv.Clock().Now()
	w.advance(3 * time.Minute)
	entries := w.srv.Journal(0)
	last := entries[len(entries)-1]
	if last.Op != "ciba.expired" || last.Fact("person.id") != doctor {
		t.Errorf("last entry %s %v, want ciba.expired", last.Op, last.Facts)
	}
	if last.Time.Before(from) {
		t.Errorf("journaled at %s, before the request", last.Time)
	}
}

// TestSlashIdentifier: employees' identifiers hold a slash that must survive.
func TestSlashIdentifier(t *testing.T) {
	t.Parallel()
	w := start(t, "approve: {outcome: approve}")
	a := w.post("/ext/ciba/auth", with(cibaForm(), "login_hint", employee, "channel", "CARD"), basic)
	tok := w.post("/token", form("grant_type", grantCIBA, "auth_req_id", a.text("auth_req_id")), basic)
	_, _, m := claims(t, tok.text("access_token"))
	if m["SubjectNameID"] != employee {
		t.Errorf("SubjectNameID %v, want %s (%s)", m["SubjectNameID"], employee, tok.body)
	}
}
