package cda

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
)

// A writer writes an indented document.
type writer struct {
	b    bytes.Buffer
	open []string
}

// tag writes a start tag, without its end. attrs are names and values; those with an
// empty value are left out.
func (w *writer) tag(name string, attrs []string) {
	w.b.WriteByte('\n')
	for range w.open {
		w.b.WriteString("  ")
	}
	w.b.WriteByte('<')
	w.b.WriteString(name)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] == "" {
			continue
		}
		w.b.WriteString(" " + attrs[i] + `="`)
		w.escape(attrs[i+1])
		w.b.WriteByte('"')
	}
}

// start opens an element, end closes the innermost.
func (w *writer) start(name string, attrs ...string) {
	w.tag(name, attrs)
	w.b.WriteByte('>')
	w.open = append(w.open, name)
}

func (w *writer) end() {
	name := w.open[len(w.open)-1]
	w.open = w.open[:len(w.open)-1]
	w.b.WriteByte('\n')
	for range w.open {
		w.b.WriteString("  ")
	}
	w.b.WriteString("</" + name + ">")
}

// leaf writes an element without content.
func (w *writer) leaf(name string, attrs ...string) {
	w.tag(name, attrs)
	w.b.WriteString("/>")
}

// text writes an element with a text; none when the text is empty.
func (w *writer) text(name, text string, attrs ...string) {
	if text == "" {
		return
	}
	w.tag(name, attrs)
	w.b.WriteByte('>')
	w.escape(text)
	w.b.WriteString("</" + name + ">")
}

// base64 writes an element with bytes.
func (w *writer) base64(name string, data []byte, attrs ...string) {
	w.tag(name, attrs)
	w.b.WriteByte('>')
	encoded := w.b.AvailableBuffer()
	w.b.Write(base64.StdEncoding.AppendEncode(encoded, data))
	w.b.WriteString("</" + name + ">")
}

// id and code write the data types II and CD; nothing of what is empty.
func (w *writer) id(name string, id II) {
	if id != (II{}) {
		w.leaf(name, "root", id.Root, "extension", id.Extension)
	}
}

func (w *writer) code(name string, c Code) {
	if c.Code != "" {
		w.leaf(name, "code", c.Code, "displayName", c.Display, "codeSystem", c.System)
	}
}

// escape writes a text or a value. A character that XML has not becomes U+FFFD.
func (w *writer) escape(s string) {
	// A buffer takes every byte.
	_ = xml.EscapeText(&w.b, []byte(s))
}
