package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/segursim/segursim/internal/lps/oidctest"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		claims map[string]any
		expect Expect
		want   string // in the error; empty wants none
	}{
		"good":                  {},
		"good nonce":            {expect: Expect{Nonce: "n-1"}},
		"several audiences":     {claims: map[string]any{"aud": []string{"lps/temoin", "other"}}},
		"no at_hash":            {claims: map[string]any{"at_hash": nil}},
		"expired within leeway": {claims: map[string]any{"exp": oidctest.Epoch().Unix() - 30}},
		"issuer":                {claims: map[string]any{"iss": "https://other"}, want: "iss is"},
		"no subject":            {claims: map[string]any{"sub": nil}, want: "no sub"},
		"audience":              {claims: map[string]any{"aud": "other"}, want: "lacks this client"},
		"audience of numbers":   {claims: map[string]any{"aud": 1}, want: "aud is neither"},
		"several, no azp":       {claims: map[string]any{"aud": []string{"lps/temoin", "b"}, "azp": nil}, want: "no azp"},
		"foreign azp":           {claims: map[string]any{"azp": "other"}, want: "azp is"},
		"expired":               {claims: map[string]any{"exp": oidctest.Epoch().Unix() - 61}, want: "expired since"},
		"no exp":                {claims: map[string]any{"exp": nil}, want: "expired since 1970"},
		"from the future":       {claims: map[string]any{"iat": oidctest.Epoch().Add(time.Hour).Unix()}, want: "in the future"},
		"nonce":                 {expect: Expect{Nonce: "other"}, want: "nonce"},
		"acr":                   {claims: map[string]any{"acr": "eidas3"}, want: `acr is "eidas3", asked for "eidas1"`},
		"no acr":                {claims: map[string]any{"acr": nil}, want: `acr is ""`},
		"at_hash":               {claims: map[string]any{"at_hash": "AAAA"}, want: "at_hash"},
		"refresh: same":         {expect: Expect{Before: &Claims{Subject: "s-1", Audience: audience{"lps/temoin"}, AuthTime: oidctest.Epoch().Unix()}}},
		"refresh: sub":          {expect: Expect{Before: &Claims{Subject: "s-2", Audience: audience{"lps/temoin"}, AuthTime: oidctest.Epoch().Unix()}}, want: "sub changed"},
		"refresh: aud":          {expect: Expect{Before: &Claims{Subject: "s-1", Audience: audience{"b"}, AuthTime: oidctest.Epoch().Unix()}}, want: "aud changed"},
		"refresh: auth_time":    {expect: Expect{Before: &Claims{Subject: "s-1", Audience: audience{"lps/temoin"}}}, want: "auth_time changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := oidctest.New(t)
			tc.expect.ACR = "eidas1"
			jws := p.Sign(jose.RS256, p.Key, p.KID, p.Claims(tc.claims))
			cl, err := client(t, p).Verify(t.Context(), Tokens{ID: jws, Access: "access-1"}, tc.expect)
			switch {
			case tc.want == "" && (err != nil || cl.Subject != "s-1"):
				t.Errorf("%v, %v; want the claims", cl, err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func TestVerifySignature(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	foreign, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	good := p.Sign(jose.RS256, p.Key, p.KID, p.Claims(nil))
	parts := strings.Split(good, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	for name, tc := range map[string]struct{ jws, want string }{
		"foreign key":   {p.Sign(jose.RS256, foreign, p.KID, p.Claims(nil)), "signature"},
		"unknown kid":   {p.Sign(jose.RS256, p.Key, "test-2", p.Claims(nil)), `kid "test-2"`},
		"symmetric kid": {p.Sign(jose.RS256, p.Key, "other", p.Claims(nil)), `kid "other"`},
		"none":          {none, "none"},
		"confusion":     {p.Sign(jose.HS256, p.Key.PublicKey.N.Bytes(), p.KID, p.Claims(nil)), "HS256"},
		"other alg":     {p.Sign(jose.PS256, p.Key, p.KID, p.Claims(nil)), "PS256"},
		"changed":       {parts[0] + "." + parts[1][:10] + "A" + parts[1][11:] + "." + parts[2], "signature"},
		"not a JWS":     {"hello", "id_token"},
		"empty":         {"", "id_token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client(t, p).Verify(t.Context(), Tokens{ID: tc.jws, Access: "access-1"}, Expect{ACR: "eidas1"})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

// A key set read before a rotation is read again for the new kid, and once per
// unknown kid only.
func TestVerifyAfterRotation(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	c := client(t, p)
	verify := func() error {
		_, err := c.Verify(t.Context(), Tokens{ID: p.Sign(jose.RS256, p.Key, p.KID, p.Claims(nil)), Access: "access-1"}, Expect{ACR: "eidas1"})
		return err
	}
	for range 2 {
		if err := verify(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(p.Posted("/certs")); n != 1 {
		t.Errorf("%d reads of the key set, want 1", n)
	}
	p.KID = "test-2"
	p.Say("/certs", oidctest.OK(p.JWKS()))
	if err := verify(); err != nil {
		t.Errorf("after the rotation: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	p := oidctest.New(f)
	c := &Client{cfg: Config{Issuer: "https://op", ClientID: "c", Now: p.Now}, meta: &Metadata{}}
	c.keys = &keySet{set: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &p.Key.PublicKey, KeyID: p.KID, Use: "sig"}}}}
	c.http, c.cfg.HTTP = noNetwork, noNetwork
	c.cfg.Rand = rand.Reader
	signed := p.Sign(jose.RS256, p.Key, p.KID, map[string]any{"iss": "https://op"})
	for _, s := range []string{"", "..", "a.b.c", signed, signed + "x", `{"payload":"","signatures":[]}`, "eyJhbGciOiJub25lIn0.e30."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, jws string) {
		if _, err := c.Verify(t.Context(), Tokens{ID: jws}, Expect{ACR: "eidas1"}); err == nil {
			t.Errorf("%q was accepted", jws)
		}
	})
}
