package pdfa_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/pdfa"
)

// codes are the codes of the problems of a file, in order.
func codes(b []byte) []string {
	var out []string
	for _, p := range pdfa.Check(b) {
		out = append(out, p.Code)
	}
	slices.Sort(out)
	return out
}

// pdf writes a file from the text of its objects, from number 1, and trailer entries.
func pdf(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n", trailer, start)
	return b.Bytes()
}

func streamOf(dict, data string) string {
	return fmt.Sprintf("<<%s /Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

func deflated(s string) string {
	var b bytes.Buffer
	w, _ := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

const (
	goodTrailer = "/Size 9 /Root 1 0 R /ID [<00> <00>]"
	goodCatalog = "<</Type /Catalog /Pages 2 0 R /Metadata 3 0 R /OutputIntents [<</S /GTS_PDFA1>>]>>"
	goodPages   = "<</Type /Pages /Kids [4 0 R] /Count 1>>"
)

// xmp is a metadata stream around what an rdf:Description holds.
func xmp(attributes, inner string) string {
	return streamOf("/Type /Metadata /Subtype /XML", `<?xpacket begin="" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" `+
		attributes+`>`+inner+`</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`+strings.Repeat(" ", 30))
}

// page is a good file but for its page.
func page(page string, more ...string) []byte {
	return pdf(goodTrailer, append([]string{goodCatalog, goodPages, xmp(`pdfaid:part="1" pdfaid:conformance="B"`, ""), page}, more...)...)
}

func TestCheck(t *testing.T) {
	good := build(t, letter())
	claims := func(attributes, inner string) []byte {
		return pdf(goodTrailer, goodCatalog, goodPages, xmp(attributes, inner), "<<>>")
	}
	font := func(font string, more ...string) []byte {
		return page("<</Type /Page /Resources <</Font <</F1 "+font+">>>>>>", more...)
	}

	for name, test := range map[string]struct {
		file []byte
		want []string
	}{
		"ours":             {good, nil},
		"by hand":          {page("<</Type /Page>>"), nil},
		"nothing":          {nil, []string{"not-pdf"}},
		"a text":           {[]byte("bonjour"), []string{"not-pdf"}},
		"late header":      {append([]byte("\n"), good...), []string{"not-pdf"}},
		"header alone":     {[]byte("%PDF-1.4\n"), []string{"truncated"}},
		"cut in half":      {good[:len(good)/2], []string{"truncated"}},
		"cut at the end":   {good[:len(good)-8], []string{"truncated"}},
		"wrong startxref":  {bytes.Replace(good, []byte("startxref\n"), []byte("startxref\n9"), 1), []string{"truncated"}},
		"a line after EOF": {append(slices.Clone(good), "\r\n"...), nil},

		"no metadata":         {pdf(goodTrailer, strings.Replace(goodCatalog, "/Metadata 3 0 R", "", 1), goodPages), []string{"no-xmp"}},
		"metadata not XML":    {pdf(goodTrailer, goodCatalog, goodPages, streamOf("", "<a")), []string{"no-xmp"}},
		"metadata empty":      {pdf(goodTrailer, goodCatalog, goodPages, streamOf("", "")), []string{"no-xmp"}},
		"metadata compressed": {pdf(goodTrailer, goodCatalog, goodPages, streamOf("/Filter /FlateDecode", deflated(xmpPacket("1", "B")))), []string{"metadata-filter"}},
		"metadata in LZW":     {pdf(goodTrailer, goodCatalog, goodPages, streamOf("/Filter [/LZWDecode]", "xx")), []string{"lzw", "metadata-filter", "no-xmp"}},
		"no identification":   {claims("", "<pdfaid:other>1</pdfaid:other>"), []string{"no-pdfaid"}},
		"as elements":         {claims("", "<pdfaid:part> 1 </pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"), nil},
		"as attributes":       {claims(`pdfaid:part="1" pdfaid:conformance="B"`, ""), nil},
		"part 2":              {claims(`pdfaid:part="2" pdfaid:conformance="B"`, ""), []string{"part"}},
		"part 3, level U":     {claims(`pdfaid:part="3" pdfaid:conformance="U"`, ""), []string{"conformance", "part"}},
		"no level":            {claims(`pdfaid:part="1"`, ""), []string{"conformance"}},
		"small b":             {claims(`pdfaid:part="1" pdfaid:conformance="b"`, ""), []string{"conformance"}},
		"another namespace":   {bytes.Replace(claims(`pdfaid:part="1" pdfaid:conformance="B"`, ""), []byte("pdfa/ns/id/"), []byte("pdfa/ns/xx/"), 1), []string{"no-pdfaid"}},

		"no output intent":     {pdf(goodTrailer, strings.Replace(goodCatalog, "GTS_PDFA1", "GTS_PDFX", 1), goodPages, xmp(`pdfaid:part="1" pdfaid:conformance="B"`, ""), "<<>>"), []string{"no-output-intent"}},
		"no ID":                {pdf("/Root 1 0 R", goodCatalog, goodPages, xmp(`pdfaid:part="1" pdfaid:conformance="B"`, ""), "<<>>"), []string{"no-id"}},
		"encrypted":            {pdf(goodTrailer+" /Encrypt 5 0 R", goodCatalog, goodPages), []string{"encrypted"}},
		"no catalog":           {pdf("/Root 7 0 R /ID []", goodCatalog, goodPages), []string{"truncated"}},
		"script on opening":    {page("<</AA <</O <</S /JavaScript /JS (app.alert)>>>>>>"), []string{"script"}},
		"script by reference":  {page("<</AA 5 0 R>>", "<</S 6 0 R>>", "/JavaScript"), []string{"script"}},
		"script, disguised":    {page("<</AA <</S /Java#53cript>>>>"), []string{"script"}},
		"script out of reach":  {page("<<>>", "<</S /JavaScript>>"), nil},
		"launch":               {page("<</AA <</S /Launch /F (cmd)>>>>"), []string{"action"}},
		"structure of a movie": {page("<</K <</S /Movie /P 2 0 R>>>>"), nil},
		"embedded file":        {page("<</FS <</EF <</F 5 0 R>>>>>>", streamOf("", "x")), []string{"embedded-file"}},
		"soft mask":            {page("<</G <</SMask 5 0 R>>>>", streamOf("", "x")), []string{"transparency"}},
		"no soft mask":         {page("<</G <</SMask /None /ca 1 /CA 1.0 /BM /Normal>>>>"), nil},
		"opacity":              {page("<</G <</ca .5>>>>"), []string{"transparency"}},
		"blend mode":           {page("<</G <</BM /Multiply>>>>"), []string{"transparency"}},
		"transparency group":   {page("<</Group <</S /Transparency>>>>"), []string{"transparency"}},
		"LZW":                  {page("<</Contents 5 0 R>>", streamOf("/Filter /LZWDecode", "x")), []string{"lzw"}},

		"standard font":            {font("<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"), []string{"font-not-embedded"}},
		"two fonts":                {font("<</Type /Font /Subtype /Type1 /BaseFont /A>> /F2 <</Type /Font /Subtype /TrueType /BaseFont /B>>"), []string{"font-not-embedded", "font-not-embedded"}},
		"descriptor without file":  {font("<</Type /Font /Subtype /TrueType /FontDescriptor 5 0 R>>", "<</Type /FontDescriptor>>"), []string{"font-not-embedded"}},
		"empty file":               {font("<</Type /Font /Subtype /TrueType /FontDescriptor <</FontFile2 5 0 R>>>>", streamOf("", "")), []string{"font-not-embedded"}},
		"embedded":                 {font("<</Type /Font /Subtype /TrueType /FontDescriptor <</FontFile2 5 0 R>>>>", streamOf("", "x")), nil},
		"Type 0 with bare child":   {font("<</Type /Font /Subtype /Type0 /DescendantFonts [5 0 R]>>", "<</Type /Font /Subtype /CIDFontType2>>"), []string{"font-not-embedded"}},
		"Type 3":                   {font("<</Type /Font /Subtype /Type3>>"), nil},
		"a form's default":         {page("<</AcroForm <</DR <</Font <</H <</Type /Font /Subtype /Type1>>>>>>>>>>"), nil},
		"embedded by an update":    {updated(font("5 0 R", "<</Type /Font /Subtype /Type1>>"), "5 0 obj <</Type /Font /Subtype /Type3>> endobj"), nil},
		"bare since an update":     {updated(font("5 0 R", "<</Type /Font /Subtype /Type3>>"), "5 0 obj <</Type /Font /Subtype /Type1>> endobj"), []string{"font-not-embedded"}},
		"font in an object stream": {packed("<</Type /Font /Subtype /Type1 /BaseFont /Packed>>"), []string{"font-not-embedded", "xref-stream"}},
		"nothing in it":            {packed("<</Type /Font /Subtype /Type3>>"), []string{"xref-stream"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, codes(test.file)); diff != "" {
				t.Errorf("(-want +got)\n%s%v", diff, pdfa.Check(test.file))
			}
		})
	}
}

// updated is a file with an incremental update.
func updated(file []byte, objects string) []byte {
	b := append(slices.Clone(file), objects+"\n"...)
	start := len(b)
	return fmt.Appendf(b, "xref\n0 0\ntrailer\n<<%s /Prev 9>>\nstartxref\n%d\n%%%%EOF", goodTrailer, start)
}

// xmpPacket is a bare packet.
func xmpPacket(part, conformance string) string {
	return `<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description xmlns:p="http://www.aiim.org/pdfa/ns/id/" p:part="` + part + `" p:conformance="` + conformance + `"/></r:RDF>`
}

// packed is a file whose object 7 is in an object stream, as PDF 1.5 has them.
func packed(object string) []byte {
	return page("<</Resources <</Font <</F1 7 0 R>>>>>>", streamOf("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", deflated("7 0 "+object)))
}

// TestCheckSurvives: files made to be slow or deep are answered at once; the test
// would not end in its time otherwise.
func TestCheckSurvives(t *testing.T) {
	const size = 1 << 19
	fill := func(s string) []byte { return []byte("%PDF-1.4\n" + strings.Repeat(s, size/len(s))) }
	// Many numbers in an object stream that all lead to the same long list.
	long := "[" + strings.Repeat("/a ", 100_000) + "]"
	pairs := strings.Repeat("9 0 ", 20_000)

	for name, file := range map[string][]byte{
		"objects in strings": fill("1 0 obj ("), "nested lists": fill("1 0 obj [[[["), "nested dictionaries": fill("<</A"), "bare lists": fill("1 0 obj ["),
		"trailers": fill("trailer"), "trailers, open": fill("trailer<<"), "obj": fill("obj"), "0 obj": fill("0 obj "), "references": fill("1 0 obj 1 0 R "),
		"streams":           fill("1 0 obj <</Length 4000000>> stream\n"),
		"streams in spaces": append(fill("1 0 obj <</Length 2000000>> stream\nendstream "), bytes.Repeat([]byte(" "), size)...),
		"comments":          fill("1 0 obj %"), "numbers": fill("1 0 obj 1 "), "a loop": page("<</A 5 0 R>>", "6 0 R", "5 0 R"),
		"a list many times": page("<<>>", streamOf(fmt.Sprintf("/Type /ObjStm /N 20000 /First %d", len(pairs)), pairs+long)),
		"an inflated bomb":  page("<<>>", streamOf("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", deflated(strings.Repeat(" ", 33<<20)))),
	} {
		t.Run(name, func(t *testing.T) {
			problems := pdfa.Check(file)
			if !strings.HasPrefix(name, "a loop") && len(problems) == 0 {
				t.Error("no problem was found")
			}
		})
	}
}
