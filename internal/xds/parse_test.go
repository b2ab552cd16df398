package xds_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/segursim/segursim/internal/xds"
)

func foreign(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/autre-editeur.xml")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestParseForeign reads what another producer writes.
func TestParseForeign(t *testing.T) {
	t.Parallel()
	want := &xds.Metadata{
		Submission: xds.Submission{
			ID: "lot", UniqueID: "1.2.250.1.999.5.1", Time: "20240203104500", Title: "Lot reçu",
			Authors: []xds.Author{{Institution: "A^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1750000001~B"}},
		},
		Entries: []xds.Entry{{
			ID: "doc", MIMEType: "text/xml", URI: "DOCUMENT01.XML", Hash: "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", Size: -1,
			Title: "Compte rendu é", PatientID: xds.CX{ID: "279035121518989", Root: testINS, Type: "NH"},
			SourcePatient: map[string]string{"PID-5": "PAT-TROIS^DOMINIQUE^^^^^L~TROIS^DOMINIQUE^^^^^D", "PID-7": "19790328"},
			Type:          xds.Code{Code: "11488-4", System: "2.16.840.1.113883.6.1", Display: "CR de consultation"},
		}},
		Associations: []xds.Association{{ID: "a1", Type: xds.HasMember, Source: "lot", Target: "doc", Status: "Original"}},
		Problems: []xds.Problem{{
			Code: "association", Line: 17, Object: "a1", Text: `its type is "HasMember" instead of ` + xds.HasMember,
		}},
	}
	got := parse(t, foreign(t))
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// spoiled is the full metadata with one thing replaced.
func spoiled(t testing.TB, from, to string) []byte {
	t.Helper()
	s := string(build(t, full()))
	if !strings.Contains(s, from) {
		t.Fatalf("there is no %s", from)
	}
	return []byte(strings.Replace(s, from, to, 1))
}

// slotOf is a slot as Build writes it, on one line, for spoiling.
func slotOf(name string, values ...string) string {
	return `<rim:Slot name="` + name + `"><rim:ValueList><rim:Value>` + strings.Join(values, "</rim:Value><rim:Value>") + `</rim:Value></rim:ValueList></rim:Slot>`
}

// TestProblems: what is wrong in the form is read over and told.
func TestProblems(t *testing.T) {
	t.Parallel()
	const extrinsic, set = `<rim:ExtrinsicObject id="Document02"`, `<rim:RegistryPackage id="SubmissionSet01"`
	doc2 := func(slots string) (from, to string) {
		const tag = extrinsic + ` mimeType="image/jpeg" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">`
		return tag, tag + slots
	}
	pair := func(from, to string) [2]string { return [2]string{from, to} }
	for name, c := range map[string]struct {
		change     [2]string
		code, says string
	}{
		"no id":               {pair(extrinsic, `<rim:ExtrinsicObject`), "id", "no id"},
		"same id":             {pair(extrinsic, `<rim:ExtrinsicObject id="SubmissionSet01"`), "id", "twice"},
		"object type":         {pair("7edca82f", "34268e47"), "object", "stable"},
		"no object type":      {pair(` objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"`, ""), "object", "no objectType"},
		"other element":       {pair(set, `<rim:Service id="s"/>`+set), "object", `"Service" has no place`},
		"other namespace":     {pair(set, `<x xmlns="urn:x"/>`+set), "object", "not of ebRIM"},
		"loose, of nothing":   {pair(set, `<rim:Classification classifiedObject="nobody"/>`+set), "object", `"nobody"`},
		"folder":              {pair(set, `<rim:RegistryPackage id="f"><rim:Classification classifiedObject="f" classificationNode="urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2"/></rim:RegistryPackage>`+set), "object", "folder"},
		"slot without name":   {pair(`<rim:Slot name="hash"`, `<rim:Slot`), "slot", "no name"},
		"slot twice":          {pair(doc2(slotOf("languageCode", "fr") + slotOf("languageCode", "en"))), "slot", "languageCode is there twice"},
		"too many values":     {pair(doc2(slotOf("languageCode", "fr", "en"))), "slot", "2 values"},
		"empty slot":          {pair(doc2(slotOf("hash", " "))), "slot", "hash has no value"},
		"no value list":       {pair(doc2(`<rim:Slot name="hash"/>`)), "slot", "hash has no value"},
		"long value":          {pair(doc2(slotOf("hash", strings.Repeat("é", 257)))), "slot", "longer than 256"},
		"size in words":       {pair(doc2(slotOf("size", "1 ko"))), "value", `"1 ko"`},
		"negative size":       {pair(doc2(slotOf("size", "-1"))), "value", `"-1"`},
		"size beyond 63 bits": {pair(doc2(slotOf("size", "9223372036854775808"))), "value", "number of bytes"},
		"size twice":          {pair(doc2(slotOf("size", "1") + slotOf("size", "2"))), "slot", "size is there twice"},
		"date form":           {pair("20240203103015", "2024-02-03T10:30:15"), "value", "creationTime"},
		"no such month":       {pair("20240203104500", "20241303104500"), "value", "submissionTime"},
		"patient info":        {pair("PID-7|19790328", "19790328"), "value", "PID-n|value"},
		"source patient":      {pair("IPP-1^^^&amp;1.2.250.1.999.2&amp;ISO^PI", "IPP-1"), "value", "sourcePatientId"},
		"uri pieces":          {pair("DOC0001.XML", "1|DOC</rim:Value><rim:Value>3|.XML"), "slot", "not numbered"},
		"code without system": {pair(slotlike("codingScheme", "1.2.250.1.213.1.1.4.1"), ""), "classification", "classCode has no codingScheme"},
		"code without code":   {pair(`nodeRepresentation="10"`, `nodeRepresentation=""`), "classification", "classCode has no nodeRepresentation"},
		"code twice":          {pair("f0306f51-975f-434e-a61c-c59651d33983", "41a5887f-8865-4c09-adf7-e362475b143a"), "classification", "classCode is there twice"},
		"of another object":   {pair(`classifiedObject="urn:uuid:5d7c4a1e-0c1c-4f3d-8a0a-b7d3f0a10001"`, `classifiedObject="x"`), "classification", `"x"`},
		"identifier of other": {pair(`registryObject="Document02"`, `registryObject="x"`), "identifier", `"x"`},
		"identifier empty":    {pair(`value="1.2.250.1.999.1.1.8"`, `value=""`), "identifier", "uniqueId\" has no value"},
		"identifier twice":    {pair("554ac39e-e3fe-47fe-b233-965d2a147832", "96fdda7c-d067-4183-912e-bf5ee74998a8"), "identifier", "there twice"},
		"patient without oid": {pair(`value="279035121518989^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH^^20240131"`, `value="279035121518989"`), "identifier", "no assigning authority"},
		"unclassified set":    {pair(`classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"`, ""), "submission", "no RegistryPackage is classified"},
		"two sets":            {pair(set, `<rim:RegistryPackage id="s0"><rim:Classification classifiedObject="s0" classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"/></rim:RegistryPackage>`+set), "submission", "2 submission sets"},
		"not a member":        {pair(`targetObject="Document02"`, `targetObject="Document03"`), "member", `"Document02"`},
		"member of another":   {pair(`sourceObject="SubmissionSet01" targetObject="Document02"`, `sourceObject="x" targetObject="Document02"`), "association", "not the submission set"},
		"unknown source":      {pair(`sourceObject="urn:uuid:5d7c4a1e`, `sourceObject="urn:uuid:6d7c4a1e`), "association", "not in the lot"},
		"no target":           {pair(` targetObject="`+oldUUID+`"`, ""), "association", "no targetObject"},
		"no type":             {pair(` associationType="`+xds.Replaces+`"`, ""), "association", "no associationType"},
		"short type":          {pair(xds.Replaces, "RPLC"), "association", "instead of " + xds.Replaces},
		"unknown short type":  {pair(xds.Replaces, "remplace"), "association", "not a URN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := parse(t, spoiled(t, c.change[0], c.change[1]))
			for _, p := range m.Problems {
				if p.Code == c.code && strings.Contains(p.Text, c.says) {
					return
				}
			}
			t.Errorf("got %q; want %s: …%s…", m.Problems, c.code, c.says)
		})
	}
}

// slotlike is a slot with the line breaks and the indent that Build gives it in a
// Classification.
func slotlike(name, value string) string {
	in := "\n" + strings.Repeat("  ", 5)
	return `<rim:Slot name="` + name + `">` + in + "<rim:ValueList>" + in + "  <rim:Value>" + value + "</rim:Value>" + in + "</rim:ValueList>\n" + strings.Repeat("  ", 4) + "</rim:Slot>"
}

func request(inside string) string {
	return `<a:SubmitObjectsRequest xmlns:a="` + xds.LCM + `" xmlns="` + xds.RIM + `">` + inside + `</a:SubmitObjectsRequest>`
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	ok := string(build(t, full()))
	list := func(s string) string { return request("<RegistryObjectList>" + s + "</RegistryObjectList>") }
	var attrs, spaces strings.Builder
	for i := range 101 {
		fmt.Fprintf(&attrs, ` a%d=""`, i)
		fmt.Fprintf(&spaces, ` xmlns:n%d="u"`, i)
	}
	for name, c := range map[string]struct{ doc, code, says string }{
		"empty":               {"", "xml", "nothing"},
		"not xml":             {"bonjour", "xml", "outside"},
		"cut":                 {ok[:len(ok)-40], "xml", ""},
		"crossed":             {list("<b><c></b></c>"), "xml", "does not close"},
		"same name otherwise": {list(`<p:b xmlns:p="u" xmlns:q="u"></q:b>`), "xml", "does not close"},
		"two roots":           {ok + strings.TrimPrefix(ok, `<?xml version="1.0" encoding="UTF-8"?>`), "xml", "two roots"},
		"declaration late":    {" " + ok, "xml", "not at the start"},
		"undeclared prefix":   {list("<p:b/>"), "xml", `"p" is not declared`},
		"undeclared on attr":  {list(`<b p:c=""/>`), "xml", `"p" is not declared`},
		"attribute twice":     {list(`<b xmlns:p="u" xmlns:q="u" p:c="1" q:c="2"/>`), "xml", "twice"},
		"prefix unbound":      {list(`<b xmlns:p=""/>`), "xml", "empty namespace"},
		"xml rebound":         {list(`<b xmlns:xml="u"/>`), "xml", "reserved"},
		"bare ampersand":      {list(`<b c="&"/>`), "xml", ""},
		"control character":   {list("<b c='\x02'/>"), "xml", ""},
		"entity":              {list("<b>&e;</b>"), "xml", ""},
		"dtd":                 {`<!DOCTYPE a [<!ENTITY e "x">]>` + request(""), "dtd", "DTD"},
		"external dtd":        {`<!DOCTYPE a SYSTEM "file:///etc/passwd">` + request(""), "dtd", "DTD"},
		"too deep":            {list(strings.Repeat("<b>", 40)), "bounds", "32 levels"},
		"too many attributes": {list("<b" + attrs.String() + "/>"), "bounds", "100 attributes"},
		"too many namespaces": {list("<b" + strings.Replace(spaces.String(), " xmlns:n0=\"u\" xmlns:n1=\"u\"", "", 1) + "/>"), "bounds", "namespaces"},
		"too many nodes":      {list(strings.Repeat("<b/>", 200_001)), "bounds", "nodes"},
		"too many objects":    {list(strings.Repeat("<Association/>", 10_001)), "bounds", "objects"},
		"too large":           {list(strings.Repeat(" ", xds.MaxBytes)), "bounds", "bytes"},
		"not utf-8":           {list("\xe9"), "encoding", "UTF-8"},
		"utf-16":              {"\xff\xfe<\x00a\x00", "encoding", "UTF-16"},
		"unknown encoding":    {`<?xml version="1.0" encoding="EBCDIC"?>` + request(""), "encoding", "EBCDIC"},
		"other root":          {`<ClinicalDocument xmlns="urn:hl7-org:v3"/>`, "root", "ClinicalDocument"},
		"no namespace":        {`<SubmitObjectsRequest/>`, "root", "namespace"},
		"regrep 2.1":          {`<SubmitObjectsRequest xmlns="urn:oasis:names:tc:ebxml-regrep:registry:xsd:2.1"/>`, "root", "2.1"},
		"no list":             {request(""), "root", "RegistryObjectList"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := xds.Parse([]byte(c.doc))
			var p *xds.Problem
			if !errors.As(err, &p) || m != nil {
				t.Fatalf("got %v, %v; want a Problem", m, err)
			}
			if p.Code != c.code || !strings.Contains(p.Text, c.says) || len(err.Error()) > 500 {
				t.Errorf("got %s: %v; want %s: …%s…", p.Code, err, c.code, c.says)
			}
		})
	}
	// What is just within the bounds is read.
	for name, doc := range map[string]string{
		"depth": list(strings.Repeat("<b>", 30) + strings.Repeat("</b>", 30)), "bom": "\ufeff" + ok, "nothing in it": list(""),
		"utf-8 in lower case": `<?xml version='1.0' encoding='utf-8'?>` + list(""),
	} {
		if _, err := xds.Parse([]byte(doc)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProblemsAreBounded: a document of faults does not make a list of them all.
func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	m := parse(t, []byte(request("<RegistryObjectList>"+strings.Repeat(`<Association associationType="`+strings.Repeat("é", 300)+`"/>`, 500)+"</RegistryObjectList>")))
	if n := len(m.Problems); n != 100 {
		t.Errorf("%d problems", n)
	}
	for _, p := range m.Problems {
		if len(p.String()) > 1000 {
			t.Fatalf("a text of %d bytes", len(p.String()))
		}
	}
}
