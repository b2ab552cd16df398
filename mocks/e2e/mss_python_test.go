package e2e_test

import (
	"testing"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// python runs a script with Python's own library; args are its sys.argv[1:].
func (s *simulator) python(tb testing.TB, script string, args ...string) string {
	tb.Helper()
	out, err := programIn(tb, "", script, "python3", append([]string{"-"}, args...)...)
	if err != nil {
		tb.Fatalf("python3: %v\n%s", err, out)
	}
	return out
}

const pythonMail = `
import imaplib, smtplib, ssl, sys, time
ca, smtp, imap, bal, token = sys.argv[1:6]
ctx = ssl.create_default_context(cafile=ca)
def blob(challenge=None): return "user=%s\x01auth=Bearer %s\x01\x01" % (bal, token)
def send(to, data, **options):
    s = smtplib.SMTP("localhost", int(smtp)); s.starttls(context=ctx); s.ehlo()
    s.auth("XOAUTH2", blob, initial_response_ok=True)
    refused = s.sendmail(bal, to, data, **options); s.quit(); return refused
def box():
    m = imaplib.IMAP4("localhost", int(imap)); m.starttls(ssl_context=ctx)
    m.authenticate("XOAUTH2", lambda c: blob().encode()); return m
def check(what, cond):
    if not cond: print("FAILED:", what); sys.exit(1)
`

// Python's imaplib does what the background of an LPS does: folders, APPEND to
// Sent, flags, search, partial fetch, copy, MOVE, expunge, quota, ID, IDLE.
func TestPythonReads(t *testing.T) {
	t.Parallel()
	s := startMail(t, "auto_reply: { delay: 0s }")
	s.python(t, pythonMail+`
import base64, hashlib, os
m = box()
folders = m.list()[1]
check("special uses", any(b"\\Sent" in f for f in folders) and any(b"\\Trash" in f for f in folders))
sent = [f for f in folders if b"\\Sent" in f][0].split(b' "/" ')[1].decode()
payload = bytes(range(256)) * 400
msg = ("From: %s\r\nTo: %s\r\nSubject: =?utf-8?Q?=C3=A9preuve?=\r\nMessage-ID: <p1@medecin.segursim.test>\r\nMIME-Version: 1.0\r\n"
  'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour\r\n'
  '--b\r\nContent-Type: application/zip; name="IHE_XDM.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s--b--\r\n' %
  (bal, bal, base64.encodebytes(payload).decode().replace("\n", "\r\n"))).encode()
typ, data = m.append(sent, "(\\Seen)", imaplib.Time2Internaldate(time.time()), msg)
check("append %r" % data, typ == "OK" and b"APPENDUID" in data[0])
check("select", m.select(sent)[0] == "OK")
typ, data = m.uid("SEARCH", "HEADER", "Message-ID", "p1@medecin.segursim.test")
uid = data[0].decode(); check("search %r" % data, uid)
typ, data = m.uid("FETCH", uid, "(UID RFC822.SIZE BODYSTRUCTURE BODY.PEEK[])")
check("whole message", data[0][1] == msg)
# A part, in slices that fall anywhere, byte for byte.
typ, data = m.uid("FETCH", uid, "(BODY.PEEK[2])"); whole = data[0][1]
got, at = b"", 0
while True:
    typ, data = m.uid("FETCH", uid, "(BODY.PEEK[2]<%d.7919>)" % at)
    part = data[0][1]
    if not part: break
    got += part; at += len(part)
check("slices", got == whole and base64.b64decode(got) == payload)
check("structure", b"IHE_XDM.zip" in m.uid("FETCH", uid, "(BODYSTRUCTURE)")[1][0])
# Flags, copy, MOVE.
m.uid("STORE", uid, "+FLAGS", "(\\Flagged $MDNSent)")
check("flags", b"$MDNSent" in m.uid("FETCH", uid, "(FLAGS)")[1][0])
check("create", m.create("Dossiers/2026")[0] == "OK")
check("copy", m.uid("COPY", uid, '"Dossiers/2026"')[0] == "OK")
check("move", m.uid("MOVE", uid, "INBOX")[0] == "OK")
check("sent is empty", m.select(sent)[1][0] == b"0")
check("inbox", m.select("INBOX")[1][0] == b"1" and m.search(None, "FLAGGED", "KEYWORD", "$MDNSent")[1][0] == b"1")
m.store("1", "+FLAGS", "\\Deleted"); check("expunge", m.expunge()[1] == [b"1"])
check("rename", m.rename("Dossiers/2026", "Dossiers/2027")[0] == "OK" and m.delete("Dossiers/2027")[0] == "OK")
check("no such folder", m.select('"Nulle part"')[0] == "NO")
# What the library below lacks and clients ask for.
imaplib.Commands.setdefault("ID", ("NONAUTH", "AUTH", "SELECTED"))
check("ID", m._simple_command("ID", '("name" "python")')[0] == "OK")
check("quota", m.getquotaroot("INBOX")[0] == "OK")
# A message that arrives is told to a session in IDLE.
m.select("INBOX"); tag = m._new_tag(); m.send(tag + b" IDLE\r\n"); check("idle", m.readline().startswith(b"+"))
check("sent", send(["reponse.automatique-test@patient.mssante.fr"], msg.replace(b"p1@", b"p2@").replace(b"MIME-Version", b"X-MSS-NIL: TEST0001\r\nMIME-Version")) == {})
m.sock.settimeout(20); lines = []
while not any(b"EXISTS" in l for l in lines): lines.append(m.readline())
m.send(b"DONE\r\n")
while not m.readline().startswith(tag): pass
check("logout", m.logout()[0] == "BYE")
`, s.ca, s.port(t, "smtp"), s.port(t, "imap"), bal, s.bearer(t))
	if e := s.last(t, "imap.move"); e.Outcome != journal.OK || e.Fact("person") != doctor && e.Fact("imap.person") != doctor {
		t.Errorf("MOVE in the journal: %v %v", e.Outcome, e.Facts)
	}
}

// smtplib asks for delivery notifications, in both directions: delivered, failed.
func TestPythonNotifications(t *testing.T) {
	t.Parallel()
	s := startMail(t, "mes: { bounce_delay: 0s }")
	s.python(t, pythonMail+`
import email, email.policy
def letter(subject, to): return ("From: Dr_Kit_DOC0036624 <%s>\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <%s@medecin.segursim.test>\r\nDate: Thu, 15 Jan 2026 09:00:00 +0100\r\nX-MSS-NIL: TEST0001\r\nDisposition-Notification-To: <%s>\r\n\r\nBonjour\r\n" % (bal, to, subject, subject, bal)).encode()
def wait(want):
    for _ in range(100):
        m = box(); m.select("INBOX"); n = m.search(None, "ALL")[1][0].split()
        for i in n:
            msg = email.message_from_bytes(m.fetch(i, "(BODY.PEEK[])")[1][0][1], policy=email.policy.default)
            if want(msg): m.logout(); return msg
        m.logout(); time.sleep(0.1)
    check("notification", False)
def about(msg, kind):
    for p in msg.walk():
        if p.get_content_type() == kind: return [list(f.items()) for f in p.get_payload()] if kind.endswith("status") else p.get_payload()
colleague = "robert.specialiste0021889@medecin.segursim.test"
send([colleague], letter("livre", colleague), mail_options=["RET=HDRS", "ENVID=QQ314159"], rcpt_options=["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;" + colleague])
dsn = wait(lambda m: m.get_content_type() == "multipart/report")
fields = dict(sum(about(dsn, "message/delivery-status"), []))
check("delivered %r" % fields, fields["Action"] == "delivered" and fields["Status"].startswith("2.") and fields["Original-Envelope-Id"] == "QQ314159")
check("header alone", about(dsn, "text/rfc822-headers") is not None)
send(["279035121518989@patient.mssante.fr"], letter("patient", "279035121518989@patient.mssante.fr"))
send(["188086399912098@patient.mssante.fr"], letter("inconnu", "188086399912098@patient.mssante.fr"))
bounce = wait(lambda m: m["Subject"] == "Undelivered Mail Returned to Sender")
fields = dict(sum(about(bounce, "message/delivery-status"), []))
check("failed %r" % fields, fields["Action"] == "failed" and fields["Status"].startswith("5.1."))
check("null return path", bounce["Return-Path"] == "<>")
`, s.ca, s.port(t, "smtp"), s.port(t, "imap"), bal, s.bearer(t))
	// The patient reads: the receipt that was asked for comes back.
	s.mssAction(t, "mes.read", map[string]any{"patient": "279035121518989", "message": "patient@medecin.segursim.test"})
	s.python(t, pythonMail+`
import email
m = box(); m.select("INBOX")
for i in m.search(None, "ALL")[1][0].split():
    msg = email.message_from_bytes(m.fetch(i, "(BODY.PEEK[])")[1][0][1])
    if msg.get_content_type() == "multipart/report" and msg.get_param("report-type") == "disposition-notification":
        fields = dict(msg.get_payload()[1].get_payload()[0].items())
        check("fields %r" % fields, "displayed" in fields["Disposition"] and fields["Original-Message-ID"] == "<patient@medecin.segursim.test>")
        sys.exit(0)
check("receipt", False)
`, s.ca, s.port(t, "smtp"), s.port(t, "imap"), bal, s.bearer(t))
}

// A session ends with the Pro Santé Connect session that opened it.
func TestPythonSessionEnds(t *testing.T) {
	t.Parallel()
	s := startMail(t, "")
	token := s.bearer(t)
	type ended struct {
		out string
		err error
	}
	out := make(chan ended, 1)
	go func() {
		o, err := programIn(t, "", pythonMail+`
m = box(); m.select("INBOX"); tag = m._new_tag(); m.send(tag + b" IDLE\r\n"); check("idle", m.readline().startswith(b"+"))
m.sock.settimeout(30); line = m.readline(); check("bye %r" % line, line.startswith(b"* BYE"))
try: box(); check("opened again with a dead session", False)
except imaplib.IMAP4.error as e: check("refusal %s" % e, "AUTHENTICATIONFAILED" in str(e))
`, "python3", "-", s.ca, s.port(t, "smtp"), s.port(t, "imap"), bal, token)
		out <- ended{o, err}
	}()
	for range 200 {
		if n := count(s, "imap.select"); n > 0 {
			break
		}
		if err := pause(t, 50*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	s.act(t, "end-session", map[string]any{"login_hint": doctor})
	if got := <-out; got.err != nil {
		t.Errorf("python3: %v\n%s", got.err, got.out)
	}
}
