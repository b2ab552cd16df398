package cda_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/need"
)

// samples are the published examples of the ANS.
func samples(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(need.Shared(t, "data", "segur", "cda", "samples"), "*.xml"))
	if err != nil || len(files) == 0 {
		t.Skipf("skipped: no sample: %v", err)
	}
	return files
}

// TestParseSamples compares what Parse reads of each published example with what
// xmllint finds there.
func TestParseSamples(t *testing.T) {
	xmllint := need.Tool(t, "xmllint")
	for _, file := range samples(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := parse(t, b)

			// The paths, from the ClinicalDocument; "*" is any namespace. string() of
			// nothing is empty, as the field then is.
			el := func(path string) string {
				var out strings.Builder
				out.WriteString("//*[local-name()='ClinicalDocument' and namespace-uri()='urn:hl7-org:v3']")
				for step := range strings.SplitSeq(path, "/") {
					if strings.HasPrefix(step, "@") || strings.HasPrefix(step, "(") {
						out.WriteString("/" + strings.Trim(step, "()"))
						continue
					}
					name, predicate, _ := strings.Cut(step, "[")
					out.WriteString("/*[local-name()='" + name + "']")
					if predicate != "" {
						out.WriteString("[" + predicate)
					}
				}
				return out.String()
			}
			fields := []struct{ xpath, got string }{
				{"string(" + el("id/@root") + ")", d.ID.Root},
				{"string(" + el("setId/@root") + ")", d.SetID.Root},
				{"string(" + el("versionNumber/@value") + ")", strconv.Itoa(d.Version)},
				{"string(" + el("code/@code") + ")", d.Code.Code},
				{"string(" + el("code/@displayName") + ")", d.Code.Display},
				{"normalize-space(" + el("title") + ")", d.Title},
				{"string(" + el("effectiveTime/@value") + ")", d.Effective},
				{"string(" + el("confidentialityCode/@code") + ")", d.Confidentiality.Code},
				{"count(" + el("templateId") + ")", strconv.Itoa(len(d.Templates))},
				{"count(" + el("author") + ")", strconv.Itoa(len(d.Authors))},
				{"count(" + el("recordTarget/patientRole/id") + ")", strconv.Itoa(len(d.Patient.IDs))},
				{"normalize-space(" + el("recordTarget/patientRole/patient/name/family[@qualifier='BR']") + ")", d.Patient.BirthName},
				{"normalize-space(" + el("recordTarget/patientRole/patient/name/given[@qualifier='BR']") + ")", d.Patient.FirstName},
				{"normalize-space(" + el("recordTarget/patientRole/patient/name/given[not(@qualifier)]") + ")", d.Patient.GivenNames},
				{"normalize-space(" + el("recordTarget/patientRole/patient/name/family[@qualifier='CL']") + ")", d.Patient.UsedName},
				{"string(" + el("recordTarget/patientRole/patient/birthTime/@value") + ")", d.Patient.BirthDate},
				{"string(" + el("recordTarget/patientRole/patient/administrativeGenderCode/@code") + ")", d.Patient.Sex},
				{"normalize-space(" + el("recordTarget/patientRole/patient/birthplace/place/addr/county") + ")", d.Patient.BirthPlace},
				{"string(" + el("author[1]/assignedAuthor/id/@extension") + ")", d.Authors[0].ID.Extension},
				{"normalize-space(" + el("author[1]/assignedAuthor/assignedPerson/name/family") + ")", d.Authors[0].Family},
				{"string(" + el("custodian/assignedCustodian/representedCustodianOrganization/id/@extension") + ")", d.Custodian.Extension},
				{"string(" + el("legalAuthenticator/assignedEntity/id/@extension") + ")", d.Authenticator.ID.Extension},
				{"string(" + el("legalAuthenticator/time/@value") + ")", d.Authenticator.Time},
				{"string(" + el("documentationOf[1]/serviceEvent/effectiveTime/low/@value") + ")", d.ServiceLow},
				{"string(" + el("documentationOf[1]/serviceEvent/effectiveTime/high/@value") + ")", d.ServiceHigh},
				{"string(" + el("documentationOf[1]/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode/@code") + ")", d.Practice.Code},
				{"string(" + el("documentationOf[1]/serviceEvent/performer/assignedEntity/representedOrganization/id/@extension") + ")", d.Performer.OrgID.Extension},
				{"string(" + el("componentOf/encompassingEncounter/location/healthCareFacility/code/@code") + ")", d.Facility.Code},
				{"string(" + el("relatedDocument[@typeCode='RPLC']/parentDocument/id/@root") + ")", d.Replaces.Root},
				{"string(" + el("component/nonXMLBody/text/@mediaType") + ")", d.MediaType},
				{"count(//*[local-name()='section'])", strconv.Itoa(len(d.Sections))},
				{"count(//*[local-name()='entry']//*[local-name()='observation']/*[local-name()='code' and (@code or *)])", strconv.Itoa(observations(d))},
				{"boolean(//*[@mediaType='application/pdf'])", strconv.FormatBool(len(d.PDF) > 0)},
			}
			// One run for all: the answers are separated by a line that is in none.
			const mark = "\n@@\n"
			xpath := "concat("
			for _, f := range fields {
				xpath += f.xpath + ",'" + mark + "',"
			}
			out, err := exec.CommandContext(t.Context(), xmllint, "--nonet", "--huge", "--xpath", xpath+"'')", file).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			answers := strings.Split(string(out), mark)
			if len(answers) != len(fields)+1 {
				t.Fatalf("%d answers to %d questions", len(answers)-1, len(fields))
			}
			for i, f := range fields {
				if f.got != answers[i] {
					t.Errorf("%s\n\tis %q, Parse reads %q", f.xpath, answers[i], f.got)
				}
			}
			if d.PDF != nil && !bytes.HasPrefix(d.PDF, []byte("%PDF-")) {
				t.Errorf("the PDF starts with %.8q", d.PDF)
			}
		})
	}
}

func observations(d *cda.Document) int {
	n := 0
	for _, s := range d.Sections {
		n += len(s.Observations)
	}
	return n
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ doc, want string }{
		"nothing":                 {"", "no element"},
		"a text":                  {"bonjour", "text outside"},
		"another root":            {"<a/>", "not a ClinicalDocument"},
		"no namespace":            {"<ClinicalDocument/>", "not a ClinicalDocument"},
		"another namespace":       {`<ClinicalDocument xmlns="urn:hl7-org:v2"/>`, "not a ClinicalDocument"},
		"a style sheet alone":     {`<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform"><x:template/></x:stylesheet>`, "not a ClinicalDocument"},
		"a DTD":                   {`<!DOCTYPE ClinicalDocument [<!ENTITY a "b">]>` + wrap("&a;"), "line 1: a DTD is forbidden"},
		"an external DTD":         {"<?xml version=\"1.0\"?>\n<!DOCTYPE a SYSTEM \"http://127.0.0.1/a.dtd\">" + wrap(""), "line 2: a DTD is forbidden"},
		"an entity":               {wrap("<title>&eacute;</title>"), "the reference &eacute;"},
		"an open reference":       {wrap("<title>a & b</title>"), "& without a reference"},
		"a character of none":     {wrap("<title>&#0;</title>"), "the reference &#0;"},
		"a surrogate":             {wrap("<title>&#xD800;</title>"), "the reference &#xD800;"},
		"an unclosed element":     {"\n\n<ClinicalDocument xmlns='urn:hl7-org:v3'><id>", "line 3: not well-formed: <id> is not closed"},
		"crossed elements":        {wrap("<id><code></id></code>"), "</id> closes no such element"},
		"two roots":               {wrap("") + wrap(""), "a second element"},
		"text after the root":     {wrap("") + "x", "text outside"},
		"CDATA outside":           {wrap("") + "<![CDATA[x]]>", "a CDATA section"},
		"an attribute twice":      {wrap("<id root='1' root='2'/>"), "root twice"},
		"the same in namespaces":  {wrap("<id xmlns:a='u' xmlns:b='u' a:r='1' b:r='2'/>"), "r twice"},
		"no quotes":               {wrap("<id root=1/>"), "no quotes"},
		"no value":                {wrap("<id root/>"), "no value"},
		"a value without end":     {`<ClinicalDocument xmlns="urn`, "does not end"},
		"< in a value":            {wrap("<id root='<'/>"), "< in the value"},
		"attributes together":     {wrap("<id root='1'extension='2'/>"), "the tag <id>"},
		"an undeclared prefix":    {wrap("<sdtc:id/>"), "the prefix of <sdtc:id>"},
		"on an attribute":         {wrap("<id a:b='c'/>"), "the prefix of a:b"},
		"a prefix out of scope":   {wrap("<id xmlns:a='u'/><a:b/>"), "the prefix of <a:b>"},
		"a prefix unbound":        {wrap("<id xmlns:a=''/>"), "the namespace"},
		"two colons":              {wrap("<a:b:c/>"), "the name"},
		"a name of a number":      {wrap("<1/>"), "the name"},
		"]]> in a text":           {wrap("<title>]]></title>"), "]]> in a text"},
		"-- in a comment":         {wrap("<!-- a -- b -->"), "a comment"},
		"a declaration":           {wrap("<!ELEMENT a ANY>"), "a declaration"},
		"a late XML declaration":  {wrap("") + `<?xml version="1.0"?>`, "a processing instruction"},
		"XML 2.0":                 {`<?xml version="2.0"?>` + wrap(""), "the XML declaration"},
		"a declaration of none":   {`<?xml encoding="UTF-8"?>` + wrap(""), "the XML declaration"},
		"a control character":     {wrap("<title>\x01</title>"), "character U+0001"},
		"in a comment":            {wrap("\n<!-- \x0b -->"), "line 2: not well-formed: character U+000B"},
		"U+FFFF":                  {wrap("<title>\uffff</title>"), "U+FFFE or U+FFFF"},
		"not UTF-8":               {wrap("<title>\xe9</title>"), "not UTF-8"},
		"an unknown encoding":     {`<?xml version="1.0" encoding="EBCDIC"?>` + wrap(""), `encoding "EBCDIC" is not read`},
		"half a UTF-16 character": {"\xff\xfe<", "half a UTF-16 character"},
		"half a UTF-16 pair":      {"\xfe\xff\xd8\x00", "half a UTF-16 pair"},
		"too deep":                {wrap(strings.Repeat("<a>", 300) + strings.Repeat("</a>", 300)), "deeper than 200 elements"},
		"too many elements":       {wrap(strings.Repeat("<a/>", 400_001)), "more than 400000 nodes"},
		"too many attributes":     {wrap("<a" + many(101, ` a%d=""`) + "/>"), "more than 100 attributes"},
		"too many namespaces":     {wrap("<a" + many(1001, ` xmlns:a%d="u"`) + "/>"), "more than 1000 namespaces"},
		"a long name in an error": {wrap("<" + strings.Repeat("a", 100_000) + ":b/>"), "aaa"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := cda.Parse([]byte(test.doc))
			if err == nil || d != nil {
				t.Fatalf("it was read: %+v", d)
			}
			if !strings.HasPrefix(err.Error(), "cda: ") || !strings.Contains(err.Error(), test.want) || len(err.Error()) > 300 {
				t.Errorf("error %.400v, want %q", err, test.want)
			}
		})
	}
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestParseTooLarge(t *testing.T) {
	b := bytes.Repeat([]byte(" "), 64<<20+1)
	if _, err := cda.Parse(b); err == nil || !strings.Contains(err.Error(), "over the bounds") {
		t.Errorf("error %v", err)
	}
}

// TestParseForms: the same document in the forms that XML allows.
func TestParseForms(t *testing.T) {
	const title = "Œuvre à 5 € & <autre> \"x\""
	plain := wrap(`<title>Œuvre à 5 € &amp; &lt;autre> "x"</title>`)
	declare := func(encoding string) string {
		return `<?xml version="1.0" encoding="` + encoding + `" standalone="yes"?>`
	}
	latin := strings.NewReplacer("Œ", "\xbc", "à", "\xe0", "€", "\xa4")

	var little, big []byte
	for _, u := range utf16.Encode([]rune(plain)) {
		little, big = append(little, byte(u), byte(u>>8)), append(big, byte(u>>8), byte(u))
	}
	for name, doc := range map[string]string{
		"UTF-8":        plain,
		"with a mark":  "\xef\xbb\xbf" + declare("UTF-8") + plain,
		"UTF-16LE":     "\xff\xfe" + string(little),
		"UTF-16BE":     "\xfe\xff" + string(big),
		"ISO-8859-15":  declare("ISO-8859-15") + latin.Replace(plain),
		"references":   wrap(`<title>&#338;uvre &#xE0; 5 &#8364; &#38; &lt;autre&gt; &quot;x&quot;</title>`),
		"CDATA":        wrap(`<title><![CDATA[Œuvre à 5 € & <autre> "x"]]></title>`),
		"in pieces":    wrap(`<title>Œuvre<!-- --> à 5<?a b?> € <![CDATA[&]]> &lt;autre> "x"</title>`),
		"on lines":     wrap("<title>\r\n\tŒuvre à 5\r€ &amp;&#10;&lt;autre> \"x\"\r\n</title>"),
		"prefixed":     strings.NewReplacer("</", "</c:", "<", "<c:", "xmlns=", "xmlns:c=").Replace(strings.ReplaceAll(plain, "&lt;autre>", "&lt;autre&gt;")),
		"instructions": `<?xml-stylesheet type="text/xsl" href="a.xsl"?><!-- c -->` + "\n" + plain + "\n<!-- d --><?e?>",
		"a stylesheet": `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:param name="p"/><data:Contenu xmlns:data="urn:d">` + plain + `</data:Contenu><xsl:template/></xsl:stylesheet>`,
	} {
		t.Run(name, func(t *testing.T) {
			if got := parse(t, []byte(doc)).Title; got != title {
				t.Errorf("title %q, want %q", got, title)
			}
		})
	}
}

func TestParseNames(t *testing.T) {
	name := func(inner string) cda.Patient {
		return parse(t, []byte(wrap("<recordTarget><patientRole><patient><name>"+inner+"</name></patient></patientRole></recordTarget>"))).Patient
	}
	for title, test := range map[string]struct {
		got  cda.Patient
		want cda.Patient
	}{
		"all": {
			name(`<family qualifier="BR">A</family><given>B C</given><given qualifier="BR">B</given><family qualifier="CL">D</family><given qualifier="CL">E</given>`),
			cda.Patient{BirthName: "A", FirstName: "B", GivenNames: "B C", UsedName: "D"},
		},
		"several given":   {name("<given>B</given><given>C</given>"), cda.Patient{GivenNames: "B C"}},
		"two qualifiers":  {name(`<family qualifier="AC BR">A</family>`), cda.Patient{BirthName: "A"}},
		"SP":              {name(`<family qualifier="BR">A</family><family qualifier="SP">D</family>`), cda.Patient{BirthName: "A", UsedName: "D"}},
		"no qualifier":    {name("<family>D</family>"), cda.Patient{UsedName: "D"}},
		"CL before other": {name(`<family>X</family><family qualifier="CL">D</family>`), cda.Patient{UsedName: "D"}},
	} {
		t.Run(title, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.got); diff != "" {
				t.Error("(-want +got)\n" + diff)
			}
		})
	}
}

func TestParseNarrative(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"a text":           {"  un\n texte  ", "un texte"},
		"paragraphs":       {"<paragraph>a</paragraph>\n<paragraph>b</paragraph>", "a\nb"},
		"breaks":           {"a<br/>b<br/><br/>c", "a\nb\nc"},
		"inline":           {"<content styleCode='Bold'>gras</content>, <content>suite</content>mot H<sub>2</sub>O", "gras, suitemot H2O"},
		"spaces between":   {"<content>a</content> <content>b</content>", "a b"},
		"a list":           {"<list><caption>Liste</caption><item>a</item><item>b <br/>c</item></list>fin", "Liste\n- a\n- b\nc\nfin"},
		"a table":          {"<table><caption>T</caption><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td/><td>2</td></tr></tbody></table>", "T\nA | B\n1 | | 2"},
		"breaks in a cell": {"<table><tbody><tr><td>1<br/>2<paragraph>3</paragraph></td><td>4</td></tr></tbody></table>", "1 2 3 | 4"},
		"no media":         {"a<renderMultiMedia referencedObject='x'><caption>non</caption></renderMultiMedia>b", "ab"},
		"foreign elements": {"<a:b xmlns:a='u'>c</a:b>d", "cd"},
		"nothing":          {" \n ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, []byte(section("<text>"+test.text+"</text>")))
			if got := d.Sections[0].Text; got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestParseObservations(t *testing.T) {
	observed := func(inner string) string {
		return section("<entry><act><entryRelationship><observation><code code='c' codeSystem='1.2' displayName='d'/>" + inner + "</observation></entryRelationship></act></entry>")
	}
	for name, test := range map[string]struct {
		inner string
		want  cda.Observation
	}{
		"quantity": {"<value xsi:type='PQ' value='1' unit='g'/>", cda.Observation{Value: "1", Unit: "g"}},
		"prefixed": {"<value xmlns:v3='urn:hl7-org:v3' xsi:type='v3:PQ' value='1' unit='g'/>", cda.Observation{Value: "1", Unit: "g"}},
		"number":   {"<value xsi:type='INT' value='3'/>", cda.Observation{Value: "3"}},
		"text":     {"<value xsi:type='ST'> &lt; 5\n g</value>", cda.Observation{Value: "< 5 g"}},
		"code":     {"<value xsi:type='CD' code='x' displayName='label'/>", cda.Observation{Value: "label"}},
		"bare":     {"<value xsi:type='CE' code='x'/>", cda.Observation{Value: "x"}},
		"original": {"<value xsi:type='CD'><originalText>dit</originalText></value>", cda.Observation{Value: "dit"}},
		"interval": {"<value xsi:type='IVL_PQ'><low value='1' unit='g'/><high value='2' unit='g'/></value>", cda.Observation{Value: "1 - 2", Unit: "g"}},
		"at most":  {"<value xsi:type='IVL_PQ'><high value='2' unit='g'/></value>", cda.Observation{Value: "<= 2", Unit: "g"}},
		"ratio":    {"<value xsi:type='RTO'><numerator value='1'/><denominator value='40'/></value>", cda.Observation{Value: "1/40"}},
		"nothing":  {"", cda.Observation{}},
		"critical": {"<interpretationCode code='H'/><interpretationCode code='HH'/><interpretationCode nullFlavor='UNK'/>", cda.Observation{Interpretation: "H,HH"}},
		"range":    {"<referenceRange><observationRange><value xsi:type='IVL_PQ'><low value='1'/></value></observationRange></referenceRange>", cda.Observation{Range: ">= 1"}},
		"in words": {"<referenceRange><observationRange><text>moins\nde 5</text></observationRange></referenceRange>", cda.Observation{Range: "moins de 5"}},
	} {
		t.Run(name, func(t *testing.T) {
			test.want.Code = cda.Code{Code: "c", System: "1.2", Display: "d"}
			d := parse(t, []byte(observed(test.inner)))
			if diff := cmp.Diff([]cda.Observation{test.want}, d.Sections[0].Observations); diff != "" {
				t.Error("(-want +got)\n" + diff)
			}
		})
	}
	local := parse(t, []byte(section("<entry><observation><code nullFlavor='UNK'><originalText>dit</originalText><translation code='L1' codeSystem='1.2.3'/></code></observation></entry>")))
	if got, want := local.Sections[0].Observations[0].Code, (cda.Code{Code: "L1", System: "1.2.3"}); got != want {
		// The label is that of the original text, which is not in the translation.
		want.Display = "dit"
		if got != want {
			t.Errorf("local code %+v", got)
		}
	}
}

// TestParsePDF: which PDF is the document's, and what is none.
func TestParsePDF(t *testing.T) {
	media := func(content string) string {
		return "<entry><observationMedia><value mediaType='application/pdf' representation='B64'>" + base64.StdEncoding.EncodeToString([]byte(content)) + "</value></observationMedia></entry>"
	}
	raw := func(attributes, content string) string {
		return wrap("<component><nonXMLBody><text " + attributes + ">" + content + "</text></nonXMLBody></component>")
	}
	body := func(sections ...string) string {
		out := "<component><structuredBody>"
		for _, s := range sections {
			out += "<component><section>" + s + "</section></component>"
		}
		return wrap(out + "</structuredBody></component>")
	}
	const pdf = "mediaType='application/pdf' representation='B64'"
	whole := "<code code='55108-5'/>" + media("whole")
	for name, test := range map[string]struct {
		doc, want string
		level     int
	}{
		"level 1":         {raw(pdf, "YWJj"), "abc", 1},
		"on lines":        {raw(pdf, "\n  YW\r\n\tJj \n"), "abc", 1},
		"around a note":   {raw(pdf, "YW<!-- x -->Jj"), "abc", 1},
		"a text":          {raw("mediaType='text/plain'", "YWJj"), "", 1},
		"no base64":       {raw(pdf, "é"), "", 1},
		"half of base64":  {raw(pdf, "YWJ"), "", 1},
		"empty":           {raw(pdf, ""), "", 1},
		"compressed":      {raw(pdf+" compression='DF'", "YWJj"), "", 1},
		"level 3":         {body(media("one")), "one", 3},
		"the first":       {body(media("one"), media("two")), "one", 3},
		"the whole after": {body(media("one"), whole), "whole", 3},
		"the whole first": {body(whole, media("two")), "whole", 3},
		"by template":     {body(media("one"), "<templateId root='1.2.250.1.213.1.1.2.243'/>"+media("two")), "two", 3},
		"nested":          {body("<component><section>" + media("in") + "</section></component>"), "in", 3},
		"neither":         {wrap("<component/>"), "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, []byte(test.doc))
			if string(d.PDF) != test.want || d.Level != test.level || (d.PDF == nil) != (test.want == "") {
				t.Errorf("level %d, PDF %q; want %d, %q", d.Level, d.PDF, test.level, test.want)
			}
		})
	}
}
