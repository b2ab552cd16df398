package mssante

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// evil is what a hostile message says everywhere.
const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>`

// put puts a message into a folder as an IMAP client would.
func (f *front) append(address, folder, raw string) mailbox.Message {
	f.t.Helper()
	var m mailbox.Message
	err := f.s.mail.Update(func(tx *store.Txn) error {
		var err error
		m, err = f.s.mail.Append(tx, address, folder, []byte(raw), nil, f.s.now())
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return m
}

func letterURL(address, folder string, uid uint32, tab string) string {
	return "courrier?" + url.Values{"bal": {address}, "folder": {folder}, "message": {uidText(uid)}, "tab": {tab}}.Encode()
}

// TestPanelHostile shows messages that attack whoever looks at them.
func TestPanelHostile(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	for name, raw := range map[string]string{
		"everywhere": "From: \"" + strings.ReplaceAll(evil, `"`, `\"`) + "\" <a@b.test>\nTo: " + evil + "\nSubject: " + evil + "\nX-MSS-NIL: " + evil + "\nMessage-ID: <x@b.test>\nReply-To: javascript:alert(1)\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<script>alert(1)</script>" + evil + "\n--b\nContent-Type: text/html; name=\"../../" + `\"><script>.html` + "\"\nContent-Disposition: attachment; filename=\"../../etc/" + `\"><script>alert(1)</script>.html` + "\"\n\n<script>alert(3)</script>\n--b--\n",
		"controls":   "Subject: \x00\x1b[31m\u202etxt.exe\nFrom: \x01\n\n\x00\x08\x1b[2J\u202e",
		"no header":  "\n\n<script>alert(1)</script>",
		"nothing":    "",
		"binary":     string([]byte{0xff, 0xfe, 0x00, '\n', 0x80, 0x81}),
		"report":     "Subject: KO\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\n" + evil + "\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; " + evil + "\nOriginal-Message-ID: <x@b.test>\nDisposition: automatic-action/MDN-sent-automatically; processed/error: " + evil + "\n--b--\n",
		"zip":        "Subject: XDM/1.0/DDM+\nContent-Type: application/zip; name=IHE_XDM.zip\nContent-Disposition: attachment; filename=IHE_XDM.zip\n\nPK\x03\x04<script>\n",
	} {
		t.Run(name, func(t *testing.T) {
			m := f.append(kitBAL, mailbox.Inbox, crlf(raw))
			for _, tab := range []string{"", "xdm", "constats", "entete", "source", "autre"} {
				p := f.get(letterURL(kitBAL, mailbox.Inbox, m.UID, tab))
				p.says("Courrier")
				p.safe()
				if strings.Contains(p.body, "<script>alert") || strings.Contains(p.body, "<img src=x") || strings.ContainsAny(p.text(), "\x00\x1b\u202e") {
					t.Errorf("tab %s: what the message says is in the page as it is", tab)
				}
			}
			source := f.get("courrier/source?" + url.Values{"bal": {kitBAL}, "message": {uidText(m.UID)}}.Encode())
			if source.body != crlf(raw) {
				t.Errorf("the source is %q, want %q", source.body, crlf(raw))
			}
			source.kept("message/rfc822", "message-"+uidText(m.UID)+".eml")
		})
	}
	piece := f.get("courrier/piece?" + url.Values{"bal": {kitBAL}, "folder": {"INBOX"}, "message": {firstUID(f, evil)}, "n": {"0"}}.Encode())
	piece.kept("application/octet-stream", "")
	if piece.body != "<script>alert(3)</script>" {
		t.Errorf("the attachment is %q", piece.body)
	}
}

// firstUID is the UID of the message with that subject in Kit's INBOX.
func firstUID(f *front, subject string) (uid string) {
	_ = f.app.World().Store.View(func(tx *store.Txn) error {
		folder, _ := f.s.mail.Folder(tx, kitBAL, mailbox.Inbox)
		for m := range f.s.mail.Messages(tx, folder.ID) {
			if m.Subject == subject {
				uid = uidText(m.UID)
			}
		}
		return nil
	})
	return uid
}

// kept checks that an answer is a file to keep, which no browser shows or guesses.
func (p sheet) kept(media, name string) {
	p.t.Helper()
	kind, params, err := mime.ParseMediaType(p.header.Get("Content-Disposition"))
	if err != nil || kind != "attachment" || strings.ContainsAny(params["filename"], `/\<>"`) || name != "" && params["filename"] != name {
		p.t.Errorf("%s: disposition %q, %v", p.at, p.header.Get("Content-Disposition"), err)
	}
	if p.status != http.StatusOK || p.header.Get("Content-Type") != media || p.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(p.header.Get("Content-Security-Policy"), "sandbox") {
		p.t.Errorf("%s: %d, %v", p.at, p.status, p.header)
	}
}

// TestPanelDocument follows a document from the form to the page of its content.
func TestPanelDocument(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	sentPage := f.submit(f.get("composer?from="+kitBAL+"&to="+robertBAL), "composer", "send", url.Values{
		"doc": {"true"}, "doc_patient": {alice}, "doc_text": {evil}, "r0_name": {evil}, "r0_flag": {"LL"}, "r1_name": {""}, "r1_value": {""}, "doc_pdf": {"Copie"}, "receipt": {"true"},
	})
	sentPage.says("Message envoyé", "remis", "Aucun constat.")
	sentPage.safe()
	letter := f.get(sentPage.link(robertBAL))
	letter.says("CR d'examens biologiques SEGURSIM-ORDINAIRE", "X-MSS-INS: O", "X-MSS-CODECDA: 11502-2", "IHE_XDM.zip", "Remise", "pas encore reçu", "demandé par", "dans le journal")
	f.get(letter.link("dans le journal")).says("deposit")
	xdmPage := f.get(letter.link("Contenu XDM"))
	xdmPage.says("IHE_XDM/SUBSET01", "conforme", "285047599910178^^^&1.2.250.1.213.1.4.10&ISO^NH", "KIT DOC0036624", "CDA, niveau 3", "1 résultat(s) critique(s)", "<script>alert(1)</script>", "METADATA.XML")
	xdmPage.safe()
	f.get(xdmPage.link("DOC0001.XML")).kept("application/octet-stream", "DOC0001.XML")
	pdf := f.get(xdmPage.link("Télécharger le PDF du CDA"))
	pdf.kept("application/pdf", "DOC0001.pdf")
	if !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("the PDF begins with %.20q", pdf.body)
	}
	f.get(letter.link("IHE_XDM.zip")).kept("application/zip", "IHE_XDM.zip")

	next := f.submit(f.get(xdmPage.link("Envoyer une version")), "composer", "send", nil)
	next.says("Message envoyé")
	f.get(f.get(next.link(robertBAL)).link("Contenu XDM")).says("Annule et remplace", "relatedDocument RPLC")

	// The professional files it: the receipt comes back, tied to the message.
	done := f.submit(letter, "accuse", "", url.Values{"disposition": {"error"}, "code": {"904"}})
	done.says("Accusé envoyé.", "non intégré", "904^INS différente de l'INS connue", "Réponses et accusés")
	receipt := f.get(done.link("[KO Intégration système !][904]"))
	receipt.says("non intégré", "Accusé du message", "manual-action/MDN-sent-manually")
	f.get(receipt.link("XDM/1.0/DDM+")).says("IHE_XDM.zip")
	f.submit(done, "lu", "unseen", nil).says("Marqué comme non lu.")
	f.submit(done, "lu", "flag", nil).says("Message suivi.", "Ne plus suivre")
	f.submit(letter, "accuse", "", url.Values{"message": {"77"}}).says("aucun message « 77 »")
	f.submit(done, "lu", "unseen", url.Values{"message": {"77"}}).says("ce message n'est plus là")
	answer := f.get(letter.link("Répondre"))
	answer = f.submit(answer, "composer", "send", url.Values{"text": {"Bien reçu."}})
	f.get(f.get(answer.link(kitBAL)).link("XDM/1.0/DDM+")).says("IHE_XDM.zip")
}

// TestPanelPaging lists and searches a folder of 10,000 messages.
func TestPanelPaging(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	const n = 10_000
	err := f.s.mail.Update(func(tx *store.Txn) error {
		for i := range n {
			raw := fmt.Sprintf("From: <a%d@b.test>\r\nSubject: Message %d\r\n\r\n.", i, i)
			if _, err := f.s.mail.Append(tx, kitBAL, mailbox.Inbox, []byte(raw), nil, morning); err != nil {
				return err
			}
		}
		folder, _ := f.s.mail.Folder(tx, kitBAL, mailbox.Inbox)
		gone := []uint32{}
		for uid := uint32(9901); uid <= 9950; uid++ { // a hole
			gone = append(gone, uid)
		}
		return f.s.mail.Expunge(tx, folder.ID, gone)
	})
	if err != nil {
		t.Fatal(err)
	}
	p := f.get("courrier?bal=" + kitBAL)
	p.says("Message 9999", "Message 9950", "50 sur 9 950", "Plus anciens")
	if p.rows() != maxRows || strings.Contains(p.text(), "Plus récents") {
		t.Errorf("%d rows: %s", p.rows(), p.text())
	}
	p = f.get(p.link("Plus anciens"))
	p.says("Message 9899", "Message 9850", "Plus récents")
	p = f.get(p.link("Plus récents"))
	p.says("Message 9999", "Message 9950")
	p = f.get("courrier?bal=" + kitBAL + "&before=51")
	p.says("Message 49", "Message 0")
	if p.rows() != maxRows || strings.Contains(p.text(), "Plus anciens") {
		t.Errorf("the last page: %d rows: %s", p.rows(), p.text())
	}
	p = f.get("courrier?bal=" + kitBAL + "&q=message+999")
	p.says("Message 9999", "Message 9990", "Message 999")
	if p.rows() != 19 { // 9990 to 9999, 999, 1999 to 8999
		t.Errorf("%d rows found", p.rows())
	}
	p = f.get("courrier?bal=" + kitBAL + "&q=a1")
	if p.rows() != maxRows {
		t.Errorf("%d rows found", p.rows())
	}
	if older := f.get(p.link("Plus anciens")); older.rows() != maxRows || strings.Contains(older.text(), "<a1999@b.test>") {
		t.Errorf("older: %d rows", older.rows())
	}
	f.get("courrier?bal=" + kitBAL + "&q=introuvable").says("Aucun message ne correspond.")
}

// TestPanelLive asks for what is new as the script does.
func TestPanelLive(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	ask := func(path string) (liveAnswer, int) {
		t.Helper()
		p := f.get(path)
		var a liveAnswer
		if p.status == http.StatusOK {
			if err := json.Unmarshal([]byte(p.body), &a); err != nil {
				t.Fatalf("%s: %v", p.body, err)
			}
		}
		return a, p.status
	}
	before, _ := ask("courrier/live?bal=" + kitBAL)
	if len(before.Parts) != 3 || before.Stamp == "" {
		t.Fatalf("%+v", before)
	}
	if _, status := ask("courrier/live?bal=" + kitBAL + "&stamp=" + before.Stamp); status != http.StatusNoContent {
		t.Errorf("nothing happened: %d", status)
	}
	f.act("deposer", map[string]any{"from": robertBAL, "to": kitBAL, "subject": evil})
	after, _ := ask("courrier/live?bal=" + kitBAL + "&stamp=" + before.Stamp)
	if after.Parts["list"].Rev == before.Parts["list"].Rev || strings.Contains(after.Parts["list"].HTML, "<script>") || !strings.Contains(after.Parts["list"].HTML, "&lt;script&gt;") {
		t.Errorf("the list: %+v", after.Parts["list"])
	}
	if a, _ := ask("courrier/live?q=a&bal=" + kitBAL); len(a.Parts) != 1 {
		t.Errorf("while searching: %d parts", len(a.Parts))
	}
	for path, parts := range map[string]int{"boites/live?bal=" + kitBAL: 2, "boites/live": 2, "usagers/live": 3, "usagers/live?patient=" + alice: 3, "compteurs/live": 3} {
		if a, status := ask(path); len(a.Parts) != parts {
			t.Errorf("%s: %d, %d parts", path, status, len(a.Parts))
		}
	}
}
