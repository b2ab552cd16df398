//go:build linux

package e2e_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// batch is how many answers are measured between two measures of the bare
// signature.
const batch = 50

// BenchmarkToken measures the CPU of a token answer over TLS, client included:
// by CIBA and by refresh, with an ID token and without, hence with two RS256
// signatures or one. The bare signature is measured in turn with it, since it
// takes most of the time and depends on the machine. Figures are medians over
// batches, for other processes slow this one down by bursts:
//
//	cpu-ms/op        a whole answer
//	signature-ms     one bare RS256 signature, 2048 bits
//	beyond-ms/op     the answer without its signatures
func BenchmarkToken(b *testing.B) {
	s := start(b, mocks.Options{Sections: section(`
approve: { outcome: approve, polls: 1 }
lifetimes: { ciba: 10h, access: 10h, refresh: 10h, session: 20h, idle: 20h }
`)})
	ciba := func(scope string) func(b *testing.B) url.Values {
		return func(b *testing.B) url.Values {
			f := cibaForm()
			f.Set("scope", scope)
			asked := object(b, s.post(b, cibaPath, f).body)
			return url.Values{"grant_type": {cibaGrant}, "auth_req_id": {text(b, asked, "auth_req_id")}}
		}
	}
	refresh := func(scope string) func(b *testing.B) url.Values {
		first := object(b, s.post(b, tokenPath, ciba("openid scope_all")(b)).body)
		f := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text(b, first, "refresh_token")}, "scope": {scope}}
		return func(*testing.B) url.Values { return f }
	}
	for _, bench := range []struct {
		name       string
		signatures int
		form       func(*testing.B) url.Values
	}{
		{"ciba/id-token", 2, ciba("openid scope_all")},
		{"ciba/access-only", 1, ciba("scope_all")},
		{"refresh/id-token", 2, refresh("openid scope_all")},
		{"refresh/access-only", 1, refresh("scope_all")},
	} {
		b.Run(bench.name, func(b *testing.B) { tokens(b, s, bench.form, bench.signatures) })
	}
}

func tokens(b *testing.B, s *simulator, form func(*testing.B) url.Values, signatures int) {
	sign := signer(b)
	w, at := dial(b, s, true), s.Issuer()+tokenPath
	var answers, bare, beyond []float64 // by batch, in ms of CPU for one
	for done := 0; done < b.N; {
		b.StopTimer()
		n := min(batch, b.N-done)
		requests := make([][]byte, n)
		for i := range requests {
			requests[i] = wirePost(at, form(b))
		}
		began := cpu(b)
		for range n {
			sign()
		}
		one := perOp(cpu(b)-began, n)
		b.StartTimer()
		began = cpu(b)
		for _, r := range requests {
			if status := w.ask(b, r); status != http.StatusOK {
				b.Fatalf("status %d: %s", status, w.body)
			}
		}
		answer := perOp(cpu(b)-began, n)
		answers, bare = append(answers, answer), append(bare, one)
		beyond = append(beyond, answer-float64(signatures)*one)
		done += n
	}
	b.ReportMetric(median(answers), "cpu-ms/op")
	b.ReportMetric(median(bare), "signature-ms")
	b.ReportMetric(median(beyond), "beyond-ms/op")
}

func perOp(d time.Duration, n int) float64 { return float64(d.Microseconds()) / 1000 / float64(n) }

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// signer is a bare RS256 signature.
func signer(b *testing.B) func() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256([]byte("segursim"))
	return func() {
		if _, err := key.Sign(nil, sum[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
