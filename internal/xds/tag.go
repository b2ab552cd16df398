package xds

import (
	"fmt"
	"strings"
)

// startTag reads "<name a='b'>" or "<name/>".
func (p *scanner) startTag() error {
	start := p.pos
	p.pos++
	prefix, local, err := p.qualified()
	if err != nil {
		return err
	}
	from, empty := len(p.attrs), false
	for {
		apart := p.skip()
		if p.next('>') {
			break
		}
		if p.next('/') {
			if !p.next('>') {
				return p.malformed("the tag of " + clip(local) + " is not closed")
			}
			empty = true
			break
		}
		if !apart {
			return p.malformed("the tag of " + clip(local) + " is not well formed")
		}
		if len(p.attrs)-from >= maxAttrs {
			return p.problem("bounds", fmt.Sprintf("more than %d attributes on an element", maxAttrs))
		}
		if err := p.attribute(); err != nil {
			return err
		}
	}
	switch p.nodes += len(p.attrs) - from; {
	case len(p.open) == 0 && p.root != nil:
		return p.malformed("there are two roots")
	case len(p.open) >= maxDepth:
		return p.problem("bounds", fmt.Sprintf("more than %d levels", maxDepth))
	}
	if len(p.spare) == 0 {
		p.spare = make([]element, 64)
	}
	e := &p.spare[0]
	p.spare = p.spare[1:]
	*e = element{prefix: prefix, name: local, attrs: p.attrs[from:len(p.attrs):len(p.attrs)], offset: start}
	p.marks = append(p.marks, len(p.scope))
	if err := p.namespaces(e); err != nil {
		return err
	}
	if len(p.open) > 0 {
		p.top().add(e)
	} else {
		p.root = e
	}
	if p.open = append(p.open, e); empty {
		p.shut()
	}
	return nil
}

// attribute reads name="value" and normalises the value (XML 1.0 §3.3.3).
func (p *scanner) attribute() error {
	prefix, local, err := p.qualified()
	if err != nil {
		return err
	}
	p.skip()
	if !p.next('=') {
		return p.malformed("the attribute " + clip(local) + " has no value")
	}
	p.skip()
	if p.pos >= len(p.doc) || p.doc[p.pos] != '"' && p.doc[p.pos] != '\'' {
		return p.malformed("the value of " + clip(local) + " is not in quotes")
	}
	rest := p.doc[p.pos+1:]
	end := strings.IndexByte(rest, p.doc[p.pos])
	if end < 0 || strings.IndexByte(rest[:end], '<') >= 0 {
		return p.malformed("the value of " + clip(local) + " is not closed, or holds <")
	}
	value := rest[:end]
	if strings.ContainsAny(value, "\t\r\n") {
		value = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\t", " ").Replace(value)
	}
	if value, err = p.expand(value); err != nil {
		return err
	}
	p.pos += 1 + end + 1
	p.attrs = append(p.attrs, attribute{prefix, local, value})
	return nil
}

func (p *scanner) endTag() error {
	p.pos += 2
	name := p.name()
	p.skip()
	if !p.next('>') {
		return p.malformed("the tag </" + clip(name) + " is not closed")
	}
	prefix, local, found := strings.Cut(name, ":")
	if !found {
		prefix, local = "", name
	}
	if len(p.open) == 0 || p.top().prefix != prefix || p.top().name != local {
		return p.malformed("</" + clip(name) + "> does not close the open element")
	}
	p.shut()
	return nil
}

// shut closes the open element, and what it declared goes out of scope.
func (p *scanner) shut() {
	p.open = p.open[:len(p.open)-1]
	p.scope = p.scope[:p.marks[len(p.marks)-1]]
	p.marks = p.marks[:len(p.marks)-1]
}

// namespaces brings an element's declarations into scope, then resolves its name
// and looks at its attributes (Namespaces in XML 1.0 §3, §5, §6).
func (p *scanner) namespaces(e *element) error {
	for _, a := range e.attrs {
		prefix := ""
		switch {
		case a.prefix == "xmlns":
			if prefix = a.name; a.value == "" {
				return p.malformed("the prefix " + clip(prefix) + " is bound to an empty namespace")
			}
		case a.prefix == "" && a.name == "xmlns":
		default:
			continue
		}
		if prefix == "xmlns" || (prefix == "xml") != (a.value == xmlNS) {
			return p.malformed("the prefixes xml and xmlns are reserved")
		}
		if p.scope = append(p.scope, binding{prefix, a.value}); len(p.scope) > maxScope {
			return p.problem("bounds", fmt.Sprintf("more than %d namespaces declared", maxScope))
		}
	}
	uri, ok := p.lookup(e.prefix)
	if !ok {
		return p.undeclared(e.prefix)
	}
	e.space = uri
	for i, a := range e.attrs {
		if _, ok := p.resolve(a.prefix); !ok {
			return p.undeclared(a.prefix)
		}
		for _, b := range e.attrs[:i] {
			if a.name != b.name {
				continue
			}
			u, _ := p.resolve(a.prefix)
			if v, _ := p.resolve(b.prefix); u == v {
				return p.malformed("the attribute " + clip(a.name) + " is there twice")
			}
		}
	}
	return nil
}

func (p *scanner) lookup(prefix string) (uri string, ok bool) {
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].prefix == prefix {
			return p.scope[i].uri, true
		}
	}
	return "", prefix == ""
}

// resolve is the namespace of an attribute: one without prefix has none.
func (p *scanner) resolve(prefix string) (uri string, ok bool) {
	if prefix == "" || prefix == "xmlns" {
		return prefix, true
	}
	return p.lookup(prefix)
}

func (p *scanner) undeclared(prefix string) error {
	return p.malformed("the prefix " + quote(prefix) + " is not declared")
}
