package datamatrix_test

import (
	"testing"

	"github.com/segursim/segursim/internal/datamatrix"
)

func BenchmarkEncode(b *testing.B) {
	id := patient()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := datamatrix.Encode(id); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	payload, err := datamatrix.Encode(patient())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, found := datamatrix.Decode(payload); datamatrix.Failed(found) {
			b.Fatal(found)
		}
	}
}

func BenchmarkSymbol(b *testing.B) {
	payload, err := datamatrix.Encode(patient())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := datamatrix.NewSymbol(payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	s, err := datamatrix.NewSymbol(datamatrix.Header + "S1277010115400329")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.PNG(datamatrix.Drawing{}); err != nil {
			b.Fatal(err)
		}
	}
}
