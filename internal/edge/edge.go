// Package edge is the glue between net/http and the simulated services: it
// accepts connections, keeps the exact bytes of a request's head, streams bodies
// past the journal, holds back small answers so that a wire fault can still spoil
// them, and closes each journal entry before the peer sees the answer.
//
// HTTP/1.1 only: what an editor compares with a trace of the real service is the
// order and case of header lines, which HTTP/2 does not carry.
//
// Limits: a request's head is at most MaxHead; an answer beyond holdBack is
// streamed, and a wire fault no longer applies to it; of two pipelined requests
// the second one's head is rebuilt from its parsed form.
package edge

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/google/uuid"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// MaxHead is the largest request head accepted, in bytes.
const MaxHead = 128 << 10

// IDHeader carries the exchange's id in every answer.
const IDHeader = "X-Segursim-Id"

// A Handler journals what a handler does. Transport is "https" or "http".
type Handler struct {
	World     *sim.World
	Transport string
	IDs       io.Reader // source of exchange ids
	Next      http.Handler
}

// ServeHTTP runs one exchange.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := h.World.Clock.Wall()
	x := &sim.Exchange{Entry: journal.Entry{
		Time: h.World.Clock.Now(), Transport: h.Transport, ID: h.id(), Outcome: journal.OK,
		Peer: journal.Peer{Addr: r.RemoteAddr},
	}}
	c := connOf(r)
	if c != nil {
		c.begin(r, x)
		defer c.answered()
	}
	if x.Entry.Request.Head == nil {
		x.Entry.Request.Head, x.Entry.Request.Rebuilt = rebuildHead(r), true
	}
	x.Entry.Request.Header = r.Header.Clone()
	h.peer(c, r, x)

	in := &bodyTap{rc: r.Body, max: h.World.Journal.MaxBody()}
	if c != nil {
		in.ended = c.bodyRead
	}
	out := &responseTap{w: w, r: r, x: x, max: h.World.Journal.MaxBody(), now: h.World.Clock.Now}
	out.Header().Set(IDHeader, x.Entry.ID)

	r = r.WithContext(sim.WithExchange(r.Context(), x))
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = in // of the copy: net/http looks at the type of its own
	}
	h.serve(out, r, x)

	in.drain(w, r)
	out.settle()
	in.fill(&x.Entry.Request)
	x.Entry.Status = out.status
	out.fill(&x.Entry.Response)
	x.Entry.Duration = h.World.Clock.Wall().Sub(started)
	if x.Entry.Summary == "" {
		x.Entry.Summary = fmt.Sprintf("%s %s → %d", r.Method, r.URL.Path, x.Entry.Status)
	}
	if x.Wire.Kind != sim.NoWireFault {
		x.Entry.Outcome = journal.Faulted
	}
	if !x.Quiet {
		h.World.Journal.Append(&x.Entry)
	}
	out.send(c)
}

// serve runs the handler; a panic becomes a 500 and a line in the log, never a
// dead connection.
func (h *Handler) serve(w *responseTap, r *http.Request, x *sim.Exchange) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		h.World.Log.ErrorContext(r.Context(), "handler panicked", slog.Any("panic", p),
			slog.String("path", r.URL.Path), slog.String("stack", string(debug.Stack())))
		x.Entry.Outcome = journal.Failed
		w.discard()
		http.Error(w, "internal error of the simulator, exchange "+x.Entry.ID, http.StatusInternalServerError)
	}()
	h.Next.ServeHTTP(w, r)
}

func (h *Handler) id() string {
	id, err := uuid.NewRandomFromReader(h.IDs)
	if err != nil {
		return ""
	}
	return id.String()
}

// peer records the TLS parameters and the client's certificate.
func (h *Handler) peer(c *conn, r *http.Request, x *sim.Exchange) {
	st := r.TLS
	if st == nil {
		return
	}
	t := c.describe(st)
	x.Chain = st.PeerCertificates
	if len(x.Chain) > 0 && h.World.PKI != nil {
		if err := h.World.PKI.VerifyClient(x.Chain); err != nil {
			t.Problem = err.Error()
		}
	}
	x.Entry.Peer.TLS = t
}

// rebuildHead writes a request head from its parsed form.
func rebuildHead(r *http.Request) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\r\nHost: %s\r\n", r.Method, r.RequestURI, r.Proto, r.Host)
	_ = r.Header.Write(&b)
	b.WriteString("\r\n")
	return []byte(b.String())
}

// bodyTap reads a request body, keeping its first part, its length and, once it
// is longer than what is kept, its hash.
type bodyTap struct {
	rc    io.ReadCloser
	max   int64
	ended func() // called when the body has been read to its end; nil does nothing
	done  bool
	kept  []byte
	size  int64
	sum   interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func (b *bodyTap) Read(p []byte) (int, error) {
	n, err := b.rc.Read(p)
	b.note(p[:n])
	if err == io.EOF && !b.done {
		b.done = true
		if b.ended != nil {
			b.ended()
		}
	}
	return n, err
}

// maxRest is how much of a body that its handler left unread is read all the
// same, in bytes: what net/http itself reads to keep a connection.
const maxRest = 256 << 10

// drain reads the rest of a small body, so that the journal has it and the
// connection goes on. A larger one is left, and one that its sender holds back
// until it is asked for (RFC 9110 §10.1.1): then the connection ends after the
// answer, late enough for a peer that still sends to read it.
func (b *bodyTap) drain(w http.ResponseWriter, r *http.Request) {
	if r.Body != b || b.done {
		return
	}
	held := b.size == 0 && strings.EqualFold(r.Header.Get("Expect"), "100-continue")
	if !held && r.ContentLength-b.size <= maxRest {
		_, _ = io.CopyN(io.Discard, b, maxRest+1)
	}
	if !b.done {
		// The one way to tell net/http: a body that went over its bound.
		_, _ = http.MaxBytesReader(w, io.NopCloser(strings.NewReader("x")), 0).Read(make([]byte, 1))
	}
}

func (b *bodyTap) Close() error { return b.rc.Close() }

func (b *bodyTap) note(p []byte) {
	if len(p) == 0 {
		return
	}
	b.size += int64(len(p))
	if b.sum == nil && b.size > b.max {
		b.sum = sha256.New()
		_, _ = b.sum.Write(b.kept)
		if room := b.max - int64(len(b.kept)); room > 0 {
			b.kept = append(b.kept, p[:room]...)
		}
		_, _ = b.sum.Write(p)
		return
	}
	if b.sum != nil {
		_, _ = b.sum.Write(p)
		return
	}
	b.kept = append(b.kept, p...)
}

func (b *bodyTap) fill(m *journal.Message) {
	m.Body, m.Size = b.kept, b.size
	if b.sum != nil {
		m.SHA256 = hex.EncodeToString(b.sum.Sum(nil))
	}
}
