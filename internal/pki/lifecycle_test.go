package pki_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/segursim/segursim/internal/pki"
)

func countPEM(data []byte) int { return bytes.Count(data, []byte("BEGIN CERTIFICATE")) }

func TestWarm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := open(t, pki.Options{Dir: dir})
	path, err := p.CAFile()
	if err != nil {
		t.Fatal(err)
	}
	if path != filepath.Join(dir, "ca.pem") {
		t.Errorf("file %s", path)
	}
	early, err := os.ReadFile(path)
	if err != nil || countPEM(early) != 2 {
		t.Errorf("%d certificates at once, want the server's two (%v)", countPEM(early), err)
	}
	if err := <-p.Warm(t.Context(), "insi-auto"); err != nil {
		t.Fatal(err)
	}
	late, err := os.ReadFile(path)
	if err != nil || countPEM(late) != len(pki.Authorities()) {
		t.Errorf("%d certificates once warm, want %d (%v)", countPEM(late), len(pki.Authorities()), err)
	}
	want, err := p.BundlePEM()
	if err != nil || !bytes.Equal(want, late) {
		t.Errorf("the file is not the bundle (%v)", err)
	}
	root, err := p.ServerRootPEM()
	if err != nil || !bytes.HasPrefix(want, root) {
		t.Errorf("the bundle does not begin with the server's root (%v)", err)
	}
	for _, file := range []string{"ca/ACR-FO.pem", "ca/ACI-FO-PP.pem", "leaf/insi-auto.pem"} {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(file))); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "ca", "ACR-INCONNUE.pem")); err == nil {
		t.Error("the unknown authority was made for nobody")
	}
}

func TestWarmStops(t *testing.T) {
	t.Parallel()
	t.Run("with its context", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := <-open(t, pki.Options{}).Warm(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	t.Run("at Close", func(t *testing.T) {
		t.Parallel()
		p := open(t, pki.Options{})
		done := p.Warm(t.Context())
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-done: // Close has waited
			if err != nil && !errors.Is(err, pki.ErrClosed) {
				t.Error(err)
			}
		default:
			t.Error("Close did not wait")
		}
	})
	t.Run("unknown profile", func(t *testing.T) {
		t.Parallel()
		if err := <-open(t, pki.Options{}).Warm(t.Context(), "personne"); err == nil {
			t.Error("no error")
		}
	})
}

func TestClosed(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{})
	path, err := p.CAFile()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary file is still there: %v", err)
	}
	calls := map[string]func() error{
		"Credential":        func() error { _, err := p.Credential("insi-auto"); return err },
		"ServerCertificate": func() error { _, err := p.ServerCertificate(""); return err },
		"SigningKey":        func() error { _, err := p.SigningKey("psc"); return err },
		"NewSigningKey":     func() error { _, err := p.NewSigningKey("psc"); return err },
		"Issue":             func() error { _, err := p.IssuePerson(pki.CPSAuth, "8", "A", "B", 10); return err },
		"CRL":               func() error { _, err := p.CRL("ACR-EL"); return err },
		"BundlePEM":         func() error { _, err := p.BundlePEM(); return err },
		"CAFile":            func() error { _, err := p.CAFile(); return err },
		"Warm":              func() error { return <-p.Warm(t.Context()) },
		"Prepare":           func() error { return p.Prepare(t.Context(), pki.Needs{Server: true}) },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, pki.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPrepareRefusals(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Prepare(ctx, pki.Needs{Server: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := p.Prepare(t.Context(), pki.Needs{Credentials: []string{"personne"}, SigningKeys: []string{"A"}}); err == nil {
		t.Error("no error for an unknown profile and a bad key name")
	}
}

// TestConcurrentUse mixes everything while the base URL changes.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{Dir: t.TempDir()})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for _, base := range []string{"http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"} {
				if i == 0 {
					if err := p.SetBaseURL(base); err != nil {
						t.Error(err)
					}
				}
				for _, name := range []string{"serv-ssl", "insi-auto", "revoked", "server-expired"} {
					c, err := p.Credential(name)
					if err != nil {
						t.Error(err)
						continue
					}
					_, err = p.Verify(chainOf(c), pki.AnyUsage)
					if want := map[string]pki.Reason{"revoked": pki.IsRevoked, "server-expired": pki.IsExpired}[name]; reasonOf(err) != want {
						t.Errorf("%s: %v", name, err)
					}
				}
				if _, err := p.CRL("ACI-EL-ORG"); err != nil {
					t.Error(err)
				}
				if _, err := p.CAFile(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := p.BaseURL(); got != "http://127.0.0.1:3" {
		t.Errorf("base URL %s", got)
	}
	if err := p.SetBaseURL("ftp://x"); err == nil {
		t.Error("a bad base URL was taken")
	}
}

func TestCABits(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{CABits: 4096})
	data, err := p.ServerRootPEM()
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	if got := bits(t, block.Bytes); got != 4096 {
		t.Errorf("%d bits", got)
	}
}
