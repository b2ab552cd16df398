package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/edge"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks"
)

const (
	gibibyte = 1 << 30
	// kept is the journal's default bound on one body.
	kept = 1 << 20
	// heapRoom is how much the heap may grow while a body passes: what is kept,
	// buffers, and garbage not collected yet.
	heapRoom = 48 << 20
)

// A flood is a body that is made while it is read, and counts.
type flood struct {
	left int64
	read atomic.Int64
}

func (f *flood) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), f.left)], sand)
	f.left -= int64(n)
	f.read.Add(int64(n))
	return n, nil
}

// sand is what floods are made of.
var sand = strings.Repeat("a", 64<<10)

// heapPeak watches the heap until stop is called, which returns how much it grew
// at most.
func heapPeak() (stop func() int64) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	runtime.GC()
	base, peak := heap(), int64(0)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				peak = max(peak, heap()-base)
			}
		}
	}()
	return func() int64 {
		close(done)
		<-stopped
		return max(peak, heap()-base)
	}
}

// TestUploadRefused sends 1 GiB where nobody wants it: refused long before it is
// read, at no cost of memory; the journal says how much was read. A client that
// asks first (100-continue) is refused as well.
func TestUploadRefused(t *testing.T) { // not parallel: it watches the process's heap
	s := start(t, mocks.Options{})
	const formType = "application/x-www-form-urlencoded"
	tests := map[string]struct {
		method, at, media string
		chunked, ask      bool
		status            int
		read              int64 // what the journal says
	}{
		"token endpoint":          {http.MethodPost, s.Issuer() + tokenPath, formType, false, false, http.StatusRequestEntityTooLarge, 1<<20 + 1},
		"token endpoint, chunked": {http.MethodPost, s.Issuer() + tokenPath, formType, true, false, http.StatusRequestEntityTooLarge, 1<<20 + 1 + 256<<10 + 1},
		"token endpoint, asking":  {http.MethodPost, s.Issuer() + tokenPath, formType, false, true, http.StatusRequestEntityTooLarge, 1<<20 + 1},
		"CIBA":                    {http.MethodPost, s.Issuer() + cibaPath, formType, false, false, http.StatusRequestEntityTooLarge, 1<<20 + 1},
		"not a form":              {http.MethodPost, s.Issuer() + tokenPath, "application/octet-stream", false, false, http.StatusUnsupportedMediaType, 0},
		"unknown path":            {http.MethodPost, s.URL() + "/depot", "application/octet-stream", false, false, http.StatusNotFound, 0},
		"unknown path, chunked":   {http.MethodPut, s.URL() + "/depot", "application/octet-stream", true, false, http.StatusNotFound, 256<<10 + 1},
		"unknown path, asking":    {http.MethodPost, s.URL() + "/depot", "application/octet-stream", false, true, http.StatusNotFound, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body := &flood{left: gibibyte}
			req, err := http.NewRequestWithContext(t.Context(), tt.method, tt.at, body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", tt.media)
			if !tt.chunked {
				req.ContentLength = gibibyte
			}
			if tt.ask {
				req.Header.Set("Expect", "100-continue")
			}
			stop := heapPeak()
			before := lastSeq(s)
			got := do(t, s.client, req)
			grown := stop()
			if got.status != tt.status {
				t.Errorf("status %d, want %d: %s", got.status, tt.status, got.body)
			}
			if sent := body.read.Load(); sent > gibibyte/16 {
				t.Errorf("refused after %d bytes had been sent", sent)
			}
			if grown > heapRoom {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
			entries := s.Journal(before)
			if len(entries) != 1 {
				for _, e := range entries {
					t.Logf("%s %s %s", e.Transport, e.Summary, rules(e))
				}
				t.Fatalf("%d journal entries", len(entries))
			}
			m := entries[0].Request
			if m.Size != tt.read || int64(len(m.Body)) > kept || m.Truncated() != (m.Size > kept) || m.Truncated() != (m.SHA256 != "") {
				t.Errorf("journal: size %d, %d kept, SHA-256 %q; want size %d", m.Size, len(m.Body), m.SHA256, tt.read)
			}
			if len(entries[0].Causes) == 0 || entries[0].Outcome != journal.Refused {
				t.Errorf("journal: %s %v", entries[0].Outcome, entries[0].Causes)
			}
		})
	}
}

func lastSeq(s *simulator) uint64 {
	all := s.Journal(0)
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].Seq
}

// TestUploadControl floods the control API.
func TestUploadControl(t *testing.T) { // not parallel: it watches the process's heap
	s := start(t, mocks.Options{})
	for _, at := range []string{"/api/actions/psc/approve", "/api/faults", "/api/clock", "/api/scenarios/check", "/api/runs"} {
		t.Run(at, func(t *testing.T) {
			body := &flood{left: gibibyte}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.ControlURL()+at, body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.ContentLength = gibibyte
			stop := heapPeak()
			got := do(t, s.client, req)
			if grown := stop(); got.status/100 != 4 || grown > heapRoom || body.read.Load() > gibibyte/16 {
				t.Errorf("status %d after %d bytes, the heap grew by %d MiB: %s", got.status, body.read.Load(), grown>>20, got.body)
			}
		})
	}
}

// TestUploadRead lets an operation read 1 GiB through the edge, as a service
// that takes documents does: the journal keeps the first part, the length and
// the hash of all of it.
func TestUploadRead(t *testing.T) { // not parallel: it watches the process's heap
	log := journal.New(journal.Options{})
	clk := clock.New(nil)
	defer clk.Close()
	world := &sim.World{Clock: clk, Journal: log, Director: sim.Pass{}, Log: slog.New(slog.DiscardHandler)}
	handler := &edge.Handler{World: world, Transport: "http", IDs: strings.NewReader(strings.Repeat("0123456789abcdef", 8)), Next: http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
			}
		})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := edge.NewServer(handler, world.Log)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(&edge.Listener{Listener: l, World: world}) }()
	defer func() {
		_ = srv.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+l.Addr().String()+"/document", &flood{left: gibibyte})
	if err != nil {
		t.Fatal(err)
	}
	stop := heapPeak()
	got := do(t, client, req)
	if grown := stop(); grown > heapRoom {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	entries := log.Since(0, 0)
	if len(entries) != 1 {
		t.Fatalf("%d journal entries", len(entries))
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, &flood{left: gibibyte}); err != nil {
		t.Fatal(err)
	}
	m := entries[0].Request
	if want := hex.EncodeToString(sum.Sum(nil)); m.Size != gibibyte || len(m.Body) != kept || m.SHA256 != want {
		t.Errorf("journal: size %d, %d kept, SHA-256 %s; want %d, %d, %s", m.Size, len(m.Body), m.SHA256, gibibyte, kept, want)
	}
}
