package edge_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// TestUnreadBody refuses requests without reading their bodies, which net/http
// then reads by itself or hangs up on: what it reads belongs to no head, and the
// refusal is not a malformed request.
func TestUnreadBody(t *testing.T) {
	t.Parallel()
	refuse := func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "non", http.StatusBadRequest) }
	chunk := func(n int) string { return fmt.Sprintf("%x\r\n%s\r\n", n, strings.Repeat("x", n)) }
	tests := map[string]struct {
		header, body string
		closed       bool // the connection does not outlive the refusal
	}{
		"declared, small":   {"Content-Length: 1000\r\n", strings.Repeat("x", 1000), false},
		"declared, large":   {"Content-Length: 5000000\r\n", strings.Repeat("x", 300_000), true},
		"chunked, small":    {"Transfer-Encoding: chunked\r\n", chunk(20_000) + "0\r\n\r\n", false},
		"chunked, endless":  {"Transfer-Encoding: chunked\r\n", strings.Repeat(chunk(20_000), 20), true},
		"declared, cut off": {"Content-Length: 1000\r\n", "x", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, nil, journal.Options{}, refuse)
			c, err := net.Dial("tcp", d.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			// What the server no longer reads may fail to leave.
			_, _ = io.WriteString(c, "POST /un HTTP/1.1\r\nhOsT: x.test\r\n"+tt.header+"\r\n"+tt.body)
			if name == "declared, cut off" {
				_ = c.(*net.TCPConn).CloseWrite()
			}
			r := bufio.NewReader(c)
			res, err := http.ReadResponse(r, nil)
			if err != nil || res.StatusCode != http.StatusBadRequest {
				t.Fatalf("%v %v", res, err)
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			want := uint64(1)
			if !tt.closed {
				const second = "GET /deux HTTP/1.1\r\nhOsT:  x.test\r\n\r\n"
				if _, err := io.WriteString(c, second); err != nil {
					t.Fatal(err)
				}
				if res, err = http.ReadResponse(r, nil); err != nil || res.StatusCode != http.StatusBadRequest {
					t.Fatalf("%v %v", res, err)
				}
				_ = res.Body.Close()
				if e := d.entry(t, 2); e.Request.Rebuilt || string(e.Request.Head) != second {
					t.Errorf("head of the next request: rebuilt %v, %q", e.Request.Rebuilt, e.Request.Head)
				}
				want = 2
			}
			// A part of a next request, and good-bye.
			_, _ = io.WriteString(c, "GET /tro")
			_ = c.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, r) // until the server has closed too
			time.Sleep(50 * time.Millisecond)
			if got := d.log.Last(); got != want {
				e, _ := d.log.Get(want + 1)
				t.Errorf("%d entries, want %d; then: %s %q", got, want, e.Summary, e.Request.Head[:min(60, len(e.Request.Head))])
			}
		})
	}
}
