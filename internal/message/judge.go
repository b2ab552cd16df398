package message

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// root tells what is malformed in the header of the message itself.
func (w *walker) root(p *Part) {
	h := p.Header
	for i := range h {
		w.rawField(&h[i])
	}
	w.single(h)

	if f := h.first("Date"); f == nil {
		w.problem(-1, "date", "no Date field (RFC 5322 §3.6)")
	} else if _, err := h.Date(); err != nil {
		w.problem(f.Offset, "date", "the date %s is not of RFC 5322 §3.3", excerpt(f.text()))
	}
	if !h.Has("From") {
		w.problem(-1, "address", "no From field (RFC 5322 §3.6)")
	}
	for i := range h {
		f := &h[i]
		switch {
		case !addressField(f.Name):
		case f.text() == "" && strings.EqualFold(f.Name, "Bcc"): // RFC 5322 §3.6.3
		default:
			if _, err := ParseAddresses(f.text()); err != nil {
				w.problem(f.Offset, "address", "%s: %s", f.Name, strings.TrimPrefix(err.Error(), "message: "))
			}
		}
	}
}

// rawField tells of bytes that are not ASCII.
func (w *walker) rawField(f *Field) {
	i := firstHigh(f.Raw)
	switch {
	case i < 0:
		if bytes.Contains(f.Raw, []byte("=?")) {
			w.words(f)
		}
	case utf8.Valid(f.Raw):
		w.problem(f.Offset+i, "charset", "%s holds UTF-8 that is not encoded: SMTPUTF8 alone allows it (RFC 6532)", f.Name)
	default:
		w.problem(f.Offset+i, "charset", "%s holds bytes that are neither ASCII nor UTF-8", f.Name)
	}
}

// words tells of encoded words in a charset that is not known.
func (w *walker) words(f *Field) {
	rest := f.Raw
	for {
		before, after, ok := bytes.Cut(rest, []byte("=?"))
		if !ok {
			return
		}
		rest = after
		// Within an address it is none (RFC 2047 §5 (3)).
		if n := len(before); n > 0 && bytes.IndexByte([]byte(" \t\n:,("), before[n-1]) < 0 {
			continue
		}
		name, text, ok := bytes.Cut(after, []byte("?"))
		name, _, _ = bytes.Cut(name, []byte("*"))
		if ok && len(text) > 1 && text[1] == '?' && !usual(name) && isToken(string(name)) && !knownCharset(string(name)) {
			w.problem(f.Offset, "charset", "%s is in the charset %s, which is not known", f.Name, excerpt(name))
			return
		}
	}
}

// usual tells whether a charset is the usual one.
func usual(name []byte) bool { return string(name) == "utf-8" || string(name) == "UTF-8" }

// single tells of fields that stand twice and may stand once (RFC 5322 §3.6).
func (w *walker) single(h Header) {
	var seen [len(onceFields)]bool
	for i := range h {
		for j, name := range onceFields {
			if len(h[i].Name) != len(name) || !strings.EqualFold(h[i].Name, name) {
				continue
			}
			if seen[j] {
				w.problem(h[i].Offset, "header-line", "%s stands twice: the first counts", h[i].Name)
			}
			seen[j] = true
		}
	}
}

var onceFields = [...]string{
	"Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject",
}

// addressField tells whether a field is a list of addresses.
func addressField(name string) bool {
	switch len(name) {
	case 2, 3, 4, 6, 8, 27:
		for _, of := range [...]string{"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Disposition-Notification-To"} {
			if strings.EqualFold(name, of) {
				return true
			}
		}
	}
	return false
}
