package pdfa

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"unicode/utf16"
)

// writeFont writes the six objects of the font: a Type0 font whose codes are the CIDs
// of the subset, so that every character of the font can be written.
func writeFont(out *file, f *face, s *subset) error {
	name := tag(s.program) + "+" + fontName
	out.object("<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>",
		name, descendantObject, unicodeObject)

	var widths bytes.Buffer
	for i, g := range s.old {
		if i > 0 {
			widths.WriteByte(' ')
		}
		fmt.Fprintf(&widths, "%d", f.milli(f.advance(g)))
	}
	out.object("<</Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> /FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 1000 /W [0 [%s]]>>",
		name, descriptorObject, widths.String())

	box := make([]int, 4)
	for i := range box {
		box[i] = f.milli(f.int16At("head", 36+2*i))
	}
	ascent, descent := f.milli(f.int16At("hhea", 4)), f.milli(f.int16At("hhea", 6))
	// Flags: 4, symbolic, that is, not in the Latin character set of the standard;
	// CapHeight and StemV are what readers may use should they replace the font.
	out.object("<</Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %d 0 R /CIDSet %d 0 R>>",
		name, box[0], box[1], box[2], box[3], ascent, descent, ascent*3/4, programObject, cidSetObject)

	if err := out.stream(fmt.Sprintf(" /Length1 %d", len(s.program)), s.program, true); err != nil {
		return err
	}
	if err := out.stream("", toUnicode(f, s), true); err != nil {
		return err
	}
	// ISO 19005-1 §6.3.5: the CIDSet names every CID of the subset.
	set := make([]byte, (len(s.old)+7)/8)
	for i := range s.old {
		set[i/8] |= 0x80 >> (i % 8)
	}
	return out.stream("", set, true)
}

// tag is the six letters that mark a subset; they depend on what is in it.
func tag(program []byte) string {
	sum := sha256.Sum256(program)
	letters := make([]byte, 6)
	for i := range letters {
		letters[i] = 'A' + sum[i]%26
	}
	return string(letters)
}

// blockOf is how many characters a bfchar block may list (PDF Reference 1.4 §5.9).
const blockOf = 100

// toUnicode is the CMap that tells the character of each CID, for those who search
// and copy.
func toUnicode(f *face, s *subset) []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n")
	b.WriteString("/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n")
	b.WriteString("/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n")
	b.WriteString("1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	var lines []string
	for cid, g := range s.old {
		r, ok := f.used[g]
		if !ok {
			continue
		}
		line := fmt.Sprintf("<%04X> <", cid)
		for _, u := range utf16.Encode([]rune{r}) {
			line += fmt.Sprintf("%04X", u)
		}
		lines = append(lines, line+">\n")
	}
	for len(lines) > 0 {
		n := min(len(lines), blockOf)
		fmt.Fprintf(&b, "%d beginbfchar\n", n)
		for _, line := range lines[:n] {
			b.WriteString(line)
		}
		b.WriteString("endbfchar\n")
		lines = lines[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	return b.Bytes()
}
