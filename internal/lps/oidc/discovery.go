package oidc

import (
	"context"
	"fmt"
)

// walletSuffix is PSC's own place for its discovery document, which names the
// wallet's authorization endpoint (ANS, PSC technical documentation).
const walletSuffix = "/.well-known/wallet-openid-configuration"

// Metadata is what the client reads of a discovery document.
type Metadata struct {
	Issuer         string `json:"issuer"`
	Authorization  string `json:"authorization_endpoint"`
	Token          string `json:"token_endpoint"`
	Userinfo       string `json:"userinfo_endpoint"`
	JWKS           string `json:"jwks_uri"`
	EndSession     string `json:"end_session_endpoint"`
	Backchannel    string `json:"backchannel_authentication_endpoint"`
	ResponseIssuer bool   `json:"authorization_response_iss_parameter_supported"`
}

// Discover reads the wallet's discovery document, once.
func (c *Client) Discover(ctx context.Context) (*Metadata, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.meta != nil {
		return c.meta, nil
	}
	m := &Metadata{}
	if err := c.get(ctx, "discovery", c.cfg.Issuer+walletSuffix, "", m); err != nil {
		return nil, err
	}
	// OIDC Discovery 1.0 §4.3: exactly the issuer it was asked from.
	if m.Issuer != c.cfg.Issuer {
		return nil, fmt.Errorf("oidc: discovery: the document's issuer is %q, expected %q", m.Issuer, c.cfg.Issuer)
	}
	for _, e := range []struct{ name, url string }{
		{"authorization_endpoint", m.Authorization},
		{"token_endpoint", m.Token},
		{"userinfo_endpoint", m.Userinfo},
		{"jwks_uri", m.JWKS},
		{"end_session_endpoint", m.EndSession},
	} {
		if e.url == "" {
			return nil, fmt.Errorf("oidc: discovery: the document has no %s", e.name)
		}
	}
	c.meta = m
	return m, nil
}
