package message_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/message"
)

// crlf writes a message of a test: lines with LF become lines with CRLF.
func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func parse(t testing.TB, raw []byte) *message.Message {
	t.Helper()

	m, err := message.Parse(raw)
	if err != nil {
		t.Fatalf("parse: %v\n%s", err, raw)
	}
	return m
}

func build(t testing.TB, d message.Draft) []byte {
	t.Helper()

	raw, err := message.Build(d)
	if err != nil {
		t.Fatalf("build: %v", err)
	}
	return raw
}

// noon is a date with a zone, as French clients write it.
func noon() time.Time {
	return time.Date(2026, time.March, 3, 12, 0, 5, 0, time.FixedZone("", 3600))
}

// letter is a draft with everything that a draft can have.
func letter() message.Draft {
	return message.Draft{
		From:      message.Address{Name: "Dr_Marie_MARTIN_Cabinet Médical", Address: "marie.martin@medecin.segursim.test"},
		ReplyTo:   message.Address{Name: "Secrétariat, 2e étage", Address: "secretariat@medecin.segursim.test"},
		To:        []message.Address{{Name: "Léo Dupond", Address: "279035121518989@patient.mssante.fr"}, {Address: "b@x.segursim.test"}},
		Cc:        []message.Address{{Name: `O"Neil \ Co`, Address: "c@x.segursim.test"}},
		Subject:   "XDM/1.0/DDM+CR d'imagerie médicale PATIENT Élodie 26/11/1978",
		Date:      noon(),
		MessageID: "20260303.1@medecin.segursim.test",
		InReplyTo: "0@x.segursim.test", References: []string{"00@x.segursim.test", "0@x.segursim.test"},
		Notify: "marie.martin@medecin.segursim.test",
		Extra:  [][2]string{{"X-MSS-NIL", "DEV935997"}, {"X-MSS-CODECDA", "34112-3,PRESC-BIO,15508-5"}},
		Text:   "Bonjour,\nvoici le compte rendu. Élodie va bien.\n\nCordialement\n",
		HTML:   "<p>Bonjour,</p><p>voici le compte rendu. Élodie va bien.</p>\n",
		Attachments: []message.Attachment{
			{Name: "IHE_XDM.zip", MediaType: "application/zip", Content: bytes.Repeat([]byte("PK\x03\x04\x00\xff\n\r"), 40)},
			{Name: "20220531_CR d'imagerie médicale_CORSE_FIGATELLIX.pdf", MediaType: "application/pdf", Content: []byte("%PDF-1.4")},
		},
	}
}

// sized is a message of about that many bytes, most of them an attachment.
func sized(t testing.TB, size int) []byte {
	t.Helper()

	d := letter()
	d.Attachments = d.Attachments[:1]
	d.Attachments[0].Content = nil
	head := len(build(t, d))
	d.Attachments[0].Content = bytes.Repeat([]byte{0xfb, 'x', 0}, max(1, (size-head)*3/4/3))
	return build(t, d)
}

// tree shows the parts of a message, one a line: depth, type, what the body is.
func tree(m *message.Message) string {
	var b strings.Builder
	var show func(p *message.Part, indent string)
	show = func(p *message.Part, indent string) {
		fmt.Fprintf(&b, "%s%s", indent, p.MediaType)
		if p.Filename != "" {
			fmt.Fprintf(&b, " %q", p.Filename)
		}
		if len(p.Parts) == 0 && p.Nested == nil {
			fmt.Fprintf(&b, " = %q", p.Bytes())
		}
		b.WriteByte('\n')
		for _, part := range p.Parts {
			show(part, indent+"  ")
		}
		if p.Nested != nil {
			show(p.Nested, indent+"> ")
		}
	}
	show(m.Part, "")
	return b.String()
}

// codes lists the codes of the problems of a message.
func codes(m *message.Message) []string {
	var all []string
	for _, p := range m.Problems {
		all = append(all, p.Code)
	}
	return all
}
