package teleservice

import (
	"encoding/xml"
	"strings"
)

// An Element is XML being written: a name as it stands in the document, then
// attributes, then what it holds. Namespaces are declared by its attributes.
type Element struct {
	Name     string   // "ctxbam:Id"
	Attrs    []string // name, value, name, value…
	Text     string
	Children []Element
	Raw      string // written as it is, after Text: XML that was made elsewhere
}

// E makes an element with children; those without a name are left out.
func E(name string, children ...Element) Element { return Element{Name: name, Children: children} }

// T makes an element with a text, even an empty one.
func T(name, text string) Element { return Element{Name: name, Text: text} }

// Opt makes an element with a text, or nothing for an empty one.
func Opt(name, text string) Element {
	if text == "" {
		return Element{}
	}
	return T(name, text)
}

// With returns the element with one more attribute.
func (e Element) With(name, value string) Element {
	e.Attrs = append(append([]string{}, e.Attrs...), name, value)
	return e
}

// String writes the element.
func (e Element) String() string {
	var b strings.Builder
	e.write(&b)
	return b.String()
}

func (e Element) write(b *strings.Builder) {
	if e.Name == "" {
		return
	}
	b.WriteString("<" + e.Name)
	for i := 0; i+1 < len(e.Attrs); i += 2 {
		b.WriteString(" " + e.Attrs[i] + `="` + escape(e.Attrs[i+1]) + `"`)
	}
	b.WriteString(">" + escape(e.Text) + e.Raw)
	for _, c := range e.Children {
		c.write(b)
	}
	b.WriteString("</" + e.Name + ">")
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}
