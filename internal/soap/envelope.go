package soap

import (
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// An Envelope is a SOAP 1.2 message, read. Its elements belong to one document:
// they know the namespaces around them. They are not for changing.
type Envelope struct {
	// Raw is the message as it came.
	Raw []byte
	// Root is the soap:Envelope.
	Root *etree.Element
	// Headers are the header blocks, in their order.
	Headers []*etree.Element
	// Body is the one child of soap:Body; nil when there is none.
	Body *etree.Element
	// Action, MessageID, To and RelatesTo are the WS-Addressing headers without
	// the white space around them; empty when absent.
	Action, MessageID, To, RelatesTo string
}

// Header returns the first header block with this name, or nil.
func (e *Envelope) Header(space, local string) *etree.Element {
	for _, h := range e.Headers {
		if h.Tag == local && h.NamespaceURI() == space {
			return h
		}
	}
	return nil
}

// HeadersNamed returns every header block with this name.
func (e *Envelope) HeadersNamed(space, local string) []*etree.Element {
	var out []*etree.Element
	for _, h := range e.Headers {
		if h.Tag == local && h.NamespaceURI() == space {
			out = append(out, h)
		}
	}
	return out
}

// BodyName is the name of the body's child; the zero Name when there is none.
func (e *Envelope) BodyName() Name {
	if e.Body == nil {
		return Name{}
	}
	return NameOf(e.Body)
}

// NameOf is an element's expanded name.
func NameOf(e *etree.Element) Name { return Name{e.NamespaceURI(), e.Tag} }

// Required are the header blocks that their receiver must understand or refuse:
// soap:mustUnderstand is true, and soap:role is absent or means the last
// receiver (SOAP 1.2 Part 1 §5.2.2, §5.2.3, §2.4).
func (e *Envelope) Required() []*etree.Element {
	var out []*etree.Element
	for _, h := range e.Headers {
		must := strings.TrimSpace(attr(h, NS, "mustUnderstand"))
		if must != "true" && must != "1" {
			continue
		}
		switch strings.TrimSpace(attr(h, NS, "role")) {
		case "", NS + "/role/next", NS + "/role/ultimateReceiver":
			out = append(out, h)
		}
	}
	return out
}

// attr returns the attribute of that namespace; of none when space is empty.
func attr(e *etree.Element, space, local string) string {
	i := slices.IndexFunc(e.Attr, func(a etree.Attr) bool {
		if a.Key != local || a.Space == "xmlns" {
			return false
		}
		if a.Space == "" {
			return space == ""
		}
		return a.NamespaceURI() == space
	})
	if i < 0 {
		return ""
	}
	return e.Attr[i].Value
}

// Children are the child elements in a namespace, by local name; the last of a
// name given twice counts. What else there is does not.
func Children(e *etree.Element, space string) map[string]*etree.Element {
	out := map[string]*etree.Element{}
	for c := range e.ChildElementsSeq() {
		if c.NamespaceURI() == space {
			out[c.Tag] = c
		}
	}
	return out
}

// TextOf is all the character data directly inside an element, comments
// skipped, with the white space around it removed. Unlike etree's Text it does
// not stop at the first comment.
func TextOf(e *etree.Element) string {
	if e == nil {
		return ""
	}
	var first string
	var b strings.Builder
	n := 0
	for _, c := range e.Child {
		if d, ok := c.(*etree.CharData); ok {
			if n++; n == 1 {
				first = d.Data
				continue
			}
			if n == 2 {
				b.WriteString(first)
			}
			b.WriteString(d.Data)
		}
	}
	if n > 1 {
		first = b.String()
	}
	return strings.TrimSpace(first)
}
