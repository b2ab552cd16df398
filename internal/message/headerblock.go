package message

import "bytes"

// header reads the fields from pos up to the blank line after them. A line that
// is no field begins the body: what forgot the blank line is read so by most mail
// software. The delimiter of an enclosing multipart ends the whole entity.
func (w *walker) header(p *Part) (delimiter, bool) {
	limit := p.Start + maxHeader
	for w.pos < len(w.raw) {
		start, before := w.pos, [...]tally{w.bareLF, w.bareCR, w.long}
		text := w.line()
		if d, ok := w.match(text, start); ok {
			return d, true
		}
		kind := lineKind(text)
		switch {
		case len(text) == 0:
			return delimiter{}, false
		case kind == other, kind == envelope && len(p.Header) > 0:
			w.problem(start, "header-line", "the header ends without a blank line, before %s", excerpt(text))
			w.pos, w.bareLF, w.bareCR, w.long = start, before[0], before[1], before[2] // it is read again
			return delimiter{}, false
		case w.pos > limit || w.fields > maxFields:
			w.err = ErrHeader
			return delimiter{}, false
		case kind == continuation && len(p.Header) > 0:
			last := &p.Header[len(p.Header)-1]
			last.Raw = w.raw[last.Offset:w.pos]
		case kind == field:
			w.field(p, text, start)
		default:
			w.problem(start, "header-line", "a line of the header is not a field: %s", excerpt(text))
		}
	}
	return w.outside(), true
}

// field adds the field that begins with a line.
func (w *walker) field(p *Part, text []byte, start int) {
	w.fields++
	if p.Header == nil {
		n := 4
		if p.Start == 0 {
			n = 20
		}
		p.Header = make(Header, 0, n)
	}
	name := text[:bytes.IndexByte(text, ':')]
	if trimmed := bytes.TrimRight(name, " \t"); len(trimmed) < len(name) {
		w.problem(start, "header-line", "blanks before the colon of %s", excerpt(trimmed)) // RFC 5322 §4.5
		name = trimmed
	}
	p.Header = append(p.Header, Field{Name: string(name), Raw: w.raw[start:w.pos], Offset: start})
}

// A kind of line in a header.
type kind int

const (
	other        kind = iota
	field             // a name and a colon
	continuation      // begins with a blank (RFC 5322 §2.2.3)
	nameless          // a colon without a name
	envelope          // "From " of an mbox file
)

// lineKind tells what a line of a header is.
func lineKind(text []byte) kind {
	for i, c := range text {
		switch {
		case c == ':' && i == 0:
			return nameless
		case c == ':':
			return field
		case i == 0 && (c == ' ' || c == '\t'):
			return continuation
		case c == ' ' || c == '\t':
			rest := bytes.TrimLeft(text[i:], " \t")
			switch {
			case len(rest) > 0 && rest[0] == ':':
				return field
			case string(text[:i]) == "From":
				return envelope
			}
			return other
		case c <= ' ' || c >= 0x7f: // RFC 5322 §3.6.8
			return other
		}
	}
	return other
}
