package cda

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A rawAttr is an attribute whose namespace is not looked up yet.
type rawAttr struct {
	qname
	value []byte
}

// start reads a start tag, or that of an empty element.
func (s *scanner) start() error {
	s.pos++
	tag, q, err := s.name()
	if err != nil {
		return err
	}
	if len(s.open) == 0 && s.root != nil {
		return fmt.Errorf("%w: a second element <%.60s>", errXML, tag)
	}
	if len(s.open) >= maxDepth {
		return fmt.Errorf("%w: deeper than %d elements", errTooLarge, maxDepth)
	}
	outer := len(s.scope)
	empty, err := s.attributes(tag)
	if err != nil {
		return err
	}

	n, err := s.newNode()
	if err != nil {
		return err
	}
	uri, ok := s.lookup(q.prefix)
	if !ok {
		return fmt.Errorf("%w: the prefix of <%.60s> is not declared", errXML, tag)
	}
	if uri == v3NS {
		n.name = q.local
	} else {
		n.foreign = true
	}
	if n.attrs, err = s.resolve(tag); err != nil {
		return err
	}

	inText := n.name == "text"
	if len(s.open) == 0 {
		s.root, s.rootURI = n, uri
		if uri == xslNS {
			n.name = q.local // see Parse
		}
	} else {
		parent := s.open[len(s.open)-1]
		parent.node.add(n)
		inText = inText || parent.text
	}
	if empty {
		s.scope = s.scope[:outer]
		return nil
	}
	s.open = append(s.open, element{node: n, tag: tag, scope: outer, text: inText})
	return nil
}

func (s *scanner) end() error {
	s.pos += 2
	tag, _, err := s.name()
	if err != nil {
		return err
	}
	s.space()
	if s.pos >= len(s.b) || s.b[s.pos] != '>' {
		return fmt.Errorf("%w: the end tag </%.60s>", errXML, tag)
	}
	if len(s.open) == 0 || !bytes.Equal(s.open[len(s.open)-1].tag, tag) {
		return fmt.Errorf("%w: </%.60s> closes no such element", errXML, tag)
	}
	s.pos++
	s.scope = s.scope[:s.open[len(s.open)-1].scope]
	s.open = s.open[:len(s.open)-1]
	return nil
}

// attributes reads those of a tag up to its end: namespaces go to the scope, the rest
// to s.fresh. It tells whether the element is empty.
func (s *scanner) attributes(tag []byte) (empty bool, err error) {
	s.fresh = s.fresh[:0]
	outer := len(s.scope)
	for {
		spaced := s.space()
		if s.pos >= len(s.b) {
			return false, fmt.Errorf("%w: the tag <%.60s>", errXML, tag)
		}
		switch s.b[s.pos] {
		case '>':
			s.pos++
			return false, nil
		case '/':
			if s.pos+1 >= len(s.b) || s.b[s.pos+1] != '>' {
				return false, fmt.Errorf("%w: the tag <%.60s>", errXML, tag)
			}
			s.pos += 2
			return true, nil
		}
		if !spaced {
			return false, fmt.Errorf("%w: the tag <%.60s>", errXML, tag)
		}
		name, q, err := s.name()
		if err != nil {
			return false, err
		}
		value, err := s.value(name)
		if err != nil {
			return false, err
		}
		switch {
		case q.prefix == "xmlns":
			if err := s.bind(outer, q.local, string(value)); err != nil {
				return false, err
			}
		case q == (qname{"", "xmlns"}):
			if err := s.bind(outer, "", string(value)); err != nil {
				return false, err
			}
		case len(s.fresh) >= maxAttrs:
			return false, fmt.Errorf("%w: more than %d attributes", errTooLarge, maxAttrs)
		default:
			s.fresh = append(s.fresh, rawAttr{q, value})
		}
	}
}

// bind declares a namespace (Namespaces in XML 1.0 §3).
func (s *scanner) bind(outer int, prefix, uri string) error {
	if len(s.scope) >= maxBindings {
		return fmt.Errorf("%w: more than %d namespaces", errTooLarge, maxBindings)
	}
	switch {
	case prefix != "" && uri == "", prefix == "xmlns", uri == xmlnsNS, (prefix == "xml") != (uri == xmlNS):
		return fmt.Errorf("%w: the namespace %q of the prefix %q", errXML, uri, prefix)
	}
	for _, b := range s.scope[outer:] {
		if b.prefix == prefix {
			return fmt.Errorf("%w: the prefix %q is declared twice", errXML, prefix)
		}
	}
	s.scope = append(s.scope, binding{prefix, uri})
	return nil
}

// resolve gives the attributes of a tag their namespaces, and keeps those that are
// looked at.
func (s *scanner) resolve(tag []byte) ([]attr, error) {
	s.buffer = s.buffer[:0]
	for i, a := range s.fresh {
		uri := ""
		if a.prefix != "" {
			var ok bool
			if uri, ok = s.lookup(a.prefix); !ok {
				return nil, fmt.Errorf("%w: the prefix of %.60s:%.60s in <%.60s> is not declared", errXML, a.prefix, a.local, tag)
			}
		}
		for _, b := range s.fresh[:i] {
			if b.local != a.local {
				continue
			}
			other := ""
			if b.prefix != "" {
				other, _ = s.lookup(b.prefix)
			}
			if other == uri {
				return nil, fmt.Errorf("%w: %.60s twice in <%.60s>", errXML, a.local, tag)
			}
		}
		switch {
		case uri == "":
			s.buffer = append(s.buffer, attr{a.local, a.value})
		case uri == xsiNS && a.local == "type":
			value := bytes.TrimSpace(a.value)
			s.buffer = append(s.buffer, attr{typeAttr, value[bytes.IndexByte(value, ':')+1:]})
		}
	}
	return s.arena.keep(s.buffer), nil
}

func (s *scanner) lookup(prefix string) (string, bool) {
	for i := len(s.scope) - 1; i >= 0; i-- {
		if s.scope[i].prefix == prefix {
			return s.scope[i].uri, true
		}
	}
	return "", prefix == ""
}

// space skips white space, and tells whether there was any.
func (s *scanner) space() bool {
	start := s.pos
	for s.pos < len(s.b) {
		switch s.b[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
			continue
		}
		break
	}
	return s.pos > start
}

// A qname is a qualified name, in its parts.
type qname struct {
	prefix, local string
}

// name reads a qualified name. The few names of a document are looked at once each.
func (s *scanner) name() ([]byte, qname, error) {
	start := s.pos
	for s.pos < len(s.b) && nameByte(s.b[s.pos]) {
		s.pos++
	}
	name := s.b[start:s.pos]
	if q, ok := s.names[string(name)]; ok {
		return name, q, nil
	}
	prefix, local, colon := strings.Cut(string(name), ":")
	if !isName(prefix) || colon && (!isName(local) || strings.Contains(local, ":")) {
		return nil, qname{}, fmt.Errorf("%w: the name %.40q", errXML, name)
	}
	q := qname{prefix, local}
	if !colon {
		q = qname{"", prefix}
	}
	s.names[string(name)] = q
	return name, q, nil
}

func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.' || c == ':' || c >= utf8.RuneSelf
}

// isName tells whether a name starts as one, with what is in it (XML 1.0 §2.3).
func isName(s string) bool {
	for i, r := range s {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_' || r == ':' || r >= 0xc0 && r <= 0x2ff && r != 0xd7 && r != 0xf7 ||
			r >= 0x370 && r <= 0x1fff && r != 0x37e || r >= 0x200c && r <= 0x200d || r >= 0x2070 && r <= 0x218f || r >= 0x2c00 && r <= 0x2fef ||
			r >= 0x3001 && r <= 0xd7ff || r >= 0xf900 && r <= 0xfdcf || r >= 0xfdf0 && r <= 0xfffd || r >= 0x10000 && r <= 0xeffff
		other := '0' <= r && r <= '9' || r == '-' || r == '.' || r == 0xb7 || r >= 0x300 && r <= 0x36f || r >= 0x203f && r <= 0x2040
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return s != ""
}

// value reads "=" and the value of an attribute, normalized (XML 1.0 §3.3.3).
func (s *scanner) value(name []byte) ([]byte, error) {
	s.space()
	if s.pos >= len(s.b) || s.b[s.pos] != '=' {
		return nil, fmt.Errorf("%w: %.60s has no value", errXML, name)
	}
	s.pos++
	s.space()
	if s.pos >= len(s.b) || s.b[s.pos] != '"' && s.b[s.pos] != '\'' {
		return nil, fmt.Errorf("%w: the value of %.60s has no quotes", errXML, name)
	}
	quote := s.b[s.pos]
	s.pos++
	end := bytes.IndexByte(s.b[s.pos:], quote)
	if end < 0 {
		return nil, fmt.Errorf("%w: the value of %.60s does not end", errXML, name)
	}
	value := s.b[s.pos : s.pos+end]
	if bytes.IndexByte(value, '<') >= 0 {
		return nil, fmt.Errorf("%w: < in the value of %.60s", errXML, name)
	}
	s.pos += end + 1
	if bytes.ContainsAny(value, "\t\r\n") {
		value = bytes.ReplaceAll(value, []byte("\r\n"), []byte(" "))
		value = bytes.Map(func(r rune) rune {
			if r == '\t' || r == '\r' || r == '\n' {
				return ' '
			}
			return r
		}, value)
	}
	return unescape(value)
}

// unescape replaces references: those of XML itself, and characters by number. There
// is no DTD, so there are no others.
func unescape(b []byte) ([]byte, error) {
	amp := bytes.IndexByte(b, '&')
	if amp < 0 {
		return b, nil
	}
	out := make([]byte, 0, len(b))
	for amp >= 0 {
		out = append(out, b[:amp]...)
		b = b[amp+1:]
		// No reference is longer than "#1114111", zeros before it excepted.
		end := bytes.IndexByte(b[:min(len(b), 32)], ';')
		if end < 0 {
			return nil, fmt.Errorf("%w: & without a reference", errXML)
		}
		r, ok := reference(string(b[:end]))
		if !ok {
			return nil, fmt.Errorf("%w: the reference &%s;", errXML, b[:end])
		}
		out = utf8.AppendRune(out, r)
		b = b[end+1:]
		amp = bytes.IndexByte(b, '&')
	}
	return append(out, b...), nil
}

func reference(name string) (rune, bool) {
	switch name {
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
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		return 0, false
	}
	r := rune(n)
	ok := n == '\t' || n == '\n' || n == '\r' || n >= ' ' && n <= 0xd7ff || n >= 0xe000 && n <= 0xfffd || n >= 0x10000 && n <= 0x10ffff
	return r, ok
}
