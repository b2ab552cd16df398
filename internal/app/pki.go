package app

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/pki"
	"github.com/segursim/segursim/internal/sim"
)

func (a *App) openPKI() error {
	hosts := append(pki.DefaultHosts(), a.opt.Hosts...)
	for _, s := range a.services {
		hosts = append(hosts, s.Hosts()...)
	}
	p, err := pki.Open(pki.Options{
		Dir: a.opt.PKIDir, Ephemeral: a.opt.Ephemeral || a.opt.PKIDir == "", CABits: a.opt.CABits,
		Now: a.world.Clock.Now, Wall: a.world.Clock.Wall, Rand: newSource(a.opt.Seed, "pki"),
		Hosts: hosts, Profiles: a.opt.Certs,
	})
	if err != nil {
		return err
	}
	a.pki = p
	a.cleanup(func(context.Context) error { return p.Close() })
	a.world.PKI = worldPKI{p}
	return nil
}

// worldPKI is the hierarchy as services see it.
type worldPKI struct{ *pki.PKI }

func (w worldPKI) SigningKey(name string) (crypto.Signer, error) { return w.PKI.SigningKey(name) }

// VerifyClient says in French why a client's chain is refused.
func (w worldPKI) VerifyClient(chain []*x509.Certificate) error {
	return w.verify(chain, pki.ClientUsage)
}

// VerifySignature does the same for a signer's chain.
func (w worldPKI) VerifySignature(chain []*x509.Certificate) error {
	return w.verify(chain, pki.SignatureUsage)
}

func (w worldPKI) verify(chain []*x509.Certificate, usage pki.Usage) error {
	_, err := w.Verify(chain, usage)
	var v *pki.VerifyError
	if errors.As(err, &v) {
		text := v.Reason.Text()
		return &sim.CertificateError{Reason: string(v.Reason), Text: journal.Text{FR: text.FR, EN: text.EN}}
	}
	return err
}

// serverTLS is the configuration of a listener that speaks TLS.
func (a *App) serverTLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert, GetCertificate: a.certificate,
	}
}

// certificate answers a TLS handshake: the server's certificate, or a bad one
// when a fault asks for it.
func (a *App) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return a.pki.ServerCertificate(a.engine.ServerCertificateKind())
}

// consoleCerts is the hierarchy as the console exports it.
type consoleCerts struct{ *pki.PKI }

func (c consoleCerts) Profiles() []console.Profile {
	list := c.PKI.Profiles()
	out := make([]console.Profile, len(list))
	for i, p := range list {
		out[i] = console.Profile{
			Name: p.Name, Title: journal.Text{FR: p.Title.FR, EN: p.Title.EN}, Kind: string(p.Kind), Issuer: p.Issuer,
			Subject: p.Subject, Defect: string(p.Defect), Provenance: p.Provenance.Status, Source: p.Provenance.Source,
		}
	}
	return out
}

func (c consoleCerts) Export(profile, format, password string) ([]byte, error) {
	cred, err := c.Credential(profile)
	if err != nil {
		return nil, err
	}
	switch format {
	case "pem":
		return cred.PEM()
	case "p12":
		return cred.PKCS12(password)
	case "jks":
		return cred.JKS(password)
	}
	return nil, fmt.Errorf("app: no certificate format %q", format)
}

func (c consoleCerts) Trust(format, password string) ([]byte, error) {
	switch format {
	case "pem":
		return c.BundlePEM()
	case "p12":
		return c.TrustPKCS12(password)
	case "jks":
		return c.TrustJKS(password)
	}
	return nil, fmt.Errorf("app: no trust store format %q", format)
}

// maxOCSP bounds an OCSP request, in bytes.
const maxOCSP = 64 << 10

// mountPKI serves what certificates point at: CRL, issuers, OCSP (RFC 5280
// §4.2.1.13, RFC 6960 appendix A.1).
func (a *App) mountPKI(g *echo.Group) {
	serve := func(name, media string, get func(echo.Context) ([]byte, error)) echo.HandlerFunc {
		return func(c echo.Context) error {
			x := sim.ExchangeOf(c.Request().Context())
			x.Begin("igc", sim.Op{Name: name, Provenance: sim.Confirmed})
			b, err := get(c)
			if err != nil {
				return echo.NewHTTPError(http.StatusNotFound, err.Error())
			}
			return c.Blob(http.StatusOK, media, b)
		}
	}
	g.GET("/pki/crl/:file", serve("crl", "application/pkix-crl", func(c echo.Context) ([]byte, error) {
		return a.pki.CRL(strings.TrimSuffix(c.Param("file"), "-TEST.crl"))
	}))
	g.GET("/pki/ca/:file", serve("ca", "application/pkix-cert", func(c echo.Context) ([]byte, error) {
		return a.pki.CACertificate(strings.TrimSuffix(c.Param("file"), "-TEST.cer"))
	}))
	g.GET("/pki/ocsp/*", serve("ocsp", "application/ocsp-response", func(c echo.Context) ([]byte, error) {
		text, err := url.PathUnescape(c.Param("*"))
		if err != nil {
			return nil, err
		}
		req, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		return a.pki.OCSP(req)
	}))
	g.POST("/pki/ocsp", serve("ocsp", "application/ocsp-response", func(c echo.Context) ([]byte, error) {
		req, err := io.ReadAll(io.LimitReader(c.Request().Body, maxOCSP))
		if err != nil {
			return nil, err
		}
		return a.pki.OCSP(req)
	}))
}
