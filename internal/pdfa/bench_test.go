package pdfa_test

import (
	"testing"

	"github.com/segursim/segursim/internal/pdfa"
)

func BenchmarkBuild(b *testing.B) {
	text := letter()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pdfa.Build(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	file := build(b, letter())
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if problems := pdfa.Check(file); len(problems) != 0 {
			b.Fatal(problems)
		}
	}
}
