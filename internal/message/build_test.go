package message_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/message"
)

// drafts are messages of every shape.
func drafts() map[string]message.Draft {
	all := map[string]message.Draft{}
	with := func(name string, change func(d *message.Draft)) {
		d := message.Draft{
			From: message.Address{Address: "a@x.segursim.test"}, To: []message.Address{{Address: "b@x.segursim.test"}},
			Date: noon(), MessageID: "1@x.segursim.test", Text: "Bonjour\n",
		}
		change(&d)
		all[name] = d
	}
	text := func(s string) func(d *message.Draft) { return func(d *message.Draft) { d.Text = s } }
	subject := func(s string) func(d *message.Draft) { return func(d *message.Draft) { d.Subject = s } }
	from := func(s string) func(d *message.Draft) { return func(d *message.Draft) { d.From.Name = s } }
	file := func(names ...string) func(d *message.Draft) {
		return func(d *message.Draft) {
			for _, name := range names {
				d.Attachments = append(d.Attachments, message.Attachment{Name: name, MediaType: "application/pdf", Content: []byte("%PDF\r\n\n\x00\xff")})
			}
		}
	}

	all["letter"] = letter()
	with("plain", func(*message.Draft) {})
	with("no text", text(""))
	with("no identifier", func(d *message.Draft) { d.MessageID = "" })
	with("HTML alone", func(d *message.Draft) { d.Text, d.HTML = "", "<p>été</p>\n" })
	with("text and HTML", func(d *message.Draft) { d.HTML = "<p>été</p>\n" })
	with("file without text", func(d *message.Draft) { d.Text = ""; file("a.pdf")(d) })
	with("text without final line end", text("été"))
	with("text with CRLF and CR", text("a\r\nb\rc\n\n"))
	with("text with blanks at line ends", text("a \nb\t\n \n"))
	with("text with lines to protect", text("From me\n.\n..\n.a\n"))
	with("text with a long line", text(strings.Repeat("un mot ", 300)+"\n"))
	with("text with a long word", text(strings.Repeat("é", 2000)+"=\n"))
	with("text with controls", text("a\x00b\x07c\x7f\n"))
	with("text in another script", text(strings.Repeat("Здравствуйте, 你好 🩺\n", 20)))
	with("text that looks like a boundary", text("--=_0\n--=_\n--\n"))
	with("text with equals signs", text("a=3D=\nb=\n"))
	with("text with dots after soft breaks", text(strings.Repeat("é....From ", 60)+"\n"))
	with("subject of the profile", subject("XDM/1.0/DDM+2 documents VIAL Paul 26/11/1978"))
	with("subject with accents", subject("XDM/1.0/DDM+CR d'imagerie médicale CORSE Élodie 01/02/1980"))
	with("long subject", subject(strings.Repeat("Compte rendu ", 30)+"fin"))
	with("long subject with accents", subject(strings.Repeat("Éléments détaillés à relire ", 20)+"fin"))
	with("subject with double blanks", subject("a  b   é  c   d"))
	with("subject with a tab", subject("a\tb"))
	with("subject of one long word", subject(strings.Repeat("é", 600)))
	with("subject that looks encoded", subject("=?utf-8?q?abc?= et =?x"))
	with("subject in another script", subject(strings.Repeat("你好🩺", 40)))
	with("subject FIN", subject("[FIN]"))
	with("name of the profile", from("Dr_Marie_MARTIN_Cabinet Medical"))
	with("name with accents", from("Dr_Zoé_LEFÈVRE_Cabinet médical de l'Étoile"))
	with("name with specials", from(`Martin, "Marie" \ (Dr.) <x@y>; a:b`))
	with("name with blanks", from(" a  b "))
	with("long name", from(strings.Repeat("Cabinet. ", 30)+"fin"))
	with("name that looks encoded", from("=?utf-8?q?a?="))
	with("reserved characters in an encoded name", from(`é_="?.,;:<>@[]()\`))
	with("local part in quotes", func(d *message.Draft) { d.From.Address = `"a b"@x.segursim.test` })
	with("many recipients", func(d *message.Draft) {
		for i := range 60 {
			d.To = append(d.To, message.Address{Name: fmt.Sprintf("Usager n°%d", i), Address: fmt.Sprintf("u%d@x.segursim.test", i)})
			d.Cc = append(d.Cc, message.Address{Name: fmt.Sprintf("Usager, %d", i), Address: fmt.Sprintf("u%d@x.segursim.test", i)})
		}
	})
	with("many references", func(d *message.Draft) {
		for i := range 100 {
			d.References = append(d.References, fmt.Sprintf("%d%s@x.segursim.test", i, strings.Repeat("x", 40)))
		}
	})
	with("long identifier", func(d *message.Draft) { d.MessageID = strings.Repeat("x", 900) + "@x.segursim.test" })
	with("further fields", func(d *message.Draft) {
		d.Extra = [][2]string{{"X-MSS-INS", "O"}, {"X-MSS-MES", "FIN"}, {"Auto-Submitted", "auto-replied"}, {"X-Empty", ""}, {"X-Text", "une réponse"}}
	})
	with("file with accents", file("20220531_CR d'imagerie médicale_CORSE_FIGATELLIX.pdf"))
	with("file names that are hard to write", file(`a"b.pdf`, `c:\d.pdf`, "a;b=c.pdf", "=?utf-8?q?a?=.pdf", "a%20b'c.pdf", "é.pdf", "sans extension", "tab\t.pdf", ""))
	with("long file names", file(strings.Repeat("a", 250)+".pdf", strings.Repeat("é", 120)+".pdf", strings.Repeat("mot ", 60)+"fin.pdf"))
	with("files of other types", func(d *message.Draft) {
		d.Attachments = []message.Attachment{
			{Name: "a", Content: []byte("x")},
			{Name: "a.txt", MediaType: "text/plain; charset=utf-8", Content: []byte("é\n\r")},
			{Name: "a.xml", MediaType: `text/xml; charset=utf-8; profile="a b"`, Inline: true, Content: []byte("<a/>")},
			{Name: "empty", MediaType: "application/zip"},
		}
	})
	with("message given back", func(d *message.Draft) {
		d.Attachments = []message.Attachment{{Name: "original.eml", MediaType: "message/rfc822", Content: crlf("Subject: =?utf-8?q?=C3=A9?=\n\nbody\n")}}
	})
	return all
}

func TestBuild(t *testing.T) {
	t.Parallel()

	for name, d := range drafts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			raw := build(t, d)
			checkWritten(t, raw)
			checkDraft(t, d, parse(t, raw))
		})
	}
}

// checkWritten holds a message that was written against the rules of lines, and
// against our own reader, which must find nothing malformed.
func checkWritten(t testing.TB, raw []byte) {
	t.Helper()

	if m := parse(t, raw); len(m.Problems) > 0 {
		t.Fatalf("problems: %v\n%s", m.Problems, raw)
	}
	for i, line := range strings.Split(string(raw), "\r\n") {
		if strings.ContainsAny(line, "\r\n") || len(line) > 998 {
			t.Fatalf("line %d: %q", i+1, line)
		}
		for j := range len(line) {
			if c := line[j]; c >= 0x80 && !bytes.Contains(raw, []byte("Content-Transfer-Encoding: 8bit")) {
				t.Fatalf("line %d is not ASCII: %q", i+1, line)
			}
		}
		if line == "." || strings.HasPrefix(line, "From ") || strings.Contains(line, "ilename*") && len(line) > 78 {
			t.Errorf("line %d: %q", i+1, line)
		}
		if strings.Contains(line, "=?utf-8?") && len(line) > 78 {
			t.Errorf("line %d has an encoded word and %d characters: %q", i+1, len(line), line)
		}
		// A line that could have been folded was.
		if before, _, folded := strings.Cut(line, " "); len(line) > 78 && folded && len(before) > 0 && strings.Contains(strings.TrimLeft(line[len(before):], " "), " ") {
			t.Errorf("line %d has %d characters: %q", i+1, len(line), line)
		}
	}
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		t.Error("no line end at the end")
	}
}

// checkDraft compares what was read with the draft that was written.
func checkDraft(t testing.TB, d message.Draft, m *message.Message) {
	t.Helper()

	addresses := func(name string) []message.Address {
		list, err := m.Header.Addresses(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return list
	}
	one := func(a message.Address) []message.Address {
		if a == (message.Address{}) {
			return nil
		}
		return []message.Address{a}
	}
	date, err := m.Header.Date()
	if err != nil || !date.Equal(d.Date.Truncate(time.Second)) {
		t.Errorf("date %v, %v, want %v", date, err, d.Date)
	}
	var extra [][2]string
	for _, e := range d.Extra {
		extra = append(extra, [2]string{e[0], m.Header.Get(e[0])})
		if e[1] = strings.Trim(e[1], " \t"); extra[len(extra)-1] != e {
			t.Errorf("field %q, want %q", extra[len(extra)-1], e)
		}
	}
	type fields struct {
		From, ReplyTo, To, Cc, Notify      []message.Address
		Subject                            string
		MessageID, InReplyTo, References   []string
		Text                               string
		Files, Types, Dispositions, Bodies []string
	}
	ids := func(id string) []string {
		if id == "" {
			return nil
		}
		return []string{id}
	}
	want := fields{
		From: one(d.From), ReplyTo: one(d.ReplyTo), To: d.To, Cc: d.Cc, Notify: one(message.Address{Address: d.Notify}),
		Subject: strings.Trim(d.Subject, " \t"), MessageID: ids(d.MessageID), InReplyTo: ids(d.InReplyTo), References: d.References, Text: lines(d.Text),
	}
	got := fields{
		From: addresses("From"), ReplyTo: addresses("Reply-To"), To: addresses("To"), Cc: addresses("Cc"), Notify: addresses("Disposition-Notification-To"),
		Subject: m.Header.Get("Subject"), MessageID: m.Header.IDs("Message-ID"), InReplyTo: m.Header.IDs("In-Reply-To"), References: m.Header.IDs("References"),
		Text: m.Body(),
	}
	if d.Text == "" && d.HTML != "" {
		got.Text = ""
	}
	for _, a := range d.Attachments {
		mediaType, _, _ := strings.Cut(a.MediaType, ";")
		disposition := "attachment"
		if a.Inline {
			disposition = "inline"
		}
		if mediaType == "" {
			mediaType = "application/octet-stream"
		}
		want.Files, want.Types = append(want.Files, a.Name), append(want.Types, mediaType)
		want.Dispositions, want.Bodies = append(want.Dispositions, disposition), append(want.Bodies, string(a.Content))
	}
	for _, p := range m.Attachments() {
		body, err := p.Decode()
		if err != nil {
			t.Errorf("file %q: %v", p.Filename, err)
		}
		got.Files, got.Types = append(got.Files, p.Filename), append(got.Types, p.MediaType)
		got.Dispositions, got.Bodies = append(got.Dispositions, p.Disposition), append(got.Bodies, string(body))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was read (-want +got):\n%s\n%s", diff, m.Raw[:min(len(m.Raw), 3000)])
	}
}

// lines is a text as it is read back: LF line ends, and one at the end.
func lines(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return s
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()

	boundaries := func(all ...string) func() string {
		i := -1
		return func() string { i++; return all[i%len(all)] }
	}
	tests := map[string]struct {
		change func(d *message.Draft)
		want   string
	}{
		"no date":                   {func(d *message.Draft) { d.Date = time.Time{} }, "without a date"},
		"a date out of reach":       {func(d *message.Draft) { d.Date = d.Date.AddDate(9000, 0, 0) }, "the year"},
		"no sender":                 {func(d *message.Draft) { d.From = message.Address{Name: "x"} }, "without a sender"},
		"line end in the subject":   {func(d *message.Draft) { d.Subject = "a\r\nBcc: x@y" }, "Subject: the text holds a line end"},
		"LF in the subject":         {func(d *message.Draft) { d.Subject = "a\nb" }, "Subject: the text holds a line end"},
		"CR in a name":              {func(d *message.Draft) { d.To[0].Name = "a\rb" }, "To: the name"},
		"line end in an address":    {func(d *message.Draft) { d.Cc[0].Address = "a@x\r\n" }, "Cc: message: address"},
		"control in a name":         {func(d *message.Draft) { d.From.Name = "a\x00" }, "control character"},
		"bell in a name":            {func(d *message.Draft) { d.From.Name = "a\a" }, "control character"},
		"delete in the subject":     {func(d *message.Draft) { d.Subject = "a\x7f" }, "control character"},
		"line end in an identifier": {func(d *message.Draft) { d.MessageID = "a@x\r\nb" }, "Message-ID"},
		"identifier without an at":  {func(d *message.Draft) { d.MessageID = "abc" }, "Message-ID"},
		"brackets in an identifier": {func(d *message.Draft) { d.InReplyTo = "<a@x>" }, "In-Reply-To"},
		"empty reference":           {func(d *message.Draft) { d.References = []string{""} }, "References"},
		"line end in a field":       {func(d *message.Draft) { d.Extra = [][2]string{{"X-A", "b\r\n\r\nbody"}} }, "X-A: the value holds a line end"},
		"line end in a field name":  {func(d *message.Draft) { d.Extra = [][2]string{{"X-A: b\r\nY", "c"}} }, "is no field name"},
		"blank in a field name":     {func(d *message.Draft) { d.Extra = [][2]string{{"X A", "c"}} }, "is no field name"},
		"field without a name":      {func(d *message.Draft) { d.Extra = [][2]string{{"", "c"}} }, "without a name"},
		"very long field name":      {func(d *message.Draft) { d.Extra = [][2]string{{strings.Repeat("X", 77), "c"}} }, "bytes long"},
		"subject twice":             {func(d *message.Draft) { d.Extra = [][2]string{{"subject", "c"}} }, "already"},
		"structure of its own":      {func(d *message.Draft) { d.Extra = [][2]string{{"Content-Type", "text/html"}} }, "already"},
		"a word longer than a line": {func(d *message.Draft) { d.Extra = [][2]string{{"X-A", strings.Repeat("x", 1000)}} }, "longer than 998"},
		"line end in a file name":   {func(d *message.Draft) { d.Attachments[0].Name = "a\r\nb" }, "attachment 1: the name holds a line end"},
		"very long file name":       {func(d *message.Draft) { d.Attachments[1].Name = strings.Repeat("x", 256) }, "attachment 2: a name of 256 bytes"},
		"line end in a type":        {func(d *message.Draft) { d.Attachments[0].MediaType = "a/b\r\nX: y" }, "media type holds a line end"},
		"type that is none":         {func(d *message.Draft) { d.Attachments[0].MediaType = "zip" }, "media type"},
		"type of a multipart":       {func(d *message.Draft) { d.Attachments[0].MediaType = "multipart/mixed; boundary=b" }, "not of a file"},
		"parameter without a name":  {func(d *message.Draft) { d.Attachments[0].MediaType = "a/b; c d=e" }, "proper name"},
		"text that is not UTF-8":    {func(d *message.Draft) { d.Text = "\xe9" }, "not UTF-8"},
		"HTML that is not UTF-8":    {func(d *message.Draft) { d.HTML = "\xe9" }, "not UTF-8"},
		"subject that is not UTF-8": {func(d *message.Draft) { d.Subject = "\xe9" }, "not UTF-8"},
		"address of SMTPUTF8":       {func(d *message.Draft) { d.To[0].Address = "é@x.test" }, "SMTPUTF8"},
		"address with a name":       {func(d *message.Draft) { d.To[0].Address = "a <b@x.test>" }, "address"},
		"empty address":             {func(d *message.Draft) { d.To[0] = message.Address{} }, "To: message: address"},
		"two addresses":             {func(d *message.Draft) { d.To[0].Address = "a@x.test>, <b@x.test" }, "address"},
		"very long address":         {func(d *message.Draft) { d.To[0].Address = strings.Repeat("x", 1000) + "@x.test" }, "bytes"},
		"wrong answer address":      {func(d *message.Draft) { d.ReplyTo = message.Address{Name: "x"} }, "Reply-To"},
		"wrong notification":        {func(d *message.Draft) { d.Notify = "x" }, "Disposition-Notification-To"},
		"boundary of no bytes":      {func(d *message.Draft) { d.Boundary = boundaries("") }, "no boundary"},
		"boundary with a line end":  {func(d *message.Draft) { d.Boundary = boundaries("a\r\nb") }, "no boundary"},
		"boundary that repeats":     {func(d *message.Draft) { d.Boundary = boundaries("b") }, "boundaries repeat"},
		"boundaries that begin another": {
			func(d *message.Draft) { d.Boundary = boundaries("b", "bb") }, "boundaries repeat",
		},
		"boundary in the text": {func(d *message.Draft) { d.Text, d.Boundary = "a\n--b\n", boundaries("b") }, "boundaries repeat"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			d := letter()
			tt.change(&d)
			raw, err := message.Build(d)
			if err == nil || !strings.Contains(err.Error(), tt.want) || raw != nil {
				t.Errorf("error %v, want %q\n%s", err, tt.want, raw)
			}
		})
	}
}

// TestBuildBoundaries takes the boundaries of the draft, and asks again where one
// stands in the text.
func TestBuildBoundaries(t *testing.T) {
	t.Parallel()

	d := letter()
	d.Text = "--un\n"
	asked := []string{}
	d.Boundary = func() string {
		asked = append(asked, []string{"un", "deux", "trois"}[len(asked)])
		return asked[len(asked)-1]
	}
	m := parse(t, build(t, d))
	if m.Params["boundary"] != "deux" || m.Parts[0].Params["boundary"] != "trois" || len(asked) != 3 {
		t.Errorf("boundaries %q and %q after %q", m.Params["boundary"], m.Parts[0].Params["boundary"], asked)
	}
	checkDraft(t, d, m)

	if a, b := build(t, letter()), build(t, letter()); !bytes.Equal(a, b) {
		t.Error("the same draft gives two messages")
	}
	other := letter()
	other.MessageID = "2@x.segursim.test"
	if a, b := parse(t, build(t, letter())), parse(t, build(t, other)); a.Params["boundary"] == b.Params["boundary"] {
		t.Error("two messages have the same boundary")
	}
}
