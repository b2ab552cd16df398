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
		closed       bool  // the connection does not outlive the refusal
		size         int64 // what the journal has of the body
	}{
		"none":              {"", "", false, 0},
		"declared, small":   {"Content-Length: 1000\r\n", strings.Repeat("x", 1000), false, 1000},
		"declared, large":   {"Content-Length: 5000000\r\n", strings.Repeat("x", 300_000), true, 0},
		"chunked, small":    {"Transfer-Encoding: chunked\r\n", chunk(20_000) + "0\r\n\r\n", false, 20_000},
		"chunked, endless":  {"Transfer-Encoding: chunked\r\n", strings.Repeat(chunk(20_000), 40), true, 256<<10 + 1},
		"declared, cut off": {"Content-Length: 1000\r\n", "x", true, 1},
		"held back":         {"Content-Length: 1000\r\nExpect: 100-continue\r\n", "", true, 0},
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
			if e := d.entry(t, 1); e.Request.Size != tt.size || int64(len(e.Request.Body)) != tt.size {
				t.Errorf("body of %d bytes, %d kept, want %d", e.Request.Size, len(e.Request.Body), tt.size)
			}
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

// TestNextHead sends the next request as soon as the answer is there, whatever
// its size: its head is on the wire before the exchange has ended.
func TestNextHead(t *testing.T) {
	t.Parallel()
	d := open(t, nil, journal.Options{}, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, strings.Repeat("x", len(r.URL.Path)*len(r.URL.Path)*100))
	})
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	r := bufio.NewReader(c)
	for i := range 400 {
		head := "GET /" + strings.Repeat("a", i%60) + " HTTP/1.1\r\nhOsT:   x.test\r\n\r\n"
		if i%2 == 1 {
			head = "POST /" + strings.Repeat("a", i%60) + " HTTP/1.1\r\nhOsT:   x.test\r\nContent-Length: 4\r\n\r\n"
		}
		if _, err := io.WriteString(c, head+"corp"[:i%2*4]); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
		if e := d.entry(t, uint64(i+1)); e.Request.Rebuilt || string(e.Request.Head) != head {
			t.Fatalf("request %d: rebuilt %v, head %q, want %q", i, e.Request.Rebuilt, e.Request.Head, head)
		}
	}
}
