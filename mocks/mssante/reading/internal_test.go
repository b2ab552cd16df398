package reading

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestViewModel holds the runs of a view against a plain list of UIDs.
func TestViewModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var v view
		var model []uint32
		next := uint32(1)
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				next += uint32(rapid.IntRange(0, 2).Draw(t, "gap"))
				for range rapid.IntRange(1, 20).Draw(t, "n") {
					v.add(next)
					model = append(model, next)
					next++
				}
			},
			"remove": func(t *rapid.T) {
				var gone []uint32
				for _, uid := range model {
					if rapid.IntRange(0, 3).Draw(t, "die") == 0 {
						gone = append(gone, uid)
					}
				}
				if rapid.Bool().Draw(t, "strangers") {
					gone = append(gone, next+5)
				}
				var want []uint32
				for _, uid := range gone {
					if i := slices.Index(model, uid); i >= 0 {
						want = append(want, uint32(i+1))
						model = slices.Delete(model, i, i+1)
					}
				}
				if diff := cmp.Diff(want, v.remove(gone)); diff != "" {
					t.Fatalf("remove %v (-want +got):\n%s", gone, diff)
				}
			},
			"": func(t *rapid.T) {
				if int(v.count()) != len(model) {
					t.Fatalf("count %d, want %d", v.count(), len(model))
				}
				for i, uid := range model {
					if seq, ok := v.seq(uid); !ok || int(seq) != i+1 || v.uid(seq) != uid {
						t.Fatalf("uid %d: seq %d %v, back %d; want %d", uid, seq, ok, v.uid(seq), i+1)
					}
				}
				if _, ok := v.seq(next + 1); ok {
					t.Fatalf("a UID that is not there has a number")
				}
				first, last := rapid.Uint32Range(0, next+1).Draw(t, "first"), rapid.Uint32Range(0, next+1).Draw(t, "last")
				var got, want []uint32
				v.in(first, last, func(uid uint32) bool { got = append(got, uid); return true })
				for _, uid := range model {
					if uid >= first && uid <= last {
						want = append(want, uid)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("in %d:%d (-want +got):\n%s", first, last, diff)
				}
			},
		})
	})
}

func TestViewIsSmall(t *testing.T) {
	var v view
	for uid := uint32(1); uid <= 100_000; uid++ {
		v.add(uid)
	}
	v.remove([]uint32{5, 6, 50_000})
	if len(v.runs) != 3 || v.count() != 99_997 {
		t.Errorf("%d runs for %d messages, want 3 for 99997", len(v.runs), v.count())
	}
}

func TestBaseSubject(t *testing.T) {
	for _, c := range []struct {
		in, want string
		reply    bool
	}{
		{"Bonjour", "bonjour", false},
		{"Re: Bonjour", "bonjour", true},
		{"RE:  re:Bonjour ", "bonjour", true},
		{"Fwd: Bonjour (fwd)", "bonjour", true},
		{"fw[2]: Bonjour", "bonjour", true},
		{"[liste] Re: Bonjour", "bonjour", true},
		{"[liste] Bonjour", "bonjour", false},
		{"[liste]", "[liste]", false},
		{"[Fwd: Re: Bonjour]", "bonjour", true},
		{"Re: [a] Re[b]: Bonjour", "bonjour", true},
		{"Regarde", "regarde", false},
		{"XDM/1.0/DDM+Compte rendu", "xdm/1.0/ddm+compte rendu", false},
		{"Re:", "", true},
		{"", "", false},
		{"a\t b", "a b", false},
		{"Re: ÉTÉ", "été", true},
	} {
		if got, reply := baseSubject(c.in); got != c.want || reply != c.reply {
			t.Errorf("%q: %q %v, want %q %v", c.in, got, reply, c.want, c.reply)
		}
	}
}

func TestMatchName(t *testing.T) {
	for _, c := range []struct {
		name, pattern string
		want          bool
	}{
		{"INBOX", "INBOX", true},
		{"INBOX", "inbox", true},
		{"INBOX", "in%", true},
		{"Sent", "sent", false},
		{"Sent", "*", true},
		{"Sent", "%", true},
		{"a/b", "%", false},
		{"a/b", "*", true},
		{"a/b", "a/%", true},
		{"a/b/c", "a/%", false},
		{"a/b/c", "a/*", true},
		{"a/b/c", "%/%/%", true},
		{"a/b/c", "*c", true},
		{"a/b/c", "*b", false},
		{"a", "", false},
		{"", "*", true},
		{"été", "é%", true},
		{strings.Repeat("a", 255), strings.Repeat("*a", 400) + "b", false},
	} {
		if got := matchName(c.name, c.pattern); got != c.want {
			t.Errorf("matchName(%.20q, %.20q) = %v", c.name, c.pattern, got)
		}
	}
}

func TestNeedle(t *testing.T) {
	for _, c := range []struct {
		needle, text string
		want         bool
	}{
		{"", "", true},
		{"bon", "BONJOUR", true},
		{"BON", "bonjour", true},
		{"jour", "Bonjour", true},
		{"jours", "Bonjour", false},
		{"aab", "aaaab", true},
		{"été", "L'ÉTÉ", true},
		{"ÉTÉ", "l'été", true},
		{"ete", "été", false},
		{"k", "\u212a", true},
		{"a b", "A B", true},
	} {
		if got := newNeedle(c.needle).in(c.text); got != c.want {
			t.Errorf("%q in %q: %v", c.needle, c.text, got)
		}
	}
}

// FuzzNeedle holds the quick search against the plain one.
func FuzzNeedle(f *testing.F) {
	f.Add("bon", "Bonjour")
	f.Add("é", "É")
	f.Fuzz(func(t *testing.T, needle, text string) {
		got := newNeedle(needle).in(text)
		if want := strings.Contains(strings.ToLower(text), strings.ToLower(needle)); got != want {
			t.Errorf("%q in %q: %v, want %v", needle, text, got, want)
		}
	})
}

// FuzzName: what is encoded is decoded to the same.
func FuzzName(f *testing.F) {
	for _, s := range []string{"INBOX", "Éléments envoyés", "a & b", "日本語", "&-", "&AOk-", "😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := decodeName(s)
		if err != nil {
			return
		}
		if back, err := decodeName(encodeName(name)); err != nil || back != name {
			t.Errorf("%q decodes to %q, and encoded back to %q (%v)", s, name, back, err)
		}
	})
}

func TestEncodeName(t *testing.T) {
	for name, want := range map[string]string{
		"Cafè": "Caf&AOg-", "Angus & Julia": "Angus &- Julia", "日本語": "&ZeVnLIqe-", "😀": "&2D3eAA-", "a/b": "a/b",
	} {
		if got := encodeName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for _, bad := range []string{"&", "&é-", "&AGE-", "&A-", "a\x00", "\xff", "&AOk"} {
		if name, err := decodeName(bad); err == nil {
			t.Errorf("%q decodes to %q", bad, name)
		}
	}
}

func TestLiteralAt(t *testing.T) {
	for _, c := range []struct {
		line string
		size int64
		sync bool
		ok   bool
	}{
		{"a APPEND INBOX {12}\r\n", 12, true, true},
		{"a APPEND INBOX {12+}\r\n", 12, false, true},
		{"a APPEND INBOX ~{12}\n", 12, true, true},
		{"a NOOP\r\n", 0, false, false},
		{"a X {}\r\n", 0, false, false},
		{"a X {-1}\r\n", 0, false, false},
		{"a X {99999999999}\r\n", 0, false, false},
		{"a X {4294967296}\r\n", 4294967296, true, false},
		{"a X 12}\r\n", 0, false, false},
		{"a X \"{12}\"\r\n", 0, false, false},
	} {
		size, sync, _, ok := literalAt([]byte(c.line))
		if ok != c.ok || ok && (size != c.size || sync != c.sync) {
			t.Errorf("%q: %d %v %v", c.line, size, sync, ok)
		}
	}
}

// TestOutflow: an answer ends where it ends, however it is cut into pieces.
func TestOutflow(t *testing.T) {
	answers := []string{
		"* OK hello\r\n", "* 1 FETCH (BODY[] {5}\r\na\r\nb} BODY[HEADER] {0}\r\n)\r\n", "* 2 FETCH (X {17}\r\nends as one {3}\r\n)\r\n",
		"t1 OK {5} things\r\n", "+ \r\n",
	}
	rapid.Check(t, func(t *rapid.T) {
		var o outflow
		for _, a := range answers {
			for rest := a; rest != ""; {
				n := rapid.IntRange(1, len(rest)).Draw(t, "n")
				whole := o.follow([]byte(rest[:n]))
				rest = rest[n:]
				if whole != (rest == "") {
					t.Fatalf("%q: whole %v with %q to come", a, whole, rest)
				}
			}
		}
	})
}

func TestMask(t *testing.T) {
	for line, want := range map[string]string{
		"a AUTHENTICATE XOAUTH2 c2VjcmV0\r\n": "a AUTHENTICATE XOAUTH2 [8 bytes masked]\r\n",
		"a AUTHENTICATE XOAUTH2\r\n":          "a AUTHENTICATE XOAUTH2\r\n",
		"a AUTHENTICATE XOAUTH2 =\r\n":        "a AUTHENTICATE XOAUTH2 =\r\n",
		"a LOGIN me secret\r\n":               "a LOGIN me [6 bytes masked]\r\n",
		"a SELECT INBOX\r\n":                  "a SELECT INBOX\r\n",
	} {
		c := &command{text: []byte(line)}
		if err := c.parseStart(); err != nil {
			t.Fatal(err)
		}
		if got := string(c.masked(c.text)); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestTape(t *testing.T) {
	var small, big tape
	small.record([]byte("abc"), 10)
	if m := small.message(); string(m.Body) != "abc" || m.Size != 3 || m.SHA256 != "" {
		t.Errorf("%+v", m)
	}
	for range 3 {
		big.record([]byte("abc"), 4)
	}
	m := big.message()
	if string(m.Body) != "abca" || m.Size != 9 || m.SHA256 != "76b99ab4be8521d78b19bcff7d1078aabeb477bd134f404094c92cd39f051c3e" {
		t.Errorf("%+v", m)
	}
}

func TestOps(t *testing.T) {
	known := map[string]bool{}
	for _, op := range Ops() {
		if known[op.Name] {
			t.Errorf("%s twice", op.Name)
		}
		known[op.Name] = true
		if op.Title.FR == "" || op.Title.EN == "" || op.Source == "" || op.Provenance == "" {
			t.Errorf("%s is not described: %+v", op.Name, op)
		}
		for _, code := range op.Codes {
			if !knownCode(code) {
				t.Errorf("%s: code %s is none of IMAP's", op.Name, code)
			}
		}
	}
	for name := range handlers() {
		if !known[opOf(name)] {
			t.Errorf("%s has no operation", name)
		}
	}
}
