package submission_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks/mssante/submission"
)

// message is a message of about size bytes.
func message(size int) string {
	return head + strings.Repeat(strings.Repeat("a", 76)+"\r\n", max(1, (size-len(head))/78))
}

// BenchmarkSend sends messages on open sessions under TLS, from two clients, with
// a Post that keeps nothing: what SMTP and the journal cost.
func BenchmarkSend(b *testing.B) {
	for _, size := range []int{4 << 10, 200 << 10} {
		b.Run(fmt.Sprintf("%dkB", size>>10), func(b *testing.B) {
			w := start(b, submission.Limits{}, func(w *world) { w.post.empty = true })
			raw := message(size)
			all := fmt.Sprintf("MAIL FROM:<%s> SIZE=%d\r\nRCPT TO:<%s>\r\nDATA\r\n", bal, len(raw), peer)
			b.SetBytes(int64(len(raw)))
			b.SetParallelism(1)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				c := w.login(b)
				_ = c.conn.SetDeadline(noDeadline)
				for pb.Next() {
					c.send(all)
					c.want(250)
					c.want(250)
					c.want(354)
					c.send(raw + ".\r\n")
					c.want(250)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// BenchmarkLogin opens a connection, starts TLS and authenticates.
func BenchmarkLogin(b *testing.B) {
	w := start(b, submission.Limits{})
	for b.Loop() {
		c := w.login(b)
		_ = c.conn.Close()
	}
}
