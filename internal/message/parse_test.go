package message_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/message"
)

const head = "Date: Tue, 3 Mar 2026 12:00:05 +0100\nFrom: a@x.segursim.test\n"

// structures are messages whose parts are known, and what is malformed in them.
var structures = map[string]struct {
	raw      string
	tree     string
	problems []string
}{
	"no MIME": {
		raw:  head + "\nBonjour\n",
		tree: "text/plain = \"Bonjour\\r\\n\"\n",
	},
	"header alone":            {raw: head, tree: "text/plain = \"\"\n"},
	"header without line end": {raw: strings.TrimSuffix(head, "\n"), tree: "text/plain = \"\"\n"},
	"two parts, preamble, epilogue, padding after the delimiters": {
		raw: head + "Content-Type: Multipart/Mixed; Boundary=b\n\npreamble\n--b \t\n\none\n--b\nContent-Type: text/html\n\ntwo\n\n--b-- \nepilogue\n--b\nnone\n",
		tree: `multipart/mixed
  text/plain = "one"
  text/html = "two\r\n"
`,
	},
	"empty parts": {
		raw: head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\nContent-Type: text/html\n--b\nContent-Type: text/css\n\n--b--\n",
		tree: `multipart/mixed
  text/plain = ""
  text/plain = ""
  text/html = ""
  text/css = ""
`,
	},
	"boundary that begins another": {
		raw: head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\none\n--bb--\n--b\n\ntwo\n--b--\n",
		tree: `multipart/mixed
  multipart/alternative
    text/plain = "one"
  text/plain = "two"
`,
	},
	"inner multipart not closed": {
		raw: head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--\n",
		tree: `multipart/mixed
  multipart/alternative
    text/plain = "one"
  text/plain = "two"
`,
		problems: []string{"boundary"},
	},
	"inner header cut by the outer delimiter": {
		raw: head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n--b--\n",
		tree: `multipart/mixed
  multipart/alternative = ""
`,
	},
	"inner multipart not closed, its last part empty": {
		raw: head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nX: y\n\n--b--\n",
		tree: `multipart/mixed
  multipart/alternative
    text/plain = ""
`,
		problems: []string{"boundary"},
	},
	"empty message in a message": {
		raw: head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nX: y\n\n--b--\n",
		tree: `multipart/mixed
  message/rfc822
  > text/plain = ""
`,
	},
	"outer multipart not closed": {
		raw:      head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n",
		tree:     "multipart/mixed\n  text/plain = \"one\\r\\n\"\n",
		problems: []string{"boundary"},
	},
	"boundary that never comes": {
		raw:      head + "Content-Type: multipart/mixed; boundary=b\n\nbody\n",
		tree:     "multipart/mixed = \"body\\r\\n\"\n",
		problems: []string{"boundary"},
	},
	"no boundary": {
		raw:      head + "Content-Type: multipart/mixed\n\n--b\n\none\n--b--\n",
		tree:     "multipart/mixed = \"--b\\r\\n\\r\\none\\r\\n--b--\\r\\n\"\n",
		problems: []string{"boundary"},
	},
	"message in a message": {
		raw: head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\none\n--c--\n--b--\n",
		tree: `multipart/mixed
  message/rfc822
  > multipart/mixed
  >   text/plain = "one"
`,
	},
	"digest": {
		raw: head + "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nbody\n--b--\n",
		tree: `multipart/digest
  message/rfc822
  > text/plain = "body"
`,
	},
	"message in base64 is not entered": {
		raw:      head + "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogYQ==\n",
		tree:     "message/rfc822 = \"U3ViamVjdDogYQ==\\r\\n\"\n",
		problems: []string{"encoding"},
	},
	"multipart in base64": {
		raw:      head + "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\none\n--b--\n",
		tree:     "multipart/mixed\n  text/plain = \"one\"\n",
		problems: []string{"encoding"},
	},
	"folded type with comments": {
		raw:  head + "Content-Type: text/plain (a text);\n charset=us-ascii (plain);\n\tformat=flowed\n\nx\n",
		tree: "text/plain = \"x\\r\\n\"\n",
	},
	"type that is none":      {raw: head + "Content-Type: text\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"header-line"}},
	"type twice":             {raw: head + "Content-Type: text/html\nContent-Type: text/css\n\nx\n", tree: "text/html = \"x\\r\\n\"\n", problems: []string{"header-line"}},
	"no blank line":          {raw: head + "this is the body\nX: y\n", tree: "text/plain = \"this is the body\\r\\nX: y\\r\\n\"\n", problems: []string{"header-line"}},
	"mbox line":              {raw: "From a@x Tue Mar  3\n" + head + "\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"header-line"}},
	"continuation at first":  {raw: " folded\n" + head + "\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"header-line"}},
	"field without a name":   {raw: head + ": value\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"header-line"}},
	"blank before the colon": {raw: head + "Subject : s\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"header-line"}},
	"subject twice":          {raw: head + "Subject: s\nsubject: t\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"header-line"}},
	"no date":                {raw: "From: a@x.test\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"date"}},
	"bad date":               {raw: "From: a@x.test\nDate: hier\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"date"}},
	"old date":               {raw: "From: a@x.test\nDate: 3 Mar 26 12:00 GMT (noon)\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n"},
	"no sender":              {raw: "Date: Tue, 3 Mar 2026 12:00:05 +0100\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"address"}},
	"bad recipient":          {raw: head + "To: <b@x\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"address"}},
	"bad notification":       {raw: head + "Disposition-Notification-To: oui\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"address"}},
	"UTF-8 in the subject":   {raw: head + "Subject: été\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"charset"}},
	"Latin-1 in the subject": {raw: head + "Subject: \xe9t\xe9\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"charset"}},
	"word of no charset":     {raw: head + "Subject: =?klingon?q?x?=\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"charset"}},
	"word in an address":     {raw: head + "To: <a=?x?q?b@x.test>\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n"},
	"body of no charset":     {raw: head + "Content-Type: text/plain; charset=klingon\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"charset"}},
	"8 bit that is not said": {raw: head + "\né\n", tree: "text/plain = \"é\\r\\n\"\n", problems: []string{"encoding"}},
	"8 bit of no charset":    {raw: head + "Content-Transfer-Encoding: 8bit\n\né\n", tree: "text/plain = \"é\\r\\n\"\n", problems: []string{"charset"}},
	"8 bit that is no UTF-8": {raw: head + "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8BIT\n\n\xe9\n", tree: "text/plain = \"\\xe9\\r\\n\"\n", problems: []string{"charset"}},
	"8 bit in UTF-8":         {raw: head + "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8BIT\n\né\n", tree: "text/plain = \"é\\r\\n\"\n"},
	"encoding of our own":    {raw: head + "Content-Transfer-Encoding: x-uuencode\n\nx\n", tree: "text/plain = \"x\\r\\n\"\n", problems: []string{"encoding"}},
	"base64":                 {raw: head + "Content-Transfer-Encoding: base64\n\nQUJD\nREU= \n\n", tree: "text/plain = \"QUJD\\r\\nREU= \\r\\n\\r\\n\"\n"},
	"base64 with other bytes": {
		raw: head + "Content-Transfer-Encoding: base64\n\nQUJDQUJDQUJDQUJD\nQ!==\n", tree: "text/plain = \"QUJDQUJDQUJDQUJD\\r\\nQ!==\\r\\n\"\n", problems: []string{"base64"},
	},
	"base64 after its padding": {raw: head + "Content-Transfer-Encoding: base64\n\nQQ==\nQUJD\n", tree: "text/plain = \"QQ==\\r\\nQUJD\\r\\n\"\n", problems: []string{"base64"}},
	"base64 that is cut":       {raw: head + "Content-Transfer-Encoding: base64\n\nQUJDR\n", tree: "text/plain = \"QUJDR\\r\\n\"\n", problems: []string{"base64"}},
	"long line":                {raw: head + "\n" + strings.Repeat("x", 999) + "\n", tree: fmt.Sprintf("text/plain = %q\n", strings.Repeat("x", 999)+"\r\n"), problems: []string{"line-length"}},
}

func TestParseStructure(t *testing.T) {
	t.Parallel()

	for name, tt := range structures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			m := parse(t, crlf(tt.raw))
			if diff := cmp.Diff(tt.tree, tree(m)); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.problems, codes(m)); diff != "" {
				t.Errorf("problems (-want +got):\n%s\n%v", diff, m.Problems)
			}
			checkOffsets(t, m)
		})
	}
}

// TestParseLineEnds reads the same messages with LF line ends: the same parts, and
// one more problem.
func TestParseLineEnds(t *testing.T) {
	t.Parallel()

	for name, tt := range structures {
		m := parse(t, []byte(tt.raw))
		if diff := cmp.Diff(strings.ReplaceAll(tt.tree, `\r\n`, `\n`), tree(m)); diff != "" {
			t.Errorf("%s: parts (-want +got):\n%s", name, diff)
		}
		if got := codes(m); strings.Contains(tt.raw, "\n") && !slices.Contains(got, "bare-lf") {
			t.Errorf("%s: problems %v, want bare-lf among them", name, got)
		}
		checkOffsets(t, m)
	}
	m := parse(t, []byte("Date: Tue, 3 Mar 2026 12:00:05 +0100\r\nFrom: a@x.test\r\n\r\na\rb\r\nc\nd\n"))
	at := strings.Index(string(m.Raw), "a\rb")
	want := []message.Problem{
		{Offset: at + 6, Code: "bare-lf", Text: "2 lines end with LF without CR (RFC 5322 §2.3)"},
		{Offset: at + 1, Code: "bare-cr", Text: "1 lines hold CR without LF (RFC 5322 §2.3)"},
	}
	if diff := cmp.Diff(want, m.Problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestParseOffsets holds the offsets of a small message against its bytes.
func TestParseOffsets(t *testing.T) {
	t.Parallel()

	raw := crlf(head + "Subject: a\n b\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX: y\n\nbody\n--b--\nend\n")
	m := parse(t, raw)
	at := func(s string) int { return strings.Index(string(raw), s) }

	p := m.Parts[0]
	want := [...]int{0, at("\r\n\r\n") + 4, len(raw), at("X: y"), at("body"), at("\r\n--b--")}
	if got := [...]int{m.Start, m.Content, m.End, p.Start, p.Content, p.End}; got != want {
		t.Errorf("offsets %v, want %v", got, want)
	}
	subject := m.Header.All("SUBJECT")
	if len(subject) != 1 || string(subject[0].Raw) != "Subject: a\r\n b\r\n" || subject[0].Offset != at("Subject") || subject[0].Value() != "a b" {
		t.Errorf("the subject's fields: %+v", subject)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()

	nested := func(n int) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		}
		return b.String() + "\nx\n"
	}
	parts := func(n int) string {
		return head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", n) + "--b--\n"
	}
	messages := func(n int) string {
		return head + strings.Repeat("Content-Type: message/rfc822\n\nSubject: x\n", n) + "\nx\n"
	}

	tests := map[string]struct {
		raw  string
		want error
	}{
		"nothing":                    {"", message.ErrNoHeader},
		"blank line":                 {"\nbody\n", message.ErrNoHeader},
		"no field":                   {"Bonjour,\nbody\n", message.ErrNoHeader},
		"8 bit at first":             {"\xff\xfe: x\n\n", message.ErrNoHeader},
		"30 multiparts":              {nested(30), nil},
		"31 multiparts":              {nested(31), message.ErrDepth},
		"999 parts":                  {parts(999), nil},
		"1000 parts and the root":    {parts(1000), message.ErrParts},
		"20,000 fields":              {head + strings.Repeat("X:\n", 20_100) + "\n", message.ErrHeader},
		"a field of 2 MiB":           {head + "X: " + strings.Repeat("x", 2<<20) + "\n\n", message.ErrHeader},
		"a folded field of 2 MiB":    {head + "X:" + strings.Repeat(" x\n", 1<<19) + "\n\n", message.ErrHeader},
		"a header of 900 KiB":        {head + "X:" + strings.Repeat(" x\n", 200_000) + "\n\n", nil},
		"40 messages in one another": {messages(40), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			m, err := message.Parse(crlf(tt.raw))
			if !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			if m != nil {
				checkOffsets(t, m)
			}
		})
	}

	m := parse(t, crlf(messages(40)))
	if got := codes(m); !slices.Contains(got, "depth") {
		t.Errorf("40 messages in one another: problems %v, want depth", got)
	}
	if got := len(parse(t, []byte(head+strings.Repeat(":\n", 500)+"\n")).Problems); got != 100 {
		t.Errorf("%d problems kept, want 100", got)
	}
}

// checkOffsets holds the offsets of every part against its bounds.
func checkOffsets(t testing.TB, m *message.Message) {
	t.Helper()

	var check func(p *message.Part, start, end int)
	check = func(p *message.Part, start, end int) {
		if start > p.Start || p.Start > p.Content || p.Content > p.End || p.End > end {
			t.Fatalf("part %s at %d, %d, %d, in %d to %d", p.MediaType, p.Start, p.Content, p.End, start, end)
		}
		last := p.Start
		for _, f := range p.Header {
			if f.Offset < last || f.Offset+len(f.Raw) > p.Content || string(m.Raw[f.Offset:f.Offset+len(f.Raw)]) != string(f.Raw) {
				t.Fatalf("field %s at %d is not in its header", f.Name, f.Offset)
			}
			last = f.Offset + len(f.Raw)
		}
		if string(m.Raw[p.Content:p.End]) != string(p.Bytes()) {
			t.Fatalf("part %s: Bytes are not those of its offsets", p.MediaType)
		}
		inner := p.Content
		for _, part := range p.Parts {
			check(part, inner, p.End)
			inner = part.End
		}
		if p.Nested != nil {
			check(p.Nested, p.Content, p.End)
		}
	}
	check(m.Part, 0, len(m.Raw))
	for _, problem := range m.Problems {
		if problem.Offset < -1 || problem.Offset > len(m.Raw) {
			t.Fatalf("problem out of bounds: %+v", problem)
		}
	}
}
