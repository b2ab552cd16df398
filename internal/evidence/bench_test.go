package evidence_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/segursim/segursim/internal/evidence"
	"github.com/segursim/segursim/internal/journal"
)

// A pack with a megabyte of documents in it, as a DMP scenario has.
func BenchmarkWrite(b *testing.B) {
	in := run(b, func(w *world) {
		for range 10 {
			w.saw("https", "token", 200, nil, journal.Message{
				Head: []byte("POST /x HTTP/1.1\r\n\r\n"), Body: bytes.Repeat([]byte("<a b=\"c\">Document de TEST, sans secret, eyJ.</a>\r\n"), 2000),
			}, journal.Message{Head: []byte("HTTP/1.1 200 OK\r\n\r\n")})
		}
	})
	b.ReportAllocs()
	for b.Loop() {
		if err := evidence.Write(io.Discard, in); err != nil {
			b.Fatal(err)
		}
	}
}
