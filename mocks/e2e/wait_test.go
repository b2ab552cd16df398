package e2e_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// page is a part of the journal as the control API gives it.
type page struct {
	Entries []struct {
		Seq    uint64 `json:"seq"`
		Op     string `json:"op"`
		Status int    `json:"status"`
	} `json:"entries"`
	Next uint64 `json:"next"`
	Last uint64 `json:"last"`
}

// TestWait long-polls the journal: the answer comes when the exchange happens,
// neither before nor at the time-out.
func TestWait(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	s.post(t, tokenPath, nil) // an exchange that the condition does not want
	type got struct {
		page    page
		err     error
		elapsed time.Duration
	}
	answered := make(chan got, 1)
	began := time.Now()
	go func() {
		var g got
		q := url.Values{"wait": {"30s"}, "where": {`op == "ciba.request" && status == 200`}}
		_, body, err := s.askControl(t.Context(), http.MethodGet, "/api/journal?"+q.Encode(), nil)
		if err == nil {
			err = json.Unmarshal(body, &g.page)
		}
		g.err, g.elapsed = err, time.Since(began)
		answered <- g
	}()
	select {
	case g := <-answered:
		t.Fatalf("answered before anything happened: %+v", g)
	case <-time.After(300 * time.Millisecond):
	}
	s.post(t, cibaPath, url.Values{"scope": {"openid"}, "login_hint": {"inconnu"}}) // refused: 400
	select {
	case g := <-answered:
		t.Fatalf("answered for a refusal: %+v", g)
	case <-time.After(300 * time.Millisecond):
	}
	if r := s.post(t, cibaPath, cibaForm()); r.status != http.StatusOK {
		t.Fatalf("request: %d %s", r.status, r.body)
	}
	g := <-answered
	if g.err != nil || len(g.page.Entries) != 1 || g.page.Entries[0].Op != "ciba.request" || g.page.Entries[0].Status != http.StatusOK {
		t.Errorf("answer: %+v", g)
	}
	if g.elapsed > 20*time.Second {
		t.Errorf("answered after %s", g.elapsed)
	}

	began = time.Now()
	status, body := s.control(t, http.MethodGet, "/api/journal?wait=400ms&op=logout", nil)
	var none page
	if err := json.Unmarshal(body, &none); err != nil || status != http.StatusOK || len(none.Entries) != 0 {
		t.Errorf("a wait for nothing: %d %s %v", status, body, err)
	}
	if elapsed := time.Since(began); elapsed < 400*time.Millisecond {
		t.Errorf("a wait for nothing gave up after %s", elapsed)
	}
}

func cibaForm() url.Values {
	return url.Values{"scope": {"openid scope_all"}, "acr_values": {"eidas1"}, "login_hint": {doctor}, "binding_message": {"42"}}
}

// TestStream follows the journal as server-sent events, and takes up again where
// a connection was lost.
func TestStream(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	s.post(t, cibaPath, cibaForm())
	first := s.last(t, "ciba.request").Seq

	next, hangUp := s.stream(t, "")
	s.post(t, cibaPath, cibaForm())
	second := s.last(t, "ciba.request").Seq
	if got := next("ciba.request"); got != second {
		t.Errorf("the stream began with %d, want %d: what comes, not what was", got, second)
	}
	hangUp()
	s.post(t, cibaPath, cibaForm())
	third := s.last(t, "ciba.request").Seq
	next, hangUp = s.stream(t, "0")
	defer hangUp()
	for _, want := range []uint64{first, second, third} {
		if got := next("ciba.request"); got != want {
			t.Errorf("entry %d, want %d", got, want)
		}
	}
}

// stream opens the event stream. next waits for the next entry of an operation
// and returns its number.
func (s *simulator) stream(t *testing.T, last string) (next func(op string) uint64, hangUp func()) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.ControlURL()+"/api/journal/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || !strings.HasPrefix(got, "text/event-stream") {
		t.Fatalf("stream: %d %s", res.StatusCode, got)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	next = func(op string) uint64 {
		t.Helper()
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data:")
			if !ok {
				continue
			}
			var e struct {
				Seq uint64 `json:"seq"`
				Op  string `json:"op"`
			}
			if json.Unmarshal([]byte(data), &e) == nil && e.Op == op {
				return e.Seq
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return 0
	}
	return next, func() { _ = res.Body.Close() }
}
