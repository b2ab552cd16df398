package pdfa

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// The objects, in the order of the file; pages follow, two objects each.
const (
	catalogObject = 1 + iota
	pagesObject
	infoObject
	metadataObject
	profileObject
	fontObject
	descendantObject
	descriptorObject
	programObject
	unicodeObject
	cidSetObject
	firstPage
)

// A file is a PDF being written.
type file struct {
	bytes.Buffer
	at  []int // offset of each object, from number 1
	zip *zlib.Writer
}

// object writes the next object; numbers follow one another.
func (f *file) object(format string, args ...any) {
	f.at = append(f.at, f.Len())
	fmt.Fprintf(f, "%d 0 obj\n", len(f.at))
	fmt.Fprintf(f, format, args...)
	f.WriteString("\nendobj\n")
}

// stream writes the next object, a stream; dict are its entries but for the length
// and filter. Metadata must not be compressed (ISO 19005-1 §6.7.2).
func (f *file) stream(dict string, data []byte, compress bool) error {
	if compress {
		var z bytes.Buffer
		f.zip.Reset(&z)
		if _, err := f.zip.Write(data); err != nil {
			return err
		}
		if err := f.zip.Close(); err != nil {
			return err
		}
		data, dict = z.Bytes(), dict+" /Filter /FlateDecode"
	}
	f.object("<<%s /Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
	return nil
}

func write(f *face, t Text, pages [][]row) ([]byte, error) {
	sub, err := f.subset()
	if err != nil {
		return nil, err
	}

	out := &file{zip: zlib.NewWriter(io.Discard)}
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	out.object("<</Type /Catalog /Pages %d 0 R /Metadata %d 0 R /Lang (fr-FR) /OutputIntents [<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) /RegistryName (http://www.color.org) /DestOutputProfile %d 0 R>>]>>",
		pagesObject, metadataObject, profileObject)
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, " %d 0 R", firstPage+2*i)
	}
	out.object("<</Type /Pages /Count %d /Kids [%s]>>", len(pages), kids.String()[1:])
	out.object("%s", info(t))
	if err := out.stream(" /Type /Metadata /Subtype /XML", packet(t), false); err != nil {
		return nil, err
	}
	if err := out.stream(" /N 3", profile(), true); err != nil {
		return nil, err
	}
	if err := writeFont(out, f, sub); err != nil {
		return nil, err
	}
	for i, page := range pages {
		out.object("<</Type /Page /Parent %d 0 R /MediaBox [0 0 %d %d] /Resources <</Font <</F1 %d 0 R>>>> /Contents %d 0 R>>",
			pagesObject, pageWidth, pageHeight, fontObject, firstPage+2*i+1)
		if err := out.stream("", content(page, sub), true); err != nil {
			return nil, err
		}
	}
	trailer(out)
	return out.Bytes(), nil
}

// info is the Info dictionary; the metadata say the same. GTS_PDFA1Version is no
// part of the standard: poppler's pdfinfo reads the subtype there.
func info(t Text) string {
	s := "<</Producer (" + software + ") /Creator (" + software + ") /GTS_PDFA1Version (PDF/A-1b:2005)"
	if title := oneLine(t.Title); title != "" {
		s += " /Title " + textString(title)
	}
	if author := oneLine(t.Author); author != "" {
		s += " /Author " + textString(author)
	}
	if !t.Date.IsZero() {
		s += " /CreationDate " + pdfDate(t.Date) + " /ModDate " + pdfDate(t.Date)
	}
	return s + ">>"
}

// textString is a text in UTF-16, in hexadecimal.
func textString(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

// content draws one page.
func content(page []row, s *subset) []byte {
	var b bytes.Buffer
	b.WriteString("0 g\nBT\n")
	for _, r := range page {
		fmt.Fprintf(&b, "/F1 %d Tf 1 0 0 1 %d %d Tm <", r.size, r.x, r.y)
		for _, g := range r.glyphs {
			fmt.Fprintf(&b, "%04X", s.cid[g])
		}
		b.WriteString("> Tj\n")
	}
	b.WriteString("ET")
	return b.Bytes()
}

// trailer writes the cross-reference table and the trailer. The identifier is a hash
// of the file, twice: it was never changed.
func trailer(out *file) {
	start := out.Len()
	sum := sha256.Sum256(out.Bytes())
	fmt.Fprintf(out, "xref\n0 %d\n0000000000 65535 f \n", len(out.at)+1)
	for _, at := range out.at {
		fmt.Fprintf(out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(out, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%X> <%X>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(out.at)+1, catalogObject, infoObject, sum[:16], sum[:16], start)
}
