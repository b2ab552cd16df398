package oidctest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Claims are a good id_token's, with changes; nil removes a claim.
func (p *Provider) Claims(changes map[string]any) map[string]any {
	sum := sha256.Sum256([]byte("access-1"))
	c := map[string]any{
		"iss": p.Issuer(), "sub": "s-1", "aud": ClientID, "azp": ClientID, "typ": "ID",
		"iat": Epoch().Unix(), "exp": Epoch().Add(2 * time.Minute).Unix(), "auth_time": Epoch().Unix(),
		"acr": "eidas1", "nonce": "n-1", "at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]),
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// Sign makes a compact JWS of claims.
func (p *Provider) Sign(alg jose.SignatureAlgorithm, key any, kid string, claims map[string]any) string {
	p.t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	b, err := json.Marshal(claims)
	if err != nil {
		p.t.Fatal(err)
	}
	sig, err := s.Sign(b)
	if err != nil {
		p.t.Fatal(err)
	}
	jws, err := sig.CompactSerialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return jws
}

// Tokens is a good answer of the token endpoint; changes are of the id_token's
// claims.
func (p *Provider) Tokens(changes map[string]any) Answer {
	p.t.Helper()
	return OK(map[string]any{
		"access_token": "access-1", "refresh_token": "refresh-1", "token_type": "Bearer",
		"expires_in": 120, "refresh_expires_in": 1800, "not-before-policy": 0, "scope": "openid scope_all",
		"id_token": p.Sign(jose.RS256, p.Key, p.KID, p.Claims(changes)),
	})
}
