package message_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/message"
)

func TestHeaderValue(t *testing.T) {
	t.Parallel()

	tests := map[string]struct{ field, want string }{
		"plain":                     {"X:  a b \n", "a b"},
		"empty":                     {"X:\n", ""},
		"folded":                    {"X: a\n b\n\tc\n", "a b\tc"},
		"Q":                         {"X: =?utf-8?q?=C3=A9t=C3=A9_chaud?=\n", "été chaud"},
		"B":                         {"X: =?UTF-8?B?w6l0w6k=?=\n", "été"},
		"B without padding":         {"X: =?UTF-8?B?w6l0w6k?=\n", "été"},
		"words and text":            {"X: a =?utf-8?q?=C3=A9?= b\n", "a é b"},
		"blanks between words":      {"X: =?utf-8?q?=C3=A9?=\n =?iso-8859-1?q?=E8?= =?utf-8?q?x?=\n", "éèx"},
		"a character in two words":  {"X: =?utf-8?q?=C3?= =?utf-8?q?=A9?=\n", "é"},
		"inside a word":             {"X: a=?utf-8?q?=C3=A9?=b\n", "aéb"},
		"Latin-9":                   {"X: =?ISO-8859-15?Q?=A4?=\n", "€"},
		"with a language":           {"X: =?utf-8*fr?Q?=C3=A9?=\n", "é"},
		"unknown charset":           {"X: =?klingon?Q?=C3=A9?=\n", "=?klingon?Q?=C3=A9?="},
		"unknown encoding":          {"X: =?utf-8?x?abc?=\n", "=?utf-8?x?abc?="},
		"not ended":                 {"X: =?utf-8?q?abc\n", "=?utf-8?q?abc"},
		"wrong escape":              {"X: =?utf-8?q?a=zz=C?=\n", "a=zz=C"},
		"not base64":                {"X: =?utf-8?b?a!?=\n", "=?utf-8?b?a!?="},
		"two question marks inside": {"X: =?=?=?utf-8?q?a?=?=\n", "=?=?a?="},
		"UTF-8":                     {"X: été\n", "été"},
		"Windows-1252":              {"X: \xe9t\xe9 \x80\n", "été €"},
		"not the charset it says":   {"X: =?utf-8?q?=E9t=E9?=\n", "été"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			m := parse(t, crlf(tt.field+"\n"))
			if got := m.Header.Get("x"); got != tt.want {
				t.Errorf("value %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHeaderFields(t *testing.T) {
	t.Parallel()

	h := parse(t, crlf("A: 1\nb:\nB: 2\nTo: a@x.test\nTo: G: B <b@x.test>, c@x.test;\n\n")).Header
	if !h.Has("B") || h.Has("C") || h.Get("c") != "" || h.Get("B") != "" || len(h.All("B")) != 2 || h.All("b")[1].Value() != "2" {
		t.Errorf("fields %+v", h)
	}
	want := []message.Address{{Address: "a@x.test"}, {Name: "B", Address: "b@x.test"}, {Address: "c@x.test"}}
	if got, err := h.Addresses("to"); err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("addresses %v, %v, want %v", got, err, want)
	}
	if got, err := h.Addresses("cc"); err != nil || got != nil {
		t.Errorf("addresses of no field: %v, %v", got, err)
	}
	h = parse(t, crlf("To: a@x.test\nTo: <b\nTo: c@x.test\n\n")).Header
	want = []message.Address{{Address: "a@x.test"}, {Address: "c@x.test"}}
	if got, err := h.Addresses("to"); err == nil || cmp.Diff(want, got) != "" {
		t.Errorf("addresses with a wrong one: %v, %v, want %v and an error", got, err, want)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		field string
		want  []string
	}{
		"one":                  {"<a@x>", []string{"a@x"}},
		"several, folded":      {"<a@x>\n <b@x>\n\t<c@x>", []string{"a@x", "b@x", "c@x"}},
		"no blank":             {"<a@x><b@x>", []string{"a@x", "b@x"}},
		"words around":         {"your message of Tuesday <a@x> (a@y)", []string{"a@x"}},
		"no brackets":          {"a@x b@x word", []string{"a@x", "b@x"}},
		"blanks in brackets":   {"< a@x >", []string{"a@x"}},
		"blank inside":         {"<a b@x> <c@x>", []string{"c@x"}},
		"without an at":        {"<abc>", []string{"abc"}},
		"nothing":              {"<> < >", nil},
		"not closed":           {"<a@x> <b@x", []string{"a@x"}},
		"bytes that no id has": {"<é@x> <a@x>", []string{"a@x"}},
		"longer than a line":   {"<" + strings.Repeat("a", 1000) + "@x> <a@x>", []string{"a@x"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			m := parse(t, crlf("References: "+tt.field+"\n\n"))
			if diff := cmp.Diff(tt.want, m.Header.IDs("references")); diff != "" {
				t.Errorf("identifiers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDate(t *testing.T) {
	t.Parallel()

	for field, want := range map[string]time.Time{
		"Tue, 3 Mar 2026 12:00:05 +0100":        noon(),
		"3 Mar 2026 12:00:05 +0100":             noon(),
		"Tue, 03 Mar 2026 11:00:05 GMT (comm.)": noon(),
		"Tue,  3 Mar 26\n 12:00:05 +0100":       noon(),
	} {
		got, err := parse(t, crlf("Date: "+field+"\n\n")).Header.Date()
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v, want %v", field, got, err, want)
		}
	}
	for _, field := range []string{"Date: 2026-03-03\n", "Date:\n", "X: y\n"} {
		if got, err := parse(t, crlf(field+"\n")).Header.Date(); err == nil {
			t.Errorf("%q: %v, want an error", field, got)
		}
	}
}

func TestParseAddress(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		in   string
		want message.Address
		bad  bool
	}{
		"bare":                   {in: "a.b@x.test", want: message.Address{Address: "a.b@x.test"}},
		"brackets":               {in: "<a@x.test>", want: message.Address{Address: "a@x.test"}},
		"label of the profile":   {in: "Dr_Marie_MARTIN_Cabinet Medical <m@x.test>", want: message.Address{Name: "Dr_Marie_MARTIN_Cabinet Medical", Address: "m@x.test"}},
		"dots":                   {in: "Dr. M. Martin <m@x.test>", want: message.Address{Name: "Dr. M. Martin", Address: "m@x.test"}},
		"quotes":                 {in: `"Martin, \"M\"" <m@x.test>`, want: message.Address{Name: `Martin, "M"`, Address: "m@x.test"}},
		"encoded":                {in: "=?utf-8?q?L=C3=A9o?= Dupond <l@x.test>", want: message.Address{Name: "Léo Dupond", Address: "l@x.test"}},
		"encoded in quotes":      {in: `"=?utf-8?q?L=C3=A9o?=" <l@x.test>`, want: message.Address{Name: "Léo", Address: "l@x.test"}},
		"encoded in Latin-9":     {in: "=?iso-8859-15?q?=BDuvre?= <l@x.test>", want: message.Address{Name: "œuvre", Address: "l@x.test"}},
		"a character in two":     {in: "=?utf-8?q?L=C3?= =?utf-8?q?=A9o?= X <l@x.test>", want: message.Address{Name: "Léo X", Address: "l@x.test"}},
		"not the charset":        {in: "=?utf-8?q?L=E9o?= x =?utf-8?b?w6k=?= é <l@x.test>", want: message.Address{Name: "Léo x é é", Address: "l@x.test"}},
		"encoded twice":          {in: "=?utf-8?b?PT91dGYtOD9xP2E/PQ==?= <l@x.test>", want: message.Address{Name: "=?utf-8?q?a?=", Address: "l@x.test"}},
		"equals in an address":   {in: "A <l=?x@x.test>", want: message.Address{Name: "A", Address: "l=?x@x.test"}},
		"Windows-1252":           {in: "L\xe9o <l@x.test>", want: message.Address{Name: "Léo", Address: "l@x.test"}},
		"comment as a name":      {in: "l@x.test (Leo)", want: message.Address{Name: "Leo", Address: "l@x.test"}},
		"quotes that are needed": {in: `<"a b"@x.test>`, want: message.Address{Address: `"a b"@x.test`}},
		"quotes that are not":    {in: `"a.b"@x.test`, want: message.Address{Address: "a.b@x.test"}},
		"SMTPUTF8":               {in: "é@x.test", want: message.Address{Address: "é@x.test"}},
		"nothing":                {in: "", bad: true},
		"null path":              {in: "<>", bad: true},
		"no domain":              {in: "abc", bad: true},
		"dot at the end":         {in: "a.@x.test", bad: true},
		"two":                    {in: "a@x.test, b@x.test", bad: true},
		"not closed":             {in: "A <a@x.test", bad: true},
		"name with a comma":      {in: "Martin, M <m@x.test>", bad: true},
		"line end":               {in: "a@x.test\r\nBcc: b@x.test", bad: true},
		"empty group":            {in: "undisclosed-recipients:;", bad: true},
		"very long":              {in: strings.Repeat("a@x.test,", 40_000) + "a@x.test", bad: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := message.ParseAddress(tt.in)
			if (err != nil) != tt.bad || got != tt.want {
				t.Errorf("%+v, %v, want %+v (bad: %v)", got, err, tt.want, tt.bad)
			}
		})
	}

	if list, err := message.ParseAddresses("undisclosed-recipients:;"); err != nil || len(list) != 0 {
		t.Errorf("empty group: %v, %v", list, err)
	}
	if got := (message.Address{Name: "Léo", Address: "l@x.test"}).String(); got != "Léo <l@x.test>" {
		t.Errorf("String: %s", got)
	}
	if got := (message.Address{Address: "l@x.test"}).String(); got != "l@x.test" {
		t.Errorf("String: %s", got)
	}
}
