package message_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/message"
)

// FuzzParse: whatever the bytes, nothing panics, offsets lie within bounds and in
// each other, and every string that comes out is UTF-8.
func FuzzParse(f *testing.F) {
	for _, tt := range structures {
		f.Add(crlf(tt.raw))
		f.Add([]byte(tt.raw))
	}
	for _, d := range drafts() {
		f.Add(build(f, d))
	}
	for _, r := range reports(f) {
		raw, err := message.BuildDelivery(r, status())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		if raw, err = message.BuildDisposition(r, disposition()); err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		m, err := message.Parse(raw)
		if err != nil {
			return
		}
		checkOffsets(t, m)
		readAll(t, m)
		if !bytes.Equal(before, raw) {
			t.Error("the bytes were changed")
		}
	})
}

// readAll reads everything that a message can be asked for.
func readAll(t *testing.T, m *message.Message) {
	t.Helper()

	text := func(what, s string) {
		if !utf8.ValidString(s) {
			t.Errorf("%s is not UTF-8: %q", what, s)
		}
	}
	var part func(p *message.Part)
	part = func(p *message.Part) {
		for _, field := range p.Header {
			text(field.Name, field.Value())
			list, _ := p.Header.Addresses(field.Name)
			for _, a := range list {
				text(field.Name, a.String())
			}
			for _, id := range p.Header.IDs(field.Name) {
				text(field.Name, id)
			}
		}
		for name, value := range p.Params {
			text(name, value)
		}
		text("the file name", p.Filename)
		s, _ := p.Text()
		text("the text", s)
		for _, inner := range p.Parts {
			part(inner)
		}
		if p.Nested != nil {
			part(p.Nested)
		}
	}
	part(m.Part)
	text("the body", m.Body())
	m.Automatic("a@x.test")
	m.Attachments()
	status, _ := m.Delivery()
	for _, r := range status.Recipients {
		text("the recipient", r.Final+r.Original+r.Diagnostic)
	}
	d, _ := m.Disposition()
	text("the disposition", d.Type+d.Error+d.ReportingUA)
}

// FuzzBuild: what is written is read back as it was.
func FuzzBuild(f *testing.F) {
	for _, d := range drafts() {
		file := ""
		if len(d.Attachments) > 0 {
			file = d.Attachments[0].Name
		}
		f.Add(d.From.Name, d.From.Address, d.Subject, d.MessageID, d.Text, d.HTML, file)
	}
	f.Fuzz(func(t *testing.T, name, address, subject, id, text, html, file string) {
		d := message.Draft{
			From: message.Address{Name: name, Address: address}, To: []message.Address{{Name: name, Address: "b@x.test"}},
			Subject: subject, Date: noon(), MessageID: id, Text: text, HTML: html, Extra: [][2]string{{"X-A", subject}},
			Attachments: []message.Attachment{{Name: file, MediaType: "application/zip", Content: []byte(text)}},
		}
		raw, err := message.Build(d)
		if err != nil {
			return
		}
		m := parse(t, raw)
		if len(m.Problems) > 0 {
			t.Fatalf("problems %v\n%s", m.Problems, raw)
		}
		checkDraft(t, d, m)
		if html != "" && text != "" {
			got, err := m.Parts[0].Parts[1].Text()
			if want := strings.ReplaceAll(lines(html), "\n", "\r\n"); err != nil || got != want {
				t.Errorf("HTML %q, %v, want %q", got, err, want)
			}
		}
	})
}

// FuzzParseAddress: an address that is read can be written, and is read the same.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"a@x.test", "<a@x.test>", `"A, B" <a@x.test>`, "=?utf-8?q?=C3=A9?= <a@x.test>", `"a b"@x.test (c)`, "G: a@x.test, b@x.test;", "a@[127.0.0.1]",
		"\xe9 <a@x.test>", "A B <a.b@x>", "<@y:a@x.test>", `"\"" <"\""@x.test>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, err := message.ParseAddresses(s)
		if err != nil {
			return
		}
		for _, a := range list {
			d := message.Draft{From: a, Date: noon()}
			raw, err := message.Build(d)
			if err != nil {
				continue // controls in a name, an address of SMTPUTF8
			}
			if got, err := parse(t, raw).Header.Addresses("From"); err != nil || len(got) != 1 || got[0].Address != a.Address {
				t.Errorf("%q: %+v is read back as %+v, %v\n%s", s, a, got, err, raw)
			}
		}
	})
}

// FuzzDelivery: a delivery status that is written is read back as it was.
func FuzzDelivery(f *testing.F) {
	s := status()
	for _, r := range s.Recipients {
		f.Add(s.ReportingMTA, s.OriginalEnvelopeID, s.Arrival, r.Original, r.Final, r.Action, r.Status, r.Diagnostic, r.RemoteMTA)
	}
	f.Fuzz(func(t *testing.T, mta, envelope, arrival, original, final, action, code, diagnostic, remote string) {
		r := message.RecipientStatus{Original: original, Final: final, Action: action, Status: code, Diagnostic: diagnostic, RemoteMTA: remote}
		want := message.DeliveryStatus{ReportingMTA: mta, OriginalEnvelopeID: envelope, Arrival: arrival, Recipients: []message.RecipientStatus{r, r}}
		raw, err := message.BuildDelivery(message.Report{Draft: notice()}, want)
		if err != nil {
			return
		}
		for _, s := range []*string{&want.ReportingMTA, &want.OriginalEnvelopeID, &want.Arrival, &r.Diagnostic, &r.RemoteMTA} {
			*s = strings.Trim(*s, " \t")
		}
		want.Recipients = []message.RecipientStatus{r, r}
		got, ok := parse(t, raw).Delivery()
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("status (%v, -want +got):\n%s\n%s", ok, diff, raw)
		}
	})
}

// FuzzDisposition: a disposition that is written is read back as it was.
func FuzzDisposition(f *testing.F) {
	d := disposition()
	f.Add(d.ReportingUA, d.OriginalRecipient, d.FinalRecipient, d.OriginalMessageID, d.Mode, d.Sending, d.Type, d.Modifier, d.Error)
	f.Add("", "", "é@x", "", "manual-action", "MDN-sent-manually", "displayed", "", "")
	f.Fuzz(func(t *testing.T, agent, original, final, id, mode, sending, kind, modifier, text string) {
		want := message.Disposition{
			ReportingUA: agent, OriginalRecipient: original, FinalRecipient: final, OriginalMessageID: id,
			Mode: mode, Sending: sending, Type: kind, Modifier: modifier, Error: text,
		}
		raw, err := message.BuildDisposition(message.Report{Draft: notice()}, want)
		if err != nil {
			return
		}
		want.ReportingUA, want.Error = strings.Trim(agent, " \t"), strings.Trim(text, " \t")
		got, ok := parse(t, raw).Disposition()
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("disposition (%v, -want +got):\n%s\n%s", ok, diff, raw)
		}
	})
}
