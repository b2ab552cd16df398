package cda

import (
	"encoding/base64"
	"strings"
)

// What marks the section with the PDF of the whole document (CI-SIS,
// FR-Document-PDF-copie).
const (
	copyTemplate = "1.2.250.1.213.1.1.2.243"
	copyCode     = "55108-5"
)

// body reads what the document's component holds.
func (d *Document) body(component *node) {
	if raw := component.child("nonXMLBody"); raw != nil {
		d.Level = 1
		text := raw.child("text")
		d.MediaType = text.attr("mediaType")
		d.PDF, _ = embedded(text)
		return
	}
	structured := component.child("structuredBody")
	if structured == nil {
		return
	}
	d.Level = 3
	whole := false // d.PDF is that of the whole document
	for c := range structured.all("component") {
		for s := range c.all("section") {
			d.section(s, &whole)
		}
	}
}

func (d *Document) section(n *node, whole *bool) {
	s := Section{Code: n.child("code").code(), Title: squeeze(n.child("title").plain())}
	if text := n.child("text"); text != nil {
		s.Text = text.plain()
	}
	isCopy := s.Code.Code == copyCode
	for t := range n.all("templateId") {
		isCopy = isCopy || t.attr("root") == copyTemplate
	}
	var media []*node
	for entry := range n.all("entry") {
		collect(entry, &s, &media)
	}
	d.Sections = append(d.Sections, s)
	for _, m := range media {
		if d.PDF != nil && (*whole || !isCopy) {
			break
		}
		if pdf, ok := embedded(m.child("value")); ok {
			d.PDF, *whole = pdf, isCopy
		}
	}
	for c := range n.all("component") {
		for inner := range c.all("section") {
			d.section(inner, whole)
		}
	}
}

// collect gathers the observations and the media of an entry, in document order.
func collect(n *node, s *Section, media *[]*node) {
	for c := n.first; c != nil; c = c.next {
		switch c.name {
		case "observation":
			if o := observation(c); o.Code != (Code{}) {
				s.Observations = append(s.Observations, o)
			}
		case "observationMedia":
			*media = append(*media, c)
		}
		if c.first != nil {
			collect(c, s, media)
		}
	}
}

// embedded decodes a PDF in base64. It tells whether there is one.
func embedded(n *node) ([]byte, bool) {
	if n == nil || n.attr("mediaType") != "application/pdf" || n.attr("representation") != "B64" || n.attr("compression") != "" {
		return nil, false
	}
	size := 0
	for c := n.first; c != nil; c = c.next {
		size += len(c.text)
	}
	raw := make([]byte, 0, size)
	for c := n.first; c != nil; c = c.next {
		if c.foreign || c.name == "reference" || c.name == "thumbnail" {
			continue
		}
		raw = appendDense(raw, c.text)
	}
	// Decoding in place: it never writes further than it has read.
	pdf := raw[:base64.StdEncoding.DecodedLen(len(raw))]
	count, err := base64.StdEncoding.Decode(pdf, raw)
	if err != nil || count == 0 {
		return nil, false
	}
	return pdf[:count], true
}

// appendDense appends a text without its spaces.
func appendDense(out, text []byte) []byte {
	start := 0
	for i, c := range text {
		if c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			out = append(out, text[start:i]...)
			start = i + 1
		}
	}
	return append(out, text[start:]...)
}

// observation reads one coded result.
func observation(n *node) Observation {
	o := Observation{Code: coded(n.child("code"))}
	o.Value, o.Unit = quantity(n.child("value"))
	var interpretations []string
	for c := range n.all("interpretationCode") {
		if code := c.attr("code"); code != "" {
			interpretations = append(interpretations, code)
		}
	}
	o.Interpretation = strings.Join(interpretations, ",")

	reference := n.child("referenceRange", "observationRange")
	value := reference.child("value")
	if value.attr(typeAttr) == "IVL_PQ" {
		o.Range = interval(value)
	} else if value != nil {
		o.Range, _ = quantity(value)
	}
	if o.Range == "" {
		o.Range = squeeze(reference.child("text").plain())
	}
	return o
}

// coded reads a code: a local one is a translation of none.
func coded(n *node) Code {
	code := n.code()
	if code.Code == "" {
		if t := n.child("translation"); t != nil {
			code = t.code()
		}
	}
	if code.Display == "" {
		code.Display = squeeze(n.child("originalText").plain())
	}
	return code
}

// quantity reads a value of any type, as a text and its unit.
func quantity(n *node) (value, unit string) {
	switch n.attr(typeAttr) {
	case "PQ", "INT", "REAL", "BL", "TS", "MO":
		return n.attr("value"), n.attr("unit")
	case "IVL_PQ":
		unit := n.child("low").attr("unit")
		if unit == "" {
			unit = n.child("high").attr("unit")
		}
		return interval(n), unit
	case "CD", "CE", "CV", "CO":
		code := coded(n)
		if code.Display == "" {
			return code.Code, ""
		}
		return code.Display, ""
	case "RTO", "RTO_PQ_PQ":
		numerator, denominator := n.child("numerator").attr("value"), n.child("denominator").attr("value")
		if denominator == "" {
			return numerator, ""
		}
		return numerator + "/" + denominator, ""
	case "IVL_TS", "PIVL_TS", "EIVL_TS":
		return "", ""
	}
	return squeeze(n.plain()), ""
}

// interval writes an interval of quantities.
func interval(n *node) string {
	low, high := n.child("low").attr("value"), n.child("high").attr("value")
	switch {
	case low != "" && high != "":
		return low + " - " + high
	case low != "":
		return ">= " + low
	case high != "":
		return "<= " + high
	}
	return ""
}
