package console_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/journal"
)

// events reads a stream: each event as "name id data", a comment as ":".
func (h *harness) events(t *testing.T, path string, headers ...string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", h.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	resp, err := h.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if ct := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || ct != "text/event-stream" {
		t.Fatalf("stream = %d %s", resp.StatusCode, ct)
	}
	out := make(chan string, 100)
	go func() {
		defer close(out)
		defer resp.Body.Close()
		var name, id, data string
		s := bufio.NewScanner(resp.Body)
		for s.Scan() {
			field, value, _ := strings.Cut(s.Text(), ": ")
			switch {
			case s.Text() == "" && name != "":
				out <- strings.TrimSpace(name + " " + id + " " + data)
				name, id, data = "", "", ""
			case strings.HasPrefix(s.Text(), ":"):
				out <- ":"
			case field == "event":
				name = value
			case field == "id":
				id = value
			case field == "data":
				data = value
			}
		}
	}()
	return out
}

// next returns the next event that begins with a name, over the heartbeats.
func next(t *testing.T, events <-chan string, name string) string {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream ended before %q", name)
			}
			if e == ":" && name != ":" {
				continue
			}
			if !strings.HasPrefix(e, name) {
				t.Fatalf("event = %q, want %q", e, name)
			}
			return e
		case <-deadline:
			t.Fatalf("no event %q", name)
		}
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)

	live := h.events(t, "/api/journal/stream?outcome=refused")
	next(t, live, ":") // the heartbeat of a silent stream
	h.world.Journal.Append(exchange(7))
	h.world.Journal.Append(refusal(8))
	if e := next(t, live, "entry 8"); !strings.Contains(e, `"outcome":"refused"`) || strings.Contains(e, "facts") {
		t.Errorf("event = %s", e)
	}

	after := h.events(t, "/api/journal/stream?after=6")
	next(t, after, "entry 7")
	next(t, after, "entry 8")

	resumed := h.events(t, "/api/journal/stream?after=1", "Last-Event-ID: 7") // the later one wins
	next(t, resumed, "entry 8")

	refused(t, h.get("/api/journal/stream?outcome=bon"), 400, "invalid_parameter")
	refused(t, h.get("/api/journal/stream", "Last-Event-ID: x"), 400, "invalid_parameter")
}

func TestStreamSaysWhatItMissed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(d *console.Deps) { d.World.Journal = journal.New(journal.Options{MaxEntries: 3}) })
	for i := range 10 {
		h.world.Journal.Append(exchange(i))
	}
	s := h.events(t, "/api/journal/stream", "Last-Event-ID: 4")
	if e := next(t, s, "dropped"); e != `dropped  {"from":5,"to":7,"count":3}` {
		t.Errorf("event = %q", e)
	}
	next(t, s, "entry 8")

	// Numbers ahead of the log's: the reader knew another simulator.
	other := h.events(t, "/api/journal/stream", "Last-Event-ID: 500")
	next(t, other, "restarted")
	next(t, other, "dropped")
	next(t, other, "entry 8")
}

func TestStreamKeepsUp(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	s := h.events(t, "/api/journal/stream")
	const n = 2000
	go func() {
		for i := range n {
			h.world.Journal.Append(refusal(i))
		}
	}()
	for i := range n {
		next(t, s, fmt.Sprintf("entry %d ", i+1))
	}
}
