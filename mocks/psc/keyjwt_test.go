package psc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// TestPrivateKeyJWT authenticates by assertions, right and wrong.
func TestPrivateKeyJWT(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}})
	if err != nil {
		t.Fatal(err)
	}
	w := start(t, "clients: [{id: cle, auth: [private_key_jwt], jwks: '"+string(set)+"'}]")
	now := w.srv.Clock().Now()
	sign := func(alg jose.SignatureAlgorithm, k any, change func(*jwt.Claims)) string {
		c := jwt.Claims{
			Issuer: "cle", Subject: "cle", Audience: jwt.Audience{w.srv.Issuer()}, ID: rand.Text(),
			Expiry: jwt.NewNumericDate(now.Add(time.Minute)), IssuedAt: jwt.NewNumericDate(now),
		}
		change(&c)
		s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: k}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
		if err != nil {
			t.Fatal(err)
		}
		out, err := jwt.Signed(s).Claims(c).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	send := func(assertion string, pairs ...string) answer {
		f := form("grant_type", "refresh_token", "refresh_token", "x", "client_assertion_type", assertionType, "client_assertion", assertion)
		return w.post("/token", url.Values(with(f, pairs...)))
	}
	const failed = "Client authentication with signed JWT failed: "
	keep := func(*jwt.Claims) {}
	good := sign(jose.ES256, key, keep)
	// Authenticated: the refusal is the grant's, no longer the client's.
	w.refused(send(good), 400, "invalid_grant", "Invalid refresh token")
	for _, c := range []struct {
		name string
		a    answer
		text string
	}{
		{"replayed", send(good), failed + "Token reuse detected"},
		{"foreign key", send(sign(jose.ES256, other, keep)), failed + "Signature on JWT token failed validation"},
		{"audience", send(sign(jose.ES256, key, func(c *jwt.Claims) { c.Audience = jwt.Audience{"https://ailleurs.test"} })), failed + "Token audience doesn't match domain. Expected audiences are any of [" + w.srv.Issuer() + "]"},
		{"issuer", send(sign(jose.ES256, key, func(c *jwt.Claims) { c.Issuer = "autre" })), failed + "Issuer mismatch. The issuer should match the subject"},
		{"expired", send(sign(jose.ES256, key, func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(now) })), failed + "Token is not active"},
		{"no jti", send(sign(jose.ES256, key, func(c *jwt.Claims) { c.ID = "" })), failed + "Missing ID on the token"},
		{"years", send(sign(jose.ES256, key, func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(now.AddDate(1, 0, 0)) })), failed + "Token expiration is too far in the future and iat claim not present in token"},
		{"type", send(good, "client_assertion_type", "x"), "Parameter client_assertion_type has value 'x' but expected is '" + assertionType + "'"},
		{"no type", send(good, "client_assertion_type", ""), "Parameter client_assertion_type is missing"},
		{"no assertion", send(good, "client_assertion", ""), "client_assertion parameter missing"},
		{"garbage", send("a.b.c"), failed + "Unable to parse"},
		{"another client_id", send(sign(jose.ES256, key, keep), "client_id", "segursim-lps"), "client_id parameter not matching with client assertion"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.a.status != 400 || c.a.text("error") != "invalid_client" || c.a.text("error_description") != c.text {
				t.Errorf("%d %s, want %q", c.a.status, c.a.body, c.text)
			}
		})
	}
	a := send(sign(jose.HS256, []byte("0123456789abcdef0123456789abcdef"), keep))
	if a.status != 401 || a.text("error") != "unauthorized_client" {
		t.Errorf("an HMAC assertion for a private_key_jwt client: %d %s", a.status, a.body)
	}
}
