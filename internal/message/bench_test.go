package message_test

import (
	"fmt"
	"testing"

	"github.com/segursim/segursim/internal/message"
)

func BenchmarkParse(b *testing.B) {
	for _, size := range []int{4_000, 200_000, 25_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			raw := sized(b, size)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := message.Parse(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	m := parse(b, sized(b, 200_000))
	zip := m.Attachments()[0]
	b.SetBytes(int64(len(zip.Bytes())))
	for b.Loop() {
		if _, err := zip.Decode(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, size := range []int{0, 200_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			d := letter()
			d.Attachments[0].Content = make([]byte, size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := message.Build(d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBody(b *testing.B) {
	m := parse(b, sized(b, 4_000))
	for b.Loop() {
		if m.Body() == "" {
			b.Fatal("no body")
		}
	}
}

func BenchmarkSubject(b *testing.B) {
	m := parse(b, sized(b, 4_000))
	for b.Loop() {
		if m.Header.Get("Subject") == "" {
			b.Fatal("no subject")
		}
	}
}
