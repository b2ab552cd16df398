//go:build linux

package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// BenchmarkStart measures the start of a simulator inside of a process, until it
// serves: with the PKI of an earlier start (same ports: as a user's), with the
// one of an earlier start on other ports (the server's certificate names the
// address of the revocation list, and is made anew), with none, and in memory.
func BenchmarkStart(b *testing.B) {
	fixed := map[string]string{}
	for _, name := range []string{"https", "http", "control"} {
		fixed[name] = fmt.Sprintf("127.0.0.1:%d", freePort(b))
	}
	run := func(opt func() mocks.Options) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				o := opt()
				b.StartTimer()
				srv, err := mocks.Start(b.Context(), o)
				b.StopTimer()
				if err != nil {
					b.Fatal(err)
				}
				if err := srv.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		}
	}
	dir := b.TempDir()
	warm(b, mocks.Options{PKIDir: dir, Listen: fixed})
	b.Run("kept", run(func() mocks.Options { return mocks.Options{PKIDir: dir, Listen: fixed} }))
	b.Run("kept-other-port", run(func() mocks.Options { return mocks.Options{PKIDir: dir} }))
	b.Run("new", run(func() mocks.Options { return mocks.Options{PKIDir: b.TempDir(), Listen: fixed} }))
	b.Run("ephemeral", run(func() mocks.Options { return mocks.Options{} }))
}

// warm runs a simulator long enough for its PKI to be whole.
func warm(b *testing.B, opt mocks.Options) {
	b.Helper()
	srv, err := mocks.Start(b.Context(), opt)
	if err != nil {
		b.Fatal(err)
	}
	time.Sleep(3 * time.Second) // the missing authorities are made in the background
	if err := srv.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkDocuments measures discovery and JWKS over kept connections, with a
// client that does next to nothing: it shares the machine with the server.
func BenchmarkDocuments(b *testing.B) {
	s := start(b, mocks.Options{})
	for _, doc := range []struct{ name, path string }{
		{"discovery", "/.well-known/wallet-openid-configuration"}, {"jwks", certsPath},
	} {
		for _, secure := range []bool{true, false} {
			name := doc.name + "/http"
			if secure {
				name = doc.name + "/https"
			}
			b.Run(name, func(b *testing.B) {
				request := wireGet(s.Issuer() + doc.path)
				began := cpu(b)
				b.SetParallelism(8)
				b.RunParallel(func(pb *testing.PB) {
					w := dial(b, s, secure)
					for pb.Next() {
						if status := w.ask(b, request); status != http.StatusOK {
							b.Errorf("status %d: %s", status, w.body)
							return
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
				b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
			})
		}
	}
}
