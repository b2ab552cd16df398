package pdfa_test

import (
	"slices"
	"testing"

	"github.com/segursim/segursim/internal/pdfa"
)

// FuzzCheck: whatever comes there is an answer, the same each time, in the words of
// the contract.
func FuzzCheck(f *testing.F) {
	good := build(f, letter())
	f.Add(good)
	f.Add(good[:3000])
	f.Add(page("<</Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Hel#76etica>>>>>>>>"))
	f.Add(packed("<</Type /Font /Subtype /Type1>>"))
	f.Add(page("<</AA <</S /JavaScript /JS (a\\)b(c))>> /G <</ca .5 /SMask 5 0 R>>>>", streamOf("/Filter [/LZWDecode]", "x")))
	f.Add([]byte("%PDF-1.4\n1 0 obj [1 0 R <41> true null (a) /b] endobj trailer <</Root 1 0 R /Encrypt 2 0 R>> startxref 9 %%EOF"))
	f.Add([]byte("%PDF-1.4"))
	f.Add([]byte(""))
	known := []string{
		"not-pdf", "no-xmp", "no-pdfaid", "part", "conformance", "no-output-intent", "encrypted", "script", "font-not-embedded", "truncated",
		"metadata-filter", "xref-stream", "no-id", "transparency", "lzw", "embedded-file", "action", "limit",
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		problems := pdfa.Check(b)
		for _, p := range problems {
			if !slices.Contains(known, p.Code) || p.Text == "" {
				t.Fatalf("problem %+v", p)
			}
		}
		if again := pdfa.Check(b); !slices.Equal(problems, again) {
			t.Fatalf("%v, then %v", problems, again)
		}
	})
}

// FuzzBuild: any text makes a file that passes the check.
func FuzzBuild(f *testing.F) {
	f.Add("Titre", "ligne\nautre")
	f.Add("漢字", "\x00\xff\u202e")
	f.Add("", " a")
	f.Fuzz(func(t *testing.T, title, line string) {
		b, err := pdfa.Build(pdfa.Text{Title: title, Author: line, Lines: []string{line}})
		if err != nil {
			return // over the bounds
		}
		if problems := pdfa.Check(b); len(problems) != 0 {
			t.Fatalf("problems: %v", problems)
		}
	})
}
