package psc_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func refreshForm(token string) map[string][]string {
	return form("grant_type", "refresh_token", "refresh_token", token)
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	tok := w.ciba()
	_, _, first := claims(t, tok.text("access_token"))
	w.advance(10 * time.Minute)
	again := w.post("/token", refreshForm(tok.text("refresh_token")), basic)
	if again.status != http.StatusOK {
		t.Fatalf("%d %s", again.status, again.body)
	}
	_, _, second := claims(t, again.text("access_token"))
	if second["auth_time"] != first["auth_time"] || second["sid"] != first["sid"] {
		t.Errorf("auth_time %v → %v, sid %v → %v: a refresh keeps both", first["auth_time"], second["auth_time"], first["sid"], second["sid"])
	}
	if second["jti"] == first["jti"] || again.text("refresh_token") == tok.text("refresh_token") {
		t.Error("a refresh gives new tokens")
	}
	// By default the former refresh token still serves.
	if a := w.post("/token", refreshForm(tok.text("refresh_token")), basic); a.status != http.StatusOK {
		t.Errorf("reuse: %d %s", a.status, a.body)
	}
	for _, c := range []struct{ name, scope, code string }{
		{"narrower", "openid", ""},
		{"wider", "openid scope_all identity", "invalid_scope"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			a := w.post("/token", with(refreshForm(tok.text("refresh_token")), "scope", c.scope), basic)
			if a.text("error") != c.code {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func TestRefreshRefusals(t *testing.T) {
	t.Parallel()
	const badToken = "Invalid refresh token"
	for _, c := range []struct {
		name    string
		section string
		before  func(w *world, tok *answer) string // returns the token to present
		auth    func(*http.Request)
		code    string
		text    string
	}{
		{"missing", "", func(*world, *answer) string { return "" }, basic, "invalid_request", "No refresh token"},
		{"not ours", "", func(*world, *answer) string { return "a.b.c" }, basic, "invalid_grant", badToken},
		{"an access token", "", func(_ *world, tok *answer) string { return tok.text("access_token") }, basic, "invalid_grant", badToken},
		{"altered", "", func(_ *world, tok *answer) string {
			p := strings.Split(tok.text("refresh_token"), ".")
			return p[0] + "." + p[1][:len(p[1])-4] + "AAAA." + p[2]
		}, basic, "invalid_grant", badToken},
		{"another client", "clients: [{id: autre, secret: s}]", func(_ *world, tok *answer) string { return tok.text("refresh_token") }, basicAs("autre", "s"), "invalid_grant", "Invalid refresh token. Token client and authorized client don't match"},
		{"expired", "", func(w *world, tok *answer) string { w.advance(30 * time.Minute); return tok.text("refresh_token") }, basic, "invalid_grant", "Token is not active"},
		{"idle session", "lifetimes: {refresh: 2h, idle: 30m}", func(w *world, tok *answer) string {
			w.advance(30 * time.Minute)
			return tok.text("refresh_token")
		}, basic, "invalid_grant", "Token is not active"},
		{"logged out", "", func(w *world, tok *answer) string {
			w.post("/logout", form("id_token_hint", tok.text("id_token")))
			return tok.text("refresh_token")
		}, basic, "invalid_grant", "Session not active"},
		{"reused, strict", "refresh: rotate-strict", func(w *world, tok *answer) string {
			w.post("/token", refreshForm(tok.text("refresh_token")), basic)
			return tok.text("refresh_token")
		}, basic, "invalid_grant", "Maximum allowed refresh token reuse exceeded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, c.section)
			tok := w.ciba()
			f := form("grant_type", "refresh_token")
			if token := c.before(w, &tok); token != "" {
				f.Set("refresh_token", token)
			}
			w.refused(w.post("/token", f, c.auth), 400, c.code, c.text)
		})
	}
}

// TestSessionLimit: refreshing keeps a session alive, for four hours at most.
func TestSessionLimit(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	tok := w.ciba()
	for elapsed := time.Duration(0); elapsed+25*time.Minute < 4*time.Hour; elapsed += 25 * time.Minute {
		w.advance(25 * time.Minute)
		if tok = w.post("/token", refreshForm(tok.text("refresh_token")), basic); tok.status != http.StatusOK {
			t.Fatalf("after %s: %d %s", elapsed, tok.status, tok.body)
		}
	}
	// 3 h 45: the refresh token ends with the session.
	if got := tok.json["refresh_expires_in"]; got != 900.0 {
		t.Errorf("refresh_expires_in %v at 3 h 45, want 900", got)
	}
	w.advance(15 * time.Minute)
	w.refused(w.post("/token", refreshForm(tok.text("refresh_token")), basic), 400, "invalid_grant", "Token is not active")
}

func TestLogout(t *testing.T) {
	t.Parallel()
	w := start(t, `
clients:
- {id: fixe, secret: s, redirect_uris: ["https://fixe.test/cb"], post_logout_redirect_uris: ["https://fixe.test/fin"]}
`)
	alive := func(tok answer) bool { return w.get("/userinfo", bearer(tok.text("access_token"))).status == 200 }
	for _, c := range []struct {
		name  string
		run   func(tok answer) answer
		check func(answer) bool
	}{
		{"post hint", func(tok answer) answer { return w.post("/logout", form("id_token_hint", tok.text("id_token"))) }, func(a answer) bool { return a.status == 200 }},
		{"get hint", func(tok answer) answer {
			return w.get("/logout?" + form("id_token_hint", tok.text("id_token")).Encode())
		}, func(a answer) bool { return a.status == 200 && strings.Contains(a.body, "close") }},
		{"redirect", func(tok answer) answer {
			return w.get("/logout?" + form("id_token_hint", tok.text("id_token"), "post_logout_redirect_uri", "https://lps.test/fin", "state", "z").Encode())
		}, func(a answer) bool {
			return a.status == 302 && a.header.Get("Location") == "https://lps.test/fin?state=z"
		}},
		{"legacy", func(tok answer) answer {
			return w.post("/logout", form("refresh_token", tok.text("refresh_token")), basic)
		}, func(a answer) bool { return a.status == 204 && a.body == "" }},
		{"expired hint", func(tok answer) answer {
			w.advance(10 * time.Minute)
			return w.post("/logout", form("id_token_hint", tok.text("id_token")))
		}, func(a answer) bool { return a.status == 200 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			tok := w.ciba()
			if !alive(tok) {
				t.Fatal("the session is not alive before the logout")
			}
			if a := c.run(tok); !c.check(a) {
				t.Errorf("%d %s %s", a.status, a.header.Get("Location"), a.body)
			}
			if alive(tok) {
				t.Error("the session is alive after the logout")
			}
		})
	}
	tok := w.ciba()
	for _, c := range []struct {
		name string
		q    map[string][]string
		text string
	}{
		{"bad hint", form("id_token_hint", "a.b.c"), "Invalid parameter: id_token_hint"},
		{"access token as hint", form("id_token_hint", tok.text("access_token")), "Invalid parameter: id_token_hint"},
		{"foreign redirect", form("client_id", "fixe", "post_logout_redirect_uri", "https://pirate.test/"), "Invalid redirect uri"},
		{"redirect without hint", form("post_logout_redirect_uri", "https://lps.test/fin"), "Missing parameters: id_token_hint"},
		{"hint of another", form("id_token_hint", tok.text("id_token"), "client_id", "fixe"), "Invalid parameter: client_id"},
		{"former parameter", form("redirect_uri", "https://lps.test/fin"), "Invalid parameter: redirect_uri"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			a := w.get("/logout?" + with(c.q).Encode())
			if a.status != 400 || !strings.Contains(a.body, c.text) || a.header.Get("Location") != "" {
				t.Errorf("%d %s, want a page that says %q", a.status, a.body, c.text)
			}
			if !alive(tok) {
				t.Error("a refused logout ended the session")
			}
		})
	}
	w.refused(w.post("/logout", form("refresh_token", "x"), basic), 400, "invalid_grant", "Invalid refresh token")
}

// TestBrowserLogout: without a hint the person is asked, then the cookie's
// session ends.
func TestBrowserLogout(t *testing.T) {
	t.Parallel()
	w := start(t, "logout_state: omit")
	w.code(authorizeForm())
	a := w.get("/logout")
	if a.status != 200 || !strings.Contains(a.body, "<form") {
		t.Fatalf("%d %s, want a confirmation", a.status, a.body)
	}
	w.post("/logout", form("confirm", "1"))
	if a := w.get(w.srv.URL() + "/auth?" + with(authorizeForm(), "prompt", "none").Encode()); !strings.Contains(a.header.Get("Location"), "login_required") {
		t.Errorf("after the logout: %d %s", a.status, a.header.Get("Location"))
	}
	tok := w.ciba()
	a = w.get("/logout?" + form("id_token_hint", tok.text("id_token"), "post_logout_redirect_uri", "https://lps.test/fin", "state", "z").Encode())
	if got := a.header.Get("Location"); got != "https://lps.test/fin" {
		t.Errorf("Location %q: logout_state: omit loses the state", got)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	w := start(t, "clients: [{id: autre, secret: s}]")
	tok := w.ciba()
	revoke := func(token string, auth func(*http.Request)) answer {
		return w.post("/revoke", form("token", token), auth)
	}

	w.refused(w.post("/revoke", form("x", "y"), basic), 400, "invalid_request", "Token not provided")
	w.refused(revoke("a.b.c", basic), 200, "invalid_token", "Invalid token")
	w.refused(revoke(tok.text("id_token"), basic), 400, "unsupported_token_type", "Unsupported token type")
	w.refused(revoke(tok.text("access_token"), basicAs("autre", "s")), 400, "invalid_request", "Unmatching clients")
	w.refused(revoke(tok.text("access_token"), basicAs("segursim-lps", "faux")), 401, "unauthorized_client", "Invalid client or Invalid client credentials")

	if a := revoke(tok.text("access_token"), basic); a.status != 200 || a.body != "" {
		t.Errorf("revoke: %d %q", a.status, a.body)
	}
	if a := w.get("/userinfo", bearer(tok.text("access_token"))); a.status != 401 {
		t.Errorf("userinfo with a revoked token: %d", a.status)
	}
	fresh := w.post("/token", refreshForm(tok.text("refresh_token")), basic)
	if fresh.status != 200 {
		t.Fatalf("refresh after revoking the access token: %d %s", fresh.status, fresh.body)
	}
	if a := revoke(fresh.text("refresh_token"), basic); a.status != 200 || a.body != "" {
		t.Errorf("revoke: %d %q", a.status, a.body)
	}
	w.refused(w.post("/token", refreshForm(fresh.text("refresh_token")), basic), 400, "invalid_grant", "Session not active")
	if a := w.get("/userinfo", bearer(fresh.text("access_token"))); a.status != 401 {
		t.Errorf("userinfo after revoking the refresh token: %d", a.status)
	}
}

func TestIntrospect(t *testing.T) {
	t.Parallel()
	w := start(t, "clients: [{id: public, auth: [none]}]")
	tok := w.ciba()
	ask := func(token string) answer { return w.post("/token/introspect", form("token", token), basic) }
	a := ask(tok.text("access_token"))
	_, payload, _ := claims(t, tok.text("access_token"))
	want := append(names(t, payload), "client_id", "username", "token_type", "active")
	if got := names(t, a.body); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("members %v\nwant %v", got, want)
	}
	if a.json["active"] != true || a.text("username") != doctor || a.text("client_id") != "segursim-lps" {
		t.Errorf("%s", a.body)
	}
	if a := ask(tok.text("refresh_token")); a.json["active"] != true {
		t.Errorf("refresh token: %s", a.body)
	}
	for name, token := range map[string]string{"garbage": "x", "id token": tok.text("id_token"), "empty parts": ".."} {
		if a := ask(token); a.status != 200 || a.body != `{"active":false}` {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	w.advance(2 * time.Minute)
	if a := ask(tok.text("access_token")); a.body != `{"active":false}` {
		t.Errorf("expired: %s", a.body)
	}
	w.refused(w.post("/token/introspect", form("token", "x"), basicAs("segursim-lps", "faux")), 401, "invalid_request", "Authentication failed.")
	w.refused(w.post("/token/introspect", form("token", "x", "client_id", "public")), 403, "invalid_request", "Client not allowed.")
	w.refused(w.post("/token/introspect", form("a", "b"), basic), 400, "invalid_request", "Token not provided.")
	w.refused(w.post("/token/introspect", form("token", "x", "token_type_hint", "y"), basic), 400, "invalid_request", "Unsupported token type.")
}
