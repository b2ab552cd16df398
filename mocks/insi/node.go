package insi

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/segursim/segursim/internal/soap"
)

// A node is an element of an answer: a text or children, in their order.
type node struct {
	name string
	text string
	kids []*node
}

// leaf is an element with a text.
func leaf(name, text string) *node { return &node{name: name, text: text} }

// group is an element with children; nil ones are left out.
func group(name string, kids ...*node) *node {
	return &node{name: name, kids: slices.DeleteFunc(kids, func(k *node) bool { return k == nil })}
}

// maybe is a leaf that an empty text leaves out.
func maybe(name, text string) *node {
	if text == "" {
		return nil
	}
	return leaf(name, text)
}

// A namespaceStyle says how the elements of an answer carry their namespace.
type namespaceStyle struct {
	prefix string   // of every element; empty for the default namespace
	extra  []string // further declarations, as "prefix=uri": never used
}

// encode writes an element and what is below it.
func (n *node) encode(space string, s namespaceStyle) []byte {
	var b strings.Builder
	b.Grow(1024)
	tag := ""
	if s.prefix != "" {
		tag = s.prefix + ":"
	}
	b.WriteString("<" + tag + n.name)
	for _, d := range s.extra {
		p, uri, _ := strings.Cut(d, "=")
		b.WriteString(" xmlns:" + p + `="` + soap.Escape(uri) + `"`)
	}
	b.WriteString(" xmlns")
	if s.prefix != "" {
		b.WriteString(":" + s.prefix)
	}
	b.WriteString(`="` + soap.Escape(space) + `">`)
	n.inside(&b, tag)
	b.WriteString("</" + tag + n.name + ">")
	return []byte(b.String())
}

func (n *node) inside(b *strings.Builder, tag string) {
	b.WriteString(soap.Escape(n.text))
	for _, k := range n.kids {
		if k.text == "" && len(k.kids) == 0 {
			b.WriteString("<" + tag + k.name + "/>")
			continue
		}
		b.WriteString("<" + tag + k.name + ">")
		k.inside(b, tag)
		b.WriteString("</" + tag + k.name + ">")
	}
}

// patch applies a fault's replacements: by dotted path below the root
// ("INDIVIDU.TIQ.Sexe", "INDIVIDU.INSHISTO.0.DateFin"). A nil value removes the
// element, a map makes children, a list repeats it. What is set is set from the
// outside in; then what is removed goes, the last of a name first, so that
// numbers mean what they meant before.
func (n *node) patch(changes map[string]any) error {
	paths := slices.Sorted(maps.Keys(changes))
	removed := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return changes[p] != nil })
	slices.Reverse(removed)
	kept := slices.DeleteFunc(paths, func(p string) bool { return changes[p] == nil })
	for _, p := range append(kept, removed...) {
		steps := strings.Split(p, ".")
		if len(steps) > 1 && steps[0] == n.name { // the root may be named
			steps = steps[1:]
		}
		if err := n.set(steps, changes[p]); err != nil {
			return fmt.Errorf("insi: patch %q: %w", p, err)
		}
	}
	return nil
}

func (n *node) set(steps []string, value any) error {
	name, rest := steps[0], steps[1:]
	if !elementName(name) {
		return fmt.Errorf("%q is no name of an element", name)
	}
	which := 0
	if len(rest) > 0 {
		if i, err := strconv.Atoi(rest[0]); err == nil && i >= 0 {
			which, rest = i, rest[1:]
			if len(rest) == 0 {
				return n.replaceOne(name, which, value)
			}
		}
	}
	if len(rest) > 0 {
		k := n.find(name, which)
		if k == nil {
			if value == nil {
				return nil // nothing to remove
			}
			k = n.add(name)
		}
		return k.set(rest, value)
	}
	return n.replaceAll(name, value)
}

// find is the i-th child of a name, or nil.
func (n *node) find(name string, i int) *node {
	for _, k := range n.kids {
		if k.name == name {
			if i == 0 {
				return k
			}
			i--
		}
	}
	return nil
}

// add makes a child, where the schema wants it.
func (n *node) add(name string) *node {
	n.text = ""
	k := &node{name: name}
	n.insert(k)
	return k
}

func (n *node) replaceOne(name string, i int, value any) error {
	k := n.find(name, i)
	if value == nil {
		n.kids = slices.DeleteFunc(n.kids, func(o *node) bool { return o == k })
		return nil
	}
	made, err := build(name, value)
	if err != nil {
		return err
	}
	if k == nil {
		k = n.add(name)
	}
	*k = *made
	return nil
}

func (n *node) replaceAll(name string, value any) error {
	var made []*node
	list, many := value.([]any)
	if !many && value != nil {
		list = []any{value}
	}
	for _, v := range list {
		k, err := build(name, v)
		if err != nil {
			return err
		}
		made = append(made, k)
	}
	at := slices.IndexFunc(n.kids, func(k *node) bool { return k.name == name })
	n.kids = slices.DeleteFunc(n.kids, func(k *node) bool { return k.name == name })
	if at >= 0 {
		n.kids = slices.Insert(n.kids, at, made...)
		return nil
	}
	for _, k := range made {
		n.insert(k)
	}
	return nil
}

// insert puts a child where the schema wants it, at the end when the schema does
// not know it.
func (n *node) insert(k *node) {
	at := rank(k.name)
	i := len(n.kids)
	for i > 0 && at >= 0 && rank(n.kids[i-1].name) > at {
		i--
	}
	n.kids = slices.Insert(n.kids, i, k)
}

// rank orders the elements of RESULTAT as the schema does; no name stands at two
// places that would order it differently.
func rank(name string) int {
	return slices.Index([]string{
		"CR", "CodeCR", "LibelleCR", "INDIVIDU", "INSACTIF", "INSHISTO", "IdIndividu", "NumIdentifiant", "Cle", "TypeMatricule",
		"OID", "DateDeb", "DateFin", "TIQ", "NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance",
	}, name)
}

// build makes an element of a value of JSON or YAML; the children of a map are
// put in the order of the schema.
func build(name string, value any) (*node, error) {
	n := &node{name: name}
	switch v := value.(type) {
	case nil:
		return n, nil
	case map[string]any:
		return n, n.patch(v)
	case []any:
		return nil, fmt.Errorf("a list inside of a list at %q", name)
	case string:
		if !utf8.ValidString(v) {
			return nil, fmt.Errorf("the text of %q is not UTF-8", name)
		}
		n.text = v
	case float64:
		n.text = strconv.FormatFloat(v, 'f', -1, 64)
	default:
		n.text = fmt.Sprint(v)
	}
	return n, nil
}

// elementName tells whether a name can be that of an element: letters, digits,
// '_' and '-', a letter first.
func elementName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-') {
			return false
		}
	}
	return s != ""
}
