package apcv

import (
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/soap"
)

// node is an element of an answer.
type node struct {
	name  string
	attrs []string // alternating names and values
	text  string
	kids  []*node
}

// el makes an element with children; nil ones are left out.
func el(name string, kids ...*node) *node {
	return &node{name: name, kids: slices.DeleteFunc(kids, func(k *node) bool { return k == nil })}
}

// leaf makes an element with a text.
func leaf(name, text string, attrs ...string) *node {
	return &node{name: name, text: text, attrs: attrs}
}

// write writes the element; space, when not empty, is declared as the default
// namespace.
func (n *node) write(b *strings.Builder, space string) {
	b.WriteString("<" + n.name)
	if space != "" {
		b.WriteString(` xmlns="` + soap.Escape(space) + `"`)
	}
	for i := 0; i+1 < len(n.attrs); i += 2 {
		b.WriteString(" " + n.attrs[i] + `="` + soap.Escape(n.attrs[i+1]) + `"`)
	}
	b.WriteString(">" + soap.Escape(n.text))
	for _, k := range n.kids {
		k.write(b, "")
	}
	b.WriteString("</" + n.name + ">")
}
