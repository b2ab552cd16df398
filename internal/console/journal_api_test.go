package console_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/journal"
)

type listing struct {
	Entries []struct {
		Seq     uint64 `json:"seq"`
		Op      string `json:"op"`
		Request struct {
			Body         string `json:"body"`
			BodyEncoding string `json:"body_encoding"`
		} `json:"request"`
		Facts map[string]any `json:"facts"`
	} `json:"entries"`
	Next, First, Last, Dropped uint64
}

func (l listing) seqs() []uint64 {
	out := []uint64{}
	for _, e := range l.Entries {
		out = append(out, e.Seq)
	}
	return out
}

func fill(h *harness) {
	for _, e := range []*journal.Entry{exchange(1), refusal(2), event(), binary(4), refusal(5), exchange(6)} {
		h.world.Journal.Append(e)
	}
}

func TestJournalFilters(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)
	tests := map[string]struct {
		query string
		want  []uint64
	}{
		"everything":         {"", []uint64{1, 2, 3, 4, 5, 6}},
		"after":              {"after=4", []uint64{5, 6}},
		"limit":              {"limit=2", []uint64{1, 2}},
		"service":            {"service=psc", []uint64{1, 2, 3, 4, 5, 6}},
		"other service":      {"service=insi", []uint64{}},
		"op":                 {"op=ciba.request", []uint64{2, 5}},
		"two ops":            {"op=ciba.request,ciba.approved", []uint64{2, 3, 5}},
		"outcome":            {"outcome=refused", []uint64{2, 5}},
		"status":             {"status=400", []uint64{2, 5}},
		"class of status":    {"status=2xx", []uint64{1, 4, 6}},
		"transport":          {"transport=event", []uint64{3}},
		"text in a body":     {"q=DEMANDE-6", []uint64{6}},
		"text in a cause":    {"q=psc.acr-values", []uint64{2, 5}},
		"expression":         {"where=" + url.QueryEscape(`form.acr_values == "eidas3" && status == 400`), []uint64{2, 5}},
		"expression, absent": {"where=" + url.QueryEscape(`session.id == "s1"`), nil},
		"fact by name":       {"where=" + url.QueryEscape(`error.code == "invalid_request"`), []uint64{2, 5}},
		"matches on nothing": {"where=" + url.QueryEscape(`form.acr_values matches "^eidas"`), []uint64{1, 2, 4, 5, 6}},
		"combined":           {"outcome=refused&after=2&q=eidas3", []uint64{5}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := h.get("/api/journal?" + tt.query)
			if tt.want == nil { // session is no group that a service declares
				refused(t, r, 400, "invalid_where")
				return
			}
			got := decode[listing](t, r, 200)
			if diff := cmp.Diff(tt.want, got.seqs()); diff != "" {
				t.Errorf("numbers (-want +got):\n%s", diff)
			}
			if got.Last != 6 || got.First != 1 {
				t.Errorf("first, last = %d, %d, want 1, 6", got.First, got.Last)
			}
		})
	}
}

func TestJournalNextGoesOn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)
	var got []uint64
	next := uint64(0)
	for range 10 {
		l := decode[listing](t, h.get(fmt.Sprintf("/api/journal?op=ciba.request&limit=1&after=%d", next)), 200)
		if len(l.Entries) == 0 {
			break
		}
		got, next = append(got, l.seqs()...), l.Next
	}
	if diff := cmp.Diff([]uint64{2, 5}, got); diff != "" {
		t.Errorf("numbers by pages of one (-want +got):\n%s", diff)
	}
}

func TestJournalRefusesBadQueries(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for query, code := range map[string]string{
		"sevice=psc":                            "unknown_parameter",
		"limit=1&limit=2":                       "repeated_parameter",
		"limit=1001":                            "invalid_parameter",
		"limit=-1":                              "invalid_parameter",
		"after=x":                               "invalid_parameter",
		"outcome=good":                          "invalid_parameter",
		"status=4x":                             "invalid_parameter",
		"status=44xx":                           "invalid_parameter",
		"bodies=maybe":                          "invalid_parameter",
		"wait=6m":                               "invalid_parameter",
		"wait=-1s":                              "invalid_parameter",
		"wait=soon":                             "invalid_parameter",
		"where=" + url.QueryEscape("status =="): "invalid_where",
		"where=" + url.QueryEscape("status == \"200\""):       "invalid_where",
		"where=" + url.QueryEscape("from.x == 1"):             "invalid_where",
		"where=" + url.QueryEscape("status"):                  "invalid_where",
		"where=" + url.QueryEscape(strings.Repeat("!", 5000)): "invalid_where",
		"where=" + url.QueryEscape("op in ["+"1"+"] && ("):    "invalid_where",
	} {
		refused(t, h.get("/api/journal?"+query), 400, code)
	}
}

func TestJournalWholeEntries(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)
	l := decode[listing](t, h.get("/api/journal?bodies=1"), 200)
	if got := l.Entries[0].Request; got.BodyEncoding != "utf-8" || !strings.HasPrefix(got.Body, "grant_type=") {
		t.Errorf("text body = %+v", got)
	}
	if got := l.Entries[3].Request; got.BodyEncoding != "base64" || got.Body != "AAEC/w==" {
		t.Errorf("binary body = %+v", got)
	}
	one := decode[console.EntryView](t, h.get("/api/journal/2"), 200)
	if len(one.Causes) != 1 || one.Request.Head == "" || one.Seq != 2 {
		t.Errorf("entry 2 = %+v", one)
	}
	refused(t, h.get("/api/journal/99"), 404, "not_found")
	refused(t, h.get("/api/journal/x"), 400, "invalid_parameter")
}

func TestJournalRawBytes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)
	whole := h.get("/api/journal/4/request")
	if want := "PUT /piece HTTP/1.1\r\nHost: localhost:8443\r\nContent-Type: application/octet-stream\r\n\r\n\x00\x01\x02\xff"; whole.body != want {
		t.Errorf("request = %q, want %q", whole.body, want)
	}
	if !strings.HasPrefix(whole.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("disposition = %q, want a download", whole.header.Get("Content-Disposition"))
	}
	if got := h.get("/api/journal/4/request?part=body").body; got != "\x00\x01\x02\xff" {
		t.Errorf("body = %q", got)
	}
	if got := h.get("/api/journal/1/response?part=head").body; !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") {
		t.Errorf("head = %q", got)
	}
	refused(t, h.get("/api/journal/1/response?part=tail"), 400, "invalid_parameter")
}

func TestJournalWait(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)

	if l := decode[listing](t, h.get("/api/journal?after=6&wait=20ms"), 200); len(l.Entries) != 0 || l.Next != 6 {
		t.Errorf("after a wait for nothing: %+v", l)
	}
	// What does not match does not end the wait.
	done := make(chan reply, 1)
	go func() { done <- h.get("/api/journal?after=6&op=token&wait=30s") }()
	h.world.Journal.Append(refusal(7))
	select {
	case r := <-done:
		t.Fatalf("answered before a match: %s", r.body)
	case <-time.After(50 * time.Millisecond):
	}
	h.world.Journal.Append(exchange(8))
	if l := decode[listing](t, <-done, 200); len(l.Entries) != 1 || l.Entries[0].Seq != 8 {
		t.Errorf("woken with %+v, want entry 8", l.Entries)
	}
}

func TestCloseReleasesWaits(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	var wg sync.WaitGroup
	started := time.Now()
	for _, path := range []string{"/api/journal?wait=5m", "/api/journal/stream"} {
		wg.Go(func() {
			resp, err := h.client.Get(h.server.URL + path)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				return
			}
			defer resp.Body.Close()
			_, _ = io.Copy(io.Discard, resp.Body) // a stream caught while it writes is cut
		})
	}
	time.Sleep(50 * time.Millisecond)
	h.console.Close()
	wg.Wait()
	if d := time.Since(started); d > 5*time.Second {
		t.Errorf("released after %v", d)
	}
}

func TestJournalClear(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)
	if r := h.call("DELETE", "/api/journal", ""); r.status != 204 {
		t.Fatalf("status = %d", r.status)
	}
	h.world.Journal.Append(exchange(1))
	if l := decode[listing](t, h.get("/api/journal"), 200); len(l.Entries) != 1 || l.Entries[0].Seq != 7 {
		t.Errorf("after clearing: %+v, want entry 7 alone", l)
	}
	if n := decode[console.Counters](t, h.get("/api/counters"), 200); n.Total != 1 {
		t.Errorf("counted %d since the clearing, want 1", n.Total)
	}
}

func TestJournalNDJSON(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)
	r := h.get("/api/journal.ndjson?outcome=ok")
	lines := strings.Split(strings.TrimSpace(r.body), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3", len(lines))
	}
	for _, line := range lines {
		var e console.EntryView
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Errorf("line %q: %v", line, err)
		}
	}
	refused(t, h.get("/api/journal.ndjson?where=1"), 400, "invalid_where")
}

func TestJournalHAR(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	empty := h.get("/api/journal.har")
	checkHAR(t, empty.body, 0)
	fill(h)
	har := checkHAR(t, h.get("/api/journal.har").body, 5) // the event is no HTTP
	post := har[0]["request"].(map[string]any)["postData"].(map[string]any)
	if n := len(post["params"].([]any)); n != 3 {
		t.Errorf("%d form fields, want 3", n)
	}
	bin := har[2]["response"].(map[string]any)["content"].(map[string]any)
	if raw, err := base64.StdEncoding.DecodeString(bin["text"].(string)); err != nil || len(raw) != 8 || bin["encoding"] != "base64" {
		t.Errorf("binary content = %v (%v)", bin, err)
	}
	cookies := har[0]["response"].(map[string]any)["cookies"].([]any)
	if diff := cmp.Diff([]any{map[string]any{"name": "AUTH", "value": "1"}}, cookies); diff != "" {
		t.Errorf("cookies (-want +got):\n%s", diff)
	}
}

// checkHAR holds a file against the fields that HAR 1.2 requires, by type.
func checkHAR(t *testing.T, body string, n int) []map[string]any {
	t.Helper()
	var file struct {
		Log struct {
			Version string
			Creator struct{ Name, Version string }
			Entries []map[string]any
		}
	}
	if err := json.Unmarshal([]byte(body), &file); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, body)
	}
	if file.Log.Version != "1.2" || file.Log.Creator.Name == "" || file.Log.Entries == nil || len(file.Log.Entries) != n {
		t.Fatalf("log = %+v, want version 1.2 and %d entries", file.Log, n)
	}
	for _, e := range file.Log.Entries {
		if _, err := time.Parse(time.RFC3339Nano, e["startedDateTime"].(string)); err != nil {
			t.Error(err)
		}
		fields(t, e, map[string]any{"time": 0.0, "request": map[string]any{}, "response": map[string]any{}, "cache": map[string]any{}, "timings": map[string]any{}})
		fields(t, e["request"].(map[string]any), map[string]any{
			"method": "", "url": "", "httpVersion": "", "cookies": []any{}, "headers": []any{}, "queryString": []any{}, "headersSize": 0.0, "bodySize": 0.0,
		})
		fields(t, e["response"].(map[string]any), map[string]any{
			"status": 0.0, "statusText": "", "httpVersion": "", "cookies": []any{}, "headers": []any{}, "redirectURL": "", "headersSize": 0.0, "bodySize": 0.0,
			"content": map[string]any{},
		})
		fields(t, e["response"].(map[string]any)["content"].(map[string]any), map[string]any{"size": 0.0, "mimeType": ""})
		fields(t, e["timings"].(map[string]any), map[string]any{"send": 0.0, "wait": 0.0, "receive": 0.0})
		if u, err := url.Parse(e["request"].(map[string]any)["url"].(string)); err != nil || !u.IsAbs() {
			t.Errorf("url = %v (%v), want absolute", u, err)
		}
	}
	return file.Log.Entries
}

func fields(t *testing.T, got, want map[string]any) {
	t.Helper()
	for name, kind := range want {
		if a, b := fmt.Sprintf("%T", got[name]), fmt.Sprintf("%T", kind); a != b {
			t.Errorf("%s is a %s, want a %s", name, a, b)
		}
	}
}
