package soap

import (
	"bytes"
	"slices"
	"strings"
)

// A Style says with which prefixes an envelope is written. Its zero value
// writes soap: everywhere. Servers of the Assurance Maladie are seen to change
// prefixes from one element to the next, since several products write the parts.
type Style struct {
	// Envelope is the prefix of soap:Envelope; "soap" when empty.
	Envelope string
	// Body is the prefix of soap:Body, declared again there when it differs from
	// Envelope; that of Envelope when empty.
	Body string
	// Fault is the prefix inside soap:Fault, declared on soap:Body when neither
	// Envelope nor Body has it; that of Envelope when empty.
	Fault string
	// Bare leaves the XML declaration out.
	Bare bool
}

func (s Style) withDefaults() Style {
	if s.Envelope == "" {
		s.Envelope = "soap"
	}
	if s.Body == "" {
		s.Body = s.Envelope
	}
	if s.Fault == "" {
		s.Fault = s.Envelope
	}
	return s
}

const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// EncodeEnvelope writes an envelope. header and body are the inside of
// soap:Header and of soap:Body: well-formed XML with its own namespace
// declarations; an empty header leaves the element out.
func EncodeEnvelope(s Style, header, body []byte) []byte {
	return s.withDefaults().envelope(header, body)
}

func (s Style) fault(inner []byte) []byte {
	s = s.withDefaults()
	return s.envelope(nil, inner, s.Fault)
}

// envelope declares on soap:Body what of its prefix and of more is new there.
func (s Style) envelope(header, body []byte, more ...string) []byte {
	var b bytes.Buffer
	b.Grow(len(declaration) + 256 + len(header) + len(body))
	if !s.Bare {
		b.WriteString(declaration)
	}
	b.WriteString("<" + s.Envelope + ":Envelope xmlns:" + s.Envelope + `="` + NS + `">`)
	if len(header) > 0 {
		b.WriteString("<" + s.Envelope + ":Header>")
		b.Write(header)
		b.WriteString("</" + s.Envelope + ":Header>")
	}
	b.WriteString("<" + s.Body + ":Body")
	fresh := slices.DeleteFunc(append([]string{s.Body}, more...), func(p string) bool { return p == s.Envelope })
	slices.Sort(fresh)
	for _, p := range slices.Compact(fresh) {
		b.WriteString(" xmlns:" + p + `="` + NS + `"`)
	}
	b.WriteByte('>')
	b.Write(body)
	b.WriteString("</" + s.Body + ":Body></" + s.Envelope + ":Envelope>")
	return b.Bytes()
}

// Escape makes a text fit for the inside of an element or of a quoted
// attribute. Characters that XML 1.0 has no place for become U+FFFD.
func Escape(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(`<>&"'`, r) }) < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for _, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\r':
			b.WriteString("&#xD;")
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < ' ' || r == 0xFFFE || r == 0xFFFF:
			b.WriteRune('\uFFFD')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
