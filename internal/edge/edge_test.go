package edge_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/edge"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// door is a front door with one handler behind it.
type door struct {
	addr  string
	world *sim.World
	log   *journal.Log
}

func open(t *testing.T, conf *tls.Config, opt journal.Options, h http.HandlerFunc) *door {
	t.Helper()
	log := journal.New(opt)
	w := &sim.World{Clock: clock.New(nil), Journal: log, Log: slog.New(slog.DiscardHandler)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	name := "http"
	if conf != nil {
		name = "https"
	}
	srv := edge.NewServer(&edge.Handler{World: w, Transport: name, IDs: rand.Reader, Next: h}, w.Log)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(&edge.Listener{Listener: l, World: w, TLS: conf})
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-done
		w.Clock.Close()
	})
	return &door{addr: l.Addr().String(), world: w, log: log}
}

// raw sends bytes and returns all that comes back.
func (d *door) raw(t *testing.T, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	b, _ := io.ReadAll(c)
	return string(b)
}

// entry waits for the n-th entry.
func (d *door) entry(t *testing.T, n uint64) *journal.Entry {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := d.log.Wait(ctx, n-1); err != nil {
		t.Fatalf("entry %d: %v", n, err)
	}
	e, ok := d.log.Get(n)
	if !ok {
		t.Fatalf("entry %d is missing", n)
	}
	return e
}

func echo(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write(append([]byte("reçu "), b...))
}

// TestExactBytes: the journal holds the head as it was on the wire, its odd case,
// order and spacing included, over several requests of one connection.
func TestExactBytes(t *testing.T) {
	t.Parallel()
	d := open(t, nil, journal.Options{}, echo)
	first := "POST /a?b=%63 HTTP/1.1\r\nhOsT:   x.test\r\nx-B: 2\r\nX-a: 1\r\nContent-Length: 3\r\n\r\n"
	second := "GET /deux HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n\r\n"
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, first+"abc")
	br := bufio.NewReader(c)
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_, _ = io.WriteString(c, second)
	rest, _ := io.ReadAll(br)

	one, two := d.entry(t, 1), d.entry(t, 2)
	if string(one.Request.Head) != first || one.Request.Rebuilt || string(one.Request.Body) != "abc" {
		t.Errorf("first request:\n%q\n%q rebuilt %v", one.Request.Head, one.Request.Body, one.Request.Rebuilt)
	}
	if string(two.Request.Head) != second {
		t.Errorf("second request: %q", two.Request.Head)
	}
	if string(one.Response.Body) != string(body) || resp.Header.Get(edge.IDHeader) != one.ID {
		t.Errorf("response: %q %q, id %s %s", one.Response.Body, body, resp.Header.Get(edge.IDHeader), one.ID)
	}
	if head, _, _ := strings.Cut(string(rest), "\r\n\r\n"); !strings.Contains(head, "200 OK") {
		t.Errorf("second answer %q", rest)
	}
}

// TestResponseHead: the response head in the journal is the one on the wire.
func TestResponseHead(t *testing.T) {
	t.Parallel()
	d := open(t, nil, journal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Z", "1")
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "{}")
	})
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	buf := make([]byte, 4096)
	n, err := c.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	e := d.entry(t, 1)
	want := string(e.Response.Head) + string(e.Response.Body)
	if got := string(buf[:n]); got != want {
		t.Errorf("on the wire:\n%q\nin the journal:\n%q", got, want)
	}
	if e.Status != http.StatusTeapot {
		t.Errorf("status %d", e.Status)
	}
}

// TestPipelined: two requests sent at once are both answered and journaled; the
// head of the second may be rebuilt, and then says so.
func TestPipelined(t *testing.T) {
	t.Parallel()
	d := open(t, nil, journal.Options{}, echo)
	got := d.raw(t, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	if n := strings.Count(got, "200 OK"); n != 2 {
		t.Fatalf("%d answers in %q", n, got)
	}
	two := d.entry(t, 2)
	if !strings.HasPrefix(string(two.Request.Head), "GET /2 HTTP/1.1\r\n") {
		t.Errorf("head %q", two.Request.Head)
	}
}

// TestLargeBodies: what exceeds the bound is counted and hashed, not kept.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	const size = 3 << 20
	d := open(t, nil, journal.Options{MaxBody: 1000}, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = w.Write(b)
	})
	sent := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	resp, err := http.Post("http://"+d.addr+"/", "application/octet-stream", bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	back, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if !bytes.Equal(back, sent) {
		t.Errorf("%d bytes came back", len(back))
	}
	sum := sha256.Sum256(sent)
	e := d.entry(t, 1)
	for name, m := range map[string]journal.Message{"request": e.Request, "response": e.Response} {
		if len(m.Body) != 1000 || m.Size != size || m.SHA256 != hex.EncodeToString(sum[:]) || !m.Truncated() {
			t.Errorf("%s: %d kept of %d, %s", name, len(m.Body), m.Size, m.SHA256)
		}
	}
}

// TestMalformed: what net/http refuses by itself is in the journal too.
func TestMalformed(t *testing.T) {
	t.Parallel()
	d := open(t, nil, journal.Options{}, echo)
	for i, bad := range []string{
		"POURQUOI\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
		"GET / HTTP/1.1\r\n\x00: x\r\n\r\n",
	} {
		if got := d.raw(t, bad); !strings.HasPrefix(got, "HTTP/1.1 400") {
			t.Errorf("%q got %q", bad, got)
		}
		e := d.entry(t, uint64(i+1))
		if e.Outcome != journal.Refused || e.Status != 400 || string(e.Request.Head) != bad || len(e.Causes) != 1 {
			t.Errorf("%q journaled as %s %d %q", bad, e.Outcome, e.Status, e.Request.Head)
		}
	}
}

// TestPanic: a handler that panics answers 500, and the connection lives on.
func TestPanic(t *testing.T) {
	t.Parallel()
	d := open(t, nil, journal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Secret", "1")
		_, _ = io.WriteString(w, "half an answer")
		panic("aïe")
	})
	got := d.raw(t, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 500") || strings.Contains(got, "half") || strings.Contains(got, "X-Secret") {
		t.Errorf("got %q", got)
	}
	if e := d.entry(t, 1); e.Outcome != journal.Failed || e.Status != 500 {
		t.Errorf("journaled as %s %d", e.Outcome, e.Status)
	}
}

func TestWireFaults(t *testing.T) {
	t.Parallel()
	const body = "une réponse assez longue pour être abîmée quelque part"
	for _, c := range []struct {
		name  string
		wire  sim.WireFault
		check func(got string) error
	}{
		{"http", sim.WireFault{Kind: sim.HTTPStatus, Status: 503, RetryAfter: 7 * time.Second}, func(got string) error {
			if !strings.HasPrefix(got, "HTTP/1.1 503") || !strings.Contains(got, "Retry-After: 7\r\n") || strings.Contains(got, "longue") {
				return errors.New("want a bare 503 with Retry-After")
			}
			return nil
		}},
		{"drop", sim.WireFault{Kind: sim.Drop}, func(got string) error {
			if got != "" {
				return errors.New("want nothing")
			}
			return nil
		}},
		{"reset", sim.WireFault{Kind: sim.ResetConn}, func(got string) error {
			if got != "" {
				return errors.New("want nothing")
			}
			return nil
		}},
		{"truncate", sim.WireFault{Kind: sim.Truncate, Bytes: 5}, func(got string) error {
			head, rest, _ := strings.Cut(got, "\r\n\r\n")
			if rest != body[:5] || !strings.Contains(head, fmt.Sprintf("Content-Length: %d", len(body))) {
				return errors.New("want the whole length and five bytes")
			}
			return nil
		}},
		{"garble", sim.WireFault{Kind: sim.Garble}, func(got string) error {
			_, rest, _ := strings.Cut(got, "\r\n\r\n")
			if len(rest) != len(body) || rest == body {
				return errors.New("want the same length, other bytes")
			}
			return nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, nil, journal.Options{}, func(w http.ResponseWriter, r *http.Request) {
				sim.ExchangeOf(r.Context()).Wire = c.wire
				_, _ = io.WriteString(w, body)
			})
			got := d.raw(t, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			if err := c.check(got); err != nil {
				t.Errorf("%v, got %q", err, got)
			}
			if e := d.entry(t, 1); e.Outcome != journal.Faulted {
				t.Errorf("journaled as %s", e.Outcome)
			}
		})
	}
}

// certificate is a throw-away server certificate.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t)
	d := open(t, &tls.Config{Certificates: []tls.Certificate{cert}}, journal.Options{}, func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			t.Error("the handler does not see TLS")
		}
		_, _ = io.WriteString(w, "ok")
	})
	get := func(conf *tls.Config) error {
		tr := &http.Transport{TLSClientConfig: conf, ForceAttemptHTTP2: true}
		defer tr.CloseIdleConnections()
		resp, err := (&http.Client{Transport: tr}).Get("https://" + d.addr + "/")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.ReadAll(resp.Body)
		return err
	}
	if err := get(&tls.Config{RootCAs: pool}); err != nil {
		t.Fatal(err)
	}
	e := d.entry(t, 1)
	if e.Transport != "https" || e.Peer.TLS == nil || e.Peer.TLS.Version != "TLS 1.3" || e.Request.Rebuilt {
		t.Errorf("entry %s %+v rebuilt %v", e.Transport, e.Peer.TLS, e.Request.Rebuilt)
	}
	if err := get(&tls.Config{}); err == nil {
		t.Fatal("an unknown authority was trusted")
	}
	if e := d.entry(t, 2); e.Transport != "tls" || e.Causes[0].Rule != "tls.untrusted" {
		t.Errorf("a client that does not trust us: %s %+v", e.Transport, e.Causes)
	}
	_ = d.raw(t, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if e := d.entry(t, 3); e.Causes[0].Rule != "tls.plain-text" {
		t.Errorf("plain text: %+v", e.Causes)
	}
	if err := get(&tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); err == nil {
		t.Fatal("TLS 1.1 was accepted")
	}
	if e := d.entry(t, 4); e.Causes[0].Rule != "tls.version" {
		t.Errorf("TLS 1.1: %+v %s", e.Causes, e.Summary)
	}
}

// TestStreaming: a flushed answer leaves at once, and is journaled whole.
func TestStreaming(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	d := open(t, nil, journal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "un ")
		w.(http.Flusher).Flush()
		<-release
		_, _ = io.WriteString(w, "deux")
	})
	resp, err := http.Get("http://" + d.addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	part := make([]byte, 3)
	if _, err := io.ReadFull(resp.Body, part); err != nil || string(part) != "un " {
		t.Fatalf("%q %v", part, err)
	}
	close(release)
	rest, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if e := d.entry(t, 1); string(rest) != "deux" || string(e.Response.Body) != "un deux" || !e.Response.Rebuilt {
		t.Errorf("%q, journal %q", rest, e.Response.Body)
	}
}

// TestQuiet: an exchange may keep itself out of the journal.
func TestQuiet(t *testing.T) {
	t.Parallel()
	d := open(t, nil, journal.Options{}, func(w http.ResponseWriter, r *http.Request) {
		sim.ExchangeOf(r.Context()).Quiet = true
		w.WriteHeader(http.StatusNoContent)
	})
	if got := d.raw(t, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); strings.Contains(got, "Content-Length") {
		t.Errorf("a 204 has no length: %q", got)
	}
	if n := d.log.Stats().Entries; n != 0 {
		t.Errorf("%d entries", n)
	}
}

func BenchmarkExchange(b *testing.B) {
	log := journal.New(journal.Options{})
	w := &sim.World{Clock: clock.New(nil), Journal: log, Log: slog.New(slog.DiscardHandler)}
	h := &edge.Handler{World: w, Transport: "http", IDs: rand.Reader, Next: http.HandlerFunc(echo)}
	req, err := http.NewRequest(http.MethodGet, "http://x/y", http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(discard{http.Header{}}, req)
	}
}

type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
