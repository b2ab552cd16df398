// Package oidctest is a fake OpenID provider for the tests of the reference
// client: it answers what a test tells it to, and remembers what it was asked.
// It implements no rule of any real provider. State lives in the Provider value.
package oidctest

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The client that the fake's tokens are for.
const (
	ClientID     = "lps/temoin"
	ClientSecret = "s3cret/+&"
)

// walletSuffix is where PSC's discovery document is.
const walletSuffix = "/.well-known/wallet-openid-configuration"

// Epoch is the instant that a Provider's clock starts at.
func Epoch() time.Time { return time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC) }

// An Answer is what the fake says to one request. The zero value hangs up.
type Answer struct {
	Status int
	Header map[string]string // Content-Type is application/json unless said
	Body   string
}

// A Provider is the fake. Paths are /certs, /ciba, /token, /userinfo, /logout
// and, for the discovery document, Discovery.
type Provider struct {
	*httptest.Server
	Key *rsa.PrivateKey
	KID string

	t       testing.TB
	mu      sync.Mutex
	queue   map[string][]Answer
	forms   map[string][]url.Values
	headers map[string]http.Header
	now     time.Time
}

// Discovery is the path of the discovery document.
const Discovery = "/realm" + walletSuffix

//go:embed key.pem
var keyPEM []byte // made for these tests, and worth nothing elsewhere

// New starts a fake that discovers, takes a CIBA request, and knows one person.
// It stops with the test.
func New(t testing.TB) *Provider {
	t.Helper()
	block, _ := pem.Decode(keyPEM)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{
		t: t, Key: key, KID: "test-1", now: Epoch(),
		queue: map[string][]Answer{}, forms: map[string][]url.Values{}, headers: map[string]http.Header{},
	}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	p.Say(Discovery, OK(map[string]any{
		"issuer":                              p.Issuer(),
		"authorization_endpoint":              p.URL + "/auth",
		"token_endpoint":                      p.URL + "/token",
		"userinfo_endpoint":                   p.URL + "/userinfo",
		"jwks_uri":                            p.URL + "/certs",
		"end_session_endpoint":                p.URL + "/logout",
		"backchannel_authentication_endpoint": p.URL + "/ciba",
		"authorization_response_iss_parameter_supported": true,
	}))
	p.Say("/certs", OK(p.JWKS()))
	p.Say("/ciba", OK(map[string]any{"auth_req_id": "req-1", "expires_in": 120, "interval": 5}))
	p.Say("/userinfo", OK(map[string]any{"sub": "s-1", "SubjectNameID": "899700366240", "given_name": "KIT", "family_name": "DOC"}))
	p.Say("/logout", Answer{Status: http.StatusNoContent})
	return p
}

// Issuer is the fake's identifier.
func (p *Provider) Issuer() string { return p.URL + "/realm" }

// JWKS is the fake's key set; a symmetric key stands before the real one.
func (p *Provider) JWKS() map[string]any {
	return map[string]any{"keys": []any{
		map[string]any{"kty": "oct", "kid": "other", "k": "AAAA"},
		jose.JSONWebKey{Key: &p.Key.PublicKey, KeyID: p.KID, Use: "sig", Algorithm: "RS256"},
	}}
}

// Say queues a path's answers in place of those there were; the last one stays.
func (p *Provider) Say(path string, answers ...Answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue[path] = answers
}

// OK is a success with a JSON body.
func OK(v any) Answer {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return Answer{Status: http.StatusOK, Body: string(b)}
}

// Refuse is an OAuth error.
func Refuse(status int, code, text string) Answer {
	a := OK(map[string]any{"error": code, "error_description": text})
	a.Status = status
	return a
}

// ServeHTTP answers from the queues.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	p.mu.Lock()
	p.forms[r.URL.Path] = append(p.forms[r.URL.Path], r.PostForm)
	p.headers[r.URL.Path] = r.Header
	q := p.queue[r.URL.Path]
	if len(q) > 1 {
		p.queue[r.URL.Path] = q[1:]
	}
	p.mu.Unlock()
	if len(q) == 0 {
		http.NotFound(w, r)
		return
	}
	if q[0].Status == 0 {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			c.Close()
		}
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	for k, v := range q[0].Header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(q[0].Status)
	fmt.Fprint(w, q[0].Body)
}

// Posted returns the forms sent to a path, oldest first; of a GET, an empty one.
func (p *Provider) Posted(path string) []url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.forms[path]
}

// Header returns a header of the last request to a path.
func (p *Provider) Header(path, name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.headers[path].Get(name)
}

// Now is the fake's time.
func (p *Provider) Now(context.Context) (time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now, nil
}

// Wait moves the fake's time.
func (p *Provider) Wait(ctx context.Context, d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
	return ctx.Err()
}
