package psc_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	back     = "https://lps.test/retour"
)

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func codeForm(code string) url.Values {
	return form("grant_type", "authorization_code", "code", code, "redirect_uri", back)
}

func TestCodeFlow(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for _, c := range []struct {
		name   string
		params url.Values
		redeem []string
	}{
		{"plain", authorizeForm(), nil},
		{"S256", with(authorizeForm(), "code_challenge", challenge(), "code_challenge_method", "S256"), []string{"code_verifier", verifier}},
		{"plain challenge", with(authorizeForm(), "code_challenge", verifier), []string{"code_verifier", verifier}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			q := w.code(c.params)
			if q.Get("state") != "s1" || q.Get("iss") != w.srv.Issuer() || q.Get("session_state") == "" {
				t.Errorf("redirection %v", q)
			}
			if n := strings.Count(q.Get("code"), "."); n != 2 {
				t.Errorf("code %q has %d dots, want 2", q.Get("code"), n)
			}
			tok := w.post("/token", with(codeForm(q.Get("code")), c.redeem...), basic)
			if tok.status != http.StatusOK {
				t.Fatalf("token: %d %s", tok.status, tok.body)
			}
			for _, name := range []string{"id_token", "access_token", "refresh_token"} {
				if _, _, m := claims(t, tok.text(name)); m["nonce"] != "n1" {
					t.Errorf("%s: nonce %v, want n1", name, m["nonce"])
				}
			}
		})
	}
}

func TestCodeRefusals(t *testing.T) {
	t.Parallel()
	w := start(t, "clients: [{id: autre, secret: s, redirect_uris: ['"+back+"']}]")
	pkce := with(authorizeForm(), "code_challenge", challenge(), "code_challenge_method", "S256")
	plain := func() url.Values { return codeForm(w.code(authorizeForm()).Get("code")) }
	bound := func() url.Values { return codeForm(w.code(pkce).Get("code")) }
	for _, c := range []struct {
		name string
		form func() url.Values
		auth func(*http.Request)
		code string
		text string
	}{
		{"missing", func() url.Values { return form("grant_type", "authorization_code") }, basic, "invalid_request", "Missing parameter: code"},
		{"unknown", func() url.Values { return codeForm("a.b.c") }, basic, "invalid_grant", "Code not valid"},
		{"expired", func() url.Values { f := plain(); w.advance(time.Minute); return f }, basic, "invalid_grant", "Code is expired"},
		{"redirect_uri", func() url.Values { return with(plain(), "redirect_uri", back+"2") }, basic, "invalid_grant", "Incorrect redirect_uri"},
		{"another client", plain, basicAs("autre", "s"), "invalid_grant", "Auth error: Found different client_id in clientSession"},
		{"no verifier", bound, basic, "invalid_grant", "PKCE code verifier not specified"},
		{"short verifier", func() url.Values { return with(bound(), "code_verifier", "court") }, basic, "invalid_grant", "PKCE verification failed: Invalid code verifier"},
		{"wrong verifier", func() url.Values { return with(bound(), "code_verifier", verifier+"x") }, basic, "invalid_grant", "PKCE verification failed: Code mismatch"},
		{"unasked verifier", func() url.Values { return with(plain(), "code_verifier", verifier) }, basic, "invalid_grant", "PKCE code verifier specified but challenge not present in authorization"},
		{"session gone", func() url.Values { f := plain(); w.action("end-session", nil); return f }, basic, "invalid_grant", "User session not found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			w.refused(w.post("/token", c.form(), c.auth), 400, c.code, c.text)
		})
	}
	t.Run("replayed", func(t *testing.T) {
		w := w.in(t)
		f := plain()
		tok := w.post("/token", f, basic)
		w.refused(w.post("/token", f, basic), 400, "invalid_grant", "Code not valid")
		// RFC 6749 §4.1.2: what the code gave is worth nothing any more.
		if a := w.get("/userinfo", bearer(tok.text("access_token"))); a.status != 401 {
			t.Errorf("userinfo after a replay: %d, want 401", a.status)
		}
	})
}

// TestTokenEndpointOrder holds Keycloak's order of checks: each case carries the
// faults of those below it.
func TestTokenEndpointOrder(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	twice := func(f url.Values) url.Values { f.Add("x", "1"); f.Add("x", "2"); return f }
	for _, c := range []struct {
		name   string
		form   url.Values
		auth   func(*http.Request)
		status int
		code   string
		text   string
	}{
		{"grant_type missing", twice(form("a", "b")), basicAs("x", "y"), 400, "invalid_request", "Missing form parameter: grant_type"},
		{"grant_type unknown", twice(form("grant_type", "urn:x")), basicAs("x", "y"), 400, "unsupported_grant_type", "Unsupported grant_type"},
		{"exchange is not PSC's", form("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), basic, 400, "unsupported_grant_type", "Unsupported grant_type"},
		{"client unknown", twice(form("grant_type", "refresh_token")), basicAs("x", "y"), 401, "invalid_client", "Invalid client or Invalid client credentials"},
		{"secret wrong", twice(form("grant_type", "refresh_token")), basicAs("segursim-lps", "y"), 401, "unauthorized_client", "Invalid client or Invalid client credentials"},
		{"secret missing", form("grant_type", "refresh_token", "client_id", "segursim-lps"), func(*http.Request) {}, 401, "unauthorized_client", "Invalid client or Invalid client credentials"},
		{"no client at all", form("grant_type", "refresh_token"), func(*http.Request) {}, 400, "invalid_client", "Missing client_id parameter"},
		{"duplicated", twice(form("grant_type", "refresh_token")), basic, 400, "invalid_request", "duplicated parameter"},
		{"form beats header", form("grant_type", "password", "client_id", "segursim-lps", "client_secret", "faux"), basic, 401, "unauthorized_client", "Invalid client or Invalid client credentials"},
		{"password", form("grant_type", "password", "username", doctor, "password", "x"), basic, 400, "unauthorized_client", "Client not allowed for direct access grants"},
		{"device", form("grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", "x"), basic, 400, "unauthorized_client", "Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is disabled for the client."},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			w.refused(w.post("/token", c.form, c.auth), c.status, c.code, c.text)
		})
	}
	t.Run("post", func(t *testing.T) {
		w := w.in(t)
		a := w.post("/token", form("grant_type", "client_credentials", "client_id", "segursim-lps", "client_secret", "secret-de-test-segursim"))
		if a.status != 200 {
			t.Errorf("client_secret_post: %d %s", a.status, a.body)
		}
		if _, ok := a.json["refresh_token"]; ok || a.text("access_token") == "" {
			t.Errorf("client_credentials gave %s", a.body)
		}
	})
	t.Run("get", func(t *testing.T) {
		w := w.in(t)
		if a := w.get("/token"); a.status != http.StatusMethodNotAllowed {
			t.Errorf("GET token: %d, want 405", a.status)
		}
	})
}

func TestAuthorizeRefusals(t *testing.T) {
	t.Parallel()
	w := start(t, `
nonce: reject
acr: reject
clients:
- {id: fixe, secret: s, redirect_uris: ["https://fixe.test/cb", "https://joker.test/app/*"], pkce: S256}
`)
	good := authorizeForm()
	location := func(t *testing.T, a answer) url.Values {
		t.Helper()
		if a.status != http.StatusFound {
			t.Fatalf("%d %s, want a redirection", a.status, a.body)
		}
		u, err := url.Parse(a.header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return u.Query()
	}
	for _, c := range []struct {
		name   string
		params url.Values
		code   string // empty: a page, not a redirection
		text   string
	}{
		{"no client", with(good, "client_id", ""), "", "Missing parameters: client_id"},
		{"unknown client", with(good, "client_id", "inconnu"), "", "Client not found."},
		{"no redirect", with(good, "redirect_uri", ""), "", "Invalid parameter: redirect_uri"},
		{"foreign redirect", with(good, "client_id", "fixe", "redirect_uri", "https://pirate.test/cb"), "", "Invalid parameter: redirect_uri"},
		{"prefix of a fixed one", with(good, "client_id", "fixe", "redirect_uri", "https://fixe.test/cb2"), "", "Invalid parameter: redirect_uri"},
		{"climbing out of a wildcard", with(good, "client_id", "fixe", "redirect_uri", "https://joker.test/app/../x"), "", "Invalid parameter: redirect_uri"},
		{"fragment", with(good, "redirect_uri", back+"#x"), "", "Invalid parameter: redirect_uri"},
		{"javascript", with(good, "redirect_uri", "javascript:alert(1)"), "", "Invalid parameter: redirect_uri"},
		{"unknown request_uri", with(good, "request_uri", "urn:ietf:params:oauth:request_uri:x"), "", "Invalid Request"},
		{"request object", with(good, "request", "a.b.c"), "", "Invalid Request"},
		{"no response_type", with(good, "response_type", ""), "invalid_request", "Missing parameter: response_type"},
		{"unknown response_type", with(good, "response_type", "jeton"), "unsupported_response_type", ""},
		{"implicit", with(good, "response_type", "id_token"), "unauthorized_client", "Client is not allowed to initiate browser login with given response_type. Implicit flow is disabled for the client."},
		{"unknown mode", with(good, "response_mode", "pigeon"), "invalid_request", "Invalid parameter: response_mode"},
		{"scope", with(good, "scope", "openid tout"), "invalid_scope", "Invalid scopes: openid tout"},
		{"method without challenge", with(good, "code_challenge_method", "S256"), "invalid_request", "Missing parameter: code_challenge"},
		{"bad method", with(good, "code_challenge", challenge(), "code_challenge_method", "MD5"), "invalid_request", "Invalid parameter: code_challenge_method"},
		{"bad challenge", with(good, "code_challenge", "court", "code_challenge_method", "S256"), "invalid_request", "Invalid parameter: code_challenge"},
		{"PKCE enforced", with(good, "client_id", "fixe", "redirect_uri", "https://joker.test/app/cb"), "invalid_request", "Missing parameter: code_challenge_method"},
		{"max_age", with(good, "max_age", "hier"), "invalid_request", "Invalid parameter: max_age"},
		{"nonce", with(good, "nonce", ""), "invalid_request", "Missing parameter: nonce"},
		{"acr", with(good, "acr_values", "eidas3"), "invalid_request", "Invalid parameter: acr_values"},
		{"no page, no session", with(good, "prompt", "none"), "login_required", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			a := w.get(w.srv.URL() + "/auth?" + c.params.Encode())
			if c.code == "" {
				if a.status != 400 || !strings.Contains(a.body, c.text) || a.header.Get("Location") != "" {
					t.Errorf("%d %s, want a page that says %q", a.status, a.body, c.text)
				}
				return
			}
			q := location(t, a)
			if q.Get("error") != c.code || q.Get("error_description") != c.text || q.Get("state") != "s1" {
				t.Errorf("redirection %v, want %s %q", q, c.code, c.text)
			}
		})
	}
	t.Run("twice", func(t *testing.T) {
		w := w.in(t)
		q := location(t, w.get(w.srv.URL()+"/auth?"+good.Encode()+"&scope=openid"))
		if q.Get("error_description") != "duplicated parameter" {
			t.Errorf("redirection %v", q)
		}
	})
}

func TestResponseModes(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for _, mode := range []string{"fragment", "form_post", "jwt", "fragment.jwt", "form_post.jwt"} {
		t.Run(mode, func(t *testing.T) {
			w := w.in(t)
			w.action("login", map[string]any{"login_hint": doctor})
			a := w.get(w.srv.URL() + "/auth?" + with(authorizeForm(), "response_mode", mode).Encode())
			got := a.header.Get("Location")
			switch {
			case strings.HasPrefix(mode, "form_post"):
				if a.status != 200 || !strings.Contains(a.body, `action="`+back+`"`) {
					t.Fatalf("%d %s", a.status, a.body)
				}
				got = a.body
			case strings.HasPrefix(mode, "fragment"):
				if !strings.HasPrefix(got, back+"#") {
					t.Fatalf("Location %q", got)
				}
			}
			want := "code"
			if strings.HasSuffix(mode, "jwt") {
				want = "response"
			}
			if !strings.Contains(got, want+"=") && !strings.Contains(got, `name="`+want+`"`) {
				t.Errorf("no %s in %s", want, got)
			}
		})
	}
}

// TestSSO: a living session answers without a page, unless prompt or max_age say
// otherwise; it dies of idleness.
func TestSSO(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	first := w.code(authorizeForm())
	again := func(pairs ...string) answer {
		return w.get(w.srv.URL() + "/auth?" + with(authorizeForm(), pairs...).Encode())
	}
	a := again("prompt", "none")
	u, _ := url.Parse(a.header.Get("Location"))
	if u == nil || u.Query().Get("session_state") != first.Get("session_state") {
		t.Fatalf("no SSO: %d %s", a.status, a.header.Get("Location"))
	}
	for _, c := range []struct {
		name  string
		pairs []string
		page  bool
	}{
		{"nothing", nil, false},
		{"prompt=login", []string{"prompt", "login"}, true},
		{"max_age respected", []string{"max_age", "60"}, false},
		{"max_age passed", []string{"max_age", "5"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			w.advance(6 * time.Second)
			if a := again(c.pairs...); (a.status == 200) != c.page {
				t.Errorf("%d, want a page: %v", a.status, c.page)
			}
		})
	}
	w.advance(31 * time.Minute)
	if a := again(); a.status != 200 {
		t.Errorf("%d after 31 idle minutes, want the login page", a.status)
	}
}

// TestNativeScheme: a native client's own scheme survives every response mode.
func TestNativeScheme(t *testing.T) {
	t.Parallel()
	w := start(t, "clients: [{id: natif, auth: [none], redirect_uris: ['fr.test.lps:/retour'], pkce: S256}]")
	params := with(authorizeForm(), "client_id", "natif", "redirect_uri", "fr.test.lps:/retour",
		"code_challenge", challenge(), "code_challenge_method", "S256")
	for mode, want := range map[string]string{"query": "fr.test.lps:/retour?", "form_post": `action="fr.test.lps:/retour"`} {
		w.action("login", map[string]any{"login_hint": doctor})
		a := w.get(w.srv.URL() + "/auth?" + with(params, "response_mode", mode).Encode())
		if !strings.Contains(a.body+a.header.Get("Location"), want) {
			t.Errorf("%s: %d %s %s", mode, a.status, a.header.Get("Location"), a.body)
		}
	}
}

func TestPAR(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	push := func(f url.Values) answer { return w.post("/ext/par/request", f, basic) }
	a := push(authorizeForm())
	if a.status != http.StatusCreated || a.json["expires_in"] != 60.0 || !strings.HasPrefix(a.text("request_uri"), "urn:ietf:params:oauth:request_uri:") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	uri := form("client_id", "segursim-lps", "request_uri", a.text("request_uri"))
	w.action("login", map[string]any{"login_hint": doctor})
	if r := w.get(w.srv.URL() + "/auth?" + uri.Encode()); r.status != http.StatusFound || !strings.Contains(r.header.Get("Location"), "code=") {
		t.Errorf("authorize: %d %s", r.status, r.header.Get("Location"))
	}
	if r := w.get(w.srv.URL() + "/auth?" + uri.Encode()); r.status != 400 {
		t.Errorf("request_uri used twice: %d, want 400", r.status)
	}
	late := push(authorizeForm())
	w.advance(time.Minute)
	if r := w.get(w.srv.URL() + "/auth?" + form("client_id", "segursim-lps", "request_uri", late.text("request_uri")).Encode()); r.status != 400 {
		t.Errorf("request_uri after a minute: %d, want 400", r.status)
	}
	w.refused(push(with(authorizeForm(), "request_uri", "x")), 400, "invalid_request", "It is not allowed to include request_uri to PAR.")
	w.refused(push(with(authorizeForm(), "redirect_uri", "")), 400, "invalid_request", "Invalid parameter: redirect_uri")
	w.refused(push(with(authorizeForm(), "response_type", "jeton")), 400, "invalid_request", "Unsupported response type")
	w.refused(push(with(authorizeForm(), "scope", "openid tout")), 400, "invalid_request", "Invalid scopes: openid tout")
	w.refused(w.post("/ext/par/request", authorizeForm(), basicAs("segursim-lps", "faux")), 401, "invalid_client", "Authentication failed.")
}
