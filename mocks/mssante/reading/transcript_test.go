package reading_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

var update = flag.Bool("update", false, "write the goldens")

// unstable are the parts of an answer that depend on the moment.
var unstable = regexp.MustCompile(`(UIDVALIDITY|APPENDUID|COPYUID) \d+`)

// TestTranscripts replays dialogues: a file holds the commands and the whole dialogue.
//
//	-- setup --     listener; login; mechanisms, when they are not XOAUTH2 alone; then
//	                messages: "INBOX message.eml \Seen"
//	-- commands --  one a line; "\r\n" within a line for what comes after a literal;
//	                "< text" is sent as it is, without a tag, and nothing is awaited;
//	                "> text" awaits an answer that begins so
//	-- dialogue --  what went both ways
//	-- NAME.eml --  messages; line ends become CRLF
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	shared := messages(t)
	for _, file := range files {
		if filepath.Base(file) == "messages.txtar" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range a.Files {
				parts[f.Name] = string(f.Data)
			}
			got := replay(t, parts, shared)
			if *update {
				for i := range a.Files {
					if a.Files[i].Name == "dialogue" {
						a.Files[i].Data = []byte(got)
					}
				}
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(parts["dialogue"], got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// messages are those of testdata/messages.txtar.
func messages(t testing.TB) map[string]string {
	t.Helper()
	a, err := txtar.ParseFile("testdata/messages.txtar")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range a.Files {
		out[f.Name] = strings.ReplaceAll(string(f.Data), "\n", "\r\n")
	}
	return out
}

// escaped shows what is not text.
func escaped(s string) string {
	var out strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case r < ' ' && r != '\r' && r != '\n':
			fmt.Fprintf(&out, `\x%02x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

func replay(t *testing.T, parts, shared map[string]string) string {
	listener, in := "imaps", true
	mechanisms := []string{auth.XOAUTH2}
	type deposit struct{ folder, name, flags string }
	var deposits []deposit
	for s := range strings.Lines(parts["setup"]) {
		f := strings.Fields(s)
		switch {
		case len(f) == 0:
		case f[0] == "listener":
			listener = f[1]
		case f[0] == "login":
			in = f[1] == "yes"
		case f[0] == "mechanisms":
			mechanisms = f[1:]
		default:
			deposits = append(deposits, deposit{f[0], f[1], strings.Join(f[2:], " ")})
		}
	}
	b := start(t, func(h *house) { h.mechanisms, h.maxSize, h.quota = mechanisms, 10_000, 100_000 })
	for _, d := range deposits {
		raw, ok := shared[d.name]
		if !ok {
			t.Fatalf("no message %s", d.name)
		}
		err := b.mail.Update(func(tx *store.Txn) error {
			_, err := b.mail.Append(tx, bal, d.folder, []byte(raw), strings.Fields(d.flags), morning)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	said := func(who, s string) {
		s = escaped(unstable.ReplaceAllString(s, "$1 V"))
		for part := range strings.Lines(strings.ReplaceAll(s, "\r\n", "\n")) {
			fmt.Fprintf(&out, "%s%s", who, strings.TrimSuffix(part, "\n"))
			out.WriteByte('\n')
			who = "   "
		}
	}
	l := b.dial(listener)
	if greeting := l.read(); !in {
		said("S: ", greeting)
	} else {
		l.ok("AUTHENTICATE XOAUTH2 %s", xoauth2(bal, token))
	}
	for s := range strings.Lines(parts["commands"]) {
		s = strings.ReplaceAll(strings.TrimSuffix(s, "\n"), `\r\n`, "\r\n")
		if s == "" {
			continue
		}
		if raw, ok := strings.CutPrefix(s, "< "); ok {
			said("C: ", raw)
			l.send(raw + "\r\n")
			continue
		}
		if want, ok := strings.CutPrefix(s, "> "); ok {
			for {
				answer, err := l.tryRead()
				said("S: ", answer)
				if strings.HasPrefix(answer, want) {
					break
				}
				if err != nil {
					said("S: ", "(closed)")
					break
				}
			}
			continue
		}
		l.tags++
		tag := fmt.Sprintf("t%d", l.tags)
		said("C: ", tag+" "+s)
		l.send(tag + " " + s + "\r\n")
		for {
			answer, err := l.tryRead()
			said("S: ", answer)
			if err != nil {
				said("S: ", "(closed)")
				return out.String()
			}
			if strings.HasPrefix(answer, tag+" ") {
				break
			}
		}
	}
	return out.String()
}
