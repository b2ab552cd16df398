package xds

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxBytes bounds the metadata that [Parse] reads.
const MaxBytes = 4 << 20

const (
	maxDepth = 32
	maxNodes = 200_000 // elements, attributes, texts, comments
	maxAttrs = 100     // of one element
	maxScope = 100     // namespace declarations in scope
	maxList  = 10_000  // registry objects of a lot
	xmlNS    = "http://www.w3.org/XML/1998/namespace"
)

// scanner reads XML 1.0 without DTD into a tree of elements. It is here because
// metadata are read for every mail and encoding/xml takes some three times as long; a
// fuzz target holds it to taking nothing that encoding/xml refuses.
type scanner struct {
	doc   string // UTF-8
	pos   int
	nodes int
	root  *element
	open  []*element
	scope []binding   // prefixes in scope, innermost last
	marks []int       // length of scope before each open element
	attrs []attribute // of all elements
	spare []element
}

type binding struct{ prefix, uri string }

// readTree reads one document.
func readTree(b []byte) (*scanner, error) {
	if len(b) > MaxBytes {
		return nil, &Problem{Code: "bounds", Text: fmt.Sprintf("%d bytes, more than %d", len(b), MaxBytes)}
	}
	b, err := decodeText(b)
	if err != nil {
		return nil, err
	}
	p := &scanner{doc: string(b), scope: []binding{{"xml", xmlNS}}}
	if err := p.characters(); err != nil {
		return nil, err
	}
	for p.pos < len(p.doc) {
		if p.nodes++; p.nodes > maxNodes {
			return nil, p.problem("bounds", fmt.Sprintf("more than %d nodes", maxNodes))
		}
		if err := p.token(); err != nil {
			return nil, err
		}
	}
	switch {
	case len(p.open) > 0:
		return nil, p.malformed("the element " + clip(p.top().name) + " is not closed")
	case p.root == nil:
		return nil, &Problem{Code: "xml", Text: "there is nothing in it"}
	}
	return p, nil
}

func (p *scanner) top() *element { return p.open[len(p.open)-1] }

// line is that of an offset, from 1.
func (p *scanner) line(offset int) int {
	return 1 + strings.Count(p.doc[:min(offset, len(p.doc))], "\n")
}

func (p *scanner) problem(code, text string) error {
	return &Problem{Code: code, Line: p.line(p.pos), Text: text}
}

func (p *scanner) malformed(text string) error { return p.problem("xml", text) }

// characters looks for what XML 1.0 §2.2 leaves out.
func (p *scanner) characters() error {
	for i := range len(p.doc) {
		switch c := p.doc[i]; {
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0xEF && (strings.HasPrefix(p.doc[i:], "\uFFFE") || strings.HasPrefix(p.doc[i:], "\uFFFF")):
			p.pos = i
			return p.malformed("it holds a character that XML does not allow")
		}
	}
	return nil
}

// token reads one text or one piece of markup.
func (p *scanner) token() error {
	rest := p.doc[p.pos:]
	switch {
	case rest[0] != '<':
		return p.characterData()
	case strings.HasPrefix(rest, "<!--"):
		end := strings.Index(rest[4:], "--")
		if end < 0 || !strings.HasPrefix(rest[4+end:], "-->") {
			return p.malformed("a comment is not closed, or holds two hyphens")
		}
		p.pos += 4 + end + 3
	case strings.HasPrefix(rest, "<![CDATA["):
		end := strings.Index(rest, "]]>")
		if end < 0 || len(p.open) == 0 {
			return p.malformed("a CDATA section is not closed, or stands outside of the root")
		}
		if e := p.top(); e.name == "Value" {
			e.text = append(e.text, rest[len("<![CDATA["):end]...)
		}
		p.pos += end + 3
	case strings.HasPrefix(rest, "<!"):
		return p.problem("dtd", "a DTD is refused")
	case strings.HasPrefix(rest, "<?"):
		return p.instruction(rest)
	case strings.HasPrefix(rest, "</"):
		return p.endTag()
	default:
		return p.startTag()
	}
	return nil
}

// instruction passes over an XML declaration or a processing instruction.
func (p *scanner) instruction(rest string) error {
	end := strings.Index(rest, "?>")
	if end < 0 {
		return p.malformed("a processing instruction is not closed")
	}
	start := p.pos
	p.pos += 2
	target := p.name()
	switch after := start + end; {
	case target == "" || strings.Contains(target, ":") || p.pos != after && !space(p.doc[p.pos]):
		return p.malformed("a processing instruction has no name")
	case strings.EqualFold(target, "xml") && (start > 0 || target != "xml"):
		return p.malformed("the XML declaration is not at the start")
	case target == "xml" && declared([]byte(p.doc), "version") != "1.0":
		return p.malformed("the version of XML is " + quote(declared([]byte(p.doc), "version")) + ", not 1.0")
	default:
		p.pos = after + 2
	}
	return nil
}

// characterData reads text up to the next markup.
func (p *scanner) characterData() error {
	rest := p.doc[p.pos:]
	end := strings.IndexByte(rest, '<')
	if end < 0 {
		end = len(rest)
	}
	text := rest[:end]
	if len(p.open) == 0 {
		if trim(text) != "" {
			return p.malformed("there is text outside of the root")
		}
		p.pos += end
		return nil
	}
	e := p.top()
	if keep := e.name == "Value"; keep || strings.ContainsAny(text, "&]") {
		if strings.Contains(text, "]]>") {
			return p.malformed("]]> stands in a text")
		}
		expanded, err := p.expand(text)
		if err != nil {
			return err
		}
		if keep {
			e.text = append(e.text, expanded...)
		}
	}
	p.pos += end
	return nil
}

// expand puts the characters of references (XML 1.0 §4.1, §4.6) in their place.
func (p *scanner) expand(s string) (string, error) {
	if strings.IndexByte(s, '&') < 0 {
		return s, nil
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		before, after, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		ref, rest, found := strings.Cut(after, ";")
		r, ok := character(ref)
		if !found || !ok {
			return "", p.malformed("&" + clip(ref) + " is not a reference to a character")
		}
		b.WriteRune(r)
		s = rest
	}
}

// character is what a reference stands for.
func character(ref string) (rune, bool) {
	switch ref {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(ref, "#")
	base := rune(10)
	if hex, is := strings.CutPrefix(digits, "x"); is {
		digits, base = hex, 16
	}
	if !ok || digits == "" {
		return 0, false
	}
	var r rune
	for _, c := range digits {
		d := rune(-1)
		switch {
		case c >= '0' && c <= '9':
			d = c - '0'
		case base == 16 && c >= 'a' && c <= 'f':
			d = c - 'a' + 10
		case base == 16 && c >= 'A' && c <= 'F':
			d = c - 'A' + 10
		}
		if d < 0 {
			return 0, false
		}
		if r = r*base + d; r > unicode.MaxRune {
			return 0, false
		}
	}
	ok = r >= ' ' && utf8.ValidRune(r) && r != 0xFFFE && r != 0xFFFF || r == '\t' || r == '\n' || r == '\r'
	return r, ok
}

// name reads a name, empty when there is none. Letters beyond ASCII are taken, for
// they may stand in what other software adds.
func (p *scanner) name() string {
	start := p.pos
	for i, r := range p.doc[start:] {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '_', r == ':', r >= utf8.RuneSelf && unicode.IsLetter(r):
		case i > 0 && (r >= '0' && r <= '9' || r == '-' || r == '.'):
		default:
			p.pos = start + i
			return p.doc[start:p.pos]
		}
	}
	p.pos = len(p.doc)
	return p.doc[start:]
}

// qualified reads a name and splits it (Namespaces in XML 1.0 §4).
func (p *scanner) qualified() (prefix, local string, err error) {
	s := p.name()
	prefix, local, found := strings.Cut(s, ":")
	switch {
	case s == "":
		return "", "", p.malformed("a name is expected here")
	case !found:
		return "", s, nil
	case prefix == "" || local == "" || strings.Contains(local, ":") || local[0] == '-' || local[0] == '.' || local[0] >= '0' && local[0] <= '9':
		return "", "", p.malformed(quote(s) + " is not a qualified name")
	}
	return prefix, local, nil
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// skip passes over white space and tells whether there was any.
func (p *scanner) skip() bool {
	start := p.pos
	for p.pos < len(p.doc) && space(p.doc[p.pos]) {
		p.pos++
	}
	return p.pos > start
}

// next takes one byte when it is the one asked for.
func (p *scanner) next(c byte) bool {
	if p.pos < len(p.doc) && p.doc[p.pos] == c {
		p.pos++
		return true
	}
	return false
}
