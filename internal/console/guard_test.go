package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/sim"
)

func TestHostGuard(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8090": 200, "127.0.0.1:1": 200, "127.9.9.9": 200, "[::1]:8090": 200, "[::1]": 200,
		"attaquant.example": 421, "localhost.attaquant.example": 421, "127.0.0.1.nip.io": 421, "10.0.0.1:8090": 421, "segursim:8090": 421,
	} {
		r := h.get("/api/clock", "Host: "+host)
		if r.status != want {
			t.Errorf("Host %s: status = %d, want %d", host, r.status, want)
		}
		if want == 421 {
			refused(t, r, 421, "host_refused")
			if page := h.get("/console", "Host: "+host, "Accept: text/html"); strings.Contains(page.body, "psc") {
				t.Errorf("Host %s: the refusal shows the console", host)
			}
		}
		if probe := h.get("/readyz", "Host: "+host); probe.status != 200 {
			t.Errorf("Host %s: /readyz = %d", host, probe.status)
		}
	}
}

func TestTokenGuard(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(d *console.Deps) { d.Token = "jeton-de-test" })

	for name, tt := range map[string]struct {
		header string
		want   int
	}{
		"nothing":       {"X: y", 401},
		"wrong":         {"Authorization: Bearer jeton-de-tesT", 401},
		"prefix":        {"Authorization: Bearer jeton", 401},
		"empty":         {"Authorization: Bearer ", 401},
		"basic":         {"Authorization: Basic jeton-de-test", 401},
		"cookie forged": {"Cookie: segursim_control=jeton-de-test", 401},
		"right":         {"Authorization: Bearer jeton-de-test", 200},
		"scheme's case": {"Authorization: bearer jeton-de-test", 200},
	} {
		for _, path := range []string{"/api/clock", "/console", "/api/openapi.json", "/console/psc/phone"} {
			if r := h.get(path, tt.header); r.status != tt.want {
				t.Errorf("%s: %s = %d, want %d", name, path, r.status, tt.want)
			}
		}
	}
	if r := h.get("/api/clock"); r.header.Get("WWW-Authenticate") == "" {
		t.Error("no WWW-Authenticate with the 401")
	}
	for _, path := range []string{"/readyz", "/healthz"} {
		if r := h.get(path, "Host: ailleurs.example"); r.status != 200 {
			t.Errorf("%s = %d without the token", path, r.status)
		}
	}
	door := h.get("/console", "Accept: text/html")
	if door.status != 401 || !strings.Contains(door.body, `name="token"`) || strings.Contains(door.body, "psc") {
		t.Errorf("door = %d %s", door.status, door.body)
	}
	refused(t, h.get("/?token=faux"), 401, "token_wrong")
	refused(t, h.get("/console?token=jeton-de-test"), 401, "token_wanted")

	in := h.get("/?token=jeton-de-test", "Host: poste.example:8090") // any name, with a token
	if in.status != 303 || in.header.Get("Location") != "/console" {
		t.Fatalf("welcome = %d to %s", in.status, in.header.Get("Location"))
	}
	cookie := in.header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") || strings.Contains(cookie, "jeton-de-test") {
		t.Errorf("cookie = %s", cookie)
	}
	value, _, _ := strings.Cut(cookie, ";")
	if r := h.get("/console", "Cookie: "+value); r.status != 200 {
		t.Errorf("with the cookie: %d", r.status)
	}
}

func TestCrossSite(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	tests := map[string]struct {
		headers []string
		want    int
	}{
		"script":              {nil, 200},
		"same origin":         {[]string{"Sec-Fetch-Site: same-origin"}, 200},
		"typed":               {[]string{"Sec-Fetch-Site: none"}, 200},
		"cross site":          {[]string{"Sec-Fetch-Site: cross-site"}, 403},
		"same site":           {[]string{"Sec-Fetch-Site: same-site"}, 403}, // another port of localhost
		"origin, old browser": {[]string{"Origin: https://attaquant.example"}, 403},
		"origin null":         {[]string{"Origin: null"}, 403},
		"own origin":          {[]string{"Origin: " + h.server.URL}, 200},
	}
	for name, tt := range tests {
		r := h.call("POST", "/api/clock", `{"advance":"1s"}`, tt.headers...)
		if r.status != tt.want {
			t.Errorf("%s: %d, want %d", name, r.status, tt.want)
		}
		if tt.want == 403 {
			refused(t, r, 403, "cross_site")
			if get := h.get("/api/clock", tt.headers...); get.status != 200 {
				t.Errorf("%s: GET = %d", name, get.status)
			}
		}
	}
}

func TestFormToken(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	token := h.token()
	advance := func(token string) url.Values {
		return url.Values{"do": {"advance"}, "advance": {"1s"}, "_token": {token}}
	}
	refused(t, h.form("/console/clock", advance("")), 403, "form_token")
	refused(t, h.form("/console/clock", advance("00"+token[2:]+"x")), 403, "form_token")
	refused(t, h.form("/console/clock", advance(token), "Sec-Fetch-Site: cross-site"), 403, "cross_site")
	refused(t, h.form("/console/clock?_token="+token, advance("")), 403, "form_token") // not from the address
	if r := h.form("/console/clock", advance(token)); r.status != 303 {
		t.Errorf("with the token: %d %s", r.status, r.body)
	}

	// The services' panels are under the same rule.
	refused(t, h.form("/console/psc/phone", url.Values{"number": {"42"}}), 403, "form_token")
	if r := h.form("/console/psc/phone", url.Values{"number": {"42"}, "_token": {token}}); r.body != "confirmed 42" {
		t.Errorf("panel = %d %s", r.status, r.body)
	}
	if r := h.form("/console/psc/phone", url.Values{"number": {"7"}}, "X-Segursim-Form: "+token); r.body != "confirmed 7" {
		t.Errorf("panel by script = %d %s", r.status, r.body)
	}
	refused(t, h.form("/console/clock", url.Values{"x": {strings.Repeat("a", 2<<20)}, "_token": {token}}), 413, "too_large")
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, path := range []string{"/console", "/api/clock", "/absent", "/console/assets/console.js", "/console/psc/phone"} {
		r := h.get(path, "Accept: text/html")
		csp := r.header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: CSP = %q", path, csp)
		}
		if r.header.Get("X-Content-Type-Options") != "nosniff" || r.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers = %v", path, r.header)
		}
		if strings.Contains(r.body, "<script>") || strings.Contains(r.body, " style=") || strings.Contains(r.body, " onclick=") {
			t.Errorf("%s holds inline code, which the policy forbids", path)
		}
	}
}

func TestMethodsAndPaths(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	r := h.call("PATCH", "/api/clock", "{}")
	refused(t, r, 405, "method_not_allowed")
	if allow := r.header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") {
		t.Errorf("Allow = %q", allow)
	}
	refused(t, h.get("/api/absent"), 404, "not_found")
	if page := h.get("/absent", "Accept: text/html"); page.status != 404 || !strings.Contains(page.body, "Rien à l’adresse") && !strings.Contains(page.body, "Rien à l&#39;adresse") {
		t.Errorf("page = %d %s", page.status, page.body)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if r := h.get("/readyz"); r.status != 200 || strings.TrimSpace(r.body) != "ready" {
		t.Errorf("ready = %d %q", r.status, r.body)
	}
	h.notReady = true
	if r := h.get("/readyz"); r.status != http.StatusServiceUnavailable {
		t.Errorf("not ready = %d", r.status)
	}
	if r := h.get("/healthz"); r.status != 200 {
		t.Errorf("healthz = %d", r.status)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := console.New(console.Deps{}); err == nil {
		t.Error("no error without a world")
	}
	h := newHarness(t)
	for name, d := range map[string]console.Deps{
		"reserved name": {World: h.world, Services: []sim.Service{named{name: "journal"}}},
		"no randomness": {World: h.world, Rand: strings.NewReader("short")},
	} {
		if c, err := console.New(d); err == nil {
			c.Close()
			t.Errorf("%s: no error", name)
		}
	}
}

// named is a service of another name.
type named struct {
	service
	name string
}

func (n named) Info() sim.Info { return sim.Info{Name: n.name} }
