package pdfa

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// maxPacket is how many bytes of metadata are read.
const maxPacket = 4 << 20

// metadata looks for the XMP packet and what it claims (ISO 19005-1 §6.7).
func (r *report) metadata(catalog dict) {
	s, ok := r.doc.resolve(catalog["Metadata"]).(stream)
	if !ok {
		r.add("no-xmp", "the catalog has no metadata stream")
		return
	}
	if s.dict["Filter"] != nil { // §6.7.2
		r.add("metadata-filter", "the metadata stream has a filter")
	}
	packet, ok := r.doc.inflate(s)
	if !ok || len(packet) > maxPacket {
		r.add("no-xmp", "the metadata cannot be decoded")
		return
	}
	claim, err := identification(packet)
	if err != nil {
		r.add("no-xmp", "the metadata are not XMP: %v", err)
		return
	}
	switch {
	case claim.part == "" && claim.conformance == "":
		r.add("no-pdfaid", "the metadata have no pdfaid:part and pdfaid:conformance")
		return
	case claim.part != "1":
		r.add("part", "pdfaid:part is %q, 1 is expected", claim.part)
	}
	// PDF/A-1 has the levels A and B (§5.2, §5.3).
	if claim.conformance != "A" && claim.conformance != "B" {
		r.add("conformance", "pdfaid:conformance is %q, A or B is expected", claim.conformance)
	}
}

// A claim is the identification schema of a packet (§6.7.11).
type claim struct {
	part, conformance string
}

// identification reads the claim: elements or attributes of an rdf:Description.
func identification(packet []byte) (claim, error) {
	var c claim
	set := func(local, value string) {
		switch local {
		case "part":
			c.part = strings.TrimSpace(value)
		case "conformance":
			c.conformance = strings.TrimSpace(value)
		}
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(packet, []byte("\ufeff"))))
	root, open := false, ""
	var text strings.Builder
	for {
		t, err := d.Token()
		if err != nil {
			// Token says io.EOF only when every element is closed.
			if root && errors.Is(err, io.EOF) {
				return c, nil
			}
			return c, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			root, open = true, ""
			if t.Name.Space == pdfaidNS {
				open = t.Name.Local
				text.Reset()
			}
			if t.Name.Space == rdfNS && t.Name.Local == "Description" {
				for _, a := range t.Attr {
					if a.Name.Space == pdfaidNS {
						set(a.Name.Local, a.Value)
					}
				}
			}
		case xml.CharData:
			if open != "" {
				text.Write(t)
			}
		case xml.EndElement:
			if open != "" {
				set(open, text.String())
			}
			open = ""
		}
	}
}
