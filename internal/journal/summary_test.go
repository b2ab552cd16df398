package journal_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/segursim/segursim/internal/journal"
)

// sample is an entry whose texts try to look like the marks of later fields.
func sample(n int) *journal.Entry {
	return &journal.Entry{
		ID: fmt.Sprintf("id-%d", n), Time: time.Date(2026, 1, 15, 9, 0, n%60, 0, time.UTC),
		Duration: time.Millisecond, Transport: "https", Service: "psc", Op: "token",
		Provenance: "confirmed", Status: 400, Outcome: journal.Refused,
		Summary: `POST /token,"facts":{"peer":1},"peer":{} → 400`,
		Facts:   map[string]any{"form": map[string]any{"grant_type": "password", "peer": `,"peer":`}},
		Causes:  []journal.Cause{{Rule: "psc.grant", Text: journal.Text{FR: "Refusé", EN: "Refused"}}},
		Fault:   "f1",
		Request: journal.Message{
			Head: []byte("POST /token HTTP/1.1\r\n\r\n"), Body: []byte("grant_type=Password&nom=ÉTÉ"), Size: 27,
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		},
		Response: journal.Message{Head: []byte("HTTP/1.1 400 Bad Request\r\n\r\n"), Body: []byte("{}"), Size: 2},
	}
}

func TestSummariesAgreeWithEntries(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{})
	for i := range 5 {
		e := sample(i)
		switch i {
		case 1:
			e.Facts = nil
		case 2:
			e.Facts, e.Causes = nil, nil
		case 3:
			e.Facts, e.Causes, e.Fault = nil, nil, ""
		}
		l.Append(e)
	}
	var want []journal.Summary
	for _, e := range l.Since(1, 3) {
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var s journal.Summary
		if err := json.Unmarshal(b, &s); err != nil {
			t.Fatal(err)
		}
		want = append(want, s)
	}
	got := l.Summaries(1, 3)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(journal.Summary{})); diff != "" {
		t.Errorf("summaries (-want +got):\n%s", diff)
	}
	if got := l.Summaries(5, 0); len(got) != 0 {
		t.Errorf("summaries after the last = %v, want none", got)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{})
	l.Append(sample(0))
	s := l.Summaries(0, 0)[0]
	for text, want := range map[string]bool{
		"":                true,
		"grant_type=pass": true, // request body, other case
		"BAD request":     true, // response head
		"psc.GRANT":       true, // causes
		"été":             true, // letters outside of ASCII
		"form-urlencoded": true,
		"absent":          false,
		"ß":               false,
		"\xff":            false,
	} {
		if got := s.Mentions(text); got != want {
			t.Errorf("Mentions(%q) = %v, want %v", text, got, want)
		}
	}
}

func BenchmarkSummaries(b *testing.B) {
	l := journal.New(journal.Options{})
	for i := range 10_000 {
		l.Append(sample(i))
	}
	b.ReportAllocs()
	for b.Loop() {
		if n := len(l.Summaries(0, 0)); n != 10_000 {
			b.Fatal(n)
		}
	}
}
