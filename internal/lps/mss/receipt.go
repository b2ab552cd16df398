package mss

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/message"
)

// ErrNotAsked says that a message asks for no receipt: none is sent (RFC 8098 §2.1).
var ErrNotAsked = errors.New("mss: the message asks for no receipt")

// A Reader is who sends a receipt, and as what.
type Reader struct {
	From message.Address
	NIL  string
	// Agent is the software: "lps-temoin.segursim.test; LPS témoin".
	Agent string
	At    time.Time
	ID    string // Message-ID of the receipt
}

// Receipt writes the disposition notification that a message asks for, once a person
// has seen it (MSS/va1.14, RFC 8098): displayed, by hand, to the address that asked.
// It gives the address too.
func (m *Mail) Receipt(r Reader) (raw []byte, to string, err error) {
	asked, err := m.Header.Addresses("Disposition-Notification-To")
	if err != nil {
		return nil, "", fmt.Errorf("mss: Disposition-Notification-To: %w", err)
	}
	if len(asked) == 0 {
		return nil, "", ErrNotAsked
	}
	to = asked[0].Address
	raw, err = message.BuildDisposition(message.Report{
		Draft: message.Draft{
			From: r.From, To: []message.Address{{Address: to}}, Subject: "Lu : " + m.Shown(), Date: r.At, MessageID: r.ID,
			InReplyTo: m.ID, References: []string{m.ID}, Extra: [][2]string{{"X-MSS-NIL", r.NIL}},
			Text: "Votre message a été affiché. Cela ne dit pas qu'il a été lu ni compris.\n",
		},
		Original: m.Head, HeadersOnly: true,
	}, message.Disposition{
		ReportingUA: r.Agent, OriginalRecipient: "", FinalRecipient: strings.ToLower(r.From.Address), OriginalMessageID: m.ID,
		Mode: "manual-action", Sending: "MDN-sent-manually", Type: "displayed",
	})
	if err != nil {
		return nil, "", fmt.Errorf("mss: receipt: %w", err)
	}
	return raw, to, nil
}
