package linter_test

import (
	"testing"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// What reading one message costs: 4 kB of text, a document, 200 kB.
func BenchmarkLint(b *testing.B) {
	large := right(b)
	large.extra = []message.Attachment{{Name: "annexe.bin", MediaType: "application/octet-stream", Content: make([]byte, 100_000)}}
	text := plain(b)
	for len(text.draft.Text) < 4000 {
		text.draft.Text += "Une ligne de texte ordinaire, comme on en écrit.\r\n"
	}
	for name, s := range map[string]*sample{"4kB": text, "document": right(b), "200kB": large} {
		s.lint()
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s.in.Raw)))
			b.ReportAllocs()
			for b.Loop() {
				linter.Lint(s.in)
			}
		})
	}
}
