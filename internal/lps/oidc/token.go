package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Tokens are a token endpoint's success (RFC 6749 §5.1, OIDC Core 1.0 §3.1.3.3).
type Tokens struct {
	Access, Refresh, ID string
	Expires             time.Duration // the access token's lifetime
	RefreshExpires      time.Duration // Keycloak's refresh_expires_in
	Scope               string
	Session             string // Keycloak's session_state
}

// token calls the token endpoint and checks the answer's shape.
func (c *Client) token(ctx context.Context, form url.Values) (Tokens, error) {
	m, err := c.Discover(ctx)
	if err != nil {
		return Tokens{}, err
	}
	var a struct {
		Access         string  `json:"access_token"`
		Refresh        string  `json:"refresh_token"`
		ID             string  `json:"id_token"`
		Type           string  `json:"token_type"`
		Expires        float64 `json:"expires_in"`
		RefreshExpires float64 `json:"refresh_expires_in"`
		Scope          string  `json:"scope"`
		Session        string  `json:"session_state"`
	}
	if err := c.post(ctx, "token", m.Token, form, &a); err != nil {
		return Tokens{}, err
	}
	switch {
	case a.Access == "":
		return Tokens{}, errors.New("oidc: token: no access_token in the answer")
	case !strings.EqualFold(a.Type, "Bearer"): // RFC 6749 §7.1
		return Tokens{}, fmt.Errorf("oidc: token: token_type is %q, expected Bearer", a.Type)
	case a.ID == "":
		return Tokens{}, errors.New("oidc: token: no id_token in the answer: was the scope openid granted?")
	}
	return Tokens{
		Access: a.Access, Refresh: a.Refresh, ID: a.ID,
		Expires: seconds(a.Expires), RefreshExpires: seconds(a.RefreshExpires),
		Scope: a.Scope, Session: a.Session,
	}, nil
}

// Refresh trades a refresh token for new tokens (RFC 6749 §6). Verify the new
// id_token with the old one's claims in Expect.Before.
func (c *Client) Refresh(ctx context.Context, refresh string) (Tokens, error) {
	if refresh == "" {
		return Tokens{}, errors.New("oidc: refresh: no refresh token")
	}
	return c.token(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
}
