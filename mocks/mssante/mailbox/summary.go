package mailbox

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/segursim/segursim/internal/message"
)

// Bounds of what a row keeps of a header, in bytes.
const (
	maxSubject = 1000
	maxFrom    = 500
	maxTo      = 2000
	// maxBroken is how much of a message that cannot be read is tried as a header.
	maxBroken = 64 << 10
)

// summarise reads what a row keeps of a message. One that the codec refuses (nested
// beyond measure, too many parts) is read for its header alone; one without a header
// gives nothing.
func summarise(raw []byte) Message {
	m, err := message.Parse(raw)
	if err != nil {
		if m, err = message.Parse(header(raw)); err != nil {
			return Message{}
		}
	}
	s := Message{
		Subject:  bounded(m.Header.Get("Subject"), maxSubject),
		From:     bounded(mailboxes(m.Header, "From"), maxFrom),
		To:       bounded(mailboxes(m.Header, "To"), maxTo),
		Attached: len(m.Attachments()) > 0,
	}
	if ids := m.Header.IDs("Message-ID"); len(ids) > 0 {
		s.MessageID = strings.Clone(ids[0]) // not to hold the whole field
	}
	if sent, err := m.Header.Date(); err == nil {
		if _, err := sent.MarshalText(); err == nil { // as Store.arrival
			s.Sent = sent
		}
	}
	return s
}

// header is the header of a message: all before the first blank line, within bounds.
func header(raw []byte) []byte {
	raw = raw[:min(len(raw), maxBroken)]
	end := len(raw)
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(raw[:end], []byte(blank)); i >= 0 {
			end = i + len(blank)
		}
	}
	return raw[:end]
}

// mailboxes are those of a field, for a person to read; the text of the field where
// they cannot be told apart.
func mailboxes(h message.Header, name string) string {
	list, err := h.Addresses(name)
	if len(list) == 0 && err != nil {
		return h.Get(name)
	}
	var b strings.Builder
	for i, a := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(a.String())
		if b.Len() > maxTo {
			break
		}
	}
	return b.String()
}

// bounded is s without controls, cut to at most n bytes between two characters. It
// never shares memory with a whole message.
func bounded(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.ContainsFunc(s, isControl) {
		s = strings.Map(func(r rune) rune {
			if isControl(r) {
				return ' '
			}
			return r
		}, s)
	}
	if len(s) > n {
		s = s[:n]
		for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) {
			s = s[:len(s)-1]
		}
	}
	return strings.Clone(s)
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
