package console

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/need"
)

// request makes an entry of raw bytes.
func request(raw string) *journal.Entry {
	head, body, _ := strings.Cut(raw, "\n\n")
	head = strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n"
	return &journal.Entry{
		Seq: 12, Transport: "https", Service: "psc", Op: "token",
		Request: journal.Message{Head: []byte(head), Body: []byte(body), Size: int64(len(body))},
	}
}

// testdata/curl.txtar holds pairs: a request, and the command for it.
func TestCurlGolden(t *testing.T) {
	path := filepath.Join("testdata", "curl.txtar")
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	updating := flag.Lookup("update").Value.String() == "true"
	for i := 0; i+1 < len(archive.Files); i += 2 {
		in, want := archive.Files[i], &archive.Files[i+1]
		e := request(strings.TrimSuffix(string(in.Data), "\n"))
		if strings.HasPrefix(in.Name, "truncated") {
			e.Request.Size = 5 << 20
		}
		if strings.HasPrefix(in.Name, "client-certificate") {
			e.Peer.TLS = &journal.TLS{SHA256: "ab", Subject: "CN=TEST\nrm -rf /"}
		}
		if strings.HasPrefix(in.Name, "binary") {
			e.Request.Body = append(e.Request.Body, 0)
			e.Request.Size++
		}
		got := curl(e)
		if updating {
			want.Data = []byte(got)
		}
		if diff := cmp.Diff(string(want.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in.Name, diff)
		}
	}
	if updating {
		if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(archive.Files) < 10 {
		t.Errorf("%d files only", len(archive.Files))
	}
}

func TestCurlOfWhatIsNotHTTP(t *testing.T) {
	t.Parallel()
	for _, e := range []*journal.Entry{
		{Seq: 1, Transport: "event"},
		{Seq: 2, Transport: "tls"},
		{Seq: 3, Transport: "https", Request: journal.Message{Head: []byte("\x16\x03\x01")}},
		{Seq: 4, Transport: "smtp", Request: journal.Message{Head: []byte("MAIL FROM:<a@b>\r\n")}},
	} {
		if got := curl(e); !strings.HasPrefix(got, "# ") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %q, want one comment", e.Transport, got)
		}
	}
}

// shellArgs runs a command in a real shell, with a function in the place of curl
// that prints its arguments.
func shellArgs(t *testing.T, sh, command string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), sh)
	cmd.Stdin = strings.NewReader("curl() { printf '%s\\0' \"$@\"; }\n" + command)
	cmd.Env = []string{"PATH=/nonexistent"} // nothing else can run
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s\n%s", err, stderr.String(), command)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// What a shell makes of the command is what was sent, whatever it holds.
func TestCurlQuoting(t *testing.T) {
	t.Parallel()
	sh := need.Tool(t, "sh")
	for _, nasty := range []string{
		`'`, `''`, `"$(touch /tmp/x)"`, "`id`", `\`, `\'`, "!!", "a b", "$HOME", "*", "~", "#", "; exit 1", "a&b|c", "é«»", "@fichier", "-X", "{a,b}", "[1-3]", "%s", "\t", "x\ny",
	} {
		e := request("POST /auth?q=x HTTP/1.1\nHost: localhost:8443\nContent-Type: text/plain\nX-Test: v" + strings.ReplaceAll(nasty, "\n", " ") + "\n\n" + nasty)
		args := shellArgs(t, sh, curl(e))
		if got := optionOf(args, "--data-raw"); got != nasty {
			t.Errorf("body %q came out as %q", nasty, got)
		}
		if want := strings.TrimRight("X-Test: v"+strings.ReplaceAll(nasty, "\n", " "), " \t"); !contains(args, want) {
			t.Errorf("header %q is not among %q", want, args)
		}
	}
}

func optionOf(args []string, option string) string {
	for i, a := range args {
		if a == option && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

func contains(args []string, want string) bool {
	for _, a := range args {
		if a == want {
			return true
		}
	}
	return false
}

// The command, run by a real curl, sends the same request again.
func TestCurlRuns(t *testing.T) {
	t.Parallel()
	need.Tool(t, "curl")
	sh := need.Tool(t, "sh")
	got := make(chan *http.Request, 1)
	bodies := make(chan string, 1)
	server := newServer(t, func(r *http.Request, body string) { got <- r; bodies <- body })
	e := request("POST /auth/[a]/../b?x=%C3%A9&y={z} HTTP/1.1\nHost: " + server + "\nUser-Agent: logiciel/1.0\nX-Empty:\nX-Quote: l'été\nContent-Type: application/x-www-form-urlencoded\n\na=1&b=@c'd")
	e.Transport = "http"
	cmd := exec.CommandContext(t.Context(), sh, "-c", curl(e))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r := <-got
	if r.RequestURI != "/auth/[a]/../b?x=%C3%A9&y={z}" || r.Method != "POST" {
		t.Errorf("request line = %s %s", r.Method, r.RequestURI)
	}
	if body := <-bodies; body != "a=1&b=@c'd" {
		t.Errorf("body = %q", body)
	}
	for name, want := range map[string][]string{
		"User-Agent": {"logiciel/1.0"}, "X-Empty": {""}, "X-Quote": {"l'été"}, "Accept": nil,
		"Content-Type": {"application/x-www-form-urlencoded"},
	} {
		if diff := cmp.Diff(want, r.Header[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func FuzzCurl(f *testing.F) {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "curl.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for i := 0; i < len(archive.Files); i += 2 {
		head, body, _ := bytes.Cut(archive.Files[i].Data, []byte("\n\n"))
		f.Add(head, body)
	}
	f.Fuzz(func(t *testing.T, head, body []byte) {
		e := &journal.Entry{Seq: 1, Transport: "https", Request: journal.Message{Head: head, Body: body, Size: int64(len(body))}}
		command := curl(e)
		// Outside of quotes there is never anything that a shell would act on.
		quoted := false
		for line := range strings.SplitSeq(command, "\n") {
			if !quoted && strings.HasPrefix(line, "#") {
				continue
			}
			line = strings.ReplaceAll(line, `'\''`, "")
			for i, c := range []byte(line) {
				if c == '\'' {
					quoted = !quoted
				} else if !quoted && strings.IndexByte("$`\"&|;<>()*?[]{}!~#", c) >= 0 {
					t.Fatalf("%q is outside of quotes at %d of %q", c, i, line)
				}
			}
		}
		if quoted {
			t.Fatalf("unbalanced quotes: %s", command)
		}
		_ = harOf(e)
	})
}
