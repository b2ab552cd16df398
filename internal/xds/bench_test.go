package xds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/xds"
)

// one is the metadata of a mail with one document.
func one() *xds.Metadata {
	m := full()
	m.Entries, m.Associations = m.Entries[:1], m.Associations[:1]
	return m
}

func BenchmarkParse(b *testing.B) {
	doc := build(b, one())
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xds.Parse(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	m := one()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xds.Build(m); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostile: the worst that fits in the bounds.
func BenchmarkHostile(b *testing.B) {
	list := func(s string) string { return request("<RegistryObjectList>" + s + "</RegistryObjectList>") }
	var spaces strings.Builder
	for i := range 95 {
		fmt.Fprintf(&spaces, ` xmlns:n%d="u"`, i)
	}
	cut := strings.Repeat("a<!---->", 90_000)
	for name, doc := range map[string]string{
		"deep":     list(strings.Repeat("<a>", 100_000)),
		"wide":     list(strings.Repeat("<ExtrinsicObject/>", 9_000)),
		"slots":    list("<ExtrinsicObject>" + strings.Repeat(`<Slot name="hash"/>`, 60_000) + "</ExtrinsicObject>"),
		"cut text": list(`<ExtrinsicObject><Slot name="hash"><ValueList><Value>` + cut + `</Value></ValueList></Slot></ExtrinsicObject>`),
		"repeated": list(`<ExtrinsicObject><Slot name="sourcePatientInfo"><ValueList>` + strings.Repeat(`<Value>PID-5|a</Value>`, 60_000) + `</ValueList></Slot></ExtrinsicObject>`),
		"scope":    list("<a" + spaces.String() + ">" + strings.Repeat("<n0:a/>", 190_000) + "</a>"),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				_, _ = xds.Parse([]byte(doc))
			}
		})
	}
}
