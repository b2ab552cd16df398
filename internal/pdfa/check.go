package pdfa

import (
	"bytes"
	"fmt"
	"strconv"
)

// maxFonts is how many fonts are named in the problems of one file.
const maxFonts = 10

// Check lists what keeps a file from being a PDF/A-1; none when it claims to be one
// and nothing that was looked at says otherwise. Encryption ends the check: nothing
// behind it can be read.
//
// Two rules are stricter than ISO 19005-1: an output intent is asked of every file,
// though one with device-independent colours alone could do without (§6.2.2), and
// fonts must be embedded even where their text is never shown (§6.3.4), but for those
// that only the default resources of a form name.
func Check(b []byte) []Problem {
	if !bytes.HasPrefix(b, []byte("%PDF-")) { // ISO 19005-1 §6.1.2
		return []Problem{{"not-pdf", "the file does not start with %PDF-"}}
	}
	r := &report{doc: scan(b), seen: map[string]bool{}}
	if r.doc.cut || !ends(b) {
		r.add("truncated", "the file has no end: startxref, the offset of a cross-reference and %%%%EOF are expected")
	}
	if r.doc.limit {
		r.add("limit", "the file has more objects or data than are read")
	}
	if r.doc.encrypted() { // §6.1.3
		r.add("encrypted", "the trailer has Encrypt")
		return r.problems
	}
	if r.doc.packed {
		r.add("xref-stream", "cross-references or objects are in streams, which PDF 1.4 has not")
	}

	catalog := r.doc.catalog()
	if catalog == nil {
		if !r.seen["truncated"] {
			r.add("truncated", "no trailer names a catalog")
		}
		return r.problems
	}
	identified := false
	for _, t := range r.doc.trailers {
		if _, ok := t["ID"]; ok {
			identified = true
		}
	}
	if !identified { // §6.1.3
		r.add("no-id", "the trailer has no ID")
	}
	r.metadata(catalog)
	r.intent(catalog)
	r.walk(catalog)
	return r.problems
}

// ends tells whether a file ends as one: %%EOF, and before it the offset of a
// cross-reference.
func ends(b []byte) bool {
	tail := b[max(0, len(b)-2048):]
	eof := bytes.LastIndex(tail, []byte("%%EOF"))
	if eof < 0 {
		return false
	}
	tail = tail[:eof]
	start := bytes.LastIndex(tail, []byte("startxref"))
	if start < 0 {
		return false
	}
	at, err := strconv.Atoi(string(bytes.TrimSpace(tail[start+len("startxref"):])))
	if err != nil || at <= 0 || at >= len(b) {
		return false
	}
	p := &parser{b: b, pos: at}
	p.space()
	return p.prefix("xref") || p.pos < len(b) && isDigit(b[p.pos])
}

// A report collects problems, one of a code; fonts excepted.
type report struct {
	doc      *document
	problems []Problem
	seen     map[string]bool
	fonts    int
}

func (r *report) add(code, format string, args ...any) {
	if r.seen[code] && code != "font-not-embedded" {
		return
	}
	r.seen[code] = true
	r.problems = append(r.problems, Problem{Code: code, Text: fmt.Sprintf(format, args...)})
}

// intent looks for the output intent (§6.2.2).
func (r *report) intent(catalog dict) {
	intents, _ := r.doc.resolve(catalog["OutputIntents"]).(list)
	for _, v := range intents {
		if d := r.doc.dict(v); d != nil && r.doc.resolve(d["S"]) == name("GTS_PDFA1") {
			return
		}
	}
	r.add("no-output-intent", "the catalog has no output intent GTS_PDFA1")
}
