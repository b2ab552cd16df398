package message

import (
	"errors"
	"fmt"
)

// Bounds of what Parse reads. Real messages have a handful of parts, three levels
// and some fifty fields; beyond these figures a message is an attack on its reader.
const (
	maxDepth    = 30      // multiparts and messages in each other
	maxParts    = 1000    // parts and nested messages, the root included
	maxFields   = 20_000  // header fields of all parts
	maxHeader   = 1 << 20 // bytes of one header
	maxProblems = 100     // kept; what comes after is not told
)

// What Parse refuses; tell them apart with errors.Is.
var (
	ErrNoHeader = errors.New("message: no header")
	ErrDepth    = fmt.Errorf("message: multiparts nested more than %d deep", maxDepth)
	ErrParts    = fmt.Errorf("message: more than %d parts", maxParts)
	ErrHeader   = fmt.Errorf("message: a header larger than %d bytes, or more than %d fields", maxHeader, maxFields)
)

// Parse reads a message. It refuses only what has no header at all, has a header
// beyond all measure, nests multiparts deeper than maxDepth or has more than
// maxParts parts; everything else is a Problem. A nested message deeper than
// maxDepth stays unread, with the Problem "depth". Raw is kept, not copied: it must
// not change afterwards.
func Parse(raw []byte) (*Message, error) {
	w := walker{raw: raw}
	root := &Part{}
	w.entity(root, 0, "text/plain")
	switch {
	case w.err != nil:
		return nil, w.err
	case len(root.Header) == 0:
		return nil, ErrNoHeader
	}
	w.root(root)
	w.lineEnds()
	return &Message{Raw: raw, Part: root, Problems: w.problems}, nil
}

// A walker reads a message line by line, once.
type walker struct {
	raw []byte
	pos int
	// open are the delimiters of the multiparts around pos, "--" included, the
	// innermost last.
	open          [][]byte
	parts, fields int
	problems      []Problem
	err           error

	bareLF, bareCR, long tally
}

// A tally counts something that is told once, where it first stands.
type tally struct{ count, first int }

func (t *tally) add(offset int) {
	if t.count == 0 {
		t.first = offset
	}
	t.count++
}

func (w *walker) problem(offset int, code, format string, args ...any) {
	if len(w.problems) < maxProblems {
		w.problems = append(w.problems, Problem{offset, code, fmt.Sprintf(format, args...)})
	}
}

// entity reads one entity from pos: header, then body up to the delimiter that
// ends it, which it returns. Once w.err is set, everything unwinds.
func (w *walker) entity(p *Part, depth int, mediaType string) delimiter {
	if w.parts++; w.parts > maxParts {
		w.err = ErrParts
		return w.outside()
	}
	p.raw, p.Start = w.raw, w.pos
	end, ended := w.header(p)
	p.Content = w.pos
	if ended {
		p.Content = end.line
	}
	w.describe(p, mediaType)

	switch {
	case w.err != nil:
	case ended:
	case p.multipart() && p.Params["boundary"] != "":
		end = w.multipart(p, depth)
	case p.message() && depth >= maxDepth:
		w.problem(p.Start, "depth", "a message nested more than %d deep is not read", maxDepth)
		end = w.body(nil)
	case p.message() && p.identity():
		p.Nested = &Part{}
		end = w.entity(p.Nested, depth+1, "text/plain")
	default:
		end = w.leaf(p)
	}
	// A body that is empty may end before the blank line of its header does: the
	// line break before a delimiter belongs to the delimiter (RFC 2046 §5.1.1).
	p.End = max(p.Content, end.at)
	if n := len(p.Parts); n > 0 {
		p.End = max(p.End, p.Parts[n-1].End)
	}
	if p.Nested != nil {
		p.End = max(p.End, p.Nested.End)
	}
	return end
}

// multipart reads the parts of p, which has a boundary.
func (w *walker) multipart(p *Part, depth int) delimiter {
	if depth >= maxDepth {
		w.err = ErrDepth
		return w.outside()
	}
	inner := "text/plain"
	if p.MediaType == "multipart/digest" {
		inner = "message/rfc822" // RFC 2046 §5.1.5
	}
	level := len(w.open)
	w.open = append(w.open, append([]byte("--"), p.Params["boundary"]...))
	end := w.body(nil) // the preamble
	for end.level == level && !end.last && w.err == nil {
		part := &Part{}
		p.Parts = append(p.Parts, part)
		end = w.entity(part, depth+1, inner)
	}
	w.open = w.open[:level]

	switch {
	case w.err != nil:
	case end.level == level:
		end = w.body(nil) // the epilogue
	case len(p.Parts) == 0:
		w.problem(p.Start, "boundary", "no part begins with the boundary %s", excerpt(p.Params["boundary"]))
	default:
		w.problem(p.Start, "boundary", "the multipart with the boundary %s is not closed", excerpt(p.Params["boundary"]))
	}
	return end
}

// excerpt quotes a value for a Problem, shortened.
func excerpt[T string | []byte](v T) string {
	const most = 60
	if len(v) > most {
		return fmt.Sprintf("%q…", v[:most])
	}
	return fmt.Sprintf("%q", v)
}
