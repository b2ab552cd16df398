package mss_test

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/message"
)

func copyAll(to, from net.Conn) (int64, error) { return io.Copy(to, from) }

// A receipt goes to who asked, about the message, with its header (RFC 8098).
func TestReceipt(t *testing.T) {
	t.Parallel()
	with, without := written(t)
	read := func(raw []byte) *mss.Mail {
		m, err := message.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		return &mss.Mail{Header: m.Header, Head: raw[:m.Content], Row: mss.Row{ID: "1@labo.segursim.test", Subject: m.Header.Get("Subject")}}
	}
	by := mss.Reader{From: message.Address{Name: "Dr_Marie_MARTIN", Address: bal}, NIL: "P1", Agent: "lps.test; essai", At: morning(), ID: "3@x.test"}
	if _, _, err := read(without).Receipt(by); !errors.Is(err, mss.ErrNotAsked) {
		t.Errorf("not asked: %v", err)
	}
	raw, to, err := read(with).Receipt(by)
	if err != nil {
		t.Fatal(err)
	}
	m, err := message.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := m.Disposition()
	if !ok || to != "labo@labo.segursim.test" {
		t.Fatalf("no receipt for %s:\n%s", to, raw)
	}
	want := message.Disposition{
		ReportingUA: "lps.test; essai", FinalRecipient: bal, OriginalMessageID: "1@labo.segursim.test", Mode: "manual-action", Sending: "MDN-sent-manually", Type: "displayed",
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	got := []string{m.Header.Get("X-MSS-NIL"), m.Header.Get("In-Reply-To"), m.Header.Get("Subject")}
	if diff := cmp.Diff([]string{"P1", "<1@labo.segursim.test>", "Lu : CR d'examens biologiques D'HERAULT-OEUF Zoe 12/04/1985"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// An address that cannot be read is an error, not a guess.
func TestReceiptMalformed(t *testing.T) {
	t.Parallel()
	m, err := message.Parse([]byte("Disposition-Notification-To: <<x\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	mail := &mss.Mail{Header: m.Header}
	if _, _, err := mail.Receipt(mss.Reader{}); err == nil || errors.Is(err, mss.ErrNotAsked) {
		t.Errorf("%v", err)
	}
}
