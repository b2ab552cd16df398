package message

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// Get returns the first field of that name, unfolded, trimmed and with its
// encoded words decoded (RFC 2047); "" when there is none.
func (h Header) Get(name string) string {
	if f := h.first(name); f != nil {
		return f.Value()
	}
	return ""
}

// Has tells whether there is a field of that name, even an empty one.
func (h Header) Has(name string) bool { return h.first(name) != nil }

// All returns the fields of that name.
func (h Header) All(name string) []Field {
	var all []Field
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			all = append(all, f)
		}
	}
	return all
}

// Addresses reads the mailboxes of every field of that name. With an error, of the
// first field that could not be read, the mailboxes are those of the others.
func (h Header) Addresses(name string) ([]Address, error) {
	var all []Address
	var failed error
	for _, f := range h {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		some, err := ParseAddresses(f.text())
		if err != nil && failed == nil {
			failed = fmt.Errorf("field %s: %w", f.Name, err)
		}
		all = append(all, some...)
	}
	return all, failed
}

// maxID bounds a message identifier, so that it stands on a line with its brackets.
const maxID = 990

// IDs returns the message identifiers of the fields of that name, without angle
// brackets: of Message-ID, In-Reply-To, References. What no message can be named by
// is left out: nothing, blanks inside, bytes that are not printable ASCII, more
// than 990 of them. Old software writes words around the identifiers (RFC 5322
// §4.5.4), or forgets the brackets.
func (h Header) IDs(name string) []string {
	var ids []string
	for _, f := range h {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		text := f.text()
		if !strings.Contains(text, "<") {
			for _, word := range strings.Fields(text) {
				if strings.Contains(word, "@") && isID(word) {
					ids = append(ids, word)
				}
			}
			continue
		}
		for {
			_, rest, ok := strings.Cut(text, "<")
			if !ok {
				break
			}
			id, rest, ok := strings.Cut(rest, ">")
			if id = strings.TrimSpace(id); ok && isID(id) {
				ids = append(ids, id)
			}
			text = rest
		}
	}
	return ids
}

// isID tells whether s can stand between the angle brackets of an identifier.
func isID(s string) bool {
	if s == "" || len(s) > maxID {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '<' || c == '>' {
			return false
		}
	}
	return true
}

// Date reads the Date field (RFC 5322 §3.3, §4.3).
func (h Header) Date() (time.Time, error) {
	f := h.first("Date")
	if f == nil {
		return time.Time{}, errors.New("message: no Date field")
	}
	text := f.text()
	if t, err := time.Parse(dateLayout, text); err == nil { // by far the most frequent
		return t, nil
	}
	t, err := mail.ParseDate(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("message: the date %s is not of RFC 5322", excerpt(text))
	}
	return t, nil
}

// dateLayout is how a date is written (RFC 5322 §3.3).
const dateLayout = "Mon, 2 Jan 2006 15:04:05 -0700"

func (h Header) first(name string) *Field {
	for i := range h {
		if len(h[i].Name) == len(name) && strings.EqualFold(h[i].Name, name) {
			return &h[i]
		}
	}
	return nil
}

// Value is the field's value as Get gives it.
func (f Field) Value() string { return decodeWords(f.text()) }

// text is the value unfolded (RFC 5322 §2.2.3) and trimmed, as valid UTF-8.
func (f Field) text() string {
	_, value, _ := strings.Cut(string(f.Raw), ":")
	if i := strings.IndexByte(value, '\n'); i >= 0 && i < len(value)-1 {
		value = strings.ReplaceAll(strings.ReplaceAll(value, "\r\n", ""), "\n", "")
	}
	return utf8Of(strings.Trim(value, " \t\r\n"))
}
