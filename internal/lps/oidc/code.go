package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
)

// A CodeRequest is one browser login under way: what was sent, and what the
// answer is held against.
type CodeRequest struct {
	URL                    string // where the browser goes
	RedirectURI            string
	State, Nonce, verifier string
}

// AuthorizeURL prepares a browser login: state, nonce and PKCE S256 are fresh
// (OIDC Core 1.0 §3.1.2.1, RFC 7636 §4).
func (c *Client) AuthorizeURL(ctx context.Context, redirectURI, acr string) (CodeRequest, error) {
	m, err := c.Discover(ctx)
	if err != nil {
		return CodeRequest{}, err
	}
	r := CodeRequest{RedirectURI: redirectURI}
	for _, s := range []*string{&r.State, &r.Nonce, &r.verifier} {
		var b [32]byte
		if _, err := io.ReadFull(c.cfg.Rand, b[:]); err != nil {
			return CodeRequest{}, fmt.Errorf("oidc: authorize: %w", err)
		}
		*s = base64.RawURLEncoding.EncodeToString(b[:])
	}
	u, err := url.Parse(m.Authorization)
	if err != nil {
		return CodeRequest{}, fmt.Errorf("oidc: authorize: %w", err)
	}
	sum := sha256.Sum256([]byte(r.verifier))
	q := u.Query()
	for k, v := range map[string]string{
		"response_type":         "code",
		"client_id":             c.cfg.ClientID,
		"redirect_uri":          redirectURI,
		"scope":                 "openid scope_all",
		"acr_values":            acr,
		"state":                 r.State,
		"nonce":                 r.Nonce,
		"code_challenge":        base64.RawURLEncoding.EncodeToString(sum[:]),
		"code_challenge_method": "S256",
	} {
		q.Set(k, v)
	}
	u.RawQuery = q.Encode()
	r.URL = u.String()
	return r, nil
}

// Callback judges the redirection that came back: an error becomes an *Error,
// a foreign state or issuer is refused (RFC 6749 §10.12, RFC 9207 §2.4).
func (c *Client) Callback(ctx context.Context, r CodeRequest, q url.Values) (code string, err error) {
	m, err := c.Discover(ctx)
	if err != nil {
		return "", err
	}
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(r.State)) != 1 {
		return "", errors.New("oidc: authorize: the state that came back is not the one that was sent")
	}
	iss, has := q.Get("iss"), q.Has("iss")
	switch {
	case has && iss != c.cfg.Issuer:
		return "", fmt.Errorf("oidc: authorize: iss is %q, expected %q", iss, c.cfg.Issuer)
	case !has && m.ResponseIssuer:
		return "", errors.New("oidc: authorize: no iss came back, though the provider announces it")
	case q.Get("error") != "":
		return "", &Error{Op: "authorize", Status: 302, Code: q.Get("error"), Description: q.Get("error_description")}
	case q.Get("code") == "":
		return "", errors.New("oidc: authorize: neither code nor error came back")
	}
	return q.Get("code"), nil
}

// Exchange trades the code for tokens. Verify the id_token with the request's
// Nonce.
func (c *Client) Exchange(ctx context.Context, r CodeRequest, code string) (Tokens, error) {
	return c.token(ctx, url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {code},
		"redirect_uri":  {r.RedirectURI},
		"code_verifier": {r.verifier},
	})
}
