package insi

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/segursim/segursim/internal/journal"
)

// fields are the children of one element of a request, by name, with their texts.
type fields struct {
	texts map[string][]string
	kids  map[string][]*etree.Element
	// early is the first child that stands before one that the schema puts first;
	// empty when the order is the schema's.
	early string
}

// A shape is what an element may hold: names in the order of the schema.
type shape struct {
	space string
	names []string
	many  []string // those that may come more than once
	deep  []string // those that hold elements and no text
}

// maxValue bounds one value, in bytes; it is far above what any field needs.
const maxValue = 4096

// read reads the children of an element against a shape. The cause says what does
// not belong there; the order is for the caller to judge.
func read(e *etree.Element, want shape) (fields, *journal.Cause) {
	f := fields{texts: map[string][]string{}, kids: map[string][]*etree.Element{}}
	last := -1
	for _, token := range e.Child {
		k, ok := token.(*etree.Element)
		if !ok {
			if d, is := token.(*etree.CharData); is && strings.TrimSpace(d.Data) != "" {
				return f, bad("du texte se trouve directement dans "+e.Tag, "there is text directly in "+e.Tag)
			}
			continue
		}
		at := index(want.names, k.Tag)
		switch {
		case at < 0:
			return f, bad(fmt.Sprintf("%s ne contient pas d'élément « %s » ; attendus : %s", e.Tag, k.Tag, strings.Join(want.names, ", ")),
				fmt.Sprintf("%s has no element “%s”; expected: %s", e.Tag, k.Tag, strings.Join(want.names, ", ")))
		case k.NamespaceURI() != want.space:
			return f, bad(fmt.Sprintf("%s est dans l'espace de noms « %s », attendu « %s »", k.Tag, k.NamespaceURI(), want.space),
				fmt.Sprintf("%s is in the namespace “%s”, expected “%s”", k.Tag, k.NamespaceURI(), want.space))
		case len(f.kids[k.Tag]) > 0 && index(want.many, k.Tag) < 0:
			return f, bad(k.Tag+" est présent deux fois", k.Tag+" is there twice")
		case at < last && f.early == "":
			f.early = k.Tag
		}
		last = max(last, at)
		f.kids[k.Tag] = append(f.kids[k.Tag], k)
		if index(want.deep, k.Tag) >= 0 {
			continue
		}
		text, c := value(k)
		if c != nil {
			return f, c
		}
		f.texts[k.Tag] = append(f.texts[k.Tag], text)
	}
	return f, nil
}

// value is an element's text. What surrounds it is kept, since spaces are data,
// but for the line breaks and indents of a pretty printer.
func value(e *etree.Element) (string, *journal.Cause) {
	var b strings.Builder
	for _, token := range e.Child {
		switch t := token.(type) {
		case *etree.CharData:
			b.WriteString(t.Data)
		case *etree.Element:
			return "", bad(e.Tag+" contient l'élément "+t.Tag+", attendu un texte", e.Tag+" holds the element "+t.Tag+", expected a text")
		}
	}
	text := b.String()
	if len(text) > maxValue {
		return "", bad(fmt.Sprintf("%s dépasse %d octets", e.Tag, maxValue), fmt.Sprintf("%s is larger than %d bytes", e.Tag, maxValue))
	}
	if trimmed := strings.TrimSpace(text); trimmed == "" || strings.ContainsAny(text, "\r\n") {
		return trimmed, nil
	}
	return text, nil
}

// one is the text of a field that comes once; empty when it is absent.
func (f fields) one(name string) string {
	if t := f.texts[name]; len(t) > 0 {
		return t[0]
	}
	return ""
}

// child is the element of a field that holds elements, or nil.
func (f fields) child(name string) *etree.Element {
	if k := f.kids[name]; len(k) > 0 {
		return k[0]
	}
	return nil
}

func bad(fr, en string) *journal.Cause {
	c := cause("corps", fr, en, "DESIR_ICIR_EXP 1.5.0, schémas de requête")
	return &c
}

func index(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}
