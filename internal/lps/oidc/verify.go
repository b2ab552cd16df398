package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// leeway is how far two clocks may be apart.
const leeway = 60 * time.Second

// Claims are what the client reads of an id_token.
type Claims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	Party    string   `json:"azp"`
	Expires  int64    `json:"exp"`
	Issued   int64    `json:"iat"`
	AuthTime int64    `json:"auth_time"`
	Nonce    string   `json:"nonce"`
	ACR      string   `json:"acr"`
	AtHash   string   `json:"at_hash"`
	Session  string   `json:"sid"`
	Username string   `json:"preferred_username"`
	Given    string   `json:"given_name"`
	Family   string   `json:"family_name"`
}

// Expect is what an id_token is held against.
type Expect struct {
	// ACR is the acr asked for; the token's must be the same.
	ACR string
	// Nonce is the one sent; empty when none was, and then none is looked at.
	Nonce string
	// Before are the claims of the token that a refresh follows: the same
	// issuer, subject, audience and auth_time (OIDC Core 1.0 §12.2).
	Before *Claims
}

// Verify judges an id_token and the access token that came with it.
func (c *Client) Verify(ctx context.Context, t Tokens, want Expect) (*Claims, error) {
	fail := func(format string, args ...any) (*Claims, error) {
		return nil, fmt.Errorf("oidc: id_token: "+format, args...)
	}
	// Only the algorithm of the registration: neither none nor an HMAC with the
	// public key as its secret gets this far.
	sig, err := jose.ParseSignedCompact(t.ID, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return fail("%w", err)
	}
	if len(sig.Signatures) != 1 {
		return fail("%d signatures, expected one", len(sig.Signatures))
	}
	key, err := c.key(ctx, sig.Signatures[0].Header.KeyID)
	if err != nil {
		return nil, err
	}
	payload, err := sig.Verify(key)
	if err != nil {
		return fail("signature: %w", err)
	}
	cl := &Claims{}
	if err := json.Unmarshal(payload, cl); err != nil {
		return fail("%w", err)
	}
	now, err := c.cfg.Now(ctx)
	if err != nil {
		return fail("%w", err)
	}
	switch { // OIDC Core 1.0 §3.1.3.7, rules 2 to 13
	case cl.Issuer != c.cfg.Issuer:
		return fail("iss is %q, expected %q", cl.Issuer, c.cfg.Issuer)
	case cl.Subject == "":
		return fail("no sub")
	case !slices.Contains(cl.Audience, c.cfg.ClientID):
		return fail("aud %q lacks this client %q", []string(cl.Audience), c.cfg.ClientID)
	case len(cl.Audience) > 1 && cl.Party == "":
		return fail("several aud and no azp")
	case cl.Party != "" && cl.Party != c.cfg.ClientID:
		return fail("azp is %q, expected %q", cl.Party, c.cfg.ClientID)
	case !now.Before(time.Unix(cl.Expires, 0).Add(leeway)):
		return fail("expired since %s", time.Unix(cl.Expires, 0).UTC().Format(time.RFC3339))
	case time.Unix(cl.Issued, 0).After(now.Add(leeway)):
		return fail("issued in the future, at %s", time.Unix(cl.Issued, 0).UTC().Format(time.RFC3339))
	case want.Nonce != "" && subtle.ConstantTimeCompare([]byte(cl.Nonce), []byte(want.Nonce)) != 1:
		return fail("nonce is not the one that was sent")
	case cl.ACR != want.ACR:
		return fail("acr is %q, asked for %q", cl.ACR, want.ACR)
	}
	if err := atHash(cl.AtHash, t.Access); err != nil {
		return fail("%w", err)
	}
	if want.Before != nil {
		if err := follows(cl, want.Before); err != nil {
			return fail("%w", err)
		}
	}
	return cl, nil
}

// atHash checks the access token's hash, where the id_token carries one (OIDC
// Core 1.0 §3.1.3.8; at_hash is optional at the token endpoint).
func atHash(got, access string) error {
	if got == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(access))
	if got != base64.RawURLEncoding.EncodeToString(sum[:16]) {
		return errors.New("at_hash does not match the access token")
	}
	return nil
}

// follows checks a refreshed id_token against the one before (OIDC Core 1.0
// §12.2).
func follows(cl, before *Claims) error {
	switch {
	case cl.Subject != before.Subject:
		return errors.New("sub changed at refresh")
	case !slices.Equal(cl.Audience, before.Audience):
		return errors.New("aud changed at refresh")
	case cl.AuthTime != before.AuthTime:
		return errors.New("auth_time changed at refresh")
	}
	return nil
}

// audience is a string or a list of strings (RFC 7519 §4.1.3).
type audience []string

// UnmarshalJSON reads both forms.
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(b, &many); err != nil {
		return errors.New("aud is neither a string nor a list of strings")
	}
	*a = many
	return nil
}
