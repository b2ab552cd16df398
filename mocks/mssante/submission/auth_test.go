package submission_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// TestAuth goes through every mechanism, in both forms. Lines after the command are
// what the client answers challenges with.
func TestAuth(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	good := xoauth2(bal, token)
	long := "eyJ" + strings.Repeat("a", auth.MaxToken-3)
	bearer := b64("n,a=" + bal + ",\x01host=" + host + "\x01auth=Bearer " + token + "\x01\x01")
	const empty = "(empty)"
	for _, tt := range []struct {
		name    string
		profile string
		refusal string
		lines   []string // the command, then answers
		codes   []int    // of each reply; 0 is the end of the connection
		enh     string   // of the last reply
		status  int      // in the journal
	}{
		{"XOAUTH2 initial", "", "", []string{"AUTH XOAUTH2 " + good}, []int{235}, "2.7.0", 235},
		{"XOAUTH2 in two steps", "", "", []string{"AUTH XOAUTH2", good}, []int{334, 235}, "2.7.0", 235},
		{"xoauth2 in lower case", "", "", []string{"auth xoauth2 " + good}, []int{235}, "2.7.0", 235},
		{"XOAUTH2 of 12 kB", "", "", []string{"AUTH XOAUTH2 " + xoauth2(bal, long)}, []int{235}, "2.7.0", 235},
		{"XOAUTH2 of 12 kB in two steps", "", "", []string{"AUTH XOAUTH2", xoauth2(bal, long)}, []int{334, 235}, "2.7.0", 235},
		{"XOAUTH2 over 12 kB", "", "", []string{"AUTH XOAUTH2 " + xoauth2(bal, long+"a")}, []int{501}, "5.5.2", 501},
		{"XOAUTH2 longer than a line", "", "", []string{"AUTH XOAUTH2", strings.Repeat("A", 40_000)}, []int{334, 500}, "5.5.6", 500},
		{"XOAUTH2 refused, dropped", "", "drop", []string{"AUTH XOAUTH2 " + xoauth2(bal, "faux")}, []int{334, 0}, "", 334},
		{"XOAUTH2 refused in two steps, dropped", "", "drop", []string{"AUTH XOAUTH2", xoauth2(bal, "faux")}, []int{334, 334, 0}, "", 334},
		{"XOAUTH2 refused, clean", "", "clean", []string{"AUTH XOAUTH2 " + xoauth2(bal, "faux"), empty}, []int{334, 535}, "5.7.8", 535},
		{"XOAUTH2 refused, clean, answered", "", "clean", []string{"AUTH XOAUTH2 " + xoauth2(bal, "faux"), "AQ=="}, []int{334, 535}, "5.7.8", 535},
		{"XOAUTH2 refused, cancelled", "", "clean", []string{"AUTH XOAUTH2 " + xoauth2(bal, "faux"), "*"}, []int{334, 501}, "5.7.0", 501},
		{"XOAUTH2 of another BAL", "", "clean", []string{"AUTH XOAUTH2 " + xoauth2(peer, token), empty}, []int{334, 535}, "5.7.8", 535},
		{"XOAUTH2 not base64", "", "", []string{"AUTH XOAUTH2 ???"}, []int{501}, "5.5.2", 501},
		{"XOAUTH2 not base64 in two steps", "", "", []string{"AUTH XOAUTH2", "???"}, []int{334, 501}, "5.5.2", 501},
		{"XOAUTH2 empty initial", "", "", []string{"AUTH XOAUTH2 ="}, []int{501}, "5.5.2", 501},
		{"XOAUTH2 empty answer", "", "", []string{"AUTH XOAUTH2", empty}, []int{334, 501}, "5.5.2", 501},
		{"XOAUTH2 without end", "", "", []string{"AUTH XOAUTH2 " + b64("user="+bal+"\x01auth=Bearer "+token)}, []int{501}, "5.5.2", 501},
		{"XOAUTH2 without scheme", "", "", []string{"AUTH XOAUTH2 " + b64("user="+bal+"\x01auth="+token+"\x01\x01")}, []int{501}, "5.5.2", 501},
		{"XOAUTH2 cancelled", "", "", []string{"AUTH XOAUTH2", "*"}, []int{334, 501}, "5.7.0", 501},
		{"OAUTHBEARER", "", "", []string{"AUTH OAUTHBEARER " + bearer}, []int{235}, "2.7.0", 235},
		{"OAUTHBEARER refused, empty answer", "", "clean", []string{"AUTH OAUTHBEARER " + b64("n,a="+bal+",\x01auth=Bearer faux\x01\x01"), empty}, []int{334, 535}, "5.7.8", 535},
		{"OAUTHBEARER refused, RFC 7628", "", "clean", []string{"AUTH OAUTHBEARER " + b64("n,a="+bal+",\x01auth=Bearer faux\x01\x01"), "AQ=="}, []int{334, 535}, "5.7.8", 535},
		{"PLAIN not offered", "", "", []string{"AUTH PLAIN " + b64("\x00"+bal+"\x00x")}, []int{504}, "5.5.4", 504},
		{"PLAIN", "org-auth-cli", "", []string{"AUTH PLAIN " + b64("\x00"+bal+"\x00")}, []int{235}, "2.7.0", 235},
		{"PLAIN in two steps", "org-auth-cli", "", []string{"AUTH PLAIN", b64(bal + "\x00" + bal + "\x00x")}, []int{334, 235}, "2.7.0", 235},
		{"PLAIN refused", "org-auth-cli", "", []string{"AUTH PLAIN " + b64("\x00"+bal+"\x00faux")}, []int{535}, "5.7.8", 535},
		{"PLAIN as another", "org-auth-cli", "", []string{"AUTH PLAIN " + b64(peer+"\x00"+bal+"\x00x")}, []int{535}, "5.7.8", 535},
		{"PLAIN malformed", "org-auth-cli", "", []string{"AUTH PLAIN " + b64(bal)}, []int{501}, "5.5.2", 501},
		{"EXTERNAL", "org-auth-cli", "", []string{"AUTH EXTERNAL " + b64(bal)}, []int{235}, "2.7.0", 235},
		{"EXTERNAL unnamed", "org-auth-cli", "", []string{"AUTH EXTERNAL ="}, []int{235}, "2.7.0", 235},
		{"unknown", "", "", []string{"AUTH CRAM-MD5"}, []int{504}, "5.5.4", 504},
		{"none", "", "", []string{"AUTH"}, []int{501}, "5.5.4", 501},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.gate.set(func() { w.gate.refusal = tt.refusal })
			after := w.app.World().Journal.Last()
			c := w.secure(t, tt.profile)
			var last string
			for i, code := range tt.codes {
				if i < len(tt.lines) {
					c.send(strings.ReplaceAll(tt.lines[i], empty, "") + "\r\n")
				}
				got, text := c.reply()
				if got != code || code == 0 && text != "" {
					t.Fatalf("reply %d is %q, want %d", i, text, code)
				}
				last = text
			}
			if tt.enh != "" && !strings.Contains(last, " "+tt.enh+" ") {
				t.Errorf("last reply %q, want %s", last, tt.enh)
			}
			e := w.entry(t, "smtp.auth", after)
			if e.Status != tt.status {
				t.Errorf("status %d, want %d", e.Status, tt.status)
			}
			if refused := e.Outcome == journal.Refused; refused != (tt.status != 235) {
				t.Errorf("outcome %s for status %d", e.Outcome, tt.status)
			}
			if e.Outcome == journal.Refused && (len(e.Causes) == 0 || e.Fact("error.code") == nil) {
				t.Errorf("a refusal without cause or code: %+v %v", e.Causes, e.Facts)
			}
			if head := string(e.Request.Head); strings.Contains(head, token) || strings.Contains(head, good) || strings.Contains(head, bearer) {
				t.Errorf("the journal shows the token: %s", head)
			}
			if tt.codes[len(tt.codes)-1] != 0 { // the connection goes on
				c.cmd(250, "NOOP")
			}
		})
	}
}

// TestAuthEntry looks at what the journal says of an authentication.
func TestAuthEntry(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.secure(t, "")
	c.cmd(334, "AUTH XOAUTH2")
	c.cmd(235, xoauth2(bal, token))
	e := w.entry(t, "smtp.auth", 0)
	for path, want := range map[string]any{
		"auth.mechanism": "XOAUTH2", "auth.user": bal, "auth.initial_response": false, "auth.token_length": int64(len(token)),
		"auth.person": "899700366240", "auth.client": "lps", "auth.session": "s1",
	} {
		if got := e.Fact(path); got != want {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
	wantIn := "EHLO poste.segursim.test\r\nAUTH XOAUTH2\r\n[user=" + bal + "^Aauth=Bearer eyJhbG...("
	if !strings.HasPrefix(string(e.Request.Head), wantIn) || !e.Request.Rebuilt {
		t.Errorf("request %q (rebuilt %v), want %q…", e.Request.Head, e.Request.Rebuilt, wantIn)
	}
	if out := string(e.Response.Head); !strings.HasSuffix(out, "334 \r\n235 2.7.0 Authentication successful\r\n") {
		t.Errorf("response %q", out)
	}
	if e.Peer.TLS == nil || e.Transport != "smtp" || e.Provenance != "confirmed" {
		t.Errorf("entry %+v", e)
	}
	text := c.cmd(503, "AUTH XOAUTH2 "+xoauth2(bal, token))
	if !strings.Contains(text, "5.5.1") {
		t.Errorf("a second AUTH: %q", text)
	}
	second := w.entry(t, "smtp.auth", e.Seq)
	hasCause(t, second, "mssante.smtp.auth-twice")
}

// TestRefusalBytes: the challenge of a refused token, byte for byte.
func TestRefusalBytes(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	w.gate.set(func() { w.gate.refusal = "clean" })
	c := w.secure(t, "")
	text := c.cmd(334, "AUTH XOAUTH2 "+xoauth2(bal, "faux"))
	got, err := base64.StdEncoding.DecodeString(strings.TrimSpace(strings.TrimPrefix(text, "334 ")))
	if want := `{"status":"401","schemes":"bearer","scope":"mail"}`; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	c.cmd(535, "")
	c.cmd(235, "AUTH XOAUTH2 "+xoauth2(bal, token)) // a fresh token does
}

// TestTooManyFailures: the connection does not take guesses for ever.
func TestTooManyFailures(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{Failures: 2})
	w.gate.set(func() { w.gate.refusal = "clean" })
	c := w.secure(t, "")
	for range 2 {
		c.cmd(334, "AUTH XOAUTH2 "+xoauth2(bal, "faux"))
		c.cmd(535, "")
	}
	c.want(421)
	c.closed()
	e := w.entry(t, "smtp.quit", 0)
	hasCause(t, e, "mssante.smtp.failures")
	if e.Fact("end.how") != "errors" || e.Status != 421 {
		t.Errorf("end %v, status %d", e.Fact("end.how"), e.Status)
	}
}

// TestHungUpInAuth: a client that leaves in the middle is written down.
func TestHungUpInAuth(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.secure(t, "")
	c.cmd(334, "AUTH XOAUTH2")
	_ = c.conn.Close()
	e := w.entry(t, "smtp.auth", 0)
	if e.Outcome != journal.Refused || e.Status != 0 {
		t.Errorf("%s %d", e.Outcome, e.Status)
	}
	hasCause(t, e, "mssante.smtp.left")
}
