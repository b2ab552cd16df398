package pki_test

import (
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/ocsp"

	"github.com/segursim/segursim/internal/pki"
)

// FuzzVerify holds that no certificate makes Verify panic, and that what it
// refuses it refuses with a reason.
func FuzzVerify(f *testing.F) {
	p := shared(f)
	for _, name := range []string{"serv-ssl", "cps-medecin-auth", "cpe-non-nominative"} {
		f.Add(credential(f, p, name).Leaf.Raw)
	}
	if files, err := filepath.Glob(filepath.Join(os.Getenv("SEGURSIM_SHARED"), "data", "ordonnance", "pki", "*.der")); err == nil {
		for _, file := range files {
			der, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(der)
		}
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			c = &x509.Certificate{RawSubject: der, RawIssuer: der}
		}
		var refused *pki.VerifyError
		if _, err := p.Verify([]*x509.Certificate{c}, pki.ClientUsage); err != nil && !errors.As(err, &refused) {
			t.Errorf("without a reason: %v", err)
		}
	})
}

func FuzzName(f *testing.F) {
	p := shared(f)
	for _, info := range p.Profiles() {
		f.Add(credential(f, p, info.Name).Leaf.RawSubject)
	}
	f.Add([]byte{0x30, 0x00})
	f.Fuzz(func(t *testing.T, der []byte) {
		a, errA := pki.RFC2253(der)
		_, errB := pki.JavaName(der)
		if (errA == nil) != (errB == nil) {
			t.Errorf("one name is readable, the other not: %v, %v", errA, errB)
		}
		for i := range len(a) {
			if a[i] < ' ' || a[i] > '~' {
				t.Errorf("byte %#x in %q", a[i], a)
			}
		}
	})
}

func FuzzOCSP(f *testing.F) {
	p := shared(f)
	for _, name := range []string{"insi-auto", "revoked", "cps-medecin-auth"} {
		c := credential(f, p, name)
		req, err := ocsp.CreateRequest(c.Leaf, c.Chain[0], nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(req)
	}
	f.Fuzz(func(t *testing.T, req []byte) {
		resp, err := p.OCSP(req)
		if err != nil {
			t.Fatal(err)
		}
		var status ocsp.ResponseError
		if _, err := ocsp.ParseResponse(resp, nil); err != nil && !errors.As(err, &status) {
			var parse ocsp.ParseError
			if !errors.As(err, &parse) { // several answers, which that reader does not take
				t.Errorf("unreadable answer: %v", err)
			}
		}
	})
}
