package cda_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/segursim/segursim/internal/cda"
)

// FuzzParse: whatever comes there is a document or an error; what is read, encoding/xml
// reads too; what can be written again is.
func FuzzParse(f *testing.F) {
	for _, d := range documents() {
		f.Add(build(f, d))
	}
	for _, s := range []string{
		"", "<", "<a", wrap(""), wrap("<id root='1'/>"), section("<text>a<br/>b</text>"), wrap("<title>&#233;&amp;<![CDATA[x]]></title>"),
		"\xff\xfe<\x00", "\xef\xbb\xbf" + wrap(""), `<?xml version="1.0" encoding="ISO-8859-15"?>` + wrap("<title>\xa4</title>"),
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, wrap("<a:b xmlns:a='u' a:c='d' e='f'/>"),
		`<c:ClinicalDocument xmlns:c="urn:hl7-org:v3"><c:code code="SYNTH"/></c:ClinicalDocument>`,
	} {
		f.Add([]byte(s))
	}
	for _, file := range seeds(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := cda.Parse(b)
		if (d == nil) == (err == nil) {
			t.Fatal("neither or both of a document and an error")
		}
		if err != nil {
			return
		}
		if !bytes.Contains(b, []byte("encoding")) && !bytes.HasPrefix(b, []byte("\xff\xfe")) && !bytes.HasPrefix(b, []byte("\xfe\xff")) {
			wellFormed(t, b)
		}
		cda.Present(d)
		again, err := cda.Build(cda.Replacement(d, cda.II{Root: "1.2.3"}), now())
		if err != nil {
			return // not valid to begin with
		}
		if _, err := cda.Parse(again); err != nil {
			t.Fatalf("what was built cannot be read: %v", err)
		}
	})
}

// wellFormed holds a document that was taken against encoding/xml, which knows other
// names as of XML 1.0's fourth edition, hence ASCII alone.
func wellFormed(t *testing.T, b []byte) {
	t.Helper()
	if bytes.ContainsFunc(b, func(r rune) bool { return r > 0x7f }) {
		return
	}
	dec := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("encoding/xml refuses it: %v", err)
		}
	}
}

// seeds are the smaller published examples, where they are at hand.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	const folder = "../../../shared/data/segur/cda/samples/"
	var out [][]byte
	for _, name := range []string{"VAC-NOTE_2023.01.xml", "VSM_1.4_2022.01.xml"} {
		if b, err := os.ReadFile(folder + name); err == nil {
			out = append(out, b)
		}
	}
	return out
}
