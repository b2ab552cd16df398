package message_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/message"
)

// notice is the draft around a notification.
func notice() message.Draft {
	return message.Draft{
		From: message.Address{Name: "Mail Delivery System", Address: "mailer-daemon@segursim.test"},
		To:   []message.Address{{Address: "a@x.segursim.test"}}, Subject: "Undelivered Mail Returned to Sender", Date: noon(),
		MessageID: "dsn.1@segursim.test", Text: "Le message n'a pas été distribué.\n",
	}
}

func status() message.DeliveryStatus {
	return message.DeliveryStatus{
		ReportingMTA: "smtp.segursim.test", OriginalEnvelopeID: "QQ314159", Arrival: "Tue, 3 Mar 2026 12:00:05 +0100",
		Recipients: []message.RecipientStatus{
			{Original: "b@x.segursim.test", Final: "bb@x.segursim.test", Action: "failed", Status: "5.1.1", Diagnostic: "550 5.1.1 BAL inconnue (voir l'annuaire); abandon à réception", RemoteMTA: "mx.x.segursim.test"},
			{Final: "279035121518989@patient.mssante.fr", Action: "delivered", Status: "2.0.0"},
			{Final: "zoé@é.segursim.test", Original: `zoé\+=@é.segursim.test`, Action: "delayed", Status: "4.4.1", Diagnostic: strings.Repeat("un texte plus long qu'une ligne ", 8) + "fin"},
			{Final: `"a (b"@x.segursim.test`, Original: "a=?utf-8?q?b?=@x.segursim.test", RemoteMTA: "\u2003x", Action: "failed", Status: "4.4.7"},
		},
	}
}

func disposition() message.Disposition {
	return message.Disposition{
		ReportingUA: "segursim; Mon espace santé simulé", OriginalRecipient: "o@x.segursim.test", FinalRecipient: "f@x.segursim.test",
		OriginalMessageID: "1@x.segursim.test", Mode: "automatic-action", Sending: "MDN-sent-automatically",
		Type: "processed", Modifier: "error", Error: "902^Patient inconnu à cette adresse",
	}
}

// reports are the ways to give the original back.
func reports(t testing.TB) map[string]message.Report {
	original := build(t, letter())
	withFile := notice()
	withFile.Attachments = []message.Attachment{{Name: "IHE_XDM.zip", MediaType: "application/zip", Content: []byte("PK\x03\x04")}}
	asked := notice()
	asked.Extra = [][2]string{{"auto-submitted", "auto-generated"}}
	html := notice()
	html.HTML = "<p>Le message n'a pas été distribué.</p>\n"
	return map[string]message.Report{
		"whole":              {Draft: notice(), Original: original},
		"header":             {Draft: notice(), Original: original, HeadersOnly: true},
		"nothing":            {Draft: notice()},
		"8 bit with LF":      {Draft: notice(), Original: []byte("Subject: été\n\nétés\n")},
		"header with LF":     {Draft: notice(), Original: []byte("Subject: été\nX: y\n\nétés\n"), HeadersOnly: true},
		"no body":            {Draft: notice(), Original: []byte("Subject: x"), HeadersOnly: true},
		"files":              {Draft: withFile, Original: original},
		"its own automatism": {Draft: asked},
		"HTML":               {Draft: html, Original: original},
	}
}

func TestDelivery(t *testing.T) {
	t.Parallel()

	for name, r := range reports(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			raw, err := message.BuildDelivery(r, status())
			if err != nil {
				t.Fatal(err)
			}
			m := parse(t, raw)
			got, ok := m.Delivery()
			if diff := cmp.Diff(status(), got); !ok || diff != "" {
				t.Errorf("status (%v, -want +got):\n%s\n%s", ok, diff, raw)
			}
			checkReport(t, r, m, "delivery-status")
			if got := m.Header.Get("Auto-Submitted"); got != "auto-replied" && name != "its own automatism" {
				t.Errorf("Auto-Submitted: %q", got)
			}
			if _, ok := m.Disposition(); ok {
				t.Error("it is read as a disposition too")
			}
		})
	}
}

func TestDisposition(t *testing.T) {
	t.Parallel()

	read := disposition()
	read.Mode, read.Sending, read.Type, read.Modifier, read.Error = "manual-action", "MDN-sent-manually", "displayed", "", ""
	bare := message.Disposition{FinalRecipient: "f@x.segursim.test", Mode: "manual-action", Sending: "MDN-sent-automatically", Type: "deleted"}
	for name, d := range map[string]message.Disposition{"processed/error": disposition(), "displayed": read, "bare": bare} {
		for kind, r := range reports(t) {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()

				raw, err := message.BuildDisposition(r, d)
				if err != nil {
					t.Fatal(err)
				}
				m := parse(t, raw)
				got, ok := m.Disposition()
				if diff := cmp.Diff(d, got); !ok || diff != "" {
					t.Errorf("disposition (%v, -want +got):\n%s\n%s", ok, diff, raw)
				}
				checkReport(t, r, m, "disposition-notification")
				if got, want := m.Header.Has("Auto-Submitted"), d.Sending == "MDN-sent-automatically" || kind == "its own automatism"; got != want {
					t.Errorf("Auto-Submitted: %v, want %v", got, want)
				}
				if _, ok := m.Delivery(); ok {
					t.Error("it is read as a delivery status too")
				}
			})
		}
	}
}

// checkReport holds the parts of a report against RFC 6522 §3.
func checkReport(t *testing.T, r message.Report, m *message.Message, kind string) {
	t.Helper()

	original := bytes.ReplaceAll(bytes.ReplaceAll(r.Original, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	// What is malformed in an original stays so.
	if len(m.Problems) > 0 && !bytes.Contains(original, []byte("été")) || !m.Automatic("a@x.test") {
		t.Errorf("problems %v, automatic %v", m.Problems, m.Automatic("a@x.test"))
	}
	if len(m.Header.All("Auto-Submitted")) > 1 {
		t.Error("Auto-Submitted twice")
	}
	if m.MediaType != "multipart/report" || m.Params["report-type"] != kind || m.Body() != r.Draft.Text || m.Parts[1].MediaType != "message/"+kind {
		t.Errorf("not a report of %s: %s", kind, tree(m))
	}
	if got, want := m.Header.Get("Content-Transfer-Encoding"), bytes.Contains(m.Raw, []byte("Encoding: 8bit")); (got == "8bit") != want {
		t.Errorf("the transfer encoding of the whole is %q", got)
	}
	switch {
	case r.Original == nil:
		if len(m.Parts) != 2 {
			t.Errorf("%d parts, want 2", len(m.Parts))
		}
	case r.HeadersOnly:
		head, _, _ := bytes.Cut(original, []byte("\r\n\r\n"))
		if p := m.Parts[2]; p.MediaType != "text/rfc822-headers" || string(bytes.TrimSuffix(p.Bytes(), []byte("\r\n"))) != string(head) {
			t.Errorf("header given back: %s", tree(m))
		}
	default:
		if p := m.Parts[2]; p.MediaType != "message/rfc822" || !bytes.Equal(p.Bytes(), original) || p.Nested == nil {
			t.Errorf("message given back: %s", tree(m))
		}
	}
	if got := len(m.Attachments()); got != len(r.Draft.Attachments) {
		t.Errorf("%d files given back, want %d", got, len(r.Draft.Attachments))
	}
}

func TestReportRefuses(t *testing.T) {
	t.Parallel()

	deliveries := map[string]struct {
		change func(s *message.DeliveryStatus)
		want   string
	}{
		"no reporting MTA":           {func(s *message.DeliveryStatus) { s.ReportingMTA = "" }, "reporting MTA"},
		"no recipient":               {func(s *message.DeliveryStatus) { s.Recipients = nil }, "without recipient"},
		"too many recipients":        {func(s *message.DeliveryStatus) { s.Recipients = make([]message.RecipientStatus, 1001) }, "1001 recipients"},
		"recipient without address":  {func(s *message.DeliveryStatus) { s.Recipients[0].Final = "" }, "without address"},
		"address of two words":       {func(s *message.DeliveryStatus) { s.Recipients[0].Original = "a b" }, "no address"},
		"blank after an address":     {func(s *message.DeliveryStatus) { s.Recipients[0].Final = `"a b"@x.test ` }, "no address"},
		"unknown action":             {func(s *message.DeliveryStatus) { s.Recipients[0].Action = "lost" }, "no action"},
		"status that is none":        {func(s *message.DeliveryStatus) { s.Recipients[0].Status = "550" }, "no status code"},
		"status of another class":    {func(s *message.DeliveryStatus) { s.Recipients[0].Status = "2.0.0" }, "contradicts"},
		"line end in a diagnostic":   {func(s *message.DeliveryStatus) { s.Recipients[0].Diagnostic = "a\r\nStatus: 2.0.0" }, "line end"},
		"line end in an address":     {func(s *message.DeliveryStatus) { s.Recipients[0].Final = "a\r\nb" }, "line end"},
		"line end in the envelope":   {func(s *message.DeliveryStatus) { s.OriginalEnvelopeID = "a\nb" }, "line end"},
		"address longer than a line": {func(s *message.DeliveryStatus) { s.Recipients[0].Final = strings.Repeat("a", 1000) + "@x" }, "longer than"},
	}
	for name, tt := range deliveries {
		t.Run("delivery: "+name, func(t *testing.T) {
			t.Parallel()

			s := status()
			tt.change(&s)
			if _, err := message.BuildDelivery(message.Report{Draft: notice()}, s); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}

	dispositions := map[string]struct {
		change func(d *message.Disposition)
		want   string
	}{
		"no final recipient":    {func(d *message.Disposition) { d.FinalRecipient = "" }, "final recipient"},
		"address of two words":  {func(d *message.Disposition) { d.FinalRecipient = "a b" }, "no address"},
		"identifier":            {func(d *message.Disposition) { d.OriginalMessageID = "<a@x>" }, "no identifier"},
		"unknown mode":          {func(d *message.Disposition) { d.Mode = "" }, "action mode"},
		"unknown sending":       {func(d *message.Disposition) { d.Sending = "MDN-sent" }, "sending mode"},
		"unknown type":          {func(d *message.Disposition) { d.Type = "read" }, "disposition type"},
		"unknown modifier":      {func(d *message.Disposition) { d.Modifier = "warning" }, "disposition modifier"},
		"line end in the error": {func(d *message.Disposition) { d.Error = "a\r\nb" }, "line end"},
		"line end in the agent": {func(d *message.Disposition) { d.ReportingUA = "a\nb" }, "line end"},
	}
	for name, tt := range dispositions {
		t.Run("disposition: "+name, func(t *testing.T) {
			t.Parallel()

			d := disposition()
			tt.change(&d)
			if _, err := message.BuildDisposition(message.Report{Draft: notice()}, d); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}

	bad := notice()
	bad.Subject = "a\r\nb"
	if _, err := message.BuildDelivery(message.Report{Draft: bad}, status()); err == nil {
		t.Error("a report with a line end in its subject was written")
	}
}

// TestReportRead reads notifications as others write them.
func TestReportRead(t *testing.T) {
	t.Parallel()

	report := func(kind, second string) string {
		return head + "Content-Type: multipart/report; boundary=b; report-type=" + kind + "\n\n--b\n\ntext\n--b\n" + second + "\n--b--\n"
	}
	deliveries := map[string]struct {
		raw  string
		want message.DeliveryStatus
		none bool
	}{
		"comments, blanks, other fields": {
			raw: report("delivery-status", "Content-Type: message/delivery-status\n\nReporting-MTA: DNS ; mx.x.test\nX-Queue: 1\n \t\nfinal-recipient: RFC822;<b@x.test>\nAction: Failed (bounced)\nStatus: 5.1.1 (unknown)\nDiagnostic-Code: smtp; 550\n 5.1.1 no; gone\n\n\nFinal-Recipient: rfc822; c@x.test (C)\nAction: delayed\nStatus: 4.0.0\n"),
			want: message.DeliveryStatus{ReportingMTA: "mx.x.test", Recipients: []message.RecipientStatus{
				{Final: "b@x.test", Action: "failed", Status: "5.1.1", Diagnostic: "550 5.1.1 no; gone"}, {Final: "c@x.test", Action: "delayed", Status: "4.0.0"},
			}},
		},
		"no type, one group": {
			raw:  report("delivery-status", "Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\nFinal-Recipient: b@x.test\nDiagnostic-Code: 550 5.1.1 no; gone\n"),
			want: message.DeliveryStatus{Recipients: []message.RecipientStatus{{Final: "b@x.test", Diagnostic: "550 5.1.1 no; gone"}}},
		},
		"RFC 6533": {
			raw:  report("delivery-status", "Content-Type: message/global-delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: utf-8; zo\\x{E9}\\x{}\\x{110000}\\x@x.test\n"),
			want: message.DeliveryStatus{ReportingMTA: "x", Recipients: []message.RecipientStatus{{Final: `zoé\x{}\x{110000}\x@x.test`}}},
		},
		"no recipient":   {raw: report("delivery-status", "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\n"), want: message.DeliveryStatus{ReportingMTA: "x"}, none: true},
		"empty part":     {raw: report("delivery-status", "Content-Type: message/delivery-status\n\n"), none: true},
		"no such part":   {raw: report("delivery-status", "\nFinal-Recipient: rfc822; b@x.test"), none: true},
		"not a report":   {raw: strings.Replace(report("delivery-status", "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; b@x.test\n"), "/report", "/mixed", 1), none: true},
		"one line alone": {raw: report("delivery-status", "Content-Type: message/delivery-status\n\n x\n:\n"), none: true},
	}
	for name, tt := range deliveries {
		t.Run("delivery: "+name, func(t *testing.T) {
			t.Parallel()

			got, ok := parse(t, crlf(tt.raw)).Delivery()
			if diff := cmp.Diff(tt.want, got); ok == tt.none || diff != "" {
				t.Errorf("status (%v, -want +got):\n%s", ok, diff)
			}
		})
	}

	dispositions := map[string]struct {
		fields string
		want   message.Disposition
		none   bool
	}{
		"error in the modifier": {
			"Final-Recipient: rfc822; b@x.test\nOriginal-Message-ID: <1@x>\nDisposition: Automatic-Action/mdn-sent-AUTOMATICALLY; processed/Error: 902^Patient inconnu",
			message.Disposition{FinalRecipient: "b@x.test", OriginalMessageID: "1@x", Mode: "automatic-action", Sending: "MDN-sent-automatically", Type: "processed", Modifier: "error", Error: "902^Patient inconnu"},
			false,
		},
		"old type, no blanks": {
			"Disposition: manual-action/MDN-sent-manually;denied\nError: =?iso-8859-1?q?refus=E9?=",
			message.Disposition{Mode: "manual-action", Sending: "MDN-sent-manually", Type: "denied", Error: "refusé"},
			false,
		},
		"words of its own": {"Disposition: x/y; z/w", message.Disposition{Mode: "x", Sending: "y", Type: "z", Modifier: "w"}, false},
		"no type":          {"Disposition: manual-action", message.Disposition{Mode: "manual-action"}, true},
		"no disposition":   {"Final-Recipient: rfc822; b@x.test", message.Disposition{}, true},
	}
	for name, tt := range dispositions {
		t.Run("disposition: "+name, func(t *testing.T) {
			t.Parallel()

			got, ok := parse(t, crlf(report("disposition-notification", "Content-Type: message/disposition-notification\n\n"+tt.fields+"\n"))).Disposition()
			if diff := cmp.Diff(tt.want, got); ok == tt.none || diff != "" {
				t.Errorf("disposition (%v, -want +got):\n%s", ok, diff)
			}
		})
	}

	many := report("delivery-status", "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"+strings.Repeat("Final-Recipient: rfc822; b@x.test\n\n", 5000))
	if got, ok := parse(t, crlf(many)).Delivery(); !ok || len(got.Recipients) > 1000 {
		t.Errorf("%v, %d recipients read, want 1000 at most", ok, len(got.Recipients))
	}
}
