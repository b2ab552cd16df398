package reading_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// run runs a program and returns what it says.
func (b *bench) run(program string, args ...string) string {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if err != nil {
		b.Fatalf("%s: %v\n%s", filepath.Base(program), err, out)
	}
	return string(out)
}

// ca is the file of the authority that signs the server's certificate.
func (b *bench) ca() string {
	b.Helper()
	pem, err := b.app.PKI().ServerRootPEM()
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

const imaplibScript = `
import base64, imaplib, ssl, sys, threading, time
host, port, ca, bal, token = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
ctx = ssl.create_default_context(cafile=ca)
ctx.check_hostname = True
m = imaplib.IMAP4("localhost", port)
assert "STARTTLS" in m.capabilities and "LOGINDISABLED" in m.capabilities, m.capabilities
m.starttls(ctx)
assert "AUTH=XOAUTH2" in m.capabilities, m.capabilities
blob = ("user=%s\x01auth=Bearer %s\x01\x01" % (bal, token)).encode()
m.authenticate("XOAUTH2", lambda challenge: blob)
typ, boxes = m.list()
assert typ == "OK" and len(boxes) == 6, boxes
typ, n = m.select("INBOX")
assert typ == "OK" and n == [b"2"], n
typ, found = m.search(None, "UNSEEN", "SUBJECT", '"premier"')
assert found == [b"1"], found
typ, data = m.uid("FETCH", "1", "(FLAGS BODY.PEEK[])")
assert data[0][1].startswith(b"From: Alix"), data
typ, data = m.fetch("1", "(BODY[1]<2.4>)")
assert data[0][1] == b"njou", data
typ, data = m.store("1", "+FLAGS", r"(\Flagged)")
assert b"\\Flagged" in data[0] and b"\\Seen" in data[0], data
typ, data = m.append("Sent", r"(\Seen)", imaplib.Time2Internaldate(time.time()), b"Subject: x\r\n\r\nbody\r\n")
assert typ == "OK" and b"APPENDUID" in data[0], data
typ, data = m.uid("MOVE", "2", "Trash")
assert typ == "OK", data
typ, data = m.uid("SORT", "(REVERSE DATE)", "UTF-8", "ALL")
assert typ == "OK" and data == [b"1"], data
typ, data = m.getquotaroot("INBOX")
assert typ == "OK", data
typ, data = m.uid("SEARCH", "CHARSET", "UTF-8", "BODY", '"jour"')
assert data == [b"1"], data
m.create("Dossier")
m.rename("Dossier", "Classeur")
m.delete("Classeur")
m.close()
m.logout()
print("done")
`

func TestImaplib(t *testing.T) {
	python := need.Tool(t, "python3")
	b := start(t)
	b.put("INBOX", letter("Premier", "Bonjour"))
	b.put("INBOX", letter("Second", "Au revoir"))
	_, port, _ := strings.Cut(b.addr("imap"), ":")
	if out := b.run(python, "-c", imaplibScript, "127.0.0.1", port, b.ca(), bal, token); strings.TrimSpace(out) != "done" {
		t.Error(out)
	}
	if e := b.entry("imap.auth", 1); e.Fact("auth.initial_response") != false {
		t.Errorf("imaplib gives no initial response: %v", e.Facts)
	}
}

func TestCurl(t *testing.T) {
	curl := need.Tool(t, "curl")
	b := start(t)
	raw := letter("Premier", "Bonjour")
	b.put("INBOX", raw)
	ca := b.ca()
	for _, url := range []string{"imaps://localhost" + port(b.addr("imaps")), "imap://localhost" + port(b.addr("imap"))} {
		common := []string{"-sS", "--ipv4", "--ssl-reqd", "--cacert", ca, "--user", bal, "--oauth2-bearer", token}
		if out := b.run(curl, append(common, url+"/INBOX;UID=1")...); out != raw {
			t.Errorf("%s: %q", url, out)
		}
		if out := b.run(curl, append(common, url+"/INBOX?SUBJECT%20premier")...); out != "* SEARCH 1\r\n" {
			t.Errorf("%s: %q", url, out)
		}
		file := filepath.Join(t.TempDir(), "m.eml")
		if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
		b.run(curl, append(common, "-T", file, url+"/Sent")...)
	}
	if got := b.login().ok("STATUS Sent (MESSAGES)"); got[0] != `* STATUS "Sent" (MESSAGES 2)` {
		t.Error(got)
	}
}

func port(addr string) string { return addr[strings.LastIndexByte(addr, ':'):] }

// TestMbsync synchronises a BAL with a Maildir both ways.
func TestMbsync(t *testing.T) {
	mbsync := need.Tool(t, "mbsync")
	b := start(t, func(h *house) { h.mechanisms = []string{auth.XOAUTH2, auth.Plain} })
	const box = "app.dpi@medecin.segursim.test"
	deliver := func(folder, raw string) {
		t.Helper()
		if err := b.mail.Update(func(tx *store.Txn) error {
			if err := b.mail.Create(tx, box); err != nil {
				return err
			}
			_, err := b.mail.Append(tx, box, folder, []byte(raw), nil, morning)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []string{"un", "deux", "trois"} {
		deliver("INBOX", letter(s, strings.Repeat("x", 5000)))
	}
	deliver("Archive", messages(t)["xdm.eml"])
	dir := t.TempDir()
	conf := filepath.Join(dir, "mbsyncrc")
	if err := os.WriteFile(conf, []byte(`
IMAPAccount bal
Host localhost
Port `+port(b.addr("imap"))[1:]+`
User `+box+`
Pass none
SSLType STARTTLS
SystemCertificates no
CertificateFile `+b.ca()+`
AuthMechs LOGIN

IMAPStore far
Account bal

MaildirStore near
Path `+dir+`/mail/
Inbox `+dir+`/mail/INBOX
SubFolders Verbatim

Channel c
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir+"/mail", 0o700); err != nil {
		t.Fatal(err)
	}
	b.run(mbsync, "-c", conf, "-a")
	count := func(pattern string) []string {
		files, _ := filepath.Glob(filepath.Join(dir, "mail", pattern))
		return files
	}
	if got := count("INBOX/*/*"); len(got) != 3 {
		t.Fatalf("INBOX holds %v", got)
	}
	files := count("Archive/*/*")
	if len(files) != 1 {
		t.Fatalf("Archive holds %v", files)
	}
	got, err := os.ReadFile(files[0])
	// mbsync adds a field of its own, and its Maildir has line feeds.
	arrived := regexp.MustCompile(`(?m)^X-TUID: .*\n`).ReplaceAllString(string(got), "")
	if diff := cmp.Diff(messages(t)["xdm.eml"], strings.ReplaceAll(arrived, "\n", "\r\n")); err != nil || diff != "" {
		t.Errorf("the message changed on its way (%v, -want +got):\n%s", err, diff)
	}
	// There and back: one deleted here, one made here, one deleted there.
	if err := os.Rename(count("INBOX/*/*")[0], filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/mail/Sent/cur/new:2,S", []byte(strings.ReplaceAll(letter("parti", "x"), "\r\n", "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	b.run(mbsync, "-c", conf, "-a")
	b.run(mbsync, "-c", conf, "-a")
	l := b.dial("imaps")
	l.read()
	l.ok("LOGIN %s x", box)
	if got := l.ok("STATUS INBOX (MESSAGES)"); got[0] != "* STATUS INBOX (MESSAGES 2)" {
		t.Error(got)
	}
	if got := l.ok("STATUS Sent (MESSAGES UNSEEN)"); got[0] != `* STATUS "Sent" (MESSAGES 1 UNSEEN 0)` {
		t.Error(got)
	}
	for _, e := range b.app.World().Journal.Since(0, 0) {
		if e.Outcome == "failed" || e.Fact("answer") == "BAD" {
			t.Errorf("%s: %s %v", e.Op, e.Outcome, e.Facts)
		}
	}
}
