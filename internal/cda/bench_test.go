package cda_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/segursim/segursim/internal/cda"
)

// report is a biology report of about 100 kB, a third of it a PDF; dense is of about
// the same size, all of it results.
func report() *cda.Document {
	d := biology()
	d.PDF = append([]byte(fakePDF), bytes.Repeat([]byte("0123456789abcdef"), 1600)...)
	for i := range 80 {
		o := d.Sections[0].Observations[i%2]
		o.Code.Display = fmt.Sprintf("%s n° %d", o.Code.Display, i)
		d.Sections[0].Observations = append(d.Sections[0].Observations, o)
	}
	return d
}

func BenchmarkParse(b *testing.B) {
	dense := report()
	dense.PDF = dense.PDF[:100]
	for range 40 {
		dense.Sections[0].Observations = append(dense.Sections[0].Observations, dense.Sections[0].Observations[0])
	}
	scanned := letter()
	scanned.PDF = bytes.Repeat([]byte("x"), 75_000)
	for name, d := range map[string]*cda.Document{"report": report(), "results": dense, "scanned": scanned} {
		doc := build(b, d)
		b.Run(fmt.Sprintf("%s/%dkB", name, len(doc)/1000), func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := cda.Parse(doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	d := report()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cda.Build(d, now()); err != nil {
			b.Fatal(err)
		}
	}
}
