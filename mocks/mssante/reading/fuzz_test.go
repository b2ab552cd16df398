package reading_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// FuzzFront sends bytes, then whatever ends what they may have begun, then NOOP: it is
// answered, or the connection is closed. Nothing panics, and nobody reads a literal as a
// command.
func FuzzFront(f *testing.F) {
	for _, s := range []string{
		"a NOOP\r\n", "a SELECT INBOX\r\nb FETCH 1:* (FLAGS BODY[])\r\n", "a APPEND INBOX {5+}\r\nhello\r\n", "a APPEND INBOX {5}\r\nhello\r\n",
		"a IDLE\r\nDONE\r\n", "a SEARCH OR (SEEN) NOT {3+}\r\nabc\r\n", "a UID MOVE 1:* Sent\r\n", "a LIST (SUBSCRIBED) \"\" (a b) RETURN (STATUS (MESSAGES))\r\n",
		"a AUTHENTICATE XOAUTH2\r\n*\r\n", "a LOGIN {3+}\r\na b {1+}\r\nc\r\n", "a STORE 1 +FLAGS (\\Seen x)\r\n", "a CREATE {2+}\r\n\r\n\r\n",
		"a FETCH 1 (BODY[1.2.HEADER.FIELDS (a {1+}\r\nb)]<1.2>)\r\n", "a {5+}\r\nhello\r\n", "\r\n\r\n", "a ID (\"x\" NIL)\r\n", "a SORT (REVERSE DATE) UTF-8 ALL\r\n",
		"a THREAD REFERENCES UTF-8 TEXT x\r\n", "a ENABLE IMAP4rev2\r\nb SEARCH RETURN (SAVE) ALL\r\nc FETCH $ UID\r\n", "a STATUS INBOX (MESSAGES)\r\n",
		"a LOGOUT\r\n", "a COPY 1,2:*,4 \"&AOk-\"\r\n", "a FETCH 1 (ENVELOPE BODYSTRUCTURE BINARY[1]<0.1> BINARY.SIZE[1])\r\n", "\x00\xff a NOOP\r\n", "a NOOP {0+}\r\n\r\n",
		"a LIST (SUBSCRIBED) \" (a b)\r\n",
		"a UNSELECT\r\nb EXAMINE INBOX\r\nc CLOSE\r\n", "a RENAME INBOX x\r\n", "a GETQUOTAROOT INBOX\r\n", "a UID SEARCH UID 1:4294967295\r\n", "a APPEND INBOX UTF8 (~{1+}\r\nx)\r\n",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	shared := start(f)
	f.Fuzz(func(t *testing.T, data []byte, selected bool) {
		if len(data) > 4096 || big.Match(data) { // a literal that is larger than what is sent below
			return
		}
		b := &bench{TB: t, house: shared.house, app: shared.app, tls: shared.tls}
		b.put("INBOX", letter("m", "x"))
		conn, err := net.Dial("tcp", b.addr("imaps"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close() //nolint:errcheck // the end of the case
		l := under(b, conn)
		_ = l.conn.SetDeadline(time.Now().Add(10 * time.Second))
		l.read()
		if selected {
			l.ok("AUTHENTICATE XOAUTH2 %s", xoauth2(bal, token))
			l.ok("SELECT INBOX")
		}
		// What was begun is ended: a line, a literal of any size that may be asked for.
		var out bytes.Buffer
		out.Write(data)
		out.WriteString("\r\nDONE\r\n*\r\n\r\n")
		answers := make(chan string, 1)
		go func() {
			var got bytes.Buffer
			tmp := make([]byte, 4096)
			for {
				n, err := l.r.Read(tmp)
				got.Write(tmp[:n])
				if os.IsTimeout(err) {
					return
				}
				if err != nil || bytes.Contains(got.Bytes(), []byte("\nzzz OK")) || bytes.HasPrefix(got.Bytes(), []byte("zzz OK")) {
					answers <- got.String()
					return
				}
			}
		}()
		if _, err := l.conn.Write(out.Bytes()); err == nil {
			// A literal may be under way: feed it until the end is answered.
			pad := strings.Repeat("x", 1000) + "\r\nzzz NOOP\r\n"
			for range 40 {
				if _, err := io.WriteString(l.conn, pad); err != nil {
					break
				}
			}
		}
		select {
		case got := <-answers:
			if strings.Contains(got, "SERVERBUG") {
				t.Errorf("%q is answered %q", data, got)
			}
		case <-time.After(9 * time.Second):
			t.Errorf("%q, then NOOP: no answer, and the connection stays open", data)
		}
	})
}
