package xdm_test

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/xdm"
)

// letter is a CDA of level 1 whose archive has about 150 kB: a PDF in base64.
func letter() []byte {
	random := rand.NewChaCha8([32]byte{})
	pdf := make([]byte, 146_000)
	_, _ = random.Read(pdf)
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3">` + strings.Repeat("<templateId root=\"1.2.250.1.213.1.1.1.1\"/>\n", 200) +
		`<component><nonXMLBody><text mediaType="application/pdf" representation="B64">` + base64.StdEncoding.EncodeToString(pdf) + `</text></nonXMLBody></component></ClinicalDocument>`)
}

func BenchmarkRead(b *testing.B) {
	archive := build(b, lot(1), letter())
	b.SetBytes(int64(len(archive)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xdm.Read(archive, xdm.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	m, doc := lot(1), letter()
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xdm.Build(m, [][]byte{doc}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRefuse: what a refusal costs, at worst.
func BenchmarkRefuse(b *testing.B) {
	all := hostiles(b)
	for _, name := range []string{"bomb", "bomb that says 1 G", "many small bombs", "overlap", "too many, hidden", "name: climbs"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := xdm.Read(all[name].b, xdm.Limits{}); err == nil {
					b.Fatal("it was read")
				}
			}
		})
	}
}
