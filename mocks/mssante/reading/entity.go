package reading

import (
	"bytes"

	"github.com/segursim/segursim/internal/message"
)

// parse reads a message for FETCH and SEARCH. What cannot be read as a message (no
// header, nested beyond measure) is one text part.
func parse(raw []byte) *message.Part {
	m, err := message.Parse(raw)
	if err != nil {
		return &message.Part{MediaType: "text/plain", Encoding: "7bit", End: len(raw)}
	}
	return m.Part
}

// headerOf reads the header alone.
func headerOf(raw []byte) message.Header {
	if i := bytes.Index(raw, []byte("\r\n\r\n")); i >= 0 {
		raw = raw[:i+4]
	}
	m, err := message.Parse(raw)
	if err != nil {
		return nil
	}
	return m.Header
}

// partAt finds a part by its number (RFC 9051 §6.4.5.1): 1 is also the body of what is
// not a multipart, and the parts of an attached message follow its own number.
func partAt(root *message.Part, path []int) (*message.Part, bool) {
	cur, isMessage := root, true
	for _, n := range path {
		if !isMessage {
			switch {
			case cur.Nested != nil:
				cur = cur.Nested
			case !isMultipart(cur):
				return nil, false
			}
		}
		switch {
		case isMultipart(cur):
			if n < 1 || n > len(cur.Parts) {
				return nil, false
			}
			cur = cur.Parts[n-1]
		case n != 1:
			return nil, false
		}
		isMessage = false
	}
	return cur, true
}

// isMultipart tells whether an entity has parts. A multipart in which none was found
// is a text.
func isMultipart(p *message.Part) bool { return len(p.Parts) > 0 }

// cut is b from i to j, wherever those stand.
func cut(b []byte, i, j int) []byte {
	i, j = max(0, min(i, len(b))), max(0, min(j, len(b)))
	if i >= j {
		return nil
	}
	return b[i:j:j]
}

// fields are the fields of a header that have, or do not have, one of some names, and
// the empty line (RFC 9051 §6.4.5.1: HEADER.FIELDS).
func fields(h message.Header, names []string, wanted bool) []byte {
	var out []byte
	for _, f := range h {
		has := false
		for _, name := range names {
			has = has || bytes.EqualFold([]byte(f.Name), []byte(name))
		}
		if has == wanted {
			out = append(out, f.Raw...)
		}
	}
	return append(out, '\r', '\n')
}
