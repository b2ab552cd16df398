//go:build linux

package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cpu is the time that this process has spent on a processor.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A wire is a kept connection that sends bytes made before.
type wire struct {
	conn net.Conn
	r    *bufio.Reader
	body []byte
}

func dial(b *testing.B, s *simulator, secure bool) *wire {
	b.Helper()
	name, conf := "http", (*tls.Config)(nil)
	if secure {
		var err error
		if conf, err = s.TLS(""); err != nil {
			b.Fatal(err)
		}
		conf.ServerName, name = "localhost", "https"
	}
	return dialAt(b, s.Endpoints().Listeners[name], conf)
}

func dialAt(b *testing.B, addr string, conf *tls.Config) *wire {
	b.Helper()
	conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	if conf != nil {
		c := tls.Client(conn, conf)
		ctx, cancel := context.WithTimeout(b.Context(), patience)
		defer cancel()
		if err := c.HandshakeContext(ctx); err != nil {
			b.Fatal(err)
		}
		conn = c
	}
	b.Cleanup(func() { _ = conn.Close() })
	return &wire{conn: conn, r: bufio.NewReaderSize(conn, 64<<10)}
}

// ask sends a request and reads its answer, which must say its length.
func (w *wire) ask(b *testing.B, request []byte) int {
	b.Helper()
	if _, err := w.conn.Write(request); err != nil {
		b.Fatal(err)
	}
	status, length := 0, -1
	for {
		line, err := w.r.ReadSlice('\n')
		if err != nil {
			b.Fatal(err)
		}
		if len(line) == 2 {
			break
		}
		if status == 0 {
			status = number(line[9:12])
		} else if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length = number(bytes.TrimSpace(v))
		}
	}
	if length < 0 {
		b.Fatal("an answer without Content-Length")
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	w.body = w.body[:length]
	if _, err := io.ReadFull(w.r, w.body); err != nil {
		b.Fatal(err)
	}
	return status
}

func number(digits []byte) int {
	n := 0
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

func wireGet(at string) []byte {
	u, err := url.Parse(at)
	if err != nil {
		panic(err)
	}
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\nUser-Agent: bench\r\n\r\n", u.RequestURI(), u.Host)
}

// wirePost is a form sent by the default client.
func wirePost(at string, f url.Values) []byte {
	body := f.Encode()
	req, err := http.NewRequest(http.MethodPost, at, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(clientID, clientSecret)
	var out bytes.Buffer
	if err := req.Write(&out); err != nil {
		panic(err)
	}
	return out.Bytes()
}
