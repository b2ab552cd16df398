package pki_test

import (
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/internal/pki"
)

// start opens a PKI and makes what the simulator's start needs.
func start(b *testing.B, dir, base string) {
	b.Helper()
	p, err := pki.Open(pki.Options{Dir: dir, BaseURL: base, Now: time.Now, Profiles: certs.FS()})
	if err != nil {
		b.Fatal(err)
	}
	if err := p.Prepare(b.Context(), pki.Needs{Server: true, SigningKeys: []string{"psc"}}); err != nil {
		b.Fatal(err)
	}
	if _, err := p.CAFile(); err != nil {
		b.Fatal(err)
	}
	if err := p.Close(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkStartNew(b *testing.B) {
	for b.Loop() {
		start(b, b.TempDir(), "")
	}
}

func BenchmarkStartKept(b *testing.B) {
	dir := b.TempDir()
	start(b, dir, "")
	for b.Loop() {
		start(b, dir, "")
	}
}

// BenchmarkStartKeptOtherPort issues the certificates anew at every start.
func BenchmarkStartKeptOtherPort(b *testing.B) {
	dir := b.TempDir()
	bases := []string{"http://127.0.0.1:1", "http://127.0.0.1:2"}
	start(b, dir, bases[1])
	for i := 0; b.Loop(); i++ {
		start(b, dir, bases[i%2])
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		p, err := pki.Open(pki.Options{Ephemeral: true, Now: time.Now, Profiles: certs.FS()})
		if err != nil {
			b.Fatal(err)
		}
		_ = p.Close()
	}
}

func BenchmarkServerCertificate(b *testing.B) {
	p := shared(b)
	for b.Loop() {
		if _, err := p.ServerCertificate(""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	p := shared(b)
	chain := chainOf(credential(b, p, "cps-medecin-auth"))
	for b.Loop() {
		if _, err := p.Verify(chain, pki.ClientUsage); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOCSP(b *testing.B) {
	p := shared(b)
	c := credential(b, p, "insi-auto")
	req, err := ocsp.CreateRequest(c.Leaf, c.Chain[0], nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := p.OCSP(req); err != nil {
			b.Fatal(err)
		}
	}
}
