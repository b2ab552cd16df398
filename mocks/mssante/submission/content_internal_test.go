package submission

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reference reads a message the slow way: byte by byte.
func reference(in []byte) (raw []byte, size int, ok bool) {
	i := bytes.Index(append([]byte("\r\n"), in...), []byte("\r\n.\r\n"))
	if i < 0 {
		return nil, 0, false
	}
	body := in[:i]
	for j := range body {
		if body[j] == '.' && (j == 0 || j >= 2 && body[j-1] == '\n' && body[j-2] == '\r') {
			continue
		}
		raw = append(raw, body[j])
	}
	return raw, i + len(".\r\n"), true
}

func FuzzContent(f *testing.F) {
	for _, s := range []string{
		".\r\n", "a\r\n.\r\n", "..\r\n.\r\n", "a\n.\n.\r\n", "\r\r\n.\r\n", ".\r.\r\n.\r\n", "a\r\n.\nb\r\n.\r\nQUIT\r\n", "\x00\r\n.\r\n", "no end",
		strings.Repeat("x", 15) + "\r\n.\r\n", strings.Repeat("x", 16) + "\r\n.\r\n", strings.Repeat("x", 14) + "\r\n.\r\n", "\r\n.",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		src := bytes.NewReader(in)
		r := dotReader{in: bufio.NewReaderSize(src, 16), limit: 1 << 20, arm: func() bool { return true }}
		c, err := r.read(0)
		raw, size, ok := reference(in)
		if ok != (err == nil) {
			t.Fatalf("%q: %v, want an end: %v", in, err, ok)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatalf("%q: %v", in, err)
			}
			return
		}
		if !bytes.Equal(c.raw, raw) || c.size != int64(len(raw)) {
			t.Fatalf("%q: got %q, want %q", in, c.raw, raw)
		}
		if rest := src.Len() + r.in.Buffered(); rest != len(in)-size {
			t.Fatalf("%q: %d bytes are left, want %d", in, rest, len(in)-size)
		}
		if lf := bytes.Count(raw, []byte("\n")) - bytes.Count(raw, []byte("\r\n")); c.bareLF > lf {
			t.Fatalf("%q: %d bare LF, there are %d", in, c.bareLF, lf)
		}
		if c.nul != bytes.Count(raw, []byte{0}) || c.bareCR < 0 {
			t.Fatalf("%q: %+v", in, c)
		}
	})
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{"250 2.1.0 Ok\r\n", "250-a\r\n250 b\r\n", "334 \r\n", "x\r\n", "250\r\n", "\n", "999-\r\n", "250 2.1 x\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, rest, ok := cutReply(in)
		if !ok {
			return
		}
		if len(rest) >= len(in) {
			t.Fatalf("%q: nothing was taken", in)
		}
		if r.code < 200 || r.code > 599 {
			return
		}
		again, rest, ok := cutReply(r.bytes())
		if !ok || len(rest) != 0 || again.code != r.code {
			t.Fatalf("%q: %+v becomes %+v", in, r, again)
		}
	})
}

func TestReply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want reply
		out  string
	}{
		{"250 2.1.0 Ok\r\n", reply{250, "2.1.0", []string{"Ok"}}, "250 2.1.0 Ok\r\n"},
		{"554-a\r\n554 5.7.1 b\r\n", reply{554, "5.7.1", []string{"a", "b"}}, "554-5.7.1 a\r\n554 5.7.1 b\r\n"},
		{"550 2.1.0 other class\r\n", reply{550, "", []string{"2.1.0 other class"}}, "550 2.1.0 other class\r\n"},
		{"334 \r\n", reply{334, "", []string{""}}, "334 \r\n"},
	} {
		got, rest, ok := cutReply([]byte(tt.in))
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(reply{})); diff != "" || !ok || len(rest) != 0 {
			t.Errorf("%q (-want +got):\n%s", tt.in, diff)
		}
		if out := string(got.bytes()); out != tt.out {
			t.Errorf("%q becomes %q, want %q", tt.in, out, tt.out)
		}
	}
	if _, _, ok := cutReply([]byte("250-a\r\n250")); ok {
		t.Error("half a reply")
	}
}

func TestASCII(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Boîte fermée « à vie »…": "Boite fermee \" a vie \".", "a\x00b\r": "a?b?", "日本": "??", strings.Repeat("a", 1000): strings.Repeat("a", maxText),
	} {
		if got := ascii(in); got != want {
			t.Errorf("%.20q: got %q, want %q", in, got, want)
		}
	}
}

func TestChunkOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"10": 10, "10 LAST": 10, "10 last": 10, "0 LAST": 0, "": 0, "x": 0, "-1": 0, "+1": 0, "10 FIRST": 0, "10 LAST x": 0,
		"4294967295": 1<<32 - 1, "4294967296": 0,
	} {
		if got := chunkOf(in); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}

func TestTranscript(t *testing.T) {
	t.Parallel()
	var tr transcript
	line := []byte(strings.Repeat("x", 1000) + "\r\n")
	for range 100 {
		tr.client(line)
	}
	if n := len(tr.in); n > maxTranscript+10 || !bytes.HasSuffix(tr.in, []byte("\r\n[…]\r\n")) || bytes.Count(tr.in, []byte("…")) != 1 {
		t.Errorf("%d bytes, ends in %q", n, tr.in[len(tr.in)-20:])
	}
}
