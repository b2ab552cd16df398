package message_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/message"
)

func TestFilename(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		fields                string
		filename, disposition string
	}{
		"none":                     {"", "", ""},
		"quoted":                   {`Content-Disposition: attachment; filename="IHE_XDM.zip"`, "IHE_XDM.zip", "attachment"},
		"escaped":                  {`Content-Disposition: attachment; filename="a\"b\\c"`, `a"b\c`, "attachment"},
		"semicolon in quotes":      {`Content-Disposition: inline; filename="a;b"; size=3`, "a;b", "inline"},
		"blanks without quotes":    {"Content-Disposition: ATTACHMENT; filename=Compte rendu (1).pdf ; size=3", "Compte rendu (1).pdf", "attachment"},
		"unknown disposition":      {"Content-Disposition: form-data; filename=a", "a", "attachment"},
		"not closed":               {`Content-Disposition: attachment; filename="a.pdf`, "a.pdf", "attachment"},
		"RFC 2231":                 {"Content-Disposition: attachment; filename*=UTF-8'fr'%C3%A9t%C3%A9.pdf", "été.pdf", "attachment"},
		"RFC 2231, Latin-1":        {"Content-Disposition: attachment; filename*=ISO-8859-1''%E9t%e9.pdf", "été.pdf", "attachment"},
		"RFC 2231 and plain":       {"Content-Disposition: attachment; filename=ete.pdf; filename*=utf-8''%C3%A9t%C3%A9.pdf", "été.pdf", "attachment"},
		"RFC 2231 before plain":    {"Content-Disposition: attachment; filename*=utf-8''%C3%A9t%C3%A9.pdf; filename=ete.pdf", "été.pdf", "attachment"},
		"pieces":                   {"Content-Disposition: attachment;\n filename*0=Compte;\n filename*1=\" rendu\";\n filename*2=.pdf", "Compte rendu.pdf", "attachment"},
		"pieces in disorder":       {"Content-Disposition: attachment; filename*1*=%A9.pdf; filename*0*=utf-8''%C3", "é.pdf", "attachment"},
		"pieces, some encoded":     {"Content-Disposition: attachment; filename*0*=utf-8''%C3%A9; filename*1=\"%20.pdf\"", "é%20.pdf", "attachment"},
		"a piece is missing":       {"Content-Disposition: attachment; filename*0=a; filename*2=c", "a", "attachment"},
		"a number beyond measure":  {"Content-Disposition: attachment; filename*99999999999=a", "", "attachment"},
		"wrong escapes":            {"Content-Disposition: attachment; filename*=utf-8''a%zz%4", "a%zz%4", "attachment"},
		"encoded words":            {`Content-Disposition: attachment; filename="=?utf-8?Q?=C3=A9t=C3=A9?= =?utf-8?Q?.pdf?="`, "été.pdf", "attachment"},
		"old client":               {"Content-Type: application/pdf; NAME=\"=?iso-8859-1?Q?=E9.pdf?=\"", "é.pdf", ""},
		"name and filename":        {"Content-Type: application/pdf; name=a\nContent-Disposition: attachment; filename=b", "b", "attachment"},
		"Windows-1252":             {"Content-Disposition: attachment; filename=\"\xe9t\xe9.pdf\"", "été.pdf", "attachment"},
		"what is no parameter":     {"Content-Disposition: attachment; ; =; x; filename=a", "a", "attachment"},
		"disposition with comment": {"Content-Disposition: inline (shown)", "", "inline"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p := parse(t, crlf(head+tt.fields+"\n\n")).Part
			if p.Filename != tt.filename || p.Disposition != tt.disposition {
				t.Errorf("%q %q, want %q %q", p.Disposition, p.Filename, tt.disposition, tt.filename)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		fields, body, want string
		bad                bool
	}{
		"plain":                      {"", "a\n", "a\r\n", false},
		"QP":                         {"Content-Transfer-Encoding: Quoted-Printable\nContent-Type: text/plain; charset=UTF-8", "=C3=A9t=c3=a9=\n=20x  \n", "été x\r\n", false},
		"QP, soft break with blanks": {"Content-Transfer-Encoding: quoted-printable", "a= \nb", "ab", false},
		"QP, wrong escapes":          {"Content-Transfer-Encoding: quoted-printable", "a=zz=4", "a=zz=4", true},
		"base64 in Latin-9":          {"Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=ISO-8859-15", "pA==\n", "€", false},
		"base64 with other bytes":    {"Content-Transfer-Encoding: base64", "Q!U*JD\n", "ABC", true},
		"base64 without padding":     {"Content-Transfer-Encoding: base64", "QQ", "A", true},
		"base64 that is cut":         {"Content-Transfer-Encoding: base64", "QUJDR", "ABC", true},
		"base64 in two pieces":       {"Content-Transfer-Encoding: base64", "QQ==\nQUJD\n", "A", true},
		"base64 with blanks":         {"Content-Transfer-Encoding: base64", "QU JD\n\t", "ABC", false},
		"unknown encoding":           {"Content-Transfer-Encoding: x-own", "a", "a", true},
		"unknown charset":            {"Content-Type: text/plain; charset=klingon", "a", "a", true},
		"not ASCII":                  {"", "é", "é", true},
		"not UTF-8":                  {"Content-Type: text/plain; charset=utf-8", "\xe9", "é", true},
		"UTF-16":                     {"Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-16le", "6QA=", "é", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p := parse(t, crlf(head+tt.fields+"\n\n"+tt.body))
			if tt.fields == "" {
				p = parse(t, crlf(head+"\n"+tt.body))
			}
			got, err := p.Text()
			if got != tt.want || (err != nil) != tt.bad {
				t.Errorf("%q, %v, want %q (bad: %v)", got, err, tt.want, tt.bad)
			}
		})
	}
	if b := (&message.Part{}).Bytes(); b != nil {
		t.Errorf("bytes of an empty part: %q", b)
	}
}

func TestBody(t *testing.T) {
	t.Parallel()

	multipart := func(kind string, parts ...string) string {
		return "Content-Type: multipart/" + kind + "; boundary=b\n\n--b\n" + strings.Join(parts, "\n--b\n") + "\n--b--\n"
	}
	html := func(s string) string { return "Content-Type: text/html\n\n" + s }
	tests := map[string]struct{ raw, want string }{
		"plain":              {"\na\n\nb\n", "a\n\nb\n"},
		"plain after HTML":   {multipart("alternative", html("<p>h"), "\nplain"), "plain"},
		"file before":        {multipart("mixed", "Content-Disposition: attachment\n\nfile", "\nplain"), "plain"},
		"HTML alone":         {html("<html><head><title>t</title><style>p{}</style></head><body><p>Un &eacute;t&eacute;</p>\n<p>chaud</body>"), "Un été\n\nchaud"},
		"inline and block":   {html("a <b>b</b>c<div>d</div>e<br>f<br/>g"), "a bc\nd\ne\nf\ng"},
		"list and table":     {html("<ul><li>un</li><li>deux</li></ul><table><tr><td>a</td><td>b</td></tr></table>"), "- un\n- deux\n\na b"},
		"script":             {html("a<script>if (a<b) '</p>'</script >b<SCRIPT>c</Script>d"), "abd"},
		"script not closed":  {html("a<script>b"), "a"},
		"comment":            {html("a<!-- <p>b --><!DOCTYPE html><?xml?>c<!-- d"), "ac"},
		"attributes":         {html("a<img alt='x>y' title=\">\">b<p class=x>c<a href="), "ab\n\nc"},
		"signs":              {html("1 < 2 &lt;b&gt; &amp;&nbsp;x < y<"), "1 < 2 <b> & x < y<"},
		"nothing to read":    {multipart("mixed", "Content-Type: image/png\n\nx"), ""},
		"in a message":       {"Content-Type: message/rfc822\n\n\ninner\n", ""},
		"in a named part":    {"Content-Type: text/plain; name=a.txt\n\nfile\n", ""},
		"blanks and newline": {html("  a \n\n b\t<p>  </p>  c"), "a b\n\nc"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if diff := cmp.Diff(tt.want, parse(t, crlf(head+tt.raw)).Body()); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()

	m := parse(t, build(t, letter()))
	var got []string
	m.Walk(func(p *message.Part) bool {
		got = append(got, p.MediaType)
		return p.MediaType != "application/zip"
	})
	if diff := cmp.Diff([]string{"multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/zip"}, got); diff != "" {
		t.Errorf("parts until the zip (-want +got):\n%s", diff)
	}
	files := m.Attachments()
	if len(files) != 2 || files[0].Filename != "IHE_XDM.zip" || files[1].MediaType != "application/pdf" {
		t.Errorf("attachments %v", files)
	}
	root := parse(t, crlf(head+"Content-Type: application/zip; name=a.zip\n\nx"))
	if files := root.Attachments(); len(files) != 1 || files[0] != root.Part {
		t.Errorf("attachments of a message that is one: %v", files)
	}
}

func TestAutomatic(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		fields, path string
		want         bool
	}{
		"from a person":      {"", "a@x.test", false},
		"null path":          {"", "<>", true},
		"no path":            {"", "", true},
		"auto-replied":       {"Auto-Submitted: Auto-Replied\n", "a@x.test", true},
		"auto-generated":     {"Auto-Submitted: auto-generated (rule); x=y\n", "a@x.test", true},
		"no":                 {"Auto-Submitted: No (a person)\n", "<a@x.test>", false},
		"empty":              {"Auto-Submitted:\n", "a@x.test", true},
		"bulk":               {"Precedence: Bulk\n", "a@x.test", true},
		"list":               {"Precedence: list\n", "a@x.test", true},
		"junk":               {"Precedence: junk\n", "a@x.test", true},
		"special delivery":   {"Precedence: special-delivery\n", "a@x.test", false},
		"report of any type": {"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n", "a@x.test", true},
		"status alone":       {"Content-Type: message/delivery-status\n", "a@x.test", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := parse(t, crlf(head+tt.fields+"\nx\n")).Automatic(tt.path); got != tt.want {
				t.Errorf("automatic: %v, want %v", got, tt.want)
			}
		})
	}
}
