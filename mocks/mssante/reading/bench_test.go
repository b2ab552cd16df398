package reading_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/store"
)

// idleBytes is what n sessions cost on the server's side, each with a folder open, in
// IDLE or not: heap and stacks. The clients' side is measured apart and taken away.
func idleBytes(b *testing.B, n int, idle bool) float64 {
	bench := start(b)
	bench.put("INBOX", letter("m", "x"))
	memory := func() uint64 {
		var m runtime.MemStats
		for range 3 {
			runtime.GC()
		}
		time.Sleep(50 * time.Millisecond) // finalizers, and stacks that shrink
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	bench.selected("INBOX") // what the first session makes for all
	lines := make([]*line, n)
	for i := range lines {
		l := bench.selected("INBOX")
		if idle {
			l.send("i IDLE\r\n")
			l.read()
		}
		lines[i] = l
	}
	with := memory()
	// The clients alone: their connections stay, the server's are gone.
	bench.server.Reset()
	for range 500 {
		if bench.watching() == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	alone := memory()
	runtime.KeepAlive(lines)
	return float64(with-alone) / float64(n)
}

// BenchmarkIdleSession measures memory, not time: bytes a session.
func BenchmarkIdleSession(b *testing.B) {
	for _, idle := range []bool{false, true} {
		b.Run(map[bool]string{false: "selected", true: "idle"}[idle], func(b *testing.B) {
			var total float64
			for b.Loop() {
				total += idleBytes(b, 500, idle)
			}
			b.ReportMetric(total/float64(b.N), "B/session")
		})
	}
}

// crowd is a folder of n messages.
func crowd(b *testing.B, n int) *bench {
	bench := start(b)
	for from := 0; from < n; from += 1000 {
		err := bench.mail.Update(func(tx *store.Txn) error {
			for i := from; i < min(n, from+1000); i++ {
				raw := strings.Replace(letter(fmt.Sprintf("Compte rendu numero %d", i), "Bonjour"), "alix.medecin", fmt.Sprintf("medecin%d", i%100), 2)
				var flags []string
				if i%10 != 0 {
					flags = []string{`\Seen`}
				}
				if _, err := bench.mail.Append(tx, bal, "INBOX", []byte(raw), flags, morning.AddDate(0, 0, -i%365)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return bench
}

// BenchmarkLargeMailbox opens and searches a mailbox of 100,000 messages. The metric
// pause-ms is the longest time that another session waited for an answer to NOOP, or a
// delivery for its end, meanwhile.
func BenchmarkLargeMailbox(b *testing.B) {
	bench := crowd(b, 100_000)
	l := bench.selected("INBOX")
	for _, c := range []string{
		"SELECT INBOX", "UID SEARCH UNSEEN", `UID SEARCH SUBJECT "numero 99999"`, "UID SEARCH FROM medecin42@", "UID SEARCH SINCE 1-Jan-2026",
		"UID SEARCH HEADER Message-ID <Compte-rendu-numero-5000@segursim.test>", "UID SEARCH UID 50000 SUBJECT compte",
		"UID SORT (REVERSE DATE) UTF-8 ALL", "UID FETCH 1:1000 (FLAGS ENVELOPE)", "UID FETCH 99000:* (UID FLAGS)", "NOOP",
	} {
		b.Run(strings.Fields(strings.TrimPrefix(c, "UID "))[0]+" "+strings.TrimPrefix(c, "UID "), func(b *testing.B) {
			l.TB = b
			_ = l.conn.SetDeadline(time.Now().Add(time.Minute))
			for b.Loop() {
				l.ok("%s", c)
			}
		})
	}
}

// BenchmarkPauses runs searches of texts, which read every message, and measures what
// others wait meanwhile.
func BenchmarkPauses(b *testing.B) {
	bench := crowd(b, 100_000)
	searcher, other := bench.selected("INBOX"), bench.selected("Sent")
	var worstNoop, worstPut time.Duration
	for b.Loop() {
		_ = searcher.conn.SetDeadline(time.Now().Add(time.Minute))
		_ = other.conn.SetDeadline(time.Now().Add(time.Minute))
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = io.WriteString(searcher.conn, "s UID SEARCH TEXT introuvable\r\n")
			for {
				s, err := searcher.tryRead()
				if err != nil || strings.HasPrefix(s, "s OK") {
					return
				}
			}
		}()
		for waiting := true; waiting; {
			select {
			case <-done:
				waiting = false
			default:
			}
			at := time.Now()
			other.ok("NOOP")
			worstNoop = max(worstNoop, time.Since(at))
			at = time.Now()
			bench.put("Sent", letter("x", "x"))
			worstPut = max(worstPut, time.Since(at))
			time.Sleep(time.Millisecond)
		}
	}
	b.ReportMetric(float64(worstNoop.Microseconds())/1000, "noop-ms")
	b.ReportMetric(float64(worstPut.Microseconds())/1000, "put-ms")
}

func BenchmarkFetch(b *testing.B) {
	for _, size := range []int{4 << 10, 200 << 10, 10 << 20} {
		b.Run(fmt.Sprintf("%dk", size>>10), func(b *testing.B) {
			bench := start(b)
			bench.put("INBOX", letter("m", strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz\r\n", size/38)))
			l := bench.selected("INBOX")
			b.SetBytes(int64(size))
			for b.Loop() {
				_ = l.conn.SetDeadline(time.Now().Add(time.Minute))
				l.send("a FETCH 1 BODY.PEEK[]\r\n")
				l.until("a")
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{4 << 10, 200 << 10} {
		b.Run(fmt.Sprintf("%dk", size>>10), func(b *testing.B) {
			bench := start(b)
			bench.house.quota = 1 << 40
			raw := letter("m", strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz\r\n", size/38))
			l := bench.login()
			b.SetBytes(int64(size))
			i := 0
			for b.Loop() {
				i++
				_ = l.conn.SetDeadline(time.Now().Add(time.Minute))
				fresh := fmt.Sprintf("X-N: %08d\r\n%s", i%500, raw) // contents are kept once
				l.send(fmt.Sprintf("a APPEND INBOX {%d+}\r\n%s\r\n", len(fresh), fresh))
				if s, _ := l.until("a"); !strings.HasPrefix(s, "OK") {
					b.Fatal(s)
				}
			}
		})
	}
}

// BenchmarkFetchPieces fetches an attachment of 10 MB in pieces of 64 kB, as clients do.
func BenchmarkFetchPieces(b *testing.B) {
	bench := start(b)
	var raw strings.Builder
	raw.WriteString("From: a@segursim.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	for raw.Len() < 10<<20 {
		raw.WriteString(strings.Repeat("QUJD", 19) + "\r\n")
	}
	raw.WriteString("--b--\r\n")
	bench.put("INBOX", raw.String())
	l := bench.selected("INBOX")
	b.SetBytes(64 << 10)
	at := 0
	for b.Loop() {
		_ = l.conn.SetDeadline(time.Now().Add(time.Minute))
		l.send(fmt.Sprintf("a UID FETCH 1 BODY.PEEK[2]<%d.65536>\r\n", at))
		l.until("a")
		at = (at + 65536) % (9 << 20)
	}
}
