package lps

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
)

// endpoints is what the software reads of the endpoints document.
type endpoints struct {
	CA       string `json:"ca"` // a file, when it can be read from here
	Services struct {
		PSC struct {
			Issuer       string `json:"issuer"`
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
		} `json:"psc"`
	} `json:"services"`
}

// discover reads the endpoints document and makes the client that trusts what
// it names. done closes the client's connections.
func (l *LPS) discover(ctx context.Context) (e endpoints, hc *http.Client, done func(), err error) {
	if err := l.control.json(ctx, http.MethodGet, "/api/endpoints", nil, &e); err != nil {
		return e, nil, nil, err
	}
	if e.Services.PSC.Issuer == "" || e.Services.PSC.ClientID == "" {
		return e, nil, nil, errors.New("lps: the endpoints document names no Pro Santé Connect issuer and client")
	}
	if l.opt.HTTPClient != nil {
		return e, l.opt.HTTPClient, func() {}, nil
	}
	pem, err := l.authority(ctx, e)
	if err != nil {
		return e, nil, nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return e, nil, nil, errors.New("lps: no certificate in the authority's PEM")
	}
	t := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
	return e, &http.Client{Transport: t}, t.CloseIdleConnections, nil
}

// authority returns the trusted certificates: given, else the file that the
// document names (out of reach when the simulator is in a container), else what
// the control API gives.
func (l *LPS) authority(ctx context.Context, e endpoints) ([]byte, error) {
	if len(l.opt.CA) > 0 {
		return l.opt.CA, nil
	}
	if e.CA != "" {
		if pem, err := os.ReadFile(e.CA); err == nil {
			return pem, nil
		}
	}
	resp, err := l.control.send(ctx, http.MethodGet, "/api/certs/ca.pem", nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	pem, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("lps: reading the authority: %w", err)
	}
	return pem, nil
}

// browser returns a client with the same trust that keeps cookies and follows
// no redirection by itself.
func browser(hc *http.Client) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("lps: %w", err)
	}
	b := *hc
	b.Jar = jar
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &b, nil
}
