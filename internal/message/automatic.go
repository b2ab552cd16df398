package message

import "strings"

// Automatic tells whether a responder must stay silent (RFC 3834 §2): an
// Auto-Submitted other than "no", a report of any type, a Precedence of bulk, list
// or junk, or an empty return path. returnPath is that of the envelope, with or
// without angle brackets.
func (m *Message) Automatic(returnPath string) bool {
	if path := strings.Trim(returnPath, " <>"); path == "" {
		return true
	}
	for _, f := range m.Header.All("Auto-Submitted") {
		value, _, _ := strings.Cut(f.Value(), ";") // parameters, RFC 3834 §5.2
		if !strings.EqualFold(token(value), "no") {
			return true
		}
	}
	for _, f := range m.Header.All("Precedence") {
		switch strings.ToLower(token(f.Value())) {
		case "bulk", "list", "junk":
			return true
		}
	}
	switch m.MediaType {
	case "multipart/report", "message/delivery-status", "message/disposition-notification":
		return true
	}
	return false
}
