package edge

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// holdBack is how much of an answer waits for the handler to end.
const holdBack = 256 << 10

// contractHeader marks operations whose contract is not public.
const contractHeader = "X-Segursim-Contrat"

// responseTap holds an answer back until the handler has ended, so that the
// journal entry is closed, and a wire fault applied, before a byte leaves. An
// answer larger than holdBack, or one that is flushed, is streamed.
type responseTap struct {
	w   http.ResponseWriter
	r   *http.Request
	x   *sim.Exchange
	max int64
	now func() time.Time

	status    int
	buf       bytes.Buffer
	streaming bool
	head      []byte
	tap       bodyTap
	body      []byte // what send writes
}

func (t *responseTap) Header() http.Header { return t.w.Header() }

func (t *responseTap) WriteHeader(status int) {
	if status >= 100 && status < 200 {
		return
	}
	if t.status == 0 {
		t.status = status
	}
}

func (t *responseTap) Write(p []byte) (int, error) {
	t.WriteHeader(http.StatusOK)
	if !t.streaming && t.buf.Len()+len(p) > holdBack {
		t.stream()
	}
	if t.streaming {
		t.tap.note(p)
		return t.w.Write(p)
	}
	return t.buf.Write(p)
}

// Flush sends what there is; from then on the answer streams.
func (t *responseTap) Flush() {
	t.WriteHeader(http.StatusOK)
	t.stream()
	if f, ok := t.w.(http.Flusher); ok {
		f.Flush()
	}
}

func (t *responseTap) stream() {
	if t.streaming {
		return
	}
	t.streaming = true
	t.tap.max = t.max
	t.prepare()
	t.head = t.buildHead()
	t.w.WriteHeader(t.status)
	t.tap.note(t.buf.Bytes())
	_, _ = t.w.Write(t.buf.Bytes())
	t.buf = bytes.Buffer{}
}

// discard forgets an answer that has not left.
func (t *responseTap) discard() {
	if t.streaming {
		return
	}
	t.status = 0
	t.buf.Reset()
	for k := range t.Header() {
		if k != IDHeader {
			t.Header().Del(k)
		}
	}
}

func (t *responseTap) prepare() {
	h := t.Header()
	if h.Get("Date") == "" {
		h.Set("Date", t.now().UTC().Format(http.TimeFormat))
	}
	if t.x.Entry.Provenance == string(sim.Invented) {
		h.Set(contractHeader, "invente")
	}
}

// settle decides what will be sent: the answer, or what the wire fault makes of it.
func (t *responseTap) settle() {
	if t.streaming {
		return
	}
	if t.x.Wire.Kind == sim.HTTPStatus {
		t.discard()
		t.status = t.x.Wire.Status
		if t.x.Wire.RetryAfter > 0 {
			t.Header().Set("Retry-After", strconv.Itoa(int(t.x.Wire.RetryAfter.Seconds())))
		}
		if t.x.Wire.Body != "" {
			t.Header().Set("Content-Type", "text/html; charset=utf-8")
			t.buf.WriteString(t.x.Wire.Body)
		}
	}
	t.WriteHeader(http.StatusOK)
	t.prepare()
	t.body = t.buf.Bytes()
	if t.x.Wire.Kind == sim.Garble {
		t.body = garble(t.body)
	}
	h := t.Header()
	if bodyAllowed(t.status) && h.Get("Content-Length") == "" && h.Get("Transfer-Encoding") == "" {
		h.Set("Content-Length", strconv.Itoa(len(t.body)))
	}
	if len(t.body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", http.DetectContentType(t.body))
	}
	t.head = t.buildHead()
	if t.x.Wire.Kind == sim.Truncate {
		cut := t.x.Wire.Bytes
		if cut <= 0 || cut >= len(t.body) {
			cut = len(t.body) / 2
		}
		t.body = t.body[:cut]
	}
}

// buildHead writes the head as net/http will: the lines sorted by name.
func (t *responseTap) buildHead() []byte {
	var b strings.Builder
	b.WriteString("HTTP/1.1 ")
	b.WriteString(strconv.Itoa(t.status))
	b.WriteByte(' ')
	b.WriteString(http.StatusText(t.status))
	b.WriteString("\r\n")
	_ = t.Header().Write(&b)
	b.WriteString("\r\n")
	return []byte(b.String())
}

func (t *responseTap) fill(m *journal.Message) {
	m.Header = t.Header().Clone()
	if t.streaming {
		m.Head, m.Rebuilt = t.head, true
		t.tap.fill(m)
		return
	}
	switch t.x.Wire.Kind {
	case sim.Drop, sim.ResetConn:
		return // nothing leaves
	}
	m.Head, m.Rebuilt = t.head, t.r.Close || !t.r.ProtoAtLeast(1, 1)
	if t.r.Method == http.MethodHead {
		return
	}
	if n := int64(len(t.body)); n <= t.max { // held back whole: no copy, the journal makes its own
		m.Body, m.Size = t.body, n
		return
	}
	t.tap.max = t.max
	t.tap.note(t.body)
	t.tap.fill(m)
}

// send writes the answer, or cuts the connection.
func (t *responseTap) send(c *conn) {
	if t.streaming {
		return
	}
	switch t.x.Wire.Kind {
	case sim.Drop:
		panic(http.ErrAbortHandler)
	case sim.ResetConn:
		if c != nil {
			c.linger()
		}
		panic(http.ErrAbortHandler)
	}
	t.w.WriteHeader(t.status)
	if bodyAllowed(t.status) && len(t.body) > 0 {
		_, _ = t.w.Write(t.body)
	}
	if f, ok := t.w.(http.Flusher); ok { // or net/http sends it after the exchange has ended
		f.Flush()
	}
	if t.x.Wire.Kind == sim.Truncate {
		panic(http.ErrAbortHandler)
	}
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// garble flips bits through the body, the same ones each time.
func garble(b []byte) []byte {
	out := bytes.Clone(b)
	for i := 7; i < len(out); i += 31 {
		out[i] ^= 0x15
	}
	return out
}

// linger makes the next close of a TCP connection send a reset.
func linger(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

var (
	_ http.Flusher = (*responseTap)(nil)
	_ io.Writer    = (*responseTap)(nil)
)
