package pki

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// tbs is the content of a certificate to be signed.
type tbs struct {
	serial              *big.Int
	subject             []byte
	notBefore, notAfter time.Time
	extensions          []pkix.Extension
}

// sign issues the certificate; a nil issuer makes it self-signed. All
// extensions are given as ExtraExtensions: crypto/x509 then adds none and keeps
// the order.
func (t tbs) sign(pub *rsa.PublicKey, issuer *x509.Certificate, key *rsa.PrivateKey) (*x509.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: t.serial, RawSubject: t.subject, NotBefore: t.notBefore, NotAfter: t.notAfter,
		ExtraExtensions: t.extensions, SignatureAlgorithm: x509.SHA256WithRSA,
	}
	if issuer == nil {
		issuer = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, pub, key)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	return cert, nil
}

func sameExtensions(a, b []pkix.Extension) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Id.Equal(b[i].Id) || a[i].Critical != b[i].Critical || !bytes.Equal(a[i].Value, b[i].Value) {
			return false
		}
	}
	return true
}
