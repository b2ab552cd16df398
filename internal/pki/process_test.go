package pki_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/pki"
)

// processEnv gives a child of TestProcesses the folder to open.
const processEnv = "SEGURSIM_TEST_PKI_DIR"

// TestProcesses starts this test several times as processes that open one new
// folder at once: they have to agree on all keys and certificates.
func TestProcesses(t *testing.T) {
	if dir := os.Getenv(processEnv); dir != "" {
		processChild(t, dir)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	const n = 3
	outs := make([][]byte, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcesses$", "-test.v")
			cmd.Env = append(os.Environ(), processEnv+"="+dir)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			_, after, _ := bytes.Cut(out, []byte("empreintes:"))
			outs[i], _, _ = bytes.Cut(after, []byte("\n"))
		})
	}
	wg.Wait()
	for i, out := range outs {
		if len(out) == 0 || !bytes.Equal(out, outs[0]) {
			t.Errorf("process %d has %q, process 0 %q", i, out, outs[0])
		}
	}
}

func processChild(t *testing.T, dir string) {
	p := open(t, pki.Options{Dir: dir})
	if err := p.Prepare(t.Context(), pki.Needs{Server: true, SigningKeys: []string{"psc"}, Credentials: []string{"insi-auto"}}); err != nil {
		t.Fatal(err)
	}
	key, err := p.SigningKey("psc")
	if err != nil {
		t.Fatal(err)
	}
	pub, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf("%x", sha256.Sum256(pub))
	for _, name := range []string{"serv-ssl", "insi-auto"} {
		for _, c := range chainOf(credential(t, p, name)) {
			line += fmt.Sprintf(" %x", sha256.Sum256(c.Raw))
		}
	}
	fmt.Println("empreintes:" + line)
}

// TestPartsRemoved takes files away from a kept PKI: what remains has to fit
// what is made anew.
func TestPartsRemoved(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"root": "/ca/ACR-EL.pem", "intermediate": "/ca/ACI-EL-ORG.pem", "serial key": "/ca/serial.key", "leaf": "/leaf/serv-ssl.pem",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := prepare(t, dir); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(dir + file); err != nil {
				t.Fatal(err)
			}
			if err := prepare(t, dir); err != nil {
				t.Error(err)
			}
			p := open(t, pki.Options{Dir: dir})
			c := credential(t, p, "serv-ssl")
			if _, err := p.Revoke(c.Leaf.SerialNumber.Text(16), time.Time{}, pki.Superseded); err != nil {
				t.Errorf("the serial number is not one of ours: %v", err)
			}
		})
	}
}

// TestOldPeriod asks for a certificate that ended before the authorities began.
func TestOldPeriod(t *testing.T) {
	t.Parallel()
	p := shared(t)
	from := time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC)
	c, err := p.Issue(pki.Request{
		Kind: pki.OrgAuthCli, Key: keyOf(t, credential(t, p, "insi-auto")), NotBefore: from, NotAfter: from.AddDate(1, 0, 0),
		Subject: pki.Subject{StructureID: "10B0099999", Organization: "TEST", Department: "Paris (75)", CommonName: "A"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Verify(chainOf(c), pki.ClientUsage); reasonOf(err) != pki.IsExpired {
		t.Errorf("%v", err)
	}
}
