package cda

import "iter"

// A node is an element of the document, or a text in it.
type node struct {
	name        string // local name in urn:hl7-org:v3; empty for a text and for other namespaces
	attrs       []attr
	text        []byte // of a text
	first, last *node
	next        *node
	foreign     bool // an element of another namespace
}

// An attr is an attribute without namespace, or type of XML Schema's instance
// namespace, whose value is then without prefix.
type attr struct {
	name  string
	value []byte
}

// typeAttr is how xsi:type is named in attrs: no attribute has such a name.
const typeAttr = "xsi type"

// attr is the value of an attribute; empty if there is none. It can be asked of nil,
// as all that follows.
func (n *node) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.name == name {
			return string(a.value)
		}
	}
	return ""
}

// all are the children of a name.
func (n *node) all(name string) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		if n == nil {
			return
		}
		for c := n.first; c != nil; c = c.next {
			if c.name == name && !yield(c) {
				return
			}
		}
	}
}

// child is what a path of names leads to, the first child of each; nil if nothing.
func (n *node) child(path ...string) *node {
	for _, name := range path {
		var found *node
		for c := range n.all(name) {
			found = c
			break
		}
		if n = found; n == nil {
			return nil
		}
	}
	return n
}

// id and code read the attributes of the data types II and CD.
func (n *node) id() II {
	return II{Root: n.attr("root"), Extension: n.attr("extension")}
}

func (n *node) code() Code {
	return Code{Code: n.attr("code"), System: n.attr("codeSystem"), Display: n.attr("displayName")}
}

// An arena gives out nodes in blocks: a document has thousands.
type arena struct {
	nodes []node
	attrs []attr
}

func (a *arena) node() *node {
	if len(a.nodes) == 0 {
		a.nodes = make([]node, 256)
	}
	n := &a.nodes[0]
	a.nodes = a.nodes[1:]
	return n
}

// keep copies attributes out of a buffer that is used again.
func (a *arena) keep(attrs []attr) []attr {
	if len(attrs) == 0 {
		return nil
	}
	if len(a.attrs) < len(attrs) {
		a.attrs = make([]attr, max(256, len(attrs)))
	}
	kept := a.attrs[:len(attrs):len(attrs)]
	a.attrs = a.attrs[len(attrs):]
	copy(kept, attrs)
	return kept
}

func (n *node) add(c *node) {
	if n.last == nil {
		n.first = c
	} else {
		n.last.next = c
	}
	n.last = c
}
