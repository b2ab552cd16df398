package jose_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"strings"
	"testing"

	gojose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/segursim/segursim/internal/jose"
)

func TestClaimsOrder(t *testing.T) {
	t.Parallel()
	c := jose.Claims{{Name: "z", Value: 1}, {Name: "acr", Value: "1"}, {Name: "a", Value: "é<&>"}, {Name: "acr", Value: "eidas3"}}
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	// The outer encoder escapes HTML again; the tokens are not made through it.
	if got, want := string(b), `{"z":1,"acr":"1","a":"é\u003c\u0026\u003e","acr":"eidas3"}`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	own, err := c.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(own), `{"z":1,"acr":"1","a":"é<&>","acr":"eidas3"}`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if v, ok := c.Get("acr"); !ok || v != "eidas3" {
		t.Errorf("Get gives %v: the last one counts", v)
	}
	if _, err := (jose.Claims{{Name: "f", Value: func() {}}}).MarshalJSON(); err == nil {
		t.Error("a function was encoded")
	}
}

// TestSignedForOthers has go-jose verify what is signed here.
func TestSignedForOthers(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	claims := jose.Claims{{Name: "sub", Value: "x"}}
	for _, style := range []jose.Style{jose.Spaced, jose.Compact} {
		tok, err := jose.SignRS256(key, style, "k", claims)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jwt.ParseSigned(tok, []gojose.SignatureAlgorithm{gojose.RS256})
		if err != nil {
			t.Fatal(err)
		}
		var got jwt.Claims
		if err := parsed.Claims(key.Public(), &got); err != nil || got.Subject != "x" || parsed.Headers[0].KeyID != "k" {
			t.Errorf("style %d: %v %+v", style, err, parsed.Headers)
		}
	}
	secret := bytes.Repeat([]byte("s"), 64)
	for _, alg := range []string{"HS256", "HS512"} {
		tok, err := jose.SignHMAC(alg, secret, jose.Spaced, "k", claims)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jwt.ParseSigned(tok, []gojose.SignatureAlgorithm{gojose.SignatureAlgorithm(alg)})
		if err != nil {
			t.Fatal(err)
		}
		if err := parsed.Claims(secret, &jwt.Claims{}); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
	if _, err := jose.SignHMAC("HS1", secret, jose.Spaced, "k", claims); err == nil {
		t.Error("HS1 was accepted")
	}
}

func TestHeaderBytes(t *testing.T) {
	t.Parallel()
	if got, want := string(jose.Spaced.Header("RS256", "abc")), `{"alg":"RS256","typ" : "JWT","kid" : "abc"}`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// TestHalfHash is the example of OIDC Core 1.0 appendix A.3.
func TestHalfHash(t *testing.T) {
	t.Parallel()
	if got, want := jose.HalfHash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestSeal has go-jose open what is sealed here, and Open refuse all else.
func TestSeal(t *testing.T) {
	t.Parallel()
	key, nonce := bytes.Repeat([]byte("k"), 32), []byte("123456789012")
	value, err := jose.Seal(key, nonce, []byte("clair"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := gojose.ParseEncryptedCompact(value, []gojose.KeyAlgorithm{gojose.DIRECT}, []gojose.ContentEncryption{gojose.A256GCM})
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := parsed.Decrypt(key); err != nil || string(plain) != "clair" {
		t.Errorf("go-jose: %q %v", plain, err)
	}
	if plain, err := jose.Open(key, value); err != nil || string(plain) != "clair" {
		t.Errorf("Open: %q %v", plain, err)
	}
	for name, bad := range map[string]string{
		"empty": "", "parts": "a.b", "key": strings.Replace(value, "..", ".x.", 1), "cut": value[:len(value)-3],
		"header": "e30" + value[strings.Index(value, "."):],
	} {
		if _, err := jose.Open(key, bad); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if _, err := jose.Open(bytes.Repeat([]byte("x"), 32), value); err == nil {
		t.Error("opened under another key")
	}
	if _, err := jose.Seal(key, []byte("court"), nil); err == nil {
		t.Error("a short nonce was accepted")
	}
	if _, err := jose.Seal([]byte("court"), nonce, nil); err == nil {
		t.Error("a short key was accepted")
	}
}

func FuzzOpen(f *testing.F) {
	key := bytes.Repeat([]byte("k"), 32)
	value, err := jose.Seal(key, []byte("123456789012"), []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(value)
	f.Add("....")
	f.Fuzz(func(t *testing.T, s string) {
		plain, err := jose.Open(key, s)
		if err == nil && string(plain) != "x" {
			t.Errorf("%q opened as %q", s, plain)
		}
	})
}

func BenchmarkSignRS256(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	claims := jose.Claims{{Name: "iss", Value: "https://localhost:8443/auth/realms/esante-wallet"}, {Name: "sub", Value: "x"}}
	for b.Loop() {
		if _, err := jose.SignRS256(key, jose.Spaced, "k", claims); err != nil {
			b.Fatal(err)
		}
	}
}
