package cda

import (
	"bytes"
	"errors"
	"fmt"
)

// Namespaces.
const (
	v3NS    = "urn:hl7-org:v3"
	xsiNS   = "http://www.w3.org/2001/XMLSchema-instance"
	xslNS   = "http://www.w3.org/1999/XSL/Transform"
	xmlNS   = "http://www.w3.org/XML/1998/namespace"
	xmlnsNS = "http://www.w3.org/2000/xmlns/"
	labNS   = "urn:oid:1.3.6.1.4.1.19376.1.3.2"
)

// Bounds of what [Parse] reads.
const (
	maxSize     = 64 << 20 // bytes
	maxDepth    = 200      // elements
	maxNodes    = 400_000  // elements and texts
	maxAttrs    = 100      // of one element
	maxBindings = 1_000    // namespace declarations in scope
)

// What a document is refused for.
var (
	errTooLarge = errors.New("over the bounds")
	errDTD      = errors.New("a DTD is forbidden")
	errXML      = errors.New("not well-formed")
)

// A scanner reads a document into nodes. encoding/xml would do, at a quarter of the
// speed: documents are read for every message, and half of their bytes are base64.
type scanner struct {
	b       []byte
	pos     int
	arena   arena
	names   map[string]qname // as written
	nodes   int
	open    []element
	scope   []binding
	buffer  []attr
	fresh   []rawAttr
	root    *node
	rootURI string
}

// An element that is not closed yet.
type element struct {
	node  *node
	tag   []byte // name as written
	scope int    // bindings outside of it
	text  bool   // in a narrative: spaces count
}

type binding struct {
	prefix string
	uri    string
}

// scan reads a document. Beside its root it gives the root's namespace.
func scan(b []byte) (*node, string, error) {
	if len(b) > maxSize {
		return nil, "", fmt.Errorf("%w: %d bytes, at most %d", errTooLarge, len(b), maxSize)
	}
	b, err := decode(b)
	if err != nil {
		return nil, "", err
	}
	if err := characters(b); err != nil {
		return nil, "", err
	}
	s := &scanner{b: b, names: make(map[string]qname, 128), scope: []binding{{"xml", xmlNS}}}
	if err := s.document(); err != nil {
		line := 1 + bytes.Count(b[:min(s.pos, len(b))], []byte("\n"))
		return nil, "", fmt.Errorf("line %d: %w", line, err)
	}
	return s.root, s.rootURI, nil
}

// characters refuses what XML 1.0 §2.2 has not: it is true of the whole document,
// comments included.
func characters(b []byte) error {
	for i, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return fmt.Errorf("line %d: %w: character U+%04X", 1+bytes.Count(b[:i], []byte("\n")), errXML, c)
		}
	}
	if bytes.Contains(b, []byte("\xef\xbf\xbe")) || bytes.Contains(b, []byte("\xef\xbf\xbf")) {
		return fmt.Errorf("%w: character U+FFFE or U+FFFF", errXML)
	}
	return nil
}

func (s *scanner) document() error {
	for s.pos < len(s.b) {
		if s.b[s.pos] != '<' {
			if err := s.charData(); err != nil {
				return err
			}
			continue
		}
		if err := s.markup(); err != nil {
			return err
		}
	}
	switch {
	case len(s.open) > 0:
		return fmt.Errorf("%w: <%.60s> is not closed", errXML, s.open[len(s.open)-1].tag)
	case s.root == nil:
		return fmt.Errorf("%w: no element", errXML)
	}
	return nil
}

// markup reads what starts with "<".
func (s *scanner) markup() error {
	rest := s.b[s.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("</")):
		return s.end()
	case bytes.HasPrefix(rest, []byte("<!--")):
		end := bytes.Index(rest[4:], []byte("--"))
		if end < 0 || 4+end+2 >= len(rest) || rest[4+end+2] != '>' {
			return fmt.Errorf("%w: a comment", errXML)
		}
		s.pos += 4 + end + 3
		return nil
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		end := bytes.Index(rest, []byte("]]>"))
		if end < 0 || len(s.open) == 0 {
			return fmt.Errorf("%w: a CDATA section", errXML)
		}
		s.pos += end + 3
		return s.addText(newlines(rest[len("<![CDATA["):end]))
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")):
		return errDTD
	case bytes.HasPrefix(rest, []byte("<!")):
		return fmt.Errorf("%w: a declaration", errXML)
	case bytes.HasPrefix(rest, []byte("<?")):
		return s.instruction()
	}
	return s.start()
}

// instruction skips a processing instruction, or the XML declaration where it stands
// first.
func (s *scanner) instruction() error {
	rest := s.b[s.pos+2:]
	end := bytes.Index(rest, []byte("?>"))
	if end < 0 {
		return fmt.Errorf("%w: a processing instruction", errXML)
	}
	target := rest[:end]
	if i := bytes.IndexAny(target, " \t\r\n"); i >= 0 {
		target = target[:i]
	}
	if !isName(string(target)) || bytes.IndexByte(target, ':') >= 0 || bytes.EqualFold(target, []byte("xml")) && (s.pos > 0 || string(target) != "xml") {
		return fmt.Errorf("%w: a processing instruction named %.20q", errXML, target)
	}
	if s.pos == 0 && string(target) == "xml" && !isDeclaration(rest[:end]) {
		return fmt.Errorf("%w: the XML declaration", errXML)
	}
	s.pos += 2 + end + 2
	return nil
}

// isDeclaration tells whether what stands between "<?" and "?>" is the declaration of
// XML 1.0: pseudo-attributes, the version first.
func isDeclaration(b []byte) bool {
	b = b[len("xml"):]
	for want := 0; ; want++ {
		trimmed := bytes.TrimLeft(b, " \t\r\n")
		if len(trimmed) == 0 {
			return want > 0
		}
		if len(trimmed) == len(b) {
			return false
		}
		name, after, ok := bytes.Cut(trimmed, []byte("="))
		after = bytes.TrimLeft(after, " \t\r\n")
		if !ok || len(after) < 2 || after[0] != '"' && after[0] != '\'' {
			return false
		}
		value, left, ok := bytes.Cut(after[1:], after[:1])
		if !ok {
			return false
		}
		switch string(bytes.TrimRight(name, " \t\r\n")) {
		case "version":
			if want != 0 || string(value) != "1.0" {
				return false
			}
		case "encoding":
			if want != 1 {
				return false
			}
		case "standalone":
			if want == 0 || string(value) != "yes" && string(value) != "no" {
				return false
			}
		default:
			return false
		}
		b = left
	}
}

// charData reads the text up to the next "<".
func (s *scanner) charData() error {
	text := s.b[s.pos:]
	if end := bytes.IndexByte(text, '<'); end >= 0 {
		text = text[:end]
	}
	s.pos += len(text)
	if len(s.open) == 0 {
		if len(bytes.Trim(text, " \t\r\n")) > 0 {
			return fmt.Errorf("%w: text outside of the element", errXML)
		}
		return nil
	}
	if bytes.Contains(text, []byte("]]>")) {
		return fmt.Errorf("%w: ]]> in a text", errXML)
	}
	if !s.open[len(s.open)-1].text && len(bytes.Trim(text, " \t\r\n")) == 0 {
		return nil
	}
	text, err := unescape(newlines(text))
	if err != nil {
		return err
	}
	return s.addText(text)
}

func (s *scanner) addText(text []byte) error {
	n, err := s.newNode()
	if err != nil {
		return err
	}
	n.text = text
	s.open[len(s.open)-1].node.add(n)
	return nil
}

func (s *scanner) newNode() (*node, error) {
	if s.nodes++; s.nodes > maxNodes {
		return nil, fmt.Errorf("%w: more than %d nodes", errTooLarge, maxNodes)
	}
	return s.arena.node(), nil
}

// newlines makes one character of each end of line (XML 1.0 §2.11).
func newlines(b []byte) []byte {
	if bytes.IndexByte(b, '\r') < 0 {
		return b
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}
