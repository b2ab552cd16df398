package pki_test

import (
	"bytes"
	"crypto/rsa"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/pki"
)

func TestKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "pki")
	first := open(t, pki.Options{Dir: dir})
	server, person := credential(t, first, "serv-ssl"), credential(t, first, "insi-auto")
	key, err := first.SigningKey("psc")
	if err != nil {
		t.Fatal(err)
	}

	t.Run("same again", func(t *testing.T) {
		p := open(t, pki.Options{Dir: dir})
		if diff := cmp.Diff(person.Leaf.Raw, credential(t, p, "insi-auto").Leaf.Raw); diff != "" {
			t.Error("another certificate after opening again")
		}
		again, err := p.SigningKey("psc")
		if err != nil || !keyEqual(key, again) {
			t.Errorf("another signing key after opening again (%v)", err)
		}
	})
	t.Run("another base URL", func(t *testing.T) {
		p := open(t, pki.Options{Dir: dir, BaseURL: "http://127.0.0.1:1234/"})
		got := credential(t, p, "serv-ssl")
		if diff := cmp.Diff([]string{"http://127.0.0.1:1234/pki/ocsp"}, got.Leaf.OCSPServer); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got.Leaf.SerialNumber.Cmp(server.Leaf.SerialNumber) == 0 || !keyEqual(got.Key(), server.Key()) {
			t.Error("want a new serial number and the same key")
		}
		if !bytes.Equal(got.Chain[1].Raw, server.Chain[1].Raw) {
			t.Error("the root changed with the base URL")
		}
	})
	t.Run("other hosts", func(t *testing.T) {
		p := open(t, pki.Options{Dir: dir, Hosts: []string{"Qualif.Segursim.test", "localhost", "192.0.2.1", "localhost"}})
		got := credential(t, p, "serv-ssl").Leaf
		if diff := cmp.Diff([]string{"qualif.segursim.test", "localhost"}, got.DNSNames); diff != "" || got.Subject.CommonName != "qualif.segursim.test" {
			t.Errorf("CN=%s (-want +got):\n%s", got.Subject.CommonName, diff)
		}
	})
	t.Run("later", func(t *testing.T) {
		later := func() time.Time { return time.Now().AddDate(4, 0, 0) }
		p := open(t, pki.Options{Dir: dir, Now: later, Wall: time.Now})
		got := credential(t, p, "insi-auto")
		if _, err := p.Verify(chainOf(got), pki.ClientUsage); err != nil {
			t.Errorf("a certificate that ran out was not issued again: %v", err)
		}
		if _, err := p.Verify(chainOf(person), pki.ClientUsage); err == nil {
			t.Error("the old one is taken four years later")
		}
		if time.Now().Before(got.Leaf.NotBefore) {
			t.Error("the new one is not valid by wall time")
		}
	})
	t.Run("permissions", func(t *testing.T) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			if info.Mode().Perm()&0o077 != 0 && d.Name() != "ca.pem" {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
			if strings.HasPrefix(d.Name(), ".new-") {
				t.Errorf("%s was left", path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("open permissions are closed", func(t *testing.T) {
		path := filepath.Join(dir, "key", "psc.pem")
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		p := open(t, pki.Options{Dir: dir})
		if _, err := p.SigningKey("psc"); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	})
}

func keyEqual(a, b any) bool {
	x, ok := a.(*rsa.PrivateKey)
	y, also := b.(*rsa.PrivateKey)
	return ok && also && x.Equal(y)
}

func TestRevokedProfileStaysRevoked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := credential(t, open(t, pki.Options{Dir: dir}), "revoked")
	for _, base := range []string{"http://127.0.0.1:1", "http://127.0.0.1:2"} {
		credential(t, open(t, pki.Options{Dir: dir, BaseURL: base}), "revoked")
	}
	p := open(t, pki.Options{Dir: dir, BaseURL: "http://127.0.0.1:3"})
	_, err := p.Verify(chainOf(old), pki.ClientUsage) // nobody asked p for "revoked" yet
	if reasonOf(err) != pki.IsRevoked {
		t.Errorf("a revoked certificate downloaded before a restart on another port: %v", err)
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file   string
		damage func([]byte) []byte
		err    string // empty: made again
	}{
		"authority, empty":           {"ca/ACI-EL-ORG.pem", func([]byte) []byte { return nil }, "no PEM block"},
		"authority, cut":             {"ca/ACI-EL-ORG.pem", func(b []byte) []byte { return b[:len(b)/3] }, "no private key"},
		"authority, another's":       {"ca/ACI-EL-ORG.pem", nil, "not the certificate of ACI-EL-ORG"},
		"authority, counter":         {"ca/ACI-EL-ORG.pem", func(b []byte) []byte { return bytes.Replace(b, []byte("issued: 1"), []byte("issued: x"), 1) }, "issued"},
		"serial key":                 {"ca/serial.key", func(b []byte) []byte { return b[:5] }, "5 bytes instead of 32"},
		"leaf, empty":                {"leaf/serv-ssl.pem", func([]byte) []byte { return nil }, ""},
		"leaf, bits":                 {"leaf/serv-ssl.pem", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("A"), []byte("B")) }, ""},
		"leaf, of another authority": {"leaf/serv-ssl.pem", nil, ""},
		"signing key":                {"key/psc.pem", func([]byte) []byte { return []byte("abîmé") }, ""},
	}
	source, other := t.TempDir(), t.TempDir()
	for _, dir := range []string{source, other} {
		p := open(t, pki.Options{Dir: dir})
		if err := p.Prepare(t.Context(), pki.Needs{Server: true, SigningKeys: []string{"psc"}}); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, filepath.FromSlash(tt.file))
			from := path
			if tt.damage == nil {
				tt.damage = bytes.Clone
				from = filepath.Join(other, filepath.FromSlash(tt.file))
				if strings.HasPrefix(tt.file, "ca/") {
					from = filepath.Join(other, "ca", "ACR-EL.pem")
				}
			}
			data, err := os.ReadFile(from)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, tt.damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			err = prepare(t, dir)
			switch {
			case tt.err == "" && err != nil:
				t.Errorf("not made again: %v", err)
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err) || !strings.Contains(err.Error(), path)):
				t.Errorf("error %v, want %q and %s", err, tt.err, path)
			}
		})
	}
}

func prepare(t *testing.T, dir string) error {
	t.Helper()
	o := pki.Options{Dir: dir, Now: time.Now, Profiles: profiles()}
	p, err := pki.Open(o)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Prepare(t.Context(), pki.Needs{Server: true, SigningKeys: []string{"psc"}}); err != nil {
		return err
	}
	_, err = p.Verify(chainOf(credential(t, p, "serv-ssl")), pki.ServerUsage)
	return err
}

// TestSharedFolder opens one folder many times at once, as processes do, and
// asks for the same things.
func TestSharedFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const n = 4
	var wg sync.WaitGroup
	roots := make([][]byte, n)
	serials := make([]string, n)
	keys := make([]any, n)
	for i := range n {
		p := open(t, pki.Options{Dir: dir})
		for range 3 {
			wg.Go(func() {
				if err := p.Prepare(t.Context(), pki.Needs{Server: true, SigningKeys: []string{"psc"}}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			c, err := p.Credential("serv-ssl")
			if err != nil {
				t.Error(err)
				return
			}
			roots[i], serials[i] = c.Chain[1].Raw, c.Leaf.SerialNumber.String()
			if _, err := p.Verify(chainOf(c), pki.ServerUsage); err != nil {
				t.Error(err)
			}
			if keys[i], err = p.SigningKey("psc"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range n {
		if !bytes.Equal(roots[i], roots[0]) || serials[i] != serials[0] || !keyEqual(keys[i], keys[0]) {
			t.Errorf("opening %d has another root, server certificate or key than opening 0", i)
		}
	}
}

func TestSeededSerials(t *testing.T) {
	t.Parallel()
	serials := func(names ...string) map[string]string {
		p := open(t, pki.Options{Rand: rand.NewChaCha8([32]byte{'s'})})
		out := map[string]string{}
		for _, name := range names {
			out[name] = credential(t, p, name).Leaf.SerialNumber.Text(16)
		}
		return out
	}
	one, two := serials("insi-auto", "expired"), serials("expired", "insi-auto")
	if diff := cmp.Diff(one, two); diff != "" {
		t.Errorf("the same seed in another order (-first +second):\n%s", diff)
	}
	if one["insi-auto"] == one["expired"] {
		t.Error("one serial number for two certificates")
	}
}

func TestSigningKeyRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := open(t, pki.Options{Dir: dir})
	first, err := p.SigningKey("psc")
	if err != nil {
		t.Fatal(err)
	}
	second, err := p.NewSigningKey("psc")
	if err != nil {
		t.Fatal(err)
	}
	now, err := p.SigningKey("psc")
	if err != nil {
		t.Fatal(err)
	}
	after, err := open(t, pki.Options{Dir: dir}).SigningKey("psc")
	if err != nil {
		t.Fatal(err)
	}
	if keyEqual(first, second) || !keyEqual(now, second) || !keyEqual(after, second) {
		t.Error("want a new key, kept")
	}
	for _, name := range []string{"", "../psc", "PSC", "a/b", strings.Repeat("a", 65)} {
		if _, err := p.SigningKey(name); err == nil {
			t.Errorf("name %q was taken", name)
		}
	}
}
