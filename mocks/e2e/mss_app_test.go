package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/journal"
)

// swaks sends from a BAL applicative: mutual TLS with the organisation's
// certificate, then PLAIN whose login is the BAL.
func TestSwaksApplicative(t *testing.T) {
	t.Parallel()
	s := startMail(t, "")
	good := s.download(t, "org-auth-cli.pem")
	send := func(profile string, args ...string) (string, error) {
		all := []string{
			"--server", "localhost", "--port", s.port(t, "smtp"), "-tls", "--tls-verify", "--tls-ca-path", s.ca,
			"--from", application, "--to", bal, "--auth", "PLAIN", "--auth-user", application, "--auth-password", "", "--timeout", "20",
			"--data", eml(t, letter(application, bal, "Compte rendu", "swaks@test-ci-sis.segursim.test", "Reply-To: <"+bal+">")),
		}
		if profile != "" {
			all = append(all, "--tls-cert", profile, "--tls-key", profile)
		}
		return program(t, "swaks", append(all, args...)...)
	}
	if out, err := send(good); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.arrives(t, bal, "Compte rendu")
	e := s.last(t, "smtp.send")
	if got := s.last(t, "smtp.auth"); got.Outcome != journal.OK || got.Fact("auth.mechanism") != "PLAIN" || got.Peer.TLS == nil || !strings.Contains(got.Peer.TLS.Subject, "LPS TEMOIN") {
		t.Errorf("authentication in the journal: %v %v %+v", got.Outcome, got.Facts, got.Peer.TLS)
	}
	if found := e.Fact("lint.rules"); !strings.Contains(strings.Join(strs(found), " "), "mss.mention-automatique") {
		t.Errorf("the linter did not ask for the mention of an automatic message: %v", found)
	}
	for name, tc := range map[string]struct{ profile, want string }{
		"no certificate":    {"", ""}, // PLAIN is not even offered
		"revoked":           {s.download(t, "revoked.pem"), "535"},
		"expired":           {s.download(t, "expired.pem"), "535"},
		"unknown authority": {s.download(t, "unknown-ca.pem"), "535"},
		"another structure": {s.download(t, "insi-auto.pem"), "535"},
		"a person's card":   {s.download(t, "cps-medecin-auth.pem"), "535"},
	} {
		out, err := send(tc.profile)
		if err == nil || !strings.Contains(out, tc.want) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func strs(v any) []string {
	var out []string
	list, _ := v.([]any)
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// mbsync mirrors a BAL applicative into a Maildir, and back: what it deletes and
// flags there is deleted and flagged here.
func TestMbsync(t *testing.T) {
	t.Parallel()
	s := startMail(t, "")
	for _, subject := range []string{"Premier", "Deuxième", "Troisième"} {
		s.mssAction(t, "deposer", map[string]any{"from": bal, "to": application, "subject": subject, "text": "Bonjour"})
	}
	dir := t.TempDir()
	cert := s.download(t, "org-auth-cli.pem")
	conf := filepath.Join(dir, "mbsyncrc")
	if err := os.Mkdir(filepath.Join(dir, "mail"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(conf, []byte(`IMAPAccount mss
Host localhost
Port `+s.port(t, "imap")+`
User `+application+`
PassCmd "echo x"
SSLType STARTTLS
CertificateFile `+s.ca+`
ClientCertificate `+cert+`
ClientKey `+cert+`
AuthMechs PLAIN

IMAPStore far
Account mss

MaildirStore near
Path `+dir+`/mail/
Inbox `+dir+`/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX Sent*
Create Both
Expunge Both
SyncState *
`), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "mbsync", "-c", conf, "all")
	files, err := filepath.Glob(dir + "/mail/INBOX/new/*")
	if err != nil || len(files) != 3 {
		more, _ := filepath.Glob(dir + "/mail/INBOX/*/*")
		t.Fatalf("%d messages: %v %v", len(files), err, more)
	}
	// One read, one deleted; then a message of ours put into the folder.
	flag := func(from, flag string) {
		to := strings.Replace(strings.TrimSuffix(from, ":2,"), "/new/", "/cur/", 1) + ":2," + flag
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	flag(files[0], "S")
	flag(files[1], "T")
	mustRun(t, "mbsync", "-c", conf, "all")
	if got := s.subjects(t, application, "INBOX"); len(got) != 2 {
		t.Errorf("after the deletion: %q", got)
	}
	mine := filepath.Join(dir, "mail/INBOX/cur/1.local.test:2,S")
	if err := os.WriteFile(mine, []byte(strings.ReplaceAll(letter(application, bal, "Depuis le poste", "l@test-ci-sis.segursim.test"), "\r\n", "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "mbsync", "-c", conf, "all")
	if got := strings.Join(s.subjects(t, application, "INBOX"), ","); !strings.Contains(got, "Depuis le poste") {
		t.Errorf("after the upload: %q", got)
	}
}

// msmtp sends with a token of Pro Santé Connect, and its client is told why when
// the token is dead.
func TestMsmtp(t *testing.T) {
	t.Parallel()
	s := startMail(t, "")
	token := s.bearer(t)
	send := func(subject string) (string, error) {
		return programIn(t, "", letter(bal, colleague, subject, "m@medecin.segursim.test"), "msmtp",
			"--host=localhost", "--port="+s.port(t, "smtp"), "--tls=on", "--tls-starttls=on", "--tls-trust-file="+s.ca,
			"--auth=xoauth2", "--user="+bal, "--passwordeval=echo "+token, "--from="+bal, "--file=/dev/null", "--timeout=20", colleague)
	}
	if out, err := send("Par msmtp"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.arrives(t, colleague, "Par msmtp")
	s.act(t, "end-session", map[string]any{"login_hint": doctor})
	if out, err := send("Trop tard"); err == nil {
		t.Errorf("a dead session sent:\n%s", out)
	}
	if e := s.last(t, "smtp.auth"); e.Outcome != journal.Refused || !strings.Contains(rules(e), "mssante.session-ended") {
		t.Errorf("the journal says %v, %s", e.Outcome, rules(e))
	}
}
