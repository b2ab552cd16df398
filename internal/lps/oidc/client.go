package oidc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Config is what a Client needs.
type Config struct {
	// HTTP sends the requests. Its CheckRedirect is replaced: a back-channel
	// call never follows a redirection. nil means a client with no time-out but
	// the context's.
	HTTP *http.Client
	// Issuer is the OpenID provider's identifier, an absolute http(s) URL.
	Issuer string
	// ClientID and ClientSecret authenticate the software by HTTP Basic.
	ClientID, ClientSecret string
	// Rand makes correlation ids; nil means crypto/rand.
	Rand io.Reader
	// Now is the time that tokens are judged at. Required.
	Now func(context.Context) (time.Time, error)
}

// A Client speaks to one OpenID provider. Its methods may be called
// concurrently.
type Client struct {
	cfg  Config
	http *http.Client

	mu   sync.Mutex
	meta *Metadata
	keys *keySet
}

// New checks the configuration; it speaks to nobody.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.Issuer)
	switch {
	case err != nil:
		return nil, fmt.Errorf("oidc: issuer: %w", err)
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return nil, fmt.Errorf("oidc: issuer %q is not an absolute http or https URL", cfg.Issuer)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("oidc: issuer %q has a query or a fragment", cfg.Issuer)
	case cfg.ClientID == "":
		return nil, errors.New("oidc: no client id")
	case cfg.Now == nil:
		return nil, errors.New("oidc: no clock")
	}
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{}
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	cfg.Issuer = strings.TrimRight(cfg.Issuer, "/")
	h := *cfg.HTTP
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{cfg: cfg, http: &h}, nil
}

// Issuer returns the provider's identifier.
func (c *Client) Issuer() string { return c.cfg.Issuer }
