//go:build linux

package e2e_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/need"
)

// build makes the command as the Dockerfile does and returns its path.
func build(b *testing.B) string {
	b.Helper()
	goTool := need.Tool(b, "go")
	root, err := need.Root()
	if err != nil {
		b.Fatal(err)
	}
	out := filepath.Join(b.TempDir(), "segursim")
	cmd := exec.CommandContext(b.Context(), goTool, "build", "-trimpath", "-ldflags=-s -w", "-o", out, "./cmd/segursim")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, said)
	}
	return out
}

// A process is the command, running.
type process struct {
	cmd     *exec.Cmd
	control string
	http    string
	ready   time.Duration // from its start to the first 200 of /readyz
	log     bytes.Buffer
}

// launch starts the command on ports of its own and waits until it is ready.
func launch(b *testing.B, bin, pkiDir string, ports [3]int) *process {
	b.Helper()
	at := func(i int) string { return "127.0.0.1:" + strconv.Itoa(ports[i]) }
	p := &process{control: "http://" + at(2), http: at(1)}
	p.cmd = exec.CommandContext(context.WithoutCancel(b.Context()), bin, "serve",
		"--https", at(0), "--http", at(1), "--control", at(2), "--pki-dir", pkiDir,
		"--smtp", "127.0.0.1:0", "--smtps", "127.0.0.1:0", "--imap", "127.0.0.1:0", "--imaps", "127.0.0.1:0")
	p.cmd.Env, p.cmd.Dir = bareEnv(), b.TempDir()
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	for {
		res, err := client.Get(p.control + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				p.ready = time.Since(began)
				return p
			}
		}
		if time.Since(began) > patience {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
			b.Fatalf("not ready after %s: %v\n%s", patience, err, &p.log)
		}
		time.Sleep(time.Millisecond)
	}
}

// stop ends the command as a service manager does.
func (p *process) stop(b *testing.B) {
	b.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if err := p.cmd.Wait(); err != nil {
		b.Errorf("segursim ended: %v\n%s", err, &p.log)
	}
}

// memory reads a line of /proc/PID/status, in bytes.
func (p *process) memory(b *testing.B, name string) int64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return kb << 10
		}
	}
	b.Fatalf("no %s in /proc", name)
	return 0
}

func freePorts(b *testing.B) [3]int { return [3]int{freePort(b), freePort(b), freePort(b)} }

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// BenchmarkProcess measures the command from its exec to the first 200 of
// /readyz, and what it holds in memory three seconds later, at rest: with the PKI
// of an earlier start, and with none.
func BenchmarkProcess(b *testing.B) {
	bin := build(b)
	ports := freePorts(b)
	run := func(b *testing.B, dir func() string) {
		var ready time.Duration
		var resident int64
		for range b.N {
			p := launch(b, bin, dir(), ports)
			ready += p.ready
			time.Sleep(3 * time.Second) // the missing authorities are made in the background
			resident = max(resident, p.memory(b, "VmRSS"))
			p.stop(b)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(ready.Microseconds())/1000/float64(b.N), "ready-ms")
		b.ReportMetric(mib(resident), "rss-MiB")
	}
	kept := b.TempDir()
	p := launch(b, bin, kept, ports)
	time.Sleep(5 * time.Second)
	p.stop(b)
	b.Run("kept", func(b *testing.B) { run(b, func() string { return kept }) })
	b.Run("new", func(b *testing.B) { run(b, func() string { return b.TempDir() }) })
}

// journaled is how many exchanges BenchmarkJournal has the command write down.
const journaled = 100_000

// BenchmarkJournal sends 100,000 exchanges to the command, the journal at its
// defaults (128 MiB), and measures its resident memory: at the end, at its peak,
// and after a reset. The documents are larger than the bound lets in, the
// refusals fit.
func BenchmarkJournal(b *testing.B) {
	bin := build(b)
	realm := "/auth/realms/esante-wallet"
	for _, load := range []struct {
		name    string
		request func(addr string) []byte
		status  int
	}{
		{"discovery", func(addr string) []byte {
			return wireGet("http://" + addr + realm + "/.well-known/wallet-openid-configuration")
		}, http.StatusOK},
		{"refusals", func(addr string) []byte {
			return wirePost("http://"+addr+realm+tokenPath, map[string][]string{"grant_type": {cibaGrant}, "auth_req_id": {"inconnu"}})
		}, http.StatusBadRequest},
	} {
		b.Run(load.name, func(b *testing.B) {
			for range b.N {
				p := launch(b, bin, b.TempDir(), freePorts(b))
				before := p.memory(b, "VmRSS")
				w := dialAt(b, p.http, nil)
				request := load.request(p.http)
				for range journaled {
					if status := w.ask(b, request); status != load.status {
						b.Fatalf("status %d: %s", status, w.body)
					}
				}
				after := p.memory(b, "VmRSS")
				entries, dropped := p.journal(b)
				p.reset(b)
				b.ReportMetric(mib(before), "before-MiB")
				b.ReportMetric(mib(after), "rss-MiB")
				b.ReportMetric(mib(p.memory(b, "VmHWM")), "peak-MiB")
				b.ReportMetric(float64(entries), "kept")
				b.ReportMetric(float64(dropped), "dropped")
				p.stop(b)
			}
		})
	}
}

// journal is how many entries the command keeps and has dropped.
func (p *process) journal(b *testing.B) (entries, dropped uint64) {
	b.Helper()
	res, err := http.Get(p.control + "/api/journal?limit=1")
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	var page struct {
		First   uint64 `json:"first"`
		Last    uint64 `json:"last"`
		Dropped uint64 `json:"dropped"`
	}
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil {
		b.Fatal(err)
	}
	if page.Last < journaled {
		b.Fatalf("%d exchanges journaled, %d sent", page.Last, journaled)
	}
	return page.Last - page.First + 1, page.Dropped
}

func (p *process) reset(b *testing.B) {
	b.Helper()
	res, err := http.Post(p.control+"/api/reset", "application/json", nil)
	if err != nil {
		b.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode/100 != 2 {
		b.Fatalf("reset: %s", res.Status)
	}
}

// BenchmarkBinary measures the binary that the image is made of, plain and
// compressed as a registry holds it: the image adds a licence and a folder.
func BenchmarkBinary(b *testing.B) {
	bin := build(b)
	for range b.N {
		f, err := os.Open(bin)
		if err != nil {
			b.Fatal(err)
		}
		var packed counter
		z := gzip.NewWriter(&packed)
		plain, err := io.Copy(z, f)
		if err != nil {
			b.Fatal(err)
		}
		if err := z.Close(); err != nil {
			b.Fatal(err)
		}
		_ = f.Close()
		b.ReportMetric(float64(plain)/1e6, "MB")
		b.ReportMetric(float64(packed)/1e6, "compressed-MB")
	}
}

// counter counts what is written.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
