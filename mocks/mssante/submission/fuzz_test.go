package submission_test

import (
	"crypto/tls"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// replies is what a server may say.
var replies = regexp.MustCompile(`^(?:[2345][0-9][0-9][- ][\x20-\x7e\t]*\r\n)*$`)

// FuzzDialogue says anything to an authenticated session: it always ends, with
// replies that are replies, and the journal has its end.
func FuzzDialogue(f *testing.F) {
	mail := "MAIL FROM:<" + bal + ">\r\nRCPT TO:<" + peer + ">\r\n"
	for _, s := range []string{
		"", "QUIT\r\n", mail + "DATA\r\n" + head + "x\r\n.\r\nQUIT\r\n", mail + "BDAT 3\r\nabcBDAT 0 LAST\r\n", mail + "BDAT 100 LAST\r\nabc", mail + "BDAT 3\r\nabcRSET\r\nNOOP\r\n",
		"AUTH XOAUTH2\r\n*\r\n", "\x00\r\n", "NO\r\n\r\n\r\nFOO\r\nFOO\r\nFOO\r\n", "MAIL FROM:<\"a b\"@x> SIZE=9 BODY=7BIT AUTH=<> ENVID=+41\r\n", "RCPT TO:<@a,@b:c@d>\r\n",
		mail + "DATA\r\n.\n.\r.\r\n..\r\n", mail + "BDAT 4294967295 LAST\r\nx", "HELP\r\nSTARTTLS\r\nVRFY \xff\r\n", strings.Repeat("x", 30_000) + "\r\n", mail + "BDAT 2\r\nabQUIT\r\n",
	} {
		f.Add([]byte(s))
	}
	w := start(f, submission.Limits{Command: 5 * time.Second, Data: 5 * time.Second}, func(w *world) { w.post.empty, w.post.max = true, 10_000 })
	f.Fuzz(func(t *testing.T, in []byte) {
		w := &world{t: t, app: w.app, gate: w.gate, post: w.post}
		after := w.app.World().Journal.Last()
		c := w.login(t)
		go func() {
			_, _ = c.conn.Write(in)
			_ = c.conn.(*tls.Conn).CloseWrite()
		}()
		out, err := io.ReadAll(c.in)
		if err != nil && !strings.Contains(err.Error(), "reset") {
			t.Fatalf("%q: %v after %q", in, err, out)
		}
		if !replies.Match(out) {
			t.Fatalf("%q: said %q", in, out)
		}
		e := w.entry(t, "smtp.quit", after)
		for _, x := range w.app.World().Journal.Since(after, 0) {
			if x.Outcome == journal.Failed {
				t.Fatalf("%q: %s: %v", in, x.Summary, x.Facts)
			}
		}
		if e.Fact("end.how") == "timeout" {
			t.Fatalf("%q: it hung", in)
		}
	})
}
