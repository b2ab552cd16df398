package psc_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// The people of the fixtures that the tests use.
const (
	doctor   = "899700366240" // with e-CPS and CPS card
	employee = "500000001815646/CPAT00045"
)

// world is a simulator with the means to talk to it.
type world struct {
	t    *testing.T
	srv  *mocks.Server
	http *http.Client
	oidc string // {issuer}/protocol/openid-connect
}

// pkiDir is shared by the tests' simulators. TestMain alone writes it.
var pkiDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "segursim-psc-test")
	if err != nil {
		panic(err)
	}
	pkiDir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// start starts a simulator with a frozen clock and the given psc: section.
func start(t *testing.T, section string) *world {
	t.Helper()
	return startWith(t, mocks.Options{Sections: map[string][]byte{"psc": []byte(section)}})
}

func startWith(t *testing.T, opt mocks.Options) *world {
	t.Helper()
	opt.PKIDir = pkiDir // RSA keys are made once for all the tests
	srv, err := mocks.Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	srv.Clock().Freeze(true)
	w := &world{t: t, srv: srv, oidc: srv.Issuer() + "/protocol/openid-connect"}
	w.http = w.client("")
	return w
}

// in is the same simulator for a subtest.
func (w *world) in(t *testing.T) *world {
	sub := *w
	sub.t = t
	return &sub
}

// client returns a browser-like client that does not follow redirections.
func (w *world) client(profile string) *http.Client {
	w.t.Helper()
	c, err := w.srv.Client(profile)
	if err != nil {
		w.t.Fatal(err)
	}
	c.Jar, _ = cookiejar.New(nil)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w.t.Cleanup(c.CloseIdleConnections)
	return c
}

// answer is an HTTP answer, read.
type answer struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (a answer) text(name string) string { s, _ := a.json[name].(string); return s }

func (w *world) do(c *http.Client, req *http.Request) answer {
	w.t.Helper()
	resp, err := c.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(b)}
	_ = json.Unmarshal(b, &a.json)
	return a
}

// req makes a request; auth changes it.
func (w *world) req(method, u string, body url.Values, auth ...func(*http.Request)) *http.Request {
	w.t.Helper()
	var r io.Reader
	if body != nil {
		r = strings.NewReader(body.Encode())
	}
	if !strings.HasPrefix(u, "http") {
		u = w.oidc + u
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, u, r)
	if err != nil {
		w.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, a := range auth {
		a(req)
	}
	return req
}

func (w *world) post(path string, body url.Values, auth ...func(*http.Request)) answer {
	w.t.Helper()
	return w.do(w.http, w.req(http.MethodPost, path, body, auth...))
}

func (w *world) get(u string, auth ...func(*http.Request)) answer {
	w.t.Helper()
	return w.do(w.http, w.req(http.MethodGet, u, nil, auth...))
}

// basic authenticates as the default client, bearer shows a token.
func basic(r *http.Request) { r.SetBasicAuth("segursim-lps", "secret-de-test-segursim") }

func basicAs(id, secret string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(id, secret) }
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// form makes a form of alternating names and values.
func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// with returns a copy of a form with changes; an empty value removes the name.
func with(v url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, l := range v {
		out[k] = l
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			out.Del(pairs[i])
		} else {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return out
}

func (w *world) action(verb string, in map[string]any) any {
	w.t.Helper()
	out, err := w.srv.Do(w.t.Context(), "psc", verb, in)
	if err != nil {
		w.t.Fatalf("action %s: %v", verb, err)
	}
	return out
}

func (w *world) advance(d time.Duration) { w.srv.Clock().Advance(d) }

// cibaForm is a right CIBA request.
func cibaForm() url.Values {
	return form("scope", "openid scope_all", "acr_values", "eidas1", "login_hint", doctor, "binding_message", "42", "channel", "MOBILE")
}

// ciba asks, approves and redeems: the token answer.
func (w *world) ciba() answer {
	w.t.Helper()
	a := w.post("/ext/ciba/auth", cibaForm(), basic)
	if a.status != http.StatusOK {
		w.t.Fatalf("ciba: %d %s", a.status, a.body)
	}
	w.action("approve", map[string]any{"auth_req_id": a.text("auth_req_id")})
	tok := w.post("/token", form("grant_type", "urn:openid:params:grant-type:ciba", "auth_req_id", a.text("auth_req_id")), basic)
	if tok.status != http.StatusOK {
		w.t.Fatalf("token: %d %s", tok.status, tok.body)
	}
	return tok
}

// authorizeForm is a right authorization request.
func authorizeForm() url.Values {
	return form("response_type", "code", "client_id", "segursim-lps", "redirect_uri", "https://lps.test/retour",
		"scope", "openid scope_all", "acr_values", "eidas1", "state", "s1", "nonce", "n1")
}

// code logs the doctor in without a page and returns the redirection's parameters.
func (w *world) code(params url.Values) url.Values {
	w.t.Helper()
	w.action("login", map[string]any{"login_hint": doctor, "client_id": params.Get("client_id")})
	a := w.get(w.srv.URL() + "/auth?" + params.Encode())
	if a.status != http.StatusFound {
		w.t.Fatalf("authorize: %d %s", a.status, a.body)
	}
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		w.t.Fatal(err)
	}
	return u.Query()
}

// claims decodes a JWT's header and payload without verifying.
func claims(t *testing.T, token string) (header string, payload string, m map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWS: %q", token)
	}
	h, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	p, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(p, &m); err != nil {
		t.Fatal(err)
	}
	return string(h), string(p), m
}

// names lists an object's member names in their order.
func names(t *testing.T, object string) []string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(object))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	var out []string
	for dec.More() {
		k, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			t.Fatal(err)
		}
		out = append(out, k.(string))
	}
	return out
}

// refused checks an OAuth refusal: status, code, text, and that the journal says
// why in both languages.
func (w *world) refused(a answer, status int, code, text string) {
	w.t.Helper()
	if a.status != status || a.text("error") != code || a.text("error_description") != text {
		w.t.Errorf("got %d %s\nwant %d {%q, %q}", a.status, a.body, status, code, text)
	}
	if cc := a.header.Get("Cache-Control"); cc != "no-store" {
		w.t.Errorf("Cache-Control %q, want no-store", cc)
	}
	entries := w.srv.Journal(0)
	last := entries[len(entries)-1]
	for i := len(entries) - 1; i >= 0 && last.Transport == "event"; i-- {
		last = entries[i]
	}
	if last.Outcome != "refused" || len(last.Causes) == 0 {
		w.t.Errorf("journal: outcome %s, causes %v; want a refusal with its cause", last.Outcome, last.Causes)
		return
	}
	for _, c := range last.Causes {
		if c.Rule == "" || c.Text.FR == "" || c.Text.EN == "" {
			w.t.Errorf("journal: incomplete cause %+v", c)
		}
	}
}

// seen is the number of the journal's last entry.
func (w *world) seen() uint64 {
	if all := w.srv.Journal(0); len(all) > 0 {
		return all[len(all)-1].Seq
	}
	return 0
}
