package oidc

import (
	"context"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// keySet is the provider's signature keys by kid.
type keySet struct{ set jose.JSONWebKeySet }

// key returns the signature key named kid. A kid that the kept set lacks makes
// the client read the set again, once: keys rotate (OIDC Core 1.0 §10.1.1).
func (c *Client) key(ctx context.Context, kid string) (*jose.JSONWebKey, error) {
	m, err := c.Discover(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys != nil {
		if k := c.keys.find(kid); k != nil {
			return k, nil
		}
	}
	fresh := &keySet{}
	if err := c.get(ctx, "certs", m.JWKS, "", &fresh.set); err != nil {
		return nil, err
	}
	c.keys = fresh
	if k := fresh.find(kid); k != nil {
		return k, nil
	}
	return nil, fmt.Errorf("oidc: the key set has no signature key with kid %q", kid)
}

func (s *keySet) find(kid string) *jose.JSONWebKey {
	for _, k := range s.set.Key(kid) {
		if k.IsPublic() && k.Valid() && (k.Use == "" || k.Use == "sig") {
			return &k
		}
	}
	return nil
}
