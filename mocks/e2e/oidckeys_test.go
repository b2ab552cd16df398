package e2e_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"github.com/segursim/segursim/mocks"
)

// TestOIDCRotation changes the signing key under living tokens: by rotation,
// after which the former key still verifies, then by dropping it.
func TestOIDCRotation(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	p := s.join(t)
	tokens := []*oauth2.Token{s.login(t, p)}
	turn := func(drop string) {
		in := map[string]any{}
		if drop != "" {
			in["drop"] = drop
		}
		s.act(t, "rotate-keys", in)
		tokens = append(tokens, s.login(t, p))
	}
	// check says which of the tokens verify, with a relying party that has known
	// the provider from the start and with one that comes now; and at userinfo.
	check := func(what string, long, fresh []bool) {
		t.Helper()
		now := s.join(t)
		for i, token := range tokens {
			if _, err := p.verify(token); (err == nil) != long[i] {
				t.Errorf("%s: token %d with the old provider: %v, want verified = %v", what, i, err, long[i])
			}
			if _, err := now.verify(token); (err == nil) != fresh[i] {
				t.Errorf("%s: token %d with a new provider: %v, want verified = %v", what, i, err, fresh[i])
			}
			if _, err := p.provider.UserInfo(p.ctx, oauth2.StaticTokenSource(token)); (err == nil) != fresh[i] {
				t.Errorf("%s: token %d at userinfo: %v, want accepted = %v", what, i, err, fresh[i])
			}
		}
		kids := map[string]bool{}
		for _, token := range tokens {
			kids[kid(t, token.AccessToken)] = true
		}
		if len(kids) != len(tokens) {
			t.Errorf("%s: %d key ids for %d tokens", what, len(kids), len(tokens))
		}
	}
	check("one key", []bool{true}, []bool{true})
	turn("")
	check("rotated", []bool{true, true}, []bool{true, true})
	turn("true")
	// The old provider fetches the JWKS again for the new key, and forgets those
	// that are gone.
	check("dropped", []bool{false, false, true}, []bool{false, false, true})
	turn("")
	check("rotated after a drop", []bool{false, false, true, true}, []bool{false, false, true, true})
	turn("true")
	turn("true")
	check("dropped twice", []bool{false, false, false, false, false, true}, []bool{false, false, false, false, false, true})
}

// kid is the key id in a token's header.
func kid(tb testing.TB, token string) string {
	tb.Helper()
	return text(tb, jwt(tb, token, 0), "kid")
}

// claims is a token's payload, unverified.
func claims(tb testing.TB, token string) map[string]any {
	tb.Helper()
	return jwt(tb, token, 1)
}

func jwt(tb testing.TB, token string, part int) map[string]any {
	tb.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		tb.Fatalf("not a JWS: %s", token)
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[part])
	if err != nil {
		tb.Fatal(err)
	}
	return object(tb, b)
}
