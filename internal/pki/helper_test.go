package pki_test

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/pki"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// common is one PKI for the tests that only read it: keys are slow to make.
var common = sync.OnceValues(func() (*pki.PKI, error) {
	return pki.Open(pki.Options{Ephemeral: true, Now: time.Now, Profiles: certs.FS()})
})

func shared(t testing.TB) *pki.PKI {
	t.Helper()
	p, err := common()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// open opens a PKI of the test's own; what o leaves out is filled.
func open(t testing.TB, o pki.Options) *pki.PKI {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Profiles == nil {
		o.Profiles = certs.FS()
	}
	if o.Dir == "" {
		o.Ephemeral = true
	}
	p, err := pki.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return p
}

func credential(t testing.TB, p *pki.PKI, name string) *pki.Credential {
	t.Helper()
	c, err := p.Credential(name)
	if err != nil {
		t.Fatalf("credential %s: %v", name, err)
	}
	return c
}

// run runs a tool, skipping the test when it is missing.
func run(t *testing.T, tool string, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), need.Tool(t, tool), args...).CombinedOutput()
	return string(out), err
}

func mustRun(t *testing.T, tool string, args ...string) string {
	t.Helper()
	out, err := run(t, tool, args...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", tool, args, err, out)
	}
	return out
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func pemOf(t *testing.T, c *pki.Credential) string {
	t.Helper()
	data, err := c.PEM()
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "credential.pem", data)
}

func bundle(t *testing.T, p *pki.PKI) string {
	t.Helper()
	data, err := p.BundlePEM()
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "bundle.pem", data)
}

func chainOf(c *pki.Credential) []*x509.Certificate {
	return append([]*x509.Certificate{c.Leaf}, c.Chain...)
}

func keyOf(t testing.TB, c *pki.Credential) *rsa.PrivateKey {
	t.Helper()
	key, ok := c.Key().(*rsa.PrivateKey)
	if !ok {
		t.Fatalf("key of type %T", c.Key())
	}
	return key
}

func profiles() fs.FS { return certs.FS() }

// reasonOf returns why a certificate was refused, empty for another error or none.
func reasonOf(err error) pki.Reason {
	var refused *pki.VerifyError
	if errors.As(err, &refused) {
		return refused.Reason
	}
	return ""
}

func bits(t testing.TB, der []byte) int {
	t.Helper()
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok {
		t.Fatalf("key of type %T", c.PublicKey)
	}
	return key.N.BitLen()
}
