package soap_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/soap"
)

// message is an envelope with whatever prefixes; %s is inside Header and Body.
func message(header, body string) string {
	return `<e:Envelope xmlns:e="` + soap.NS + `"><e:Header>` + header + `</e:Header><e:Body>` + body + `</e:Body></e:Envelope>`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const want = "urn:a:1.0.0:op"
	wsa := func(p string) string {
		return fmt.Sprintf(`<%[1]s:MessageID xmlns:%[1]s="%[2]s"> uuid:1
		</%[1]s:MessageID><%[1]s:Action xmlns:%[1]s="%[2]s">%[3]s</%[1]s:Action>`, p, soap.WSA, want)
	}
	for name, doc := range map[string]string{
		"any prefix":        message(wsa("q"), `<b xmlns="urn:x">1</b>`),
		"default namespace": `<Envelope xmlns="` + soap.NS + `"><Header>` + wsa("w") + `</Header><Body><b xmlns="urn:x"/></Body></Envelope>`,
		"white space and comments": "\ufeff<?xml version='1.0' encoding=\"utf-8\" standalone='yes'?>\n<!-- before -->\n<?pi before?>" +
			strings.ReplaceAll(message("<!-- in -->\n"+wsa("q")+"\r\n", "\n<!-- x --><b xmlns=\"urn:x\"/>\n"), "><", ">\n\t<") + "<!-- after -->\n",
		"cut by a comment": message(strings.Replace(wsa("q"), want, "urn:a:<!-- -->1.0.0:op", 1), `<b xmlns="urn:x"/>`),
		"character data":   message(strings.Replace(wsa("q"), want, "urn:<![CDATA[a:1.0.0]]>:o&#112;", 1), `<b xmlns="urn:x"/>`),
		"prefix redeclared": `<a:Envelope xmlns:a="` + soap.NS + `"><a:Header>` + wsa("a") + `</a:Header>` +
			`<env:Body xmlns:env="` + soap.NS + `"><a:b xmlns:a="urn:x"/></env:Body></a:Envelope>`,
		"latin 1": `<?xml version="1.0" encoding="ISO-8859-1"?>` + message(wsa("q"), "<b xmlns=\"urn:x\">\xe9</b>"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := soap.Decode([]byte(doc), soap.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got := []string{e.Action, e.MessageID, e.BodyName().String()}
			if diff := cmp.Diff([]string{want, "uuid:1", "{urn:x}b"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if name == "latin 1" && soap.TextOf(e.Body) != "é" {
				t.Errorf("text %q", soap.TextOf(e.Body))
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	ok := message("", `<b/>`)
	deep := func(n int) string { return message("", strings.Repeat("<a>", n)+strings.Repeat("</a>", n)) }
	var attrs strings.Builder
	for i := range 200 {
		fmt.Fprintf(&attrs, ` a%d=""`, i)
	}
	for name, c := range map[string]struct {
		doc  string
		kind soap.Kind
		says string
	}{
		"empty":                  {"", soap.Malformed, "empty"},
		"blank":                  {" \n", soap.Malformed, "empty"},
		"not xml":                {"bonjour", soap.Malformed, "outside"},
		"cut":                    {ok[:len(ok)-20], soap.Malformed, ""},
		"cut in a tag":           {ok[:20], soap.Malformed, ""},
		"crossed tags":           {message("", "<a><b></a></b>"), soap.Malformed, "does not close"},
		"same local, other name": {message("", `<p:a xmlns:p="u" xmlns:q="u"></q:a>`), soap.Malformed, "does not close"},
		"two roots":              {ok + ok, soap.Malformed, "two roots"},
		"text after":             {ok + "x", soap.Malformed, "outside"},
		"closed twice":           {ok + "</e:Envelope>", soap.Malformed, "does not close"},
		"undeclared prefix":      {message("", "<p:a/>"), soap.Malformed, `"p" is not declared`},
		"undeclared on attr":     {message("", `<a p:x="1"/>`), soap.Malformed, `"p" is not declared`},
		"out of scope":           {message("", `<a><p:b xmlns:p="u"/><p:c/></a>`), soap.Malformed, `"p" is not declared`},
		"same attribute":         {message("", `<a x="1" x="2"/>`), soap.Malformed, "twice"},
		"same attribute by ns":   {message("", `<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>`), soap.Malformed, "twice"},
		"same declaration":       {message("", `<a xmlns:p="u" xmlns:p="v"/>`), soap.Malformed, "twice"},
		"xmlns bound":            {message("", `<a xmlns:xmlns="u"/>`), soap.Malformed, "reserved"},
		"xml rebound":            {message("", `<a xmlns:xml="u"/>`), soap.Malformed, "reserved"},
		"prefix unbound":         {message("", `<a xmlns:p=""/>`), soap.Malformed, "empty namespace"},
		"no quotes":              {message("", `<a x=1/>`), soap.Malformed, ""},
		"bare ampersand":         {message("", `<a>&</a>`), soap.Malformed, ""},
		"control character":      {message("", "<a>\x01</a>"), soap.Malformed, ""},
		"control by reference":   {message("", "<a>&#1;</a>"), soap.Malformed, ""},
		"late declaration":       {" " + `<?xml version="1.0"?>` + ok, soap.Malformed, "not at the start"},
		"dtd":                    {`<!DOCTYPE e [<!ENTITY a "aaaaaaaaaa">]>` + ok, soap.Forbidden, "DTD"},
		"external entity":        {`<!DOCTYPE e SYSTEM "file:///etc/passwd">` + ok, soap.Forbidden, "DTD"},
		"bomb":                   {bomb(), soap.Forbidden, "DTD"},
		"entity without dtd":     {message("", "<a>&lol9;</a>"), soap.Malformed, ""},
		"instruction inside":     {message("", "<a><?php x?></a>"), soap.Forbidden, "processing instruction"},
		"64 levels":              {deep(70), soap.TooDeep, "64"},
		"many attributes":        {message("", "<a"+attrs.String()+"/>"), soap.TooMany, "100"},
		"many nodes":             {message("", strings.Repeat("<a/>", 15000)), soap.TooMany, "20000"},
		"not utf-8":              {message("", "<a>\xe9</a>"), soap.Encoding, "UTF-8"},
		"utf-16":                 {"\xff\xfe<\x00a\x00", soap.Encoding, "UTF-16"},
		"unknown encoding":       {`<?xml version="1.0" encoding="EBCDIC"?>` + ok, soap.Encoding, "EBCDIC"},
		"soap 1.1":               {strings.ReplaceAll(ok, soap.NS, soap.NS11), soap.VersionMismatch, "1.1"},
		"other root":             {"<a/>", soap.VersionMismatch, "not a SOAP"},
		"no body":                {`<e:Envelope xmlns:e="` + soap.NS + `"/>`, soap.Invalid, "no Body"},
		"body first":             {`<e:Envelope xmlns:e="` + soap.NS + `"><e:Body/><e:Header/></e:Envelope>`, soap.Invalid, "no place"},
		"two bodies":             {`<e:Envelope xmlns:e="` + soap.NS + `"><e:Body/><e:Body/></e:Envelope>`, soap.Invalid, "no place"},
		"two children":           {message("", "<a/><b/>"), soap.Invalid, "several"},
		"text in body":           {message("", "x<a/>"), soap.Invalid, "text"},
		"text in header":         {message("x", "<a/>"), soap.Invalid, "text"},
		"two actions":            {message(strings.Repeat(`<Action xmlns="`+soap.WSA+`">a</Action>`, 2), "<a/>"), soap.Addressing, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := soap.Decode([]byte(c.doc), soap.Limits{})
			var p *soap.Problem
			if !errors.As(err, &p) {
				t.Fatalf("got %v, %v; want a Problem", e, err)
			}
			if p.Kind != c.kind || !strings.Contains(p.EN, c.says) || p.FR == "" {
				t.Errorf("got %s: %v; want %s: …%s…", p.Kind, err, c.kind, c.says)
			}
			if len(p.EN) > 600 {
				t.Errorf("a text of %d bytes", len(p.EN))
			}
		})
	}
	if _, err := soap.Decode([]byte(deep(62)), soap.Limits{}); err != nil {
		t.Errorf("64 levels are allowed: %v", err)
	}
}

// bomb is the billion laughs.
func bomb() string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE lolz [<!ENTITY lol0 "lol">`)
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, `<!ENTITY lol%d "%s">`, i, strings.Repeat(fmt.Sprintf("&lol%d;", i-1), 10))
	}
	return b.String() + "]>" + message("", "<a>&lol9;</a>")
}

// endless sends the start of an envelope for ever, and counts what was read.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.n += int64(len(p))
	return len(p), nil
}

// TestReadIsBounded: 100 MB cost no more than the bound, nor does a promise of them.
func TestReadIsBounded(t *testing.T) {
	t.Parallel()
	src := &endless{}
	started := time.Now()
	_, err := soap.Read(io.MultiReader(strings.NewReader(message("", "<a>")), io.LimitReader(src, 100<<20)), -1, soap.Limits{})
	if !soap.IsTooLarge(err) {
		t.Errorf("got %v", err)
	}
	if src.n > 2*soap.DefaultBytes {
		t.Errorf("%d bytes were read", src.n)
	}
	if d := time.Since(started); d > time.Second {
		t.Errorf("it took %v", d)
	}
	none := &endless{}
	if _, err := soap.Read(none, 100<<20, soap.Limits{}); !soap.IsTooLarge(err) || none.n != 0 {
		t.Errorf("announced: %v, %d bytes read", err, none.n)
	}
	_, err = soap.Read(io.MultiReader(strings.NewReader("<a"), failing{}), -1, soap.Limits{})
	var p *soap.Problem
	if !errors.As(err, &p) || p.Kind != soap.Unread || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a peer that stops: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestProblemLine(t *testing.T) {
	t.Parallel()
	_, err := soap.Decode([]byte("<a>\n<b>\n</c>\n</a>"), soap.Limits{})
	var p *soap.Problem
	if !errors.As(err, &p) || p.Line != 3 {
		t.Errorf("got %v", err)
	}
}

func TestRequired(t *testing.T) {
	t.Parallel()
	h := func(name, attrs string) string { return `<h:` + name + ` xmlns:h="urn:h" ` + attrs + `/>` }
	e, err := soap.Decode([]byte(message(
		h("a", `e:mustUnderstand="true"`)+h("b", `e:mustUnderstand="0"`)+h("c", `mustUnderstand="true"`)+
			h("d", `e:mustUnderstand="1" e:role="`+soap.NS+`/role/next"`)+h("e", `e:mustUnderstand="1" e:role="urn:else"`), "<x/>")), soap.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range e.Required() {
		got = append(got, r.Tag)
	}
	if diff := cmp.Diff([]string{"a", "d"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if e.Header("urn:h", "c") == nil || e.Header("urn:other", "c") != nil || len(e.HeadersNamed("urn:h", "a")) != 1 {
		t.Error("a header is not found by its name")
	}
}

// TestReferenceSamples decodes the reference requests and answers.
func TestReferenceSamples(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"samples", "cnda-fixtures"} {
		files, err := filepath.Glob(filepath.Join(need.Shared(t, "data/insi"), dir, "*.xml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no sample: %v", err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			e, err := soap.Decode(b, soap.Limits{})
			if err != nil {
				t.Errorf("%s: %v", filepath.Base(f), err)
				continue
			}
			if e.Body == nil {
				t.Errorf("%s: no body", filepath.Base(f))
			}
		}
	}
}
