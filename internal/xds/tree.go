package xds

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An element is as much of the XML as metadata need: comments, instructions and
// text outside of Value are not kept.
type element struct {
	space, prefix, name string
	attrs               []attribute
	text                []byte // of a Value
	offset              int    // of its start tag in the document
	first, last, next   *element
}

// An attribute has the prefix as written: only xml:lang is ever asked for by it.
type attribute struct{ prefix, name, value string }

// children goes through the elements inside.
func (e *element) children() iter.Seq[*element] {
	return func(yield func(*element) bool) {
		for c := e.first; c != nil && yield(c); c = c.next {
		}
	}
}

func (e *element) add(c *element) {
	if e.first == nil {
		e.first = c
	} else {
		e.last.next = c
	}
	e.last = c
}

// attr is the value of an attribute without namespace.
func (e *element) attr(name string) string { return e.prefixed("", name) }

// lang is the xml:lang of an element.
func (e *element) lang() string { return e.prefixed("xml", "lang") }

func (e *element) prefixed(prefix, name string) string {
	for i := range e.attrs {
		if a := &e.attrs[i]; a.name == name && a.prefix == prefix {
			return a.value
		}
	}
	return ""
}

// child is the first child of that name, nil for none.
func (e *element) child(name string) *element {
	for c := range e.children() {
		if c.is(name) {
			return c
		}
	}
	return nil
}

// is tells whether the element has that name in one of the RegRep namespaces.
func (e *element) is(name string) bool { return e.name == name && regrep(e.space) }

// regrep: producers mix lcm, rim, rs and query up, and nothing is ambiguous for it.
func regrep(space string) bool {
	return space == RIM || strings.HasPrefix(space, "urn:oasis:names:tc:ebxml-regrep:xsd:") && strings.HasSuffix(space, ":3.0")
}

// quote and clip bound what a text repeats of a peer's value.
func quote(s string) string { return strconv.Quote(clip(s)) }

func clip(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	n := maxQuoted
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
