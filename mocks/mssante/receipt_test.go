package mssante

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
)

const asks = "Disposition-Notification-To: <" + kitBAL + ">\r\n"

// xdmSubject is that of a message with a document.
const xdmSubject = "XDM/1.0/DDM+CR ORDINAIRE Alice 04/05/1985"

// TestRead: the receipts of a simulated professional, person or PFI.
func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header  string
		from    string
		in      map[string]any
		want    message.Disposition
		subject string
		refused string
	}{
		"displayed": {
			header: asks, subject: xdmSubject,
			want: message.Disposition{Type: "displayed", Mode: "manual-action", Sending: "MDN-sent-manually"},
		},
		"processed by itself": {
			header: asks, in: map[string]any{"disposition": "processed", "automatic": true}, subject: xdmSubject,
			want: message.Disposition{Type: "processed", Mode: "automatic-action", Sending: "MDN-sent-automatically"},
		},
		"not filed": {
			header: asks, in: map[string]any{"code": "902", "automatic": true}, subject: "[KO Intégration système !][902] " + xdmSubject,
			want: message.Disposition{Type: "processed", Modifier: "error", Error: "902^Identifiant patient inconnu", Mode: "automatic-action", Sending: "MDN-sent-automatically"},
		},
		"deleted": {
			header: asks, in: map[string]any{"disposition": "deleted"}, subject: xdmSubject,
			want: message.Disposition{Type: "deleted", Mode: "manual-action", Sending: "MDN-sent-manually"},
		},
		"not asked":               {refused: "mdn.not-asked"},
		"elsewhere, by itself":    {header: "Disposition-Notification-To: <" + otherBAL + ">\r\n", in: map[string]any{"automatic": true}, refused: "mdn.other-path"},
		"null return path":        {header: asks + "Auto-Submitted: auto-generated\r\n", from: "<>", refused: "mdn.null-path"},
		"unknown code":            {header: asks, in: map[string]any{"code": "999"}, refused: "bad-code"},
		"code without an error":   {header: asks, in: map[string]any{"code": "902", "disposition": "displayed"}, refused: "bad-code"},
		"unknown disposition":     {header: asks, in: map[string]any{"disposition": "eaten"}, refused: "bad-disposition"},
		"mail without an error":   {header: asks, in: map[string]any{"form": "mail"}, refused: "bad-form"},
		"a BAL that is not there": {header: asks, in: map[string]any{"bal": "x@y.test"}, refused: "bal-unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			d.send(mail{from: c.from, as: kitBAL, to: []string{robertBAL}, header: c.header, subject: xdmSubject, id: "asked@logiciel.test"})
			in := map[string]any{"bal": robertBAL}
			for k, v := range c.in {
				in[k] = v
			}
			_, err := d.try("read", in)
			if c.refused != "" {
				if code := refusalCode(t, err); code != c.refused {
					t.Errorf("refused with %s, want %s", code, c.refused)
				}
				if got := d.subjects(kitBAL); len(got) != 0 {
					t.Errorf("sent: %v", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := d.inbox(kitBAL)
			if len(got) != 1 {
				t.Fatalf("%d receipts", len(got))
			}
			disposition, ok := got[0].Disposition()
			c.want.ReportingUA, c.want.FinalRecipient, c.want.OriginalMessageID = disposition.ReportingUA, robertBAL, "asked@logiciel.test"
			if diff := cmp.Diff(c.want, disposition); diff != "" || !ok {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got[0].Header.Get("Subject") != c.subject || got[0].Header.Get("Return-Path") != "<>" {
				t.Errorf("the receipt:\n%s", got[0].Raw)
			}
			if whole := got[0].Parts[len(got[0].Parts)-1]; whole.MediaType != "message/rfc822" || !strings.Contains(string(whole.Bytes()), "Bonjour.") {
				t.Errorf("the message is not given back: %s", whole.MediaType)
			}
			if row := d.do("sent", map[string]any{"bal": kitBAL})["sent"].([]sent)[0]; len(row.Receipts) != 1 || row.Receipts[0].From != robertBAL {
				t.Errorf("receipts = %+v", row.Receipts)
			}
			if flags := d.do("messages", map[string]any{"bal": robertBAL})["messages"].([]map[string]any)[0]["flags"].([]string); !slices.Contains(flags, "$MDNSent") {
				t.Errorf("flags = %v", flags)
			}
		})
	}
}

// TestReceiptGoldens: the receipts as they are written, and as Python reads them.
func TestReceiptGoldens(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.send(mail{to: []string{robertBAL, d.address(alice)}, header: asks, subject: xdmSubject, envid: "E"})
	d.do("read", map[string]any{"bal": robertBAL, "code": "904", "automatic": true})
	d.do("mes.read", map[string]any{"patient": alice})
	d.do("mes.read", map[string]any{"patient": alice}) // once only
	got := d.inbox(kitBAL)
	if len(got) != 2 {
		t.Fatalf("%d receipts", len(got))
	}
	golden(t, "mdn", got[0].Raw, got[1].Raw)
	p := python(t, got[0].Raw)
	if p.Report != "disposition-notification" || len(p.Fields) == 0 || !strings.EqualFold(p.Fields[0]["disposition"], "automatic-action/MDN-sent-automatically; processed/error") ||
		p.Fields[0]["original-message-id"] != "<essai-1@logiciel.test>" || !strings.HasPrefix(p.Fields[0]["error"], "904^") || !strings.HasPrefix(p.Subject, "[KO Intégration système !][904] XDM/1.0/DDM+") {
		t.Errorf("python reads %+v", p)
	}
	if p = python(t, got[1].Raw); len(p.Fields) == 0 || !strings.HasSuffix(p.Fields[0]["disposition"], "displayed") || p.Fields[0]["final-recipient"] != "rfc822; "+d.address(alice) {
		t.Errorf("python reads %+v", p)
	}
}

// TestErrorMail: where no receipt is asked for, an ordinary message tells of the error.
func TestErrorMail(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.send(mail{to: []string{robertBAL}, subject: xdmSubject, header: "Reply-To: <" + otherBAL + ">\r\n"})
	d.do("read", map[string]any{"bal": robertBAL, "code": "903", "form": "mail"})
	got := d.inbox(otherBAL)
	if len(got) != 1 {
		t.Fatalf("%d messages", len(got))
	}
	if _, isReceipt := got[0].Disposition(); isReceipt || got[0].Header.Get("Subject") != "[KO Intégration système !][903] "+xdmSubject || got[0].MediaType != "multipart/mixed" {
		t.Errorf("the message:\n%s", got[0].Raw)
	}
	if p := python(t, got[0].Raw); !slices.Contains(p.Types, "message/rfc822") {
		t.Errorf("python reads the parts %v", p.Types)
	}
}

// TestAutomaticReceipts: a BAL that was told to answers each message that asks.
func TestAutomaticReceipts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.do("receipts", map[string]any{"bal": robertBAL, "disposition": "processed", "delay": "30s"})
	d.do("receipts", map[string]any{"bal": otherBAL, "code": "900"})
	d.send(mail{to: []string{robertBAL, otherBAL}, header: asks})
	d.send(mail{to: []string{robertBAL}, id: "plain@x.test"})
	_, x := d.send(mail{to: []string{otherBAL}, header: "Disposition-Notification-To: <" + robertBAL + ">\r\n", id: "elsewhere@x.test"})
	if !slices.Contains(rules(x), "mss.mdn.other-path") {
		t.Errorf("remarks = %v", rules(x))
	}
	types := func() (out []string) {
		for _, m := range d.inbox(kitBAL) {
			r, _ := m.Disposition()
			out = append(out, r.Type+"/"+r.Modifier)
		}
		return out
	}
	if diff := cmp.Diff([]string{"processed/error"}, types()); diff != "" {
		t.Errorf("at once (-want +got):\n%s", diff)
	}
	d.w.Clock.Advance(30 * time.Second)
	if diff := cmp.Diff([]string{"processed/error", "processed/"}, types()); diff != "" {
		t.Errorf("later (-want +got):\n%s", diff)
	}
	d.do("receipts", map[string]any{"bal": otherBAL, "disposition": "off"})
	d.send(mail{to: []string{otherBAL}, header: asks, id: "after@x.test"})
	if got := types(); len(got) != 2 {
		t.Errorf("after it was told to stop: %v", got)
	}
	if got := d.do("counters", nil)["total"].(tally); got.Received != 2 {
		t.Errorf("counters = %+v", got)
	}
}

// TestPatientReceipts: a patient's receipt may go at once.
func TestPatientReceipts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) { c.Post.Patients.Receipts = "arrived" })
	d.send(mail{to: []string{d.address(alice)}, header: asks})
	d.send(mail{to: []string{d.address(alice)}, id: "plain@x.test"})
	if got := d.subjects(kitBAL); len(got) != 1 {
		t.Errorf("receipts: %v", got)
	}
	d.do("mes.read", map[string]any{"patient": alice, "message": "essai-1@logiciel.test"})
	if got := d.subjects(kitBAL); len(got) != 1 {
		t.Errorf("another receipt: %v", got)
	}
}

// mdn is a receipt as the software under test sends it.
func mdn(from, to, about, disposition string) string {
	return "From: <" + from + ">\r\nTo: <" + to + ">\r\nSubject: lu\r\nMessage-ID: <mdn@logiciel.test>\r\nX-MSS-NIL: NIL0001\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nlu\r\n--b\r\n" +
		"Content-Type: message/disposition-notification\r\n\r\nReporting-UA: lps\r\nFinal-Recipient: rfc822;" + from + "\r\nOriginal-Message-ID: <" + about + ">\r\n" +
		"Disposition: " + disposition + "\r\n\r\n--b--\r\n"
}

// TestReceived: what is said of the receipts that the software under test sends.
func TestReceived(t *testing.T) {
	t.Parallel()
	const manual, automatic = "manual-action/MDN-sent-manually; displayed", "automatic-action/MDN-sent-automatically; processed"
	for name, c := range map[string]struct {
		receipt     bool   // was asked for
		elsewhere   string // header fields of the raw message that asks elsewhere
		from        string
		to          string
		about       string
		disposition string
		want        []string
		known       bool
	}{
		"right":              {receipt: true, disposition: manual, want: []string{}, known: true},
		"by itself":          {receipt: true, disposition: automatic, want: []string{}, known: true},
		"not asked":          {disposition: manual, want: []string{"mss.mdn.not-asked"}, known: true},
		"about nothing":      {receipt: true, about: "rien@x.test", disposition: manual, want: []string{"mss.mdn.unknown"}},
		"with a return path": {receipt: true, from: kitBAL, disposition: manual, want: []string{"mss.mdn.return-path"}, known: true},
		"to another":         {receipt: true, to: otherBAL, disposition: manual, want: []string{"mss.mdn.elsewhere"}, known: true},
		"elsewhere, by itself": {
			elsewhere: otherBAL, to: otherBAL, disposition: automatic, want: []string{"mss.mdn.other-path"}, known: true,
		},
		"elsewhere, by hand": {elsewhere: otherBAL, to: otherBAL, disposition: manual, want: []string{}, known: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			in := map[string]any{"from": robertBAL, "to": kitBAL, "subject": "Avis", "text": "Bonjour", "receipt": c.receipt}
			if c.elsewhere != "" {
				in["raw"] = "From: <" + robertBAL + ">\nTo: <" + kitBAL + ">\nSubject: Avis\nMessage-ID: <ailleurs@x.test>\nDisposition-Notification-To: <" + c.elsewhere + ">\n\nBonjour\n"
			}
			asked := d.do("deposer", in)
			about, to, from := asked["message_id"].(string), robertBAL, "<>"
			if c.about != "" {
				about = c.about
			}
			if c.to != "" {
				to = c.to
			}
			if c.from != "" {
				from = c.from
			}
			_, x := d.send(mail{from: from, as: kitBAL, to: []string{to}, raw: mdn(kitBAL, to, about, c.disposition)})
			if diff := cmp.Diff(c.want, rules(x)); diff != "" {
				t.Errorf("remarks (-want +got):\n%s", diff)
			}
			var facts map[string]any
			for _, e := range d.w.Journal.Since(0, 0) {
				if e.Op == opReceived {
					facts, _ = e.Facts["mdn"].(map[string]any)
				}
			}
			if facts["known"] != c.known || facts["asked"] != (c.known && (c.receipt || c.elsewhere != "")) || facts["message_id"] != about {
				t.Errorf("facts = %v", facts)
			}
			row := d.do("sent", map[string]any{"queue": asked["queue"]})["sent"].([]sent)[0]
			if (len(row.Receipts) == 1) != c.known {
				t.Errorf("receipts = %+v", row.Receipts)
			}
			if got := d.do("counters", map[string]any{"bal": kitBAL})["total"].(tally); got.Receipts != 1 {
				t.Errorf("counters = %+v", got)
			}
		})
	}
}

// TestNoLoop: a receipt about a receipt, a report about a report: nothing goes round.
func TestNoLoop(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.do("receipts", map[string]any{"bal": robertBAL, "disposition": "processed"})
	d.do("receipts", map[string]any{"bal": kitBAL, "disposition": "processed"})
	d.fault.verdict = func(sim.Call) sim.Verdict { return sim.Verdict{} }
	d.send(mail{to: []string{robertBAL}, header: asks})
	d.send(mail{from: "<>", as: kitBAL, to: []string{robertBAL}, raw: strings.Replace(mdn(kitBAL, robertBAL, "x@y.test", "manual-action/MDN-sent-manually; displayed"), "Subject:", asks+"Subject:", 1)})
	if got := d.subjects(kitBAL); len(got) != 1 {
		t.Errorf("kit got %v", got)
	}
	if got := d.subjects(robertBAL); len(got) != 2 {
		t.Errorf("robert got %v", got)
	}
}
