package insi_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// cpu is the processor time that this process has used, client included.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTraits searches over mutual TLS, kept alive, on a base of n generated
// identities. cpu-µs/op is the processor time of simulator and client together.
func BenchmarkTraits(b *testing.B) {
	for _, n := range []int{0, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("base=%d", n), func(b *testing.B) {
			w := startWith(b, mocks.Options{})
			if n > 0 {
				w.do("generate-identities", map[string]any{"count": float64(n), "seed": "bench"})
			}
			client := w.client("insi-auto")
			url := w.srv.URL() + "/lps"
			message := []byte(traitsCall(adrun()).envelope(w.now()))
			b.ResetTimer()
			began := cpu(b)
			for range b.N {
				req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(message))
				if err != nil {
					b.Fatal(err)
				}
				req.Header.Set("Content-Type", "application/soap+xml; charset=utf-8")
				resp, err := client.Do(req)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
					b.Fatal(resp.StatusCode, err)
				}
				_ = resp.Body.Close()
			}
			b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}
