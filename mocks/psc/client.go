package psc

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/segursim/segursim/internal/store"
)

// Client is a service registered with PSC (fournisseur de service).
type Client struct {
	ID     string `yaml:"id" json:"id"`
	Name   string `yaml:"name" json:"name,omitempty"`
	Secret string `yaml:"secret" json:"secret,omitempty"`
	// Auth are the ways it may authenticate: basic, post, mtls, private_key_jwt,
	// client_secret_jwt, none. Default: basic and post, or mtls alone in the
	// espace de confiance.
	Auth []string `yaml:"auth" json:"auth"`
	// Espace is communautaire (default) or confiance, where mutual TLS is mandatory.
	Espace string `yaml:"espace" json:"espace"`
	// Certificate says which client certificates are this client's.
	Certificate Certificate `yaml:"certificate" json:"certificate"`
	// JWKS verifies private_key_jwt.
	JWKS *jose.JSONWebKeySet `yaml:"-" json:"jwks,omitempty"`
	// JWKSText is the same, as JSON text in the configuration.
	JWKSText string `yaml:"jwks" json:"-"`
	// RedirectURIs may end in "*", as the sandbox allows. "*" alone allows all.
	RedirectURIs []string `yaml:"redirect_uris" json:"redirect_uris"`
	// PostLogoutRedirectURIs: "+" means the redirect URIs.
	PostLogoutRedirectURIs []string `yaml:"post_logout_redirect_uris" json:"post_logout_redirect_uris"`
	// Scopes it may ask for; empty means every scope of the discovery document.
	Scopes []string `yaml:"scopes" json:"scopes,omitempty"`
	// CIBA is switched on client by client; default true here.
	CIBA *bool `yaml:"ciba" json:"ciba"`
	// Standard allows the code flow; default true.
	Standard *bool `yaml:"standard_flow" json:"standard_flow"`
	// ServiceAccount allows client_credentials.
	ServiceAccount bool `yaml:"service_account" json:"service_account,omitempty"`
	// PKCE: empty (optional), S256 or plain to require it.
	PKCE string `yaml:"pkce" json:"pkce,omitempty"`
	// SignedUserinfo has userinfo answer a JWT.
	SignedUserinfo bool `yaml:"signed_userinfo" json:"signed_userinfo,omitempty"`
	// Disabled refuses everything.
	Disabled bool `yaml:"disabled" json:"disabled,omitempty"`
	// Exchange lists the business scopes it may obtain by token exchange; empty
	// means any.
	Exchange []string `yaml:"exchange_scopes" json:"exchange_scopes,omitempty"`
}

// Certificate is how a client's certificate is recognised: every field that is
// set must match. None set: the CN must be the client's id.
type Certificate struct {
	CN      string `yaml:"cn" json:"cn,omitempty"`
	OU      string `yaml:"ou" json:"ou,omitempty"`
	SHA256  string `yaml:"sha256" json:"sha256,omitempty"`   // hexadecimal
	Subject string `yaml:"subject" json:"subject,omitempty"` // regular expression over the RFC 2253 form
	// Any accepts any certificate of the test hierarchy.
	Any bool `yaml:"any" json:"any,omitempty"`
}

// The ways of client authentication.
const (
	authBasic  = "basic"
	authPost   = "post"
	authMTLS   = "mtls"
	authKeyJWT = "private_key_jwt"
	authSecJWT = "client_secret_jwt"
	authNone   = "none"
)

const (
	communautaire = "communautaire"
	confiance     = "confiance"
)

var clients = store.Define("psc_clients", store.By("id", func(c *Client) string { return c.ID }))

// DefaultClientID and DefaultClientSecret are the permissive client's, shown by
// the start banner and in the endpoints document.
const (
	DefaultClientID     = "segursim-lps"
	DefaultClientSecret = "secret-de-test-segursim"
	// ConfianceClientID is the default client of the espace de confiance, known by
	// the certificate profile org-auth-cli.
	ConfianceClientID = "segursim-lps-confiance"
)

// defaultClients are there unless the user leaves them out.
func defaultClients() []Client {
	return []Client{
		{
			ID: DefaultClientID, Name: "LPS de test", Secret: DefaultClientSecret,
			Auth:         []string{authBasic, authPost, authMTLS, authSecJWT},
			Certificate:  Certificate{Any: true},
			RedirectURIs: []string{"*"}, PostLogoutRedirectURIs: []string{"*"},
			ServiceAccount: true,
		},
		{
			ID: ConfianceClientID, Name: "LPS de test, espace de confiance", Espace: confiance,
			Certificate:  Certificate{Any: true},
			RedirectURIs: []string{"*"}, PostLogoutRedirectURIs: []string{"*"},
			ServiceAccount: true,
		},
	}
}

// setDefaults fills what was left out and refuses what contradicts itself.
func (c *Client) setDefaults() error {
	if c.ID == "" {
		return fmt.Errorf("psc: a client has no id")
	}
	fail := func(format string, args ...any) error {
		return fmt.Errorf("psc: client %s: "+format, append([]any{c.ID}, args...)...)
	}
	if c.Espace == "" {
		c.Espace = communautaire
	}
	if c.Espace != communautaire && c.Espace != confiance {
		return fail("espace %q is neither communautaire nor confiance", c.Espace)
	}
	if len(c.Auth) == 0 {
		c.Auth = []string{authBasic, authPost}
		if c.Espace == confiance {
			c.Auth = []string{authMTLS}
		}
	}
	for _, a := range c.Auth {
		if !slices.Contains([]string{authBasic, authPost, authMTLS, authKeyJWT, authSecJWT, authNone}, a) {
			return fail("auth: %q is none of basic, post, mtls, private_key_jwt, client_secret_jwt, none", a)
		}
		if c.Espace == confiance && a != authMTLS {
			return fail("auth: the espace de confiance knows mtls only, not %s", a)
		}
	}
	if c.allows(authKeyJWT) && c.JWKSText == "" && c.JWKS == nil {
		return fail("private_key_jwt needs jwks")
	}
	if c.JWKSText != "" {
		c.JWKS = new(jose.JSONWebKeySet)
		if err := json.Unmarshal([]byte(c.JWKSText), c.JWKS); err != nil {
			return fail("jwks: %w", err)
		}
	}
	if (c.allows(authBasic) || c.allows(authPost) || c.allows(authSecJWT)) && c.Secret == "" {
		return fail("basic, post and client_secret_jwt need a secret")
	}
	if c.PKCE != "" && c.PKCE != "S256" && c.PKCE != "plain" {
		return fail("pkce: %q is neither S256 nor plain", c.PKCE)
	}
	if c.Certificate.Subject != "" {
		if _, err := regexp.Compile(c.Certificate.Subject); err != nil {
			return fail("certificate.subject: %w", err)
		}
	}
	yes := true
	if c.CIBA == nil {
		c.CIBA = &yes
	}
	if c.Standard == nil {
		c.Standard = &yes
	}
	if len(c.PostLogoutRedirectURIs) == 0 {
		c.PostLogoutRedirectURIs = []string{"+"}
	}
	return nil
}

func (c *Client) allows(auth string) bool { return slices.Contains(c.Auth, auth) }

// allowsRedirect tells whether a redirect URI is registered. A fragment is never
// allowed (RFC 6749 §3.1.2).
func (c *Client) allowsRedirect(uri string) bool { return matchURI(c.RedirectURIs, uri) }

func (c *Client) allowsPostLogout(uri string) bool {
	list := c.PostLogoutRedirectURIs
	if slices.Contains(list, "+") {
		list = append(slices.Clone(list), c.RedirectURIs...)
	}
	return matchURI(list, uri)
}

// matchURI compares as Keycloak does: to the letter, or by the prefix before a
// final "*", which does not stretch over a query or user information.
func matchURI(list []string, uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Fragment != "" || !u.IsAbs() || u.User != nil {
		return false
	}
	if s := strings.ToLower(u.Scheme); s == "javascript" || s == "data" || s == "vbscript" {
		return false
	}
	bare, _, _ := strings.Cut(uri, "?")
	for _, allowed := range list {
		switch {
		case allowed == "*":
			return true
		case allowed == uri:
			return true
		case strings.HasSuffix(allowed, "*") && strings.HasPrefix(bare, allowed[:len(allowed)-1]):
			return !strings.Contains(u.Path, "/../") && !strings.HasSuffix(u.Path, "/..")
		}
	}
	return false
}
