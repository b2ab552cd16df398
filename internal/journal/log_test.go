package journal_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/journal"
)

func numbers(entries []*journal.Entry) []uint64 {
	out := []uint64{}
	for _, e := range entries {
		out = append(out, e.Seq)
	}
	return out
}

func fill(l *journal.Log, n int) {
	for i := range n {
		l.Append(&journal.Entry{Op: fmt.Sprintf("op%d", i+1)})
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{MaxBytes: -1, MaxEntries: -1, MaxBody: -1})
	want := journal.Limits{Bytes: 128 << 20, Entries: 1_000_000, Body: 1 << 20}
	if diff := cmp.Diff(journal.Stats{Limits: want}, l.Stats()); diff != "" {
		t.Errorf("stats of an empty log (-want +got):\n%s", diff)
	}
	if l.MaxBody() != want.Body {
		t.Errorf("MaxBody = %d", l.MaxBody())
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{})
	for _, seq := range []uint64{0, 1, math.MaxUint64} {
		if e, ok := l.Get(seq); ok || e != nil {
			t.Errorf("Get(%d) = %v, %v", seq, e, ok)
		}
		if got := l.Since(seq, 0); len(got) != 0 {
			t.Errorf("Since(%d) = %v", seq, got)
		}
	}
	if l.Last() != 0 {
		t.Errorf("Last = %d", l.Last())
	}
}

func TestAppendGetSince(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{})
	first := &journal.Entry{Op: "first", Request: journal.Message{Body: []byte("abc"), Size: 3}}
	if got := l.Append(first); got != 1 || first.Seq != 1 {
		t.Errorf("the first number is %d, the entry says %d", got, first.Seq)
	}
	first.Op, first.Request.Body[0] = "changed", 'X' // the log has a copy
	if got, ok := l.Get(1); !ok || got.Op != "first" || string(got.Request.Body) != "abc" {
		t.Errorf("Get(1) = %+v, %v", got, ok)
	}
	fill(l, 9)
	for _, tt := range []struct {
		seq   uint64
		limit int
		want  []uint64
	}{
		{0, 0, []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{0, 3, []uint64{1, 2, 3}},
		{7, 0, []uint64{8, 9, 10}},
		{7, 100, []uint64{8, 9, 10}},
		{7, -1, []uint64{8, 9, 10}},
		{9, 1, []uint64{10}},
		{10, 0, []uint64{}},
		{math.MaxUint64, 0, []uint64{}},
	} {
		if diff := cmp.Diff(tt.want, numbers(l.Since(tt.seq, tt.limit))); diff != "" {
			t.Errorf("Since(%d, %d) (-want +got):\n%s", tt.seq, tt.limit, diff)
		}
	}
	for seq, want := range map[uint64]bool{0: false, 1: true, 10: true, 11: false, math.MaxUint64: false} {
		if e, ok := l.Get(seq); ok != want || ok && e.Seq != seq {
			t.Errorf("Get(%d) = %v, %v", seq, e, ok)
		}
	}
}

func TestBoundOfEntries(t *testing.T) {
	t.Parallel()
	for _, bound := range []int{1, 2, 63, 64, 65, 200} {
		l := journal.New(journal.Options{MaxEntries: bound})
		for n := 1; n <= 450; n++ {
			fill(l, 1)
			s := l.Stats()
			if want := min(n, bound); s.Entries != want || s.First != uint64(n-want+1) || s.Last != uint64(n) || s.Dropped != uint64(n-want) {
				t.Fatalf("bound %d, after %d: %+v", bound, n, s)
			}
		}
		got := numbers(l.Since(0, 0))
		if len(got) != bound || got[0] != uint64(450-bound+1) || got[len(got)-1] != 450 {
			t.Errorf("bound %d: kept %v", bound, got)
		}
		if _, ok := l.Get(uint64(450 - bound)); ok {
			t.Errorf("bound %d: a dropped entry is still there", bound)
		}
	}
}

func TestBoundOfBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(2_000, 20_000).Draw(t, "limit")
		l := journal.New(journal.Options{MaxBytes: limit})
		for i, size := range rapid.SliceOfN(rapid.IntRange(0, 30_000), 1, 60).Draw(t, "sizes") {
			seq := l.Append(&journal.Entry{Op: "x", Response: journal.Message{Body: make([]byte, size), Size: int64(size)}})
			s := l.Stats()
			if s.Bytes > limit || s.Bytes <= 0 {
				t.Fatalf("%d bytes of %d", s.Bytes, limit)
			}
			if seq != uint64(i+1) || s.Last != seq || s.Dropped+uint64(s.Entries) != seq || s.First != s.Dropped+1 {
				t.Fatalf("entry %d: %+v", seq, s)
			}
			// The newest is always there; without its body when it is larger than the log.
			e, ok := l.Get(seq)
			if !ok || e.Response.Size != int64(size) || len(e.Response.Body) != size && len(e.Response.Body) != 0 {
				t.Fatalf("the newest of size %d = %+v, %v", size, e, ok)
			}
			const around = 600 // head, fields and bookkeeping
			kept := size == 0 || len(e.Response.Body) > 0
			if int64(size)+around < limit && !kept || int64(size) > limit && kept {
				t.Fatalf("body of %d bytes kept: %v, in a log of %d", size, kept, limit)
			}
		}
	})
}

func TestDropsOldestFirst(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{MaxBytes: 10_000})
	body := make([]byte, 1_000)
	for range 5 {
		l.Append(&journal.Entry{Request: journal.Message{Body: body}})
	}
	l.Append(&journal.Entry{Request: journal.Message{Body: make([]byte, 8_000)}})
	got := numbers(l.Since(0, 0))
	if len(got) == 0 || len(got) > 2 || got[len(got)-1] != 6 {
		t.Errorf("kept %v, want the newest", got)
	}
	for i := 1; i < len(got); i++ {
		if got[i] != got[i-1]+1 {
			t.Errorf("kept %v: a hole", got)
		}
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{MaxEntries: 3})
	fill(l, 5)
	l.Reset()
	if s := l.Stats(); s.Entries != 0 || s.Bytes != 0 || s.Dropped != 0 || s.First != 0 || s.Last != 5 {
		t.Errorf("stats = %+v", s)
	}
	for seq := range uint64(7) {
		if _, ok := l.Get(seq); ok {
			t.Errorf("Get(%d) after a reset", seq)
		}
	}
	fill(l, 1)
	if diff := cmp.Diff([]uint64{6}, numbers(l.Since(5, 0))); diff != "" {
		t.Errorf("numbers must go on (-want +got):\n%s", diff)
	}
}

func TestWait(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	l := journal.New(journal.Options{})
	fill(l, 2)
	if err := l.Wait(t.Context(), 1); err != nil {
		t.Errorf("error = %v: entry 2 is there", err)
	}
	done := make(chan error, 1)
	go func() { done <- l.Wait(t.Context(), 3) }()
	fill(l, 1) // 3: not newer
	select {
	case err := <-done:
		t.Fatalf("the wait ended: %v", err)
	case <-time.After(10 * time.Millisecond):
	}
	l.Reset() // nothing newer either
	fill(l, 1)
	if err := <-done; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Wait(ctx, 4); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
	if err := l.Wait(ctx, 3); err != nil {
		t.Errorf("error = %v: entry 4 is there", err)
	}
}

// TestFollow is the reader that must not miss anything: Since, then Wait. Every
// entry is seen whole, in order, once.
func TestFollow(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{})
	const writers, each = 4, 300
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			var seq uint64
			for seq < writers*each {
				if err := l.Wait(ctx, seq); err != nil {
					t.Errorf("after %d: %v", seq, err)
					return
				}
				for _, e := range l.Since(seq, 10) {
					if e.Seq != seq+1 {
						t.Errorf("after %d comes %d", seq, e.Seq)
						return
					}
					if e.Op != string(e.Request.Body) || e.Fact("form.op") != e.Op {
						t.Errorf("half an entry: %q, %q", e.Op, e.Request.Body)
						return
					}
					seq = e.Seq
				}
			}
		})
	}
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				op := fmt.Sprintf("w%d-%d", w, i)
				l.Append(&journal.Entry{
					Op: op, Facts: map[string]any{"form": map[string]any{"op": op}},
					Request: journal.Message{Body: []byte(op), Size: int64(len(op))},
				})
			}
		})
	}
	wg.Wait()
}

// TestConcurrent writes past the bounds, reads, counts and resets at once.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{MaxEntries: 50, MaxBytes: 20_000})
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 300 {
				l.Append(&journal.Entry{Op: "x", Response: journal.Message{Body: make([]byte, i%500)}})
				if i%100 == 99 && g == 0 {
					l.Reset()
				}
			}
		})
		wg.Go(func() {
			for range 300 {
				s := l.Stats()
				if s.Entries > 50 || s.Bytes > 20_000 {
					t.Errorf("stats = %+v", s)
				}
				last := uint64(0)
				for _, e := range l.Since(l.Last()-min(l.Last(), 20), 20) {
					if last != 0 && e.Seq != last+1 || e.Op != "x" {
						t.Errorf("%d after %d: %+v", e.Seq, last, e)
					}
					last = e.Seq
				}
				l.Get(last)
			}
		})
	}
	wg.Wait()
	if l.Last() != 1200 {
		t.Errorf("Last = %d", l.Last())
	}
}

// entries draws entries of all that is documented to survive.
func entries() *rapid.Generator[*journal.Entry] {
	text := rapid.String()
	raw := rapid.SliceOf(rapid.Byte())
	fact := rapid.OneOf(
		rapid.Map(text, func(s string) any { return s }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.Float64().Filter(func(f float64) bool { return f != math.Trunc(f) && !math.IsNaN(f) }), func(f float64) any { return f }),
		rapid.Map(rapid.SliceOfN(text, 0, 3), func(list []string) any {
			out := []any{}
			for _, s := range list {
				out = append(out, s)
			}
			return out
		}),
	)
	group := rapid.Map(rapid.MapOfN(text, fact, 0, 3), func(m map[string]any) any { return m })
	message := rapid.Custom(func(t *rapid.T) journal.Message {
		m := journal.Message{
			Head: raw.Draw(t, "head"), Rebuilt: rapid.Bool().Draw(t, "rebuilt"), Body: raw.Draw(t, "body"),
			Size: rapid.Int64().Draw(t, "size"), SHA256: text.Draw(t, "sha256"),
		}
		if rapid.Bool().Draw(t, "header") {
			m.Header = http.Header{"X-Test": rapid.SliceOfN(text, 1, 3).Draw(t, "values")}
		}
		return m
	})
	return rapid.Custom(func(t *rapid.T) *journal.Entry {
		e := &journal.Entry{
			ID:        text.Draw(t, "id"),
			Time:      time.Unix(rapid.Int64Range(-1e9, 4e9).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC(),
			Duration:  time.Duration(rapid.Int64().Draw(t, "duration")),
			Transport: text.Draw(t, "transport"), Service: text.Draw(t, "service"), Op: text.Draw(t, "op"),
			Status: rapid.Int().Draw(t, "status"), Outcome: rapid.SampledFrom([]journal.Outcome{journal.OK, journal.Refused, journal.Event}).Draw(t, "outcome"),
			Summary: text.Draw(t, "summary"), Fault: text.Draw(t, "fault"),
			Facts:   rapid.MapOfN(text, rapid.OneOf(fact, group), 0, 4).Draw(t, "facts"),
			Request: message.Draw(t, "request"), Response: message.Draw(t, "response"),
		}
		if rapid.Bool().Draw(t, "cause") {
			e.Causes = []journal.Cause{{Rule: text.Draw(t, "rule"), Text: journal.Text{FR: text.Draw(t, "fr"), EN: text.Draw(t, "en")}, Ref: text.Draw(t, "ref")}}
		}
		if rapid.Bool().Draw(t, "tls") {
			e.Peer = journal.Peer{Addr: text.Draw(t, "addr"), TLS: &journal.TLS{Version: "TLS 1.3", Subject: text.Draw(t, "subject")}}
		}
		return e
	})
}

// TestRoundTrip: what goes in comes out, types included.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := journal.New(journal.Options{})
		want := entries().Draw(t, "entry")
		seq := l.Append(want)
		got, ok := l.Get(seq)
		if !ok {
			t.Fatal("not there")
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestUnreadableFacts(t *testing.T) {
	t.Parallel()
	l := journal.New(journal.Options{})
	seq := l.Append(&journal.Entry{
		Op: "x", Request: journal.Message{Body: []byte("kept")},
		Facts: map[string]any{"f": func() {}, "nan": math.NaN()},
	})
	got, ok := l.Get(seq)
	if !ok || got.Op != "x" || string(got.Request.Body) != "kept" {
		t.Fatalf("entry = %+v, %v", got, ok)
	}
	if s, _ := got.Fact("unreadable").(string); !strings.Contains(s, "json") {
		t.Errorf("facts = %v: they do not say why they are missing", got.Facts)
	}
}

func TestFact(t *testing.T) {
	t.Parallel()
	e := &journal.Entry{Facts: map[string]any{
		"form": map[string]any{"acr": "eidas1", "a.b": "dot", "deep": map[string]any{"x": int64(1)}},
		"top":  true, "a.b": "whole", "nil": nil,
	}}
	for path, want := range map[string]any{
		"form.acr": "eidas1", "form.a.b": "dot", "form.deep.x": int64(1), "top": true, "a.b": "whole",
		"form.none": nil, "none": nil, "none.none": nil, "top.x": nil, "form.acr.x": nil, "nil": nil,
		".": nil, ".form": nil, "form..acr": nil,
	} {
		if got := e.Fact(path); !cmp.Equal(want, got) {
			t.Errorf("Fact(%q) = %v, want %v", path, got, want)
		}
	}
	if got := (&journal.Entry{}).Fact("a.b"); got != nil {
		t.Errorf("a fact of an entry without any = %v", got)
	}
}

func TestTruncated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		m    journal.Message
		want bool
	}{
		{journal.Message{}, false},
		{journal.Message{Body: []byte("abc"), Size: 3}, false},
		{journal.Message{Body: []byte("abc"), Size: 4}, true},
		{journal.Message{Size: 1}, true},
	} {
		if got := tt.m.Truncated(); got != tt.want {
			t.Errorf("%d of %d bytes: Truncated = %v", len(tt.m.Body), tt.m.Size, got)
		}
	}
}

// TestMemory writes 120,000 entries, half as many again as a log of the default
// size holds: the heap must stay at the bound and little more.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: fills 128 MiB")
	}
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	l := journal.New(journal.Options{})
	body := []byte(strings.Repeat("segursim", 80))
	for range 120_000 {
		l.Append(&journal.Entry{
			ID: "00000000-0000-4000-8000-000000000000", Transport: "https", Service: "psc", Op: "token", Status: 200, Outcome: journal.OK,
			Facts:    map[string]any{"form": map[string]any{"grant_type": "refresh_token"}},
			Request:  journal.Message{Head: []byte("POST /token HTTP/1.1\r\n\r\n"), Body: body, Size: int64(len(body))},
			Response: journal.Message{Head: []byte("HTTP/1.1 200 OK\r\n\r\n"), Body: body, Size: int64(len(body))},
		})
	}
	s := l.Stats()
	if s.Dropped == 0 || s.Entries < 50_000 || s.Bytes > journal.DefaultMaxBytes || s.Bytes < journal.DefaultMaxBytes*9/10 {
		t.Errorf("the log is not full: %+v", s)
	}
	if used := heap() - before; used > journal.DefaultMaxBytes+32<<20 {
		t.Errorf("%d MiB of heap for %d MiB of %d entries", used>>20, s.Bytes>>20, s.Entries)
	} else {
		t.Logf("%d MiB of heap for %d MiB in %d entries", used>>20, s.Bytes>>20, s.Entries)
	}
	runtime.KeepAlive(l)
}

func BenchmarkAppend(b *testing.B) {
	l := journal.New(journal.Options{})
	body := []byte(strings.Repeat("x", 1000))
	e := &journal.Entry{
		ID: "id", Time: time.Unix(1_800_000_000, 0), Transport: "https", Service: "psc", Op: "token", Status: 200, Outcome: journal.OK,
		Facts:    map[string]any{"form": map[string]any{"grant_type": "refresh_token", "scope": "openid scope_all"}},
		Request:  journal.Message{Head: body[:300], Body: body[:200], Size: 200, Header: http.Header{"Host": {"localhost"}}},
		Response: journal.Message{Head: body[:200], Body: body, Size: 1000, Header: http.Header{"Content-Type": {"application/json"}}},
	}
	b.ReportAllocs()
	for b.Loop() {
		l.Append(e)
	}
}

func BenchmarkGet(b *testing.B) {
	l := journal.New(journal.Options{})
	seq := l.Append(&journal.Entry{
		Op: "token", Facts: map[string]any{"form": map[string]any{"grant_type": "refresh_token"}},
		Request: journal.Message{Body: make([]byte, 10_000)},
	})
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := l.Get(seq); !ok {
			b.Fatal("absent")
		}
	}
}
