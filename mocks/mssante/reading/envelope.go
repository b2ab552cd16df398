package reading

import (
	"net/mail"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/segursim/segursim/internal/message"
)

// envelope is the ENVELOPE of a message (RFC 9051 §7.5.2). The library writes names
// and subjects as encoded words, and the date in its usual form.
func envelope(h message.Header) *imap.Envelope {
	e := &imap.Envelope{
		Subject: h.Get("Subject"), From: addresses(h, "From"), Sender: addresses(h, "Sender"), ReplyTo: addresses(h, "Reply-To"),
		To: addresses(h, "To"), Cc: addresses(h, "Cc"), Bcc: addresses(h, "Bcc"), InReplyTo: h.IDs("In-Reply-To"),
	}
	if t, err := mail.ParseDate(h.Get("Date")); err == nil {
		e.Date = t
	}
	if ids := h.IDs("Message-Id"); len(ids) > 0 {
		e.MessageID = ids[0]
	}
	return e
}

// missingDomain stands for the domain of an address that has none: without a host it
// would read as the beginning of a group.
const missingDomain = "MISSING_DOMAIN"

func addresses(h message.Header, name string) []imap.Address {
	list, _ := h.Addresses(name) // what cannot be read is not shown
	if len(list) == 0 {
		return nil // not an empty list: Sender and Reply-To are then From (RFC 9051 §7.5.2)
	}
	out := make([]imap.Address, 0, len(list))
	for _, a := range list {
		at := strings.LastIndexByte(a.Address, '@')
		if at < 0 {
			out = append(out, imap.Address{Name: a.Name, Mailbox: a.Address, Host: missingDomain})
			continue
		}
		out = append(out, imap.Address{Name: a.Name, Mailbox: a.Address[:at], Host: a.Address[at+1:]})
	}
	return out
}
