package message

import "bytes"

// maxLine is the most that a line may have without its line break (RFC 5322
// §2.1.1).
const maxLine = 998

// line reads the line at pos, and returns it without its line break, which is
// CRLF or, leniently, LF.
func (w *walker) line() []byte {
	start := w.pos
	text := w.raw[start:]
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		w.pos += i + 1
		if text = text[:i]; i > 0 && text[i-1] == '\r' {
			text = text[:i-1]
		} else {
			w.bareLF.add(start + i)
		}
	} else {
		w.pos = len(w.raw)
		text = bytes.TrimSuffix(text, []byte{'\r'})
	}
	if len(text) > maxLine {
		w.long.add(start)
	}
	if i := bytes.IndexByte(text, '\r'); i >= 0 {
		w.bareCR.add(start + i)
	}
	return text
}

// lineEnds tells of the lines of the whole message what was counted.
func (w *walker) lineEnds() {
	if t := w.bareLF; t.count > 0 {
		w.problem(t.first, "bare-lf", "%d lines end with LF without CR (RFC 5322 §2.3)", t.count)
	}
	if t := w.bareCR; t.count > 0 {
		w.problem(t.first, "bare-cr", "%d lines hold CR without LF (RFC 5322 §2.3)", t.count)
	}
	if t := w.long; t.count > 0 {
		w.problem(t.first, "line-length", "%d lines are longer than %d bytes (RFC 5322 §2.1.1)", t.count, maxLine)
	}
}

// outside is the level of what no multipart ended: the end of the message did.
const outside = -1

// A delimiter is what ended a body.
type delimiter struct {
	level int  // of the multipart in walker.open that it belongs to
	last  bool // the multipart is closed
	line  int  // where its line begins
	at    int  // the same, less the line break before it: where the body ends
}

// outside is what ends a body that no delimiter ends.
func (w *walker) outside() delimiter {
	return delimiter{level: outside, line: len(w.raw), at: len(w.raw)}
}

// match tells whether a line is a delimiter of one of the open multiparts. The
// innermost wins; an outer one means that the inner ones were never closed.
func (w *walker) match(text []byte, start int) (delimiter, bool) {
	if len(text) < 3 || text[0] != '-' || text[1] != '-' {
		return delimiter{}, false
	}
	text = bytes.TrimRight(text, " \t") // padding, RFC 2046 §5.1.1
	for level := len(w.open) - 1; level >= 0; level-- {
		rest, ok := bytes.CutPrefix(text, w.open[level])
		if last := string(rest) == "--"; ok && (last || len(rest) == 0) {
			return delimiter{level: level, last: last, line: start, at: w.before(start)}, true
		}
	}
	return delimiter{}, false
}

// before is where the line break before a line begins.
func (w *walker) before(start int) int {
	for _, c := range []byte{'\n', '\r'} {
		if start > 0 && w.raw[start-1] == c {
			start--
		} else {
			break
		}
	}
	return start
}

// body skips lines up to a delimiter, giving each to look.
func (w *walker) body(look func(line []byte, offset int)) delimiter {
	for w.pos < len(w.raw) {
		start := w.pos
		text := w.line()
		if d, ok := w.match(text, start); ok {
			return d
		}
		if look != nil {
			look(text, start)
		}
	}
	return w.outside()
}
