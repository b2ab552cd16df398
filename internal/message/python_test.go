package message_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/need"
)

// python runs a program, which reads JSON and writes JSON.
func python(t *testing.T, program string, in, out any) {
	t.Helper()

	input, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), need.Tool(t, "python3"), "-c", program)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v\n%s", err, stderr.Bytes())
	}
	if err := json.Unmarshal(output, out); err != nil {
		t.Fatalf("python3 wrote %q: %v", output, err)
	}
}

// A seen message is what Python's email package reads in it.
type seen struct {
	Subject  string
	From, To [][2]string // name, address
	ID       string
	Text     string
	Files    []seenFile
	Types    []string // of every part, depth first
	Reports  [][][2]string
	Defects  []string
}

type seenFile struct {
	Name, Type, Disposition, Old string
	Content                      []byte
}

// reader reads messages with Python's email package.
const reader = `
import base64, email, email.policy, json, sys
from email.header import decode_header, make_header
from email.utils import getaddresses
seen = {}
for name, raw in json.load(sys.stdin).items():
    m = email.message_from_bytes(base64.b64decode(raw), policy=email.policy.SMTP)
    # The old interface, for the new one, in Python 3.11, keeps the blanks between
    # the encoded words of a name, which RFC 2047 §6.2 has removed.
    old = email.message_from_bytes(base64.b64decode(raw))
    addresses = lambda field: [[str(make_header(decode_header(n))), a] for n, a in getaddresses(old.get_all(field, []))]
    s = {"Subject": str(m["Subject"] or ""), "From": addresses("From"), "To": addresses("To"), "ID": str(m["Message-ID"] or ""),
         "Files": [], "Types": [], "Reports": [], "Defects": []}
    body = m.get_body(("plain", "html"))
    s["Text"] = body.get_content() if body is not None else ""
    for p in m.walk():
        s["Types"].append(p.get_content_type())
        s["Defects"] += [repr(d) for d in p.defects]
        if p.get_content_type() in ("message/delivery-status", "message/disposition-notification"):
            s["Reports"] += [[[k, str(v)] for k, v in g.items()] for g in p.get_payload()]
        elif p.get_content_disposition() in ("attachment", "inline") and not p.is_multipart():
            old = p.get_param("name") or ""
            s["Files"].append({"Name": p.get_filename("") or "", "Type": p.get_content_type(), "Disposition": p.get_content_disposition(),
                               "Old": old, "Content": base64.b64encode(p.get_payload(decode=True)).decode()})
    seen[name] = s
json.dump(seen, sys.stdout)
`

// TestPythonReads has Python's email package read what Build writes, of every
// shape, and both kinds of notification.
func TestPythonReads(t *testing.T) {
	t.Parallel()

	all, raws := drafts(), map[string][]byte{}
	for name, d := range all {
		raws[name] = build(t, d)
	}
	for name, r := range reports(t) {
		var err error
		if raws["delivery "+name], err = message.BuildDelivery(r, status()); err != nil {
			t.Fatal(err)
		}
		if raws["disposition "+name], err = message.BuildDisposition(r, disposition()); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]seen{}
	python(t, reader, raws, &got)

	for name, d := range all {
		t.Run(name, func(t *testing.T) {
			checkSeen(t, d, got[name], raws[name])
		})
	}
	for name := range reports(t) {
		t.Run("delivery "+name, func(t *testing.T) { checkSeenDelivery(t, got["delivery "+name]) })
		t.Run("disposition "+name, func(t *testing.T) { checkSeenDisposition(t, got["disposition "+name]) })
	}
}

func checkSeen(t *testing.T, d message.Draft, got seen, raw []byte) {
	t.Helper()

	mailboxes := func(list ...message.Address) [][2]string {
		all := [][2]string{}
		for _, a := range list {
			all = append(all, [2]string{a.Name, a.Address})
		}
		return all
	}
	want := seen{
		Subject: strings.Trim(d.Subject, " \t"), From: mailboxes(d.From), To: mailboxes(d.To...), Text: lines(d.Text),
		Files: []seenFile{}, Types: got.Types, Reports: [][][2]string{}, Defects: []string{},
	}
	if d.MessageID != "" {
		want.ID = "<" + d.MessageID + ">"
	}
	if d.Text == "" && d.HTML != "" {
		want.Text = lines(d.HTML)
	}
	got.Text = lines(got.Text)
	for _, a := range d.Attachments {
		f := seenFile{Name: a.Name, Disposition: "attachment", Old: a.Name, Content: a.Content}
		if f.Type, _, _ = strings.Cut(a.MediaType, ";"); f.Type == "" {
			f.Type = "application/octet-stream"
		}
		if a.Inline {
			f.Disposition = "inline"
		}
		if f.Content == nil {
			f.Content = []byte{}
		}
		if f.Type != "message/rfc822" { // which Python does not take for a file
			want.Files = append(want.Files, f)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what Python reads (-want +got):\n%s\n%s", diff, raw[:min(len(raw), 3000)])
	}
}

func checkSeenDelivery(t *testing.T, got seen) {
	t.Helper()

	if got.Types[0] != "multipart/report" || len(got.Reports) != 1+len(status().Recipients) || len(got.Defects) > 0 {
		t.Fatalf("Python reads %+v", got)
	}
	want := [][2]string{{"Original-Envelope-Id", "QQ314159"}, {"Reporting-MTA", "dns; smtp.segursim.test"}, {"Arrival-Date", "Tue, 3 Mar 2026 12:00:05 +0100"}}
	if diff := cmp.Diff(want, got.Reports[0]); diff != "" {
		t.Errorf("the message's fields (-want +got):\n%s", diff)
	}
	want = [][2]string{
		{"Original-Recipient", "rfc822; b@x.segursim.test"},
		{"Final-Recipient", "rfc822; bb@x.segursim.test"},
		{"Action", "failed"},
		{"Status", "5.1.1"},
		{"Remote-MTA", "dns; mx.x.segursim.test"},
		{"Diagnostic-Code", "smtp; " + status().Recipients[0].Diagnostic},
	}
	if diff := cmp.Diff(want, got.Reports[1]); diff != "" {
		t.Errorf("the first recipient's fields (-want +got):\n%s", diff)
	}
	if got := got.Reports[3][1][1]; got != `utf-8; zo\x{E9}@\x{E9}.segursim.test` {
		t.Errorf("an address that is not ASCII: %q", got)
	}
}

func checkSeenDisposition(t *testing.T, got seen) {
	t.Helper()

	want := [][2]string{
		{"Reporting-UA", "segursim; Mon espace santé simulé"},
		{"Original-Recipient", "rfc822; o@x.segursim.test"},
		{"Final-Recipient", "rfc822; f@x.segursim.test"},
		{"Original-Message-ID", "<1@x.segursim.test>"},
		{"Disposition", "automatic-action/MDN-sent-automatically; processed/error"},
		{"Error", "902^Patient inconnu à cette adresse"},
	}
	if got.Types[0] != "multipart/report" || len(got.Reports) != 1 || len(got.Defects) > 0 {
		t.Fatalf("Python reads %+v", got)
	}
	if diff := cmp.Diff(want, got.Reports[0]); diff != "" {
		t.Errorf("the fields (-want +got):\n%s", diff)
	}
}

// writer writes messages with Python's email package, by its old interface and by
// its new one, and says what is in them.
const writer = `
import base64, email.policy, json, sys, time
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.header import Header
from email.utils import formataddr
zip = b"PK\x03\x04" + bytes(range(256)) * 30
subject = "XDM/1.0/DDM+CR d'imagerie médicale de contrôle CORSE Élodie 01/02/1980"
text = "Bonjour,\nvoici le compte rendu de l'été.\n" + "un mot " * 30 + "\n"
html = "<html><body><p>Bonjour,</p><p>été</p></body></html>\n"
names = ["IHE_XDM.zip", "20220531_CR d'imagerie médicale_CORSE_FIGATELLIX.pdf", "très " * 30 + ".pdf"]
out = {}
def done(name, m, plain=text, files=names, policy=email.policy.SMTP):
    out[name] = {"Raw": base64.b64encode(m.as_bytes(policy=policy)).decode(), "Text": plain, "Files": files}
def new():
    m = EmailMessage(policy=email.policy.SMTP)
    m["Subject"], m["From"] = subject, "Dr_Zoé_LEFÈVRE <zoe@x.segursim.test>"
    m["To"], m["Date"], m["Message-ID"] = "Léo Dupond <l@x.segursim.test>, b@x.segursim.test", "Tue, 03 Mar 2026 12:00:05 +0100", "<1@x.segursim.test>"
    return m
def attach(m):
    for n in names:
        m.add_attachment(zip, maintype="application", subtype="zip", filename=n)
for cte in ("7bit", "8bit", "quoted-printable", "base64"):
    for charset in ("utf-8", "iso-8859-15", "windows-1252"):
        plain = "ASCII alone\n" if cte == "7bit" else text
        m = new(); m.set_content(plain, cte=cte, charset="us-ascii" if cte == "7bit" else charset); done("text " + cte + " " + charset, m, plain, [])
m = new(); m.set_content(text); m.add_alternative(html, subtype="html"); attach(m); done("alternative and files", m)
m = new(); m.set_content(html, subtype="html"); done("HTML", m, "Bonjour,\n\nété", [])
m = new(); m.set_content(text); inner = new(); inner.set_content("inner\n"); attach(m); m.add_attachment(inner); done("message attached", m, files=names + [""])
m = new(); m.set_content(text); m.add_related(zip, "image", "png", cid="<a>", filename="a.png", disposition="inline"); done("related", m, files=["a.png"])
m = MIMEMultipart(); m["Subject"] = Header(subject, "iso-8859-1"); m["From"] = formataddr(("Dr_Zoé_LEFÈVRE", "zoe@x.segursim.test"), "iso-8859-1")
m["To"] = "%s <l@x.segursim.test>, b@x.segursim.test" % Header("Léo Dupond", "utf-8").encode(); m["Date"] = "Tue, 3 Mar 2026 12:00:05 +0100"; m["Message-ID"] = "<1@x.segursim.test>"
m.attach(MIMEText(text, "plain", "utf-8"))
for n in names:
    p = MIMEApplication(zip, "zip", name=Header(n, "utf-8").encode(maxlinelen=10**6)); p.add_header("Content-Disposition", "attachment", filename=("utf-8", "fr", n)); m.attach(p)
done("old interface", m, policy=email.policy.compat32.clone(linesep="\r\n", max_line_length=None))
m = MIMEMultipart(); m["Subject"] = Header(subject, "utf-8"); m["From"] = formataddr(("Dr_Zoé_LEFÈVRE", "zoe@x.segursim.test"))
m["To"] = formataddr(("Léo Dupond", "l@x.segursim.test")) + ", b@x.segursim.test"; m["Date"] = "Tue, 3 Mar 2026 12:00:05 +0100"; m["Message-ID"] = "<1@x.segursim.test>"
m.attach(MIMEText(text, "plain", "iso-8859-15"))
for n in names:
    p = MIMEApplication(zip, "zip"); p.add_header("Content-Disposition", "attachment", filename=Header(n, "utf-8").encode(maxlinelen=10**6)); m.attach(p)
done("encoded words as file names", m, policy=email.policy.compat32.clone(linesep="\r\n", max_line_length=None))
json.dump({"Subject": subject, "Zip": base64.b64encode(zip).decode(), "Messages": out}, sys.stdout)
`

// TestPythonWrites reads what Python's email package writes.
func TestPythonWrites(t *testing.T) {
	t.Parallel()

	var written struct {
		Subject  string
		Zip      []byte
		Messages map[string]struct {
			Raw   []byte
			Text  string
			Files []string
		}
	}
	python(t, writer, nil, &written)
	if len(written.Messages) < 10 {
		t.Fatalf("Python wrote %d messages", len(written.Messages))
	}

	for name, w := range written.Messages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			m := parse(t, w.Raw)
			checkOffsets(t, m)
			if len(m.Problems) > 0 {
				t.Errorf("problems: %v", m.Problems)
			}
			from, err := m.Header.Addresses("From")
			if diff := cmp.Diff([]message.Address{{Name: "Dr_Zoé_LEFÈVRE", Address: "zoe@x.segursim.test"}}, from); err != nil || diff != "" {
				t.Errorf("from (%v, -want +got):\n%s", err, diff)
			}
			to, err := m.Header.Addresses("To")
			if diff := cmp.Diff([]message.Address{{Name: "Léo Dupond", Address: "l@x.segursim.test"}, {Address: "b@x.segursim.test"}}, to); err != nil || diff != "" {
				t.Errorf("to (%v, -want +got):\n%s", err, diff)
			}
			if got := m.Header.Get("Subject"); got != written.Subject {
				t.Errorf("subject %q, want %q", got, written.Subject)
			}
			if diff := cmp.Diff(strings.TrimSuffix(w.Text, "\n"), strings.TrimSuffix(m.Body(), "\n")); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			files := []string{}
			for _, p := range m.Attachments() {
				files = append(files, p.Filename)
				if body, err := p.Decode(); p.Nested == nil && (err != nil || !bytes.Equal(body, written.Zip)) {
					t.Errorf("file %q: %v, %d bytes, want %d", p.Filename, err, len(body), len(written.Zip))
				}
			}
			if diff := cmp.Diff(w.Files, files); diff != "" {
				t.Errorf("files (-want +got):\n%s\n%s", diff, w.Raw[:min(len(w.Raw), 3000)])
			}
		})
	}
}
