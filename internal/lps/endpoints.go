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
		INSi struct {
			URL string `json:"url"`
		} `json:"insi"`
		ApCV struct {
			Auth string `json:"auth"`
		} `json:"apcv"`
		MSS struct {
			Autoconfig string `json:"autoconfig"` // address of config-v1.1.xml
		} `json:"mssante"`
	} `json:"services"`
}

// discover reads the endpoints document, and what it needs to trust the services
// that it names.
func (l *LPS) discover(ctx context.Context) (e endpoints, t *trust, err error) {
	if err := l.control.json(ctx, http.MethodGet, "/api/endpoints", nil, &e); err != nil {
		return e, nil, err
	}
	if l.opt.HTTPClient != nil {
		return e, &trust{given: l.opt.HTTPClient}, nil
	}
	pem, err := l.authority(ctx, e)
	if err != nil {
		return e, nil, err
	}
	t = &trust{pool: x509.NewCertPool()}
	if !t.pool.AppendCertsFromPEM(pem) {
		return e, nil, errors.New("lps: no certificate in the authority's PEM")
	}
	return e, t, nil
}

// A trust makes HTTP clients that trust the simulator's authority. It belongs to
// one goroutine.
type trust struct {
	given *http.Client // serves instead of them: for tests
	pool  *x509.CertPool
	made  []*http.Transport
}

// client makes a client that shows the certificates, if any.
func (t *trust) client(certs ...tls.Certificate) *http.Client {
	if t.given != nil {
		return t.given
	}
	tr := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: t.pool, MinVersion: tls.VersionTLS12, Certificates: certs},
		ForceAttemptHTTP2: true,
	}
	t.made = append(t.made, tr)
	return &http.Client{Transport: tr}
}

// tls makes the configuration of a TLS client that shows the certificates, if any.
func (t *trust) tls(certs ...tls.Certificate) *tls.Config {
	return &tls.Config{RootCAs: t.pool, MinVersion: tls.VersionTLS12, Certificates: certs}
}

// close drops the idle connections of every client that was made.
func (t *trust) close() {
	for _, tr := range t.made {
		tr.CloseIdleConnections()
	}
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
