package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// jksPassword is the least length that keytool accepts.
const jksPassword = 6

// PEM returns the private key (PKCS#8), the certificate and its intermediate in
// one file, as curl, nginx, Python and Node read it.
func (c *Credential) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(c.key)
	if err != nil {
		return nil, fmt.Errorf("pki: export %s: %w", c.Name, err)
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return append(key, certsPEM(c.sent())...), nil
}

// PKCS12 returns key, certificate and whole chain as PKCS#12 with AES-256 and
// SHA-256 (OpenSSL 1.1, Java 8u301 and later). The password may be empty, which
// Java does not accept.
func (c *Credential) PKCS12(password string) ([]byte, error) {
	if !utf8.ValidString(password) {
		return nil, errors.New("pki: export: the password is not UTF-8")
	}
	data, err := pkcs12.Modern2023.Encode(c.key, c.Leaf, c.Chain, password)
	if err != nil {
		return nil, fmt.Errorf("pki: export %s: %w", c.Name, err)
	}
	return data, nil
}

// JKS returns key, certificate and whole chain as a Java key store under the
// alias of the credential's name ("segursim" without one). The password, of six
// characters at least, guards the store and the key.
func (c *Credential) JKS(password string) ([]byte, error) {
	if err := checkJKS(password); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(c.key)
	if err != nil {
		return nil, fmt.Errorf("pki: export %s: %w", c.Name, err)
	}
	entry := keystore.PrivateKeyEntry{CreationTime: c.Leaf.NotBefore, PrivateKey: der}
	for _, cert := range append([]*x509.Certificate{c.Leaf}, c.Chain...) {
		entry.CertificateChain = append(entry.CertificateChain, keystore.Certificate{Type: "X509", Content: cert.Raw})
	}
	alias := c.Name
	if alias == "" {
		alias = "segursim"
	}
	ks := keystore.New(keystore.WithOrderedAliases())
	if err := ks.SetPrivateKeyEntry(alias, entry, []byte(password)); err != nil {
		return nil, fmt.Errorf("pki: export %s: %w", c.Name, err)
	}
	return storeJKS(ks, password)
}

func checkJKS(password string) error {
	if utf8.RuneCountInString(password) < jksPassword {
		return fmt.Errorf("pki: export: a Java key store wants a password of %d characters at least", jksPassword)
	}
	return nil
}

func storeJKS(ks keystore.KeyStore, password string) ([]byte, error) {
	var b bytes.Buffer
	if err := ks.Store(&b, []byte(password)); err != nil {
		return nil, fmt.Errorf("pki: export: %w", err)
	}
	return b.Bytes(), nil
}
