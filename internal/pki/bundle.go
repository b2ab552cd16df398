package pki

import (
	"crypto/x509"
	"errors"
	"fmt"
	"sync"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// every returns the authorities of the given names, making the missing ones in
// parallel.
func (p *PKI) every(shorts []string) ([]*authority, error) {
	out := make([]*authority, len(shorts))
	errs := make([]error, len(shorts))
	var wg sync.WaitGroup
	for i, short := range shorts {
		wg.Go(func() { out[i], errs[i] = p.authority(short) })
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

func (p *PKI) bundle(shorts []string) ([]*x509.Certificate, error) {
	list, err := p.every(shorts)
	if err != nil {
		return nil, err
	}
	certs := make([]*x509.Certificate, 0, len(list))
	for _, a := range list {
		certs = append(certs, a.cert)
	}
	return certs, nil
}

// Roots returns the three roots. It makes the missing ones: a start does not
// need it, see [PKI.ServerRoots].
func (p *PKI) Roots() (*x509.CertPool, error) {
	return p.pool(RootElementaire, RootStandard, RootFort)
}

// ServerRoots returns the root of the server certificate alone: what a TLS
// client of the simulator has to trust.
func (p *PKI) ServerRoots() (*x509.CertPool, error) { return p.pool(RootElementaire) }

func (p *PKI) pool(shorts ...string) (*x509.CertPool, error) {
	certs, err := p.bundle(shorts)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for _, c := range certs {
		pool.AddCert(c)
	}
	return pool, nil
}

// BundlePEM returns the trust bundle: the three roots, then the six
// intermediates. It makes the missing ones.
func (p *PKI) BundlePEM() ([]byte, error) {
	certs, err := p.bundle(Authorities())
	return certsPEM(certs), err
}

// ServerRootPEM returns the root of the server certificate.
func (p *PKI) ServerRootPEM() ([]byte, error) {
	certs, err := p.bundle([]string{RootElementaire})
	return certsPEM(certs), err
}

// CACertificate returns the DER of an authority's certificate, by short name or
// file name (ACI-EL-ORG, ACI-EL-ORG-TEST.cer).
func (p *PKI) CACertificate(short string) ([]byte, error) {
	a, err := p.authority(shortOf(short))
	if err != nil {
		return nil, err
	}
	return a.cert.Raw, nil
}

// TrustPKCS12 returns the trust bundle as a PKCS#12 trust store for Java.
func (p *PKI) TrustPKCS12(password string) ([]byte, error) {
	list, err := p.every(Authorities())
	if err != nil {
		return nil, err
	}
	entries := make([]pkcs12.TrustStoreEntry, 0, len(list))
	for _, a := range list {
		entries = append(entries, pkcs12.TrustStoreEntry{Cert: a.cert, FriendlyName: trustAlias(a)})
	}
	data, err := pkcs12.Modern2023.EncodeTrustStoreEntries(entries, password)
	if err != nil {
		return nil, fmt.Errorf("pki: export trust bundle: %w", err)
	}
	return data, nil
}

// TrustJKS returns the trust bundle as a Java key store; the password has six
// characters at least.
func (p *PKI) TrustJKS(password string) ([]byte, error) {
	if err := checkJKS(password); err != nil {
		return nil, err
	}
	list, err := p.every(Authorities())
	if err != nil {
		return nil, err
	}
	ks := keystore.New(keystore.WithOrderedAliases())
	for _, a := range list {
		entry := keystore.TrustedCertificateEntry{
			CreationTime: a.cert.NotBefore, Certificate: keystore.Certificate{Type: "X509", Content: a.cert.Raw},
		}
		if err := ks.SetTrustedCertificateEntry(trustAlias(a), entry); err != nil {
			return nil, fmt.Errorf("pki: export trust bundle: %w", err)
		}
	}
	return storeJKS(ks, password)
}

func trustAlias(a *authority) string { return "segursim-test-" + a.def.short }
