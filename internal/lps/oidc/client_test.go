package oidc

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/oidctest"
)

// noNetwork refuses every request.
var noNetwork = &http.Client{Transport: refuser{}}

type refuser struct{}

func (refuser) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("no network") }

// client is a relying party of the fake.
func client(t *testing.T, p *oidctest.Provider) *Client {
	t.Helper()
	c, err := New(Config{
		HTTP: p.Client(), Issuer: p.Issuer(), ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Now: p.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNewRefusals(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	good := Config{Issuer: "https://op/realm", ClientID: "c", Now: p.Now}
	for name, change := range map[string]func(*Config){
		"no issuer":       func(c *Config) { c.Issuer = "" },
		"relative issuer": func(c *Config) { c.Issuer = "/realm" },
		"ftp":             func(c *Config) { c.Issuer = "ftp://op" },
		"query":           func(c *Config) { c.Issuer = "https://op?a" },
		"not a URL":       func(c *Config) { c.Issuer = "https://op:x:y" },
		"no client":       func(c *Config) { c.ClientID = "" },
		"no clock":        func(c *Config) { c.Now = nil },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if c, err := New(good); err != nil || c.Issuer() != "https://op/realm" {
		t.Errorf("%v, %v", c, err)
	}
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	const suffix = oidctest.Discovery
	for name, tc := range map[string]struct {
		answer oidctest.Answer
		want   string
	}{
		"foreign issuer": {oidctest.OK(map[string]any{"issuer": "https://other"}), "issuer"},
		"no token":       {oidctest.OK(map[string]any{"issuer": "ISSUER", "authorization_endpoint": "a"}), "token_endpoint"},
		"not found":      {oidctest.Answer{Status: 404}, "HTTP 404"},
	} {
		p := oidctest.New(t)
		tc.answer.Body = strings.ReplaceAll(tc.answer.Body, "ISSUER", p.Issuer())
		p.Say(suffix, tc.answer)
		if _, err := client(t, p).Discover(t.Context()); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
	}
	p := oidctest.New(t)
	c := client(t, p)
	for range 2 {
		if _, err := c.Discover(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(p.Posted(suffix)); n != 1 {
		t.Errorf("%d reads of the discovery document, want 1", n)
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer oidctest.Answer
		want   string
	}{
		"no access token": {oidctest.OK(map[string]any{"token_type": "Bearer"}), "no access_token"},
		"token type":      {oidctest.OK(map[string]any{"access_token": "a", "token_type": "mac"}), "expected Bearer"},
		"no id token":     {oidctest.OK(map[string]any{"access_token": "a", "token_type": "bearer"}), "no id_token"},
		"session over":    {oidctest.Refuse(400, "invalid_grant", "Session not active"), "Session not active"},
	} {
		p := oidctest.New(t)
		p.Say("/token", tc.answer)
		if _, err := client(t, p).Refresh(t.Context(), "r"); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	p.Say("/token", p.Tokens(nil))
	got, err := client(t, p).Refresh(t.Context(), "refresh-0")
	if err != nil || got.Refresh != "refresh-1" {
		t.Errorf("%v, %v; want the new refresh token", got, err)
	}
	if diff := cmp.Diff([]url.Values{{"grant_type": {"refresh_token"}, "refresh_token": {"refresh-0"}}}, p.Posted("/token")); diff != "" {
		t.Errorf("form (-want +got):\n%s", diff)
	}
	if _, err := client(t, p).Refresh(t.Context(), ""); err == nil {
		t.Error("no refresh token: no error")
	}
}

func TestUserinfo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer oidctest.Answer
		id     string
		want   string
	}{
		"full":         {oidctest.OK(map[string]any{"sub": "s-1", "SubjectNameID": "a/B", "preferred_username": "c"}), "a/B", ""},
		"older":        {oidctest.OK(map[string]any{"sub": "s-1", "preferred_username": "c"}), "c", ""},
		"minimal":      {oidctest.OK(map[string]any{"sub": "s-1", "preferred_username": "c", "SubjectNameID": ""}), "c", ""},
		"nobody":       {oidctest.OK(map[string]any{"sub": "s-1"}), "", "neither"},
		"another one":  {oidctest.OK(map[string]any{"sub": "s-2", "SubjectNameID": "a"}), "", "sub is"},
		"session gone": {oidctest.Answer{Status: 401, Header: map[string]string{"WWW-Authenticate": `Bearer realm="esante-wallet", error="invalid_token", error_description="Token verification failed"`}}, "", "invalid_token: Token verification failed"},
	} {
		p := oidctest.New(t)
		p.Say("/userinfo", tc.answer)
		got, err := client(t, p).Userinfo(t.Context(), "access-1", "s-1")
		switch {
		case tc.want == "" && (err != nil || got.SubjectNameID != tc.id):
			t.Errorf("%s: %+v, %v; want %s", name, got, err, tc.id)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
		if got, want := p.Header("/userinfo", "Authorization"), "Bearer access-1"; got != want {
			t.Errorf("%s: Authorization %q, want %q", name, got, want)
		}
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	if err := client(t, p).Logout(t.Context(), "id-1"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]url.Values{{"id_token_hint": {"id-1"}}}, p.Posted("/logout")); diff != "" {
		t.Errorf("form (-want +got):\n%s", diff)
	}
	p.Say("/logout", oidctest.Answer{Status: 400, Body: "<html>"})
	if err := client(t, p).Logout(t.Context(), "id-1"); err == nil {
		t.Error("a refused logout: no error")
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	c := client(t, p)
	r, err := c.AuthorizeURL(t.Context(), "http://127.0.0.1:1/retour", "eidas1")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "lps/temoin", "scope": "openid scope_all", "acr_values": "eidas1",
		"redirect_uri": "http://127.0.0.1:1/retour", "code_challenge_method": "S256", "state": r.State, "nonce": r.Nonce,
	} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	if len(r.State) < 43 || len(r.Nonce) < 43 || q.Get("code_challenge") == "" || r.State == r.Nonce {
		t.Error("state, nonce and challenge are not fresh")
	}

	for name, tc := range map[string]struct {
		q    url.Values
		want string
	}{
		"good":           {url.Values{"state": {r.State}, "iss": {p.Issuer()}, "code": {"c-1"}}, ""},
		"foreign state":  {url.Values{"state": {"x"}, "iss": {p.Issuer()}, "code": {"c-1"}}, "state"},
		"foreign issuer": {url.Values{"state": {r.State}, "iss": {"https://other"}, "code": {"c-1"}}, "iss is"},
		"no issuer":      {url.Values{"state": {r.State}, "code": {"c-1"}}, "no iss"},
		"refused":        {url.Values{"state": {r.State}, "iss": {p.Issuer()}, "error": {"access_denied"}}, "access_denied"},
		"nothing":        {url.Values{"state": {r.State}, "iss": {p.Issuer()}}, "neither"},
	} {
		code, err := c.Callback(t.Context(), r, tc.q)
		if tc.want == "" && (err != nil || code != "c-1") || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %q, %v; want %q", name, code, err, tc.want)
		}
	}

	p.Say("/token", p.Tokens(nil))
	if _, err := c.Exchange(t.Context(), r, "c-1"); err != nil {
		t.Fatal(err)
	}
	form := p.Posted("/token")[0]
	if form.Get("code") != "c-1" || form.Get("redirect_uri") != r.RedirectURI || len(form.Get("code_verifier")) < 43 {
		t.Errorf("form %v", form)
	}
}
