package mssante

import (
	"fmt"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// complain writes the ordinary message by which a PFI says that it could not file a
// document, where no receipt was asked for but a BAL for errors is known: the same
// subject as the receipt's, the original inside (CI-SIS, volet « Transmission au LPS
// de documents CDA provenant d'un courriel MSSanté »). It goes to the Reply-To, else
// to the sender.
func (p *post) complain(l *letter, m *message.Message, r ack) error {
	to := l.From
	if reply := header(m, "Reply-To"); len(reply) > 0 {
		to = reply[0]
	}
	if to == "" || m.Automatic(l.From) {
		return nil
	}
	host := p.o.Host()
	subject := m.Header.Get("Subject")
	raw, err := message.Build(message.Draft{
		From: r.from, To: []message.Address{{Address: to}}, Subject: r.subject(subject), Date: p.now, MessageID: p.o.newMessageID(host),
		InReplyTo: first(m.Header.IDs("Message-ID")), References: thread(m), Extra: [][2]string{{"Auto-Submitted", "auto-generated"}}, Text: r.text(subject),
		Attachments: []message.Attachment{{Name: "message.eml", MediaType: "message/rfc822", Content: l.Raw}},
	})
	if err != nil {
		return fmt.Errorf("mssante: error message: %w", err)
	}
	return p.later(letter{
		Queue: p.o.queueID(), Origin: originReceipt, From: r.from.Address, To: []submission.Recipient{{Address: to}}, Raw: raw,
		At: p.now, BAL: r.from.Address, About: l.Queue, Helo: host,
	}, p.now, opReceipt)
}
