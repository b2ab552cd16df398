package console

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/journal"
)

// newServer listens on loopback and hands each request over with its body.
func newServer(t *testing.T, each func(*http.Request, string)) (addr string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		each(r, string(b))
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func TestTokens(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_768_214_830, 0).UTC()
	signed := b64(`{"alg":"RS256"}`) + "." + b64(`{"z":1,"exp":1768214860,"iat":1768214800,"nbf":"soon"}`) + ".c2ln"
	none := b64(`{"alg":"none"}`) + "." + b64(`{"sub":"x"}`) + "."
	sealed := b64(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + ".a2V5.aXY.Y2lwaGVy.dGFn"
	opaque := b64(`{"alg":"HS256"}`) + "." + b64("pas du JSON") + ".c2ln"
	lookalike := "eyJub3QganNvbg.eyJh.b"
	e := &journal.Entry{
		Request: journal.Message{
			Head: []byte("POST /x?id_token_hint=" + none + " HTTP/1.1\r\nAuthorization: Bearer " + signed + "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"),
			Body: []byte("a=1&client_assertion=" + sealed + "&again=" + signed + "&no=" + lookalike),
		},
		Response: journal.Message{
			Head: []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"),
			Body: []byte(`{"id_token":"` + opaque + `","n":1}`),
		},
	}
	got := tokens(e, now)
	var where []string
	for _, v := range got {
		where = append(where, v.Where.EN)
	}
	want := []string{"request · URL", "request · Authorization", "request · client_assertion", "response · id_token"}
	if diff := cmp.Diff(want, where); diff != "" {
		t.Fatalf("found at (-want +got):\n%s", diff)
	}
	if !got[0].None || got[1].None || !got[2].Sealed || got[2].Claims != "" || got[3].Claims != "pas du JSON" {
		t.Errorf("tokens = %+v", got)
	}
	if want := "{\n  \"z\": 1,\n  \"exp\": 1768214860,\n  \"iat\": 1768214800,\n  \"nbf\": \"soon\"\n}"; got[1].Claims != want {
		t.Errorf("claims = %s, want them in their own order", got[1].Claims)
	}
	times := []tokenTime{
		{Claim: "iat", At: time.Unix(1_768_214_800, 0).UTC(), Past: true, Away: 30 * time.Second},
		{Claim: "exp", At: time.Unix(1_768_214_860, 0).UTC(), Away: 30 * time.Second},
	}
	if diff := cmp.Diff(times, got[1].Times); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func TestTokensAreBounded(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	for i := range 500 {
		body.WriteString(b64(`{"alg":"HS256","n":`+strings.Repeat("1", i+1)+`}`) + "." + b64(`{}`) + ".x ")
	}
	e := &journal.Entry{Request: journal.Message{Body: []byte(body.String())}}
	if n := len(tokens(e, time.Time{})); n != maxTokens {
		t.Errorf("%d tokens, want %d", n, maxTokens)
	}
}

func TestParseHead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		in   string
		want httpHead
	}{
		"request":     {"GET / HTTP/1.1\r\nHost: a\r\nX-Y:  b  \r\n\r\n", httpHead{"GET", "/", "HTTP/1.1", []headLine{{"Host", "a"}, {"X-Y", "b"}}}},
		"answer":      {"HTTP/1.1 404 Not Found\r\n\r\n", httpHead{"HTTP/1.1", "404", "Not Found", nil}},
		"bare LF":     {"GET / HTTP/1.1\nHost: a\n\n", httpHead{"GET", "/", "HTTP/1.1", []headLine{{"Host", "a"}}}},
		"folded":      {"GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n", httpHead{"GET", "/", "HTTP/1.1", []headLine{{"X", "a b"}}}},
		"no colon":    {"GET / HTTP/1.1\r\nnonsense\r\n: v\r\n\r\n", httpHead{"GET", "/", "HTTP/1.1", nil}},
		"empty":       {"", httpHead{}},
		"only method": {"GET", httpHead{First: "GET"}},
	} {
		if diff := cmp.Diff(tt.want, parseHead([]byte(tt.in))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	fr, en := &page{Lang: "fr"}, &page{Lang: "en"}
	for got, want := range map[string]string{
		fr.Span(125 * time.Second):                          "2 min 5 s",
		fr.Span(49*time.Hour + time.Minute):                 "2 j 1 h",
		en.Span(24*time.Hour + 5*time.Second):               "1 d",
		fr.Span(0):                                          "0 s",
		fr.Size(12_200):                                     "11,9 Ko",
		en.Size(128 << 20):                                  "128.0 MB",
		fr.Size(60):                                         "60 o",
		fr.Took(1840 * time.Microsecond):                    "1,8 ms",
		en.Took(2500 * time.Millisecond):                    "2.50 s",
		fr.Took(0):                                          "–",
		fr.Count(1234567):                                   "1\u202f234\u202f567",
		en.Count(uint64(999)):                               "999",
		fr.Code(3723 * time.Second):                         "01:02:03",
		fr.Want(">=1"):                                      "≥\u00a01",
		fr.T("« a » : b ;", ""):                             "«\u00a0a\u00a0»\u00a0: b\u202f;",
		fr.Day(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)): "dimanche 1 février 2026",
		string(fr.Prose(journal.Text{FR: "`<a>` et `b"})):   "<code>&lt;a&gt;</code> et `b",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLocalHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{"localhost": true, "": false, "[::1]": true, "::1": true, "[::ffff:127.0.0.1]": true, "0.0.0.0": false, "localhost.": false, "127.1": false} {
		if got := localHost(host); got != want {
			t.Errorf("localHost(%q) = %v, want %v", host, got, want)
		}
	}
}

func FuzzDecoders(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nAuthorization: Bearer "+b64(`{"alg":"none"}`)+".e30.\r\n\r\n"), []byte("a=b&c=%zz"))
	f.Add([]byte("HTTP/1.1 200\r\nContent-Type: application/json\r\n\r\n"), []byte(`{"a":{"b":[1,"eyJ"]}}`))
	f.Fuzz(func(_ *testing.T, head, body []byte) {
		e := &journal.Entry{
			Transport: "https", Request: journal.Message{Head: head, Body: body, Size: int64(len(body))},
			Response: journal.Message{Head: head, Body: body, Size: int64(len(body)) + 1},
		}
		_ = tokens(e, time.Unix(0, 0))
		_ = harOf(e)
		_ = viewEntry(e)
		s := side{M: &e.Request}
		s.fill()
	})
}

func FuzzWhere(f *testing.F) {
	for _, s := range []string{`form.acr_values == "eidas1"`, `status in [200, 400]`, `form.a matches "^x"`, `len(form) > 0`, `error.code`} {
		f.Add(s)
	}
	env := newWhereEnv(nil)
	e := &journal.Entry{Status: 200, Facts: map[string]any{"form": map[string]any{"a": "x", "n": int64(1)}}}
	f.Fuzz(func(_ *testing.T, src string) {
		if p, err := env.compile(src); err == nil {
			env.holds(p, e)
		}
	})
}
