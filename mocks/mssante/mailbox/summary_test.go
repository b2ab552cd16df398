package mailbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// A summary is what a row keeps of a header.
type summary struct {
	MessageID, Subject, From, To string
	Sent                         time.Time
	Attached                     bool
}

func (w *world) summary(t testing.TB, raw []byte) summary {
	t.Helper()
	var m mailbox.Message
	w.update(t, func(tx *store.Txn) (err error) {
		m, err = w.mail.Append(tx, marie, "INBOX", raw, nil, noon())
		return err
	})
	return summary{m.MessageID, m.Subject, m.From, m.To, m.Sent, m.Attached}
}

func crlf(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n")) }

// nested is a message whose multiparts nest deeper than the codec reads.
func nested(levels int) []byte {
	var b strings.Builder
	b.WriteString("Subject: profond\r\n")
	for i := range levels {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return []byte(b.String() + "\r\nfin\r\n")
}

func TestSummary(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw  []byte
		want summary
	}{
		"empty":          {nil, summary{}},
		"no header":      {[]byte("Bonjour\r\n"), summary{}},
		"binary":         {[]byte{0, 1, 0xff, '\n', '\n'}, summary{}},
		"header alone":   {crlf("Subject: un", ""), summary{Subject: "un"}},
		"bare LF":        {[]byte("Subject: un\nFrom: a@b.test\n\nx"), summary{Subject: "un", From: "a@b.test"}},
		"encoded words":  {crlf("Subject: =?iso-8859-1?Q?Compte_rendu_d=27=E9chographie?=", "", ""), summary{Subject: "Compte rendu d'échographie"}},
		"folded":         {crlf("Subject: XDM/1.0/DDM+CR", " d'examens VIAL Paul", "", ""), summary{Subject: "XDM/1.0/DDM+CR d'examens VIAL Paul"}},
		"raw UTF-8":      {crlf("Subject: Reçu", "", ""), summary{Subject: "Reçu"}},
		"raw Latin-1":    {[]byte("Subject: Re\xe7u\r\n\r\n"), summary{Subject: "Reçu"}},
		"several":        {crlf(`To: "Martin, Marie" <a@b.test>, c@d.test`, "To: e@f.test", "", ""), summary{To: "Martin, Marie <a@b.test>, c@d.test, e@f.test"}},
		"not an address": {crlf("From: le labo", "", ""), summary{From: "le labo"}},
		"date":           {crlf("Date: Sat, 21 Nov 2026 08:00:00 +0100", "", ""), summary{Sent: time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC)}},
		"bad date":       {crlf("Date: hier", "", ""), summary{}},
		"absurd offset":  {crlf("Date: Sat, 21 Nov 2026 08:00:00 +2400", "", ""), summary{}},
		"identifier":     {crlf("Message-ID: <a@b.test> (mon logiciel)", "", ""), summary{MessageID: "a@b.test"}},
		"attachment": {sized(1, 4000), summary{
			MessageID: "1@segursim.test", Subject: "XDM/1.0/DDM+CR d'examens biologiques CORSE Jean 1", To: marie, Attached: true,
			From: "Dr_Paul_DURAND_Cabinet <paul.durand@medecin.segursim.test>", Sent: time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC),
		}},
		"alternatives": {crlf("Content-Type: multipart/alternative; boundary=b", "", "--b", "", "texte", "--b", "Content-Type: text/html", "", "<p>", "--b--", ""), summary{}},
		"too deep":     {nested(60), summary{Subject: "profond"}},
		"controls":     {[]byte("Subject: =?utf-8?Q?a=00b=0D=0Ac?=\r\n\r\n"), summary{Subject: "a b  c"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, withMarie(t).summary(t, tt.raw)); diff != "" {
				t.Error("(-want +got)\n" + diff)
			}
		})
	}
}

// TestSummaryBounds shows that a row stays small whatever the header.
func TestSummaryBounds(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	long := strings.Repeat("é", 5000)
	got := w.summary(t, crlf("Subject: "+long, `From: "`+long+`" <a@b.test>`, "To: "+strings.Repeat("a@b.test, ", 5000)+"a@b.test",
		"Message-ID: <"+strings.Repeat("a", 5000)+"@b.test>", "", ""))
	if len(got.Subject) != 1000 || got.Subject != long[:1000] || len(got.From) != 499 && len(got.From) != 500 || len(got.To) != 2000 || got.MessageID != "" {
		t.Errorf("%d %d %d %d", len(got.Subject), len(got.From), len(got.To), len(got.MessageID))
	}
	for _, s := range []string{got.Subject, got.From, got.To} {
		if !utf8.ValidString(s) {
			t.Errorf("cut within a character: %q", s[len(s)-8:])
		}
	}
}

// FuzzAppend stores anything: it comes back byte by byte, its row is bounded and goes
// through a snapshot.
func FuzzAppend(f *testing.F) {
	f.Add(letter("un"), `\Seen`, "INBOX")
	f.Add(sized(1, 2000), "$MDNSent", "Inbox")
	f.Add(nested(60), "k", "Sent")
	f.Add([]byte("Date: Sat, 21 Nov 2026 08:00:00 +2400\n\n"), `\Recent`, "INBOX/é")
	f.Add([]byte("Subject: =?utf-8?B?/w==?=\r\nFrom: \xff <a@b>\r\n\r\n"), "", "a//b")
	f.Fuzz(func(t *testing.T, raw []byte, flag, name string) {
		w := withMarie(t)
		var m mailbox.Message
		err := w.mail.Update(func(tx *store.Txn) (err error) {
			if _, ok := w.mail.Folder(tx, marie, name); !ok {
				if _, err := w.mail.CreateFolder(tx, marie, name, ""); err != nil {
					name = "INBOX"
				}
			}
			if m, err = w.mail.Append(tx, marie, name, raw, []string{flag}, noon()); err != nil {
				m, err = w.mail.Append(tx, marie, name, raw, nil, noon())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(m.Subject) + len(m.From) + len(m.To) + len(m.MessageID); n > 5000 {
			t.Errorf("a row of %d bytes", n)
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back mailbox.Message
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, back); diff != "" {
			t.Error("through JSON (-want +got)\n" + diff)
		}
		w.view(t, func(tx *store.Txn) {
			if got, err := w.mail.Raw(tx, m); err != nil || !bytes.Equal(got, raw) {
				t.Errorf("%q, %v", got, err)
			}
		})
		audit(t, w)
	})
}
