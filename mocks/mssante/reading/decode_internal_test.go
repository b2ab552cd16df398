package reading

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// asked is a command of one line, and of a literal when the line ends in one, as gather
// makes it.
func asked(line, literal string) *command {
	c := &command{text: []byte(line)}
	if _, _, at, ok := literalAt(c.text); ok {
		c.literals = [][]byte{[]byte(literal)}
		c.spans = [][2]int{{at, len(c.text)}}
		c.text = append(c.text, "\r\n"...)
	}
	return c
}

// FuzzArguments: no argument makes a reader panic, and what it accepts ends the line.
func FuzzArguments(f *testing.F) {
	for _, s := range []string{
		"SEARCH RETURN (MIN) OR SEEN (NOT 1:*,3 UID 2) HEADER a \"b\\\"c\"", "SORT (REVERSE DATE SUBJECT) UTF-8 SINCE 1-Feb-2026", "APPEND a (\\Seen x) \"14-Jan-2026 10:11:12 +0100\" {3}",
		"APPEND {3} UTF8 (~{3})", "SEARCH CHARSET UTF-8 SUBJECT {3}", "ID (\"a\" NIL)", "RENAME \"&AOk-\" b", "COPY 1:* {3}", "SEARCH " + strings.Repeat("(", 60) + "ALL",
		"SEARCH LARGER 99999999999999999999", "SEARCH OLDER 9999999999", "SEARCH $ KEYWORD \\x",
	} {
		f.Add(s, "lit")
	}
	f.Fuzz(func(t *testing.T, args, literal string) {
		line := "a " + args + "\r\n"
		if strings.Count(line, "\n") > 1 {
			return
		}
		c := &command{text: []byte(line)}
		if c.parseStart() != nil { // which sees the first line alone
			return
		}
		start := c.args
		c = asked(line, literal)
		c.args = start
		c.folder()
		c.destination()
		_, _ = c.appending()
		_, _ = c.line()
		c.masked(c.text)
		sel := &selected{}
		for uid := uint32(1); uid < 20; uid += 3 {
			sel.view.add(uid)
		}
		for _, read := range []func(p *searcher) error{
			func(p *searcher) error {
				if _, err := p.options(); err != nil {
					return err
				}
				_, err := p.criteria()
				return err
			},
			func(p *searcher) error {
				if _, err := p.sortKeys(); err != nil {
					return err
				}
				_, err := p.charsetAndProgram()
				return err
			},
		} {
			p := &searcher{lexer: c.lexer(), sel: sel, now: time.Unix(0, 0)}
			if read(p) == nil && len(p.b) != 1 {
				t.Errorf("%q is accepted with %q left", line, p.b)
			}
		}
	})
}

// FuzzParams: parameters of a field are read whatever they are.
func FuzzParams(f *testing.F) {
	f.Add(`multipart/mixed; boundary="a;b\"c"; x*0*=UTF-8''%C3%A9; =; y`)
	f.Fuzz(func(t *testing.T, s string) {
		if _, params := rawParams(s); len(params) > maxParams {
			t.Errorf("%d parameters", len(params))
		}
	})
}

func TestRawParams(t *testing.T) {
	value, params := rawParams(`attachment; filename*0*=UTF-8''IHE%5F; FileName*1="a;b\"c.zip" ; broken; size=3`)
	want := map[string]string{"filename*0*": "UTF-8''IHE%5F", "filename*1": `a;b"c.zip`, "size": "3"}
	if diff := cmp.Diff(want, params); value != "attachment" || diff != "" {
		t.Errorf("%q (-want +got):\n%s", value, diff)
	}
}

// TestReferences is the threading of RFC 5256 on small cases.
func TestReferences(t *testing.T) {
	at := func(n int) time.Time { return time.Unix(int64(n)*60, 0) }
	mail := func(uid uint32, when int, id, subject string, refs ...string) letter {
		l := letter{knot: knot{uid: uid, date: at(when)}, id: id, refs: refs}
		l.subject, l.reply = baseSubject(subject)
		return l
	}
	for _, c := range []struct {
		name    string
		letters []letter
		want    string
	}{
		{"chain", []letter{mail(1, 1, "a", "x"), mail(2, 2, "b", "Re: x", "a"), mail(3, 3, "c", "Re: x", "a", "b")}, "(1 2 3)"},
		{"branches", []letter{mail(1, 1, "a", "x"), mail(2, 3, "b", "Re: x", "a"), mail(3, 2, "c", "Re: x", "a")}, "(1 (3)(2))"},
		{"missing middle", []letter{mail(1, 1, "a", "x"), mail(3, 3, "c", "Re: x", "a", "b")}, "(1 3)"},
		{"missing root", []letter{mail(2, 2, "b", "Re: x", "a"), mail(3, 3, "c", "Re: x", "a")}, "((2)(3))"},
		{"one subject", []letter{mail(1, 1, "a", "x"), mail(2, 2, "b", "x")}, "((1)(2))"},
		{"reply without references", []letter{mail(1, 1, "a", "x"), mail(2, 2, "b", "Re: x")}, "(1 2)"},
		{"circle", []letter{mail(1, 1, "a", "x", "b"), mail(2, 2, "b", "y", "a")}, "(2 1)"},
		{"itself", []letter{mail(1, 1, "a", "x", "a")}, "(1)"},
		{"one id twice", []letter{mail(1, 1, "a", "x"), mail(2, 2, "a", "y")}, "(1)(2)"},
		{"no id", []letter{mail(1, 1, "", "x"), mail(2, 2, "", "")}, "(1)(2)"},
		{"nothing", nil, ""},
	} {
		var b strings.Builder
		for _, root := range byReferences(slices.Clone(c.letters)) {
			writeThread(&b, root, func(uid uint32) uint32 { return uid })
		}
		if b.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, b.String(), c.want)
		}
	}
}

// TestLongThread: a chain as long as a folder.
func TestLongThread(t *testing.T) {
	letters := make([]letter, 20_000)
	for i := range letters {
		letters[i] = letter{knot: knot{uid: uint32(i + 1), date: time.Unix(int64(i), 0)}, id: string(rune('a'+i%26)) + strings.Repeat("x", i/26%40) + time.Unix(int64(i), 0).UTC().String()}
		if i > 0 {
			letters[i].refs = []string{letters[i-1].id}
		}
	}
	var b strings.Builder
	for _, root := range byReferences(letters) {
		writeThread(&b, root, func(uid uint32) uint32 { return uid })
	}
	if got := b.String(); !strings.HasPrefix(got, "(1 2 3 ") || strings.Count(got, "(") != 1 {
		t.Errorf("%.60s", got)
	}
}

func TestClosedQuotes(t *testing.T) {
	for line, want := range map[string]bool{
		`a "b" c`: true, `a "b\" c`: false, `a "b\\" c`: true, `a "b`: false, `a \"b`: false, `a`: true,
	} {
		if closed([]byte(line)) != want {
			t.Errorf("%q: %v", line, !want)
		}
	}
}
