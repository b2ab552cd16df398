package linter_test

import (
	"testing"

	"github.com/segursim/segursim/mocks/mssante/linter"
)

// Whatever the bytes, the linter answers, and places its findings inside of them.
func FuzzLint(f *testing.F) {
	for _, s := range []*sample{right(f), plain(f)} {
		s.lint()
		f.Add(s.in.Raw, s.in.To[0])
	}
	for _, group := range cases(f) {
		for _, w := range group {
			if s := w.sample(f); w.plain {
				s.lint()
				if len(s.in.Raw) < 100_000 {
					f.Add(s.in.Raw, s.in.To[0])
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, to string) {
		in := right(t).in
		in.Raw, in.To = raw, []string{to}
		report := linter.Lint(in)
		for _, finding := range report.Findings {
			if finding.Offset > len(raw) && (finding.Part == "en-tête" || finding.Part == "corps") {
				t.Errorf("%s stands at %d of %d bytes", finding.Rule, finding.Offset, len(raw))
			}
		}
		report.Facts()
	})
}
