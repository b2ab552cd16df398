package message

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// checkText refuses what a header value cannot hold: line ends, which would begin
// another field, other control characters but the tab, what is not UTF-8.
func checkText(s string) error {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\r' || c == '\n':
			return fmt.Errorf("holds a line end: %s", excerpt(s))
		case c < ' ' && c != '\t', c == 0x7f:
			return fmt.Errorf("holds the control character %#x: %s", c, excerpt(s))
		}
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("is not UTF-8: %s", excerpt(s))
	}
	return nil
}

// checkExtra refuses further fields that are no fields, or that say twice what the
// draft says once.
func (d Draft) checkExtra() error {
	written := map[string]bool{
		"date": true, "from": true, "mime-version": true, "content-type": true, "content-transfer-encoding": true, "content-disposition": true,
		"reply-to": d.ReplyTo != Address{}, "to": len(d.To) > 0, "cc": len(d.Cc) > 0, "subject": d.Subject != "", "message-id": d.MessageID != "",
		"in-reply-to": d.InReplyTo != "", "references": len(d.References) > 0, "disposition-notification-to": d.Notify != "",
	}
	for _, extra := range d.Extra {
		name, value := extra[0], extra[1]
		if err := checkName(name); err != nil {
			return err
		}
		if written[strings.ToLower(name)] {
			return fmt.Errorf("message: the field %s is written from the draft already", name)
		}
		if err := checkText(value); err != nil {
			return fmt.Errorf("message: %s: the value %w", name, err)
		}
	}
	return nil
}

// checkName refuses what is no field name (RFC 5322 §3.6.8).
func checkName(name string) error {
	if name == "" {
		return errors.New("message: a field without a name")
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; c <= ' ' || c >= 0x7f || c == ':' {
			return fmt.Errorf("message: %s is no field name (RFC 5322 §3.6.8)", excerpt(name))
		}
	}
	if len(name) > foldAt-2 {
		return fmt.Errorf("message: the field name %s is %d bytes long", excerpt(name), len(name))
	}
	return nil
}
