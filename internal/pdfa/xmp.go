package pdfa

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// software is what the file says made it.
const software = "segursim"

// Namespaces of the metadata.
const (
	rdfNS    = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	pdfaidNS = "http://www.aiim.org/pdfa/ns/id/"
)

// packet is the XMP packet: the identification of the part and level (ISO 19005-1
// §6.7.11), and what the Info dictionary says, in the same words (§6.7.3).
func packet(t Text) []byte {
	var b bytes.Buffer
	b.WriteString("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n")
	b.WriteString("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF xmlns:rdf=\"" + rdfNS + "\">\n")

	b.WriteString("<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"" + pdfaidNS + "\">")
	b.WriteString("<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>\n")

	b.WriteString("<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">")
	b.WriteString("<dc:format>application/pdf</dc:format>")
	if title := oneLine(t.Title); title != "" {
		b.WriteString("<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">" + escape(title) + "</rdf:li></rdf:Alt></dc:title>")
	}
	if author := oneLine(t.Author); author != "" {
		b.WriteString("<dc:creator><rdf:Seq><rdf:li>" + escape(author) + "</rdf:li></rdf:Seq></dc:creator>")
	}
	b.WriteString("</rdf:Description>\n")

	b.WriteString("<rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"><pdf:Producer>" + software + "</pdf:Producer></rdf:Description>\n")
	b.WriteString("<rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><xmp:CreatorTool>" + software + "</xmp:CreatorTool>")
	if !t.Date.IsZero() {
		date := t.Date.Format("2006-01-02T15:04:05-07:00")
		fmt.Fprintf(&b, "<xmp:CreateDate>%s</xmp:CreateDate><xmp:ModifyDate>%s</xmp:ModifyDate>", date, date)
	}
	b.WriteString("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>")
	return b.Bytes()
}

// oneLine is a value of the metadata.
func oneLine(s string) string {
	return strings.TrimSpace(clean(strings.ReplaceAll(s, "\n", " ")))
}

func escape(s string) string {
	var b strings.Builder
	// A Builder takes every byte.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// pdfDate is a date of the Info dictionary (PDF Reference 1.4 §3.8.2).
func pdfDate(t time.Time) string {
	zone := t.Format("-07:00")
	return "(D:" + t.Format("20060102150405") + zone[:3] + "'" + zone[4:] + "')"
}
