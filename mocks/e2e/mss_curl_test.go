package e2e_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/journal"
)

// mail runs curl on a mail address, as the BAL's owner.
func (s *simulator) mail(tb testing.TB, user, token string, args ...string) (string, error) {
	tb.Helper()
	all := []string{"-sS", "-v", "--noproxy", "*", "--cacert", s.ca, "--max-time", "30"}
	if token != "" {
		all = append(all, "--oauth2-bearer", token, "--user", user)
	}
	return program(tb, "curl", append(all, args...)...)
}

// curl submits with STARTTLS and with TLS from the start, and reads what came of
// it by IMAP, both ways.
func TestCurlMail(t *testing.T) {
	t.Parallel()
	s := startMail(t, "auto_reply: { delay: 0s }")
	token := s.bearer(t)
	for _, way := range []struct {
		name, smtp, imap string
		args             []string
	}{
		{"starttls", "smtp://localhost:" + s.port(t, "smtp"), "imap://localhost:" + s.port(t, "imap"), []string{"--ssl-reqd"}},
		{"tls", "smtps://localhost:" + s.port(t, "smtps"), "imaps://localhost:" + s.port(t, "imaps"), nil},
	} {
		subject := "Essai " + way.name
		file := eml(t, letter(bal, testAddress, subject, way.name+"@medecin.segursim.test"))
		send := append([]string{way.smtp, "--mail-from", bal, "--mail-rcpt", testAddress, "--upload-file", file}, way.args...)
		if out, err := s.mail(t, bal, token, send...); err != nil {
			t.Fatalf("%s: %v\n%s", way.name, err, out)
		}
		s.arrives(t, bal, "Re: "+subject)
		got := filepath.Join(t.TempDir(), "got.eml")
		out, err := s.mail(t, bal, token, append([]string{way.imap + "/INBOX;MAILINDEX=*", "-o", got}, way.args...)...)
		if err != nil {
			t.Fatalf("%s: %v\n%s", way.name, err, out)
		}
		answer := read(t, got)
		for _, want := range []string{"In-Reply-To: <" + way.name + "@medecin.segursim.test>", "Auto-Submitted: auto-replied", "simulateur"} {
			if !strings.Contains(answer, want) {
				t.Errorf("%s: the answer lacks %q:\n%s", way.name, want, answer)
			}
		}
	}
	sent := s.last(t, "smtp.send")
	if sent.Outcome != journal.OK || sent.Fact("lint.errors") != int64(0) || sent.Fact("message.nil") != "TEST0001" {
		t.Errorf("the journal says %v: %v errors, X-MSS-NIL %v, %v", sent.Outcome, sent.Fact("lint.errors"), sent.Fact("message.nil"), sent.Fact("lint.rules"))
	}
}

// What a client must not do is refused where the real service does.
func TestCurlMailRefused(t *testing.T) {
	t.Parallel()
	s := startMail(t, "")
	token := s.bearer(t)
	plain, secure := "smtp://localhost:"+s.port(t, "smtp"), "--ssl-reqd"
	file := eml(t, letter(bal, colleague, "Refus", "r@medecin.segursim.test"))
	send := func(from, to string) []string {
		return []string{"--mail-from", from, "--mail-rcpt", to, "--upload-file", file}
	}
	for name, tc := range map[string]struct {
		user, token string
		args        []string
		reply, rule string
		op          string
	}{
		"no TLS":          {"", "", append(send(bal, colleague), plain), "530 5.7.0", "", ""},
		"no login":        {"", "", append(send(bal, colleague), plain, secure), "530 5.7.0", "", ""},
		"another's BAL":   {colleague, token, append(send(colleague, bal), plain, secure), "334 eyJzdGF0dXMiOiI0MDEi", "mssante.bal-not-yours", "smtp.auth"},
		"broken token":    {bal, token + "x", append(send(bal, colleague), plain, secure), "334 eyJzdGF0dXMiOiI0MDEi", "mssante.token", "smtp.auth"},
		"another sender":  {bal, token, append(send(colleague, bal), plain, secure), "553 5.7.1", "mss.", "smtp.mail"},
		"outside":         {bal, token, append(send(bal, "x@example.org"), plain, secure), "550 5.7.1", "mss.", "smtp.rcpt"},
		"nobody":          {bal, token, append(send(bal, "nobody@medecin.segursim.test"), plain, secure), "550 5.1.1", "mss.", "smtp.rcpt"},
		"closed BAL":      {bal, token, append(send(bal, "kit.ancien@medecin.segursim.test"), plain, secure), "550 5.2.1", "mss.", "smtp.rcpt"},
		"closed BAL open": {"kit.ancien@medecin.segursim.test", token, append(send(bal, colleague), plain, secure), "334 eyJzdGF0dXMiOiI0MDEi", "mssante.bal-closed", "smtp.auth"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := s.mail(t, tc.user, tc.token, tc.args...)
			if err == nil {
				t.Fatalf("it was taken:\n%s", out)
			}
			if !strings.Contains(out, "< "+tc.reply) {
				t.Errorf("no reply %q:\n%s", tc.reply, out)
			}
			if tc.op == "" {
				return
			}
			e := s.last(t, tc.op)
			if e.Outcome != journal.Refused || !strings.Contains(rules(e), tc.rule) {
				t.Errorf("the journal says %v of %s, rules %q", e.Outcome, tc.op, rules(e))
			}
		})
	}
}
