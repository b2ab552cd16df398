package message

import (
	"bytes"
	"fmt"
	"strings"
)

// Bounds of a report that is read.
const (
	maxRecipients   = 1000
	maxReportFields = 20_000
)

// fieldGroups reads the groups of fields of a delivery or disposition part, which
// blank lines separate (RFC 3464 §2.1). Lines that are no field are skipped.
func fieldGroups(body []byte) []Header {
	var groups []Header
	var group Header
	close := func() {
		if len(group) > 0 {
			groups = append(groups, group)
			group = nil
		}
	}
	fields := 0
	for offset := 0; offset < len(body) && fields < maxReportFields && len(groups) <= maxRecipients; {
		end := len(body)
		if i := bytes.IndexByte(body[offset:], '\n'); i >= 0 {
			end = offset + i + 1
		}
		text := bytes.TrimRight(body[offset:end], "\r\n")
		switch lineKind(text) {
		case field:
			name, _, _ := strings.Cut(string(text), ":")
			group = append(group, Field{Name: strings.TrimSpace(name), Raw: body[offset:end], Offset: offset})
			fields++
		case continuation:
			if n := len(group); n > 0 && len(bytes.TrimSpace(text)) > 0 {
				group[n-1].Raw = body[group[n-1].Offset:end]
				break
			}
			close() // a line of blanks, as some software leaves
		default:
			if len(text) == 0 {
				close()
			}
		}
		offset = end
	}
	close()
	return groups
}

// typed is the value of a field that begins with a type: "dns; mx".
func (h Header) typed(name string) string {
	_, value := cutType(h.Get(name))
	return value
}

// cutType cuts the type off a value that has one.
func cutType(value string) (kind, rest string) {
	kind, rest, ok := strings.Cut(value, ";")
	if kind = strings.TrimSpace(kind); ok && isToken(kind) {
		return strings.ToLower(kind), strings.Trim(rest, " \t")
	}
	return "", value
}

// recipientAddress is an address with its type: "rfc822; a@b". Angle brackets and a
// comment are taken off, and RFC 6533's escapes undone.
func (h Header) recipientAddress(name string) string {
	f := h.first(name)
	if f == nil {
		return ""
	}
	kind, address := cutType(f.text())
	if inner, ok := strings.CutPrefix(address, "<"); ok {
		address, _, _ = strings.Cut(inner, ">")
	} else if i := strings.LastIndex(address, " ("); i > strings.LastIndexByte(address, '"') {
		address = strings.TrimRight(address[:i], " \t")
	}
	if kind == "utf-8" {
		return unicodeUnescape(address)
	}
	return address
}

// checkRecipient refuses an address that could not be read back. One without a
// domain, or with another fault, may well be what a report is about.
func checkRecipient(s string) error {
	if !strings.ContainsAny(s, " \t<>\"") {
		return nil
	}
	if back, err := ParseAddress("<" + s + ">"); err != nil || back.Address != s {
		return fmt.Errorf("message: %s is no address", excerpt(s))
	}
	return nil
}

// keyword is a value of one word, in lower case, without a comment.
func (h Header) keyword(name string) string { return strings.ToLower(token(h.Get(name))) }

// A reportWriter writes the fields of a delivery or disposition part.
type reportWriter struct {
	folder
	failed error
}

func newReportWriter() *reportWriter {
	return &reportWriter{folder: folder{buf: &bytes.Buffer{}}}
}

// text writes a field, unless its value is empty: kind is put before it.
func (w *reportWriter) text(name, kind, value string) {
	if value = strings.Trim(value, " \t"); value == "" {
		return
	}
	if err := checkText(value); err != nil && w.failed == nil {
		w.failed = fmt.Errorf("message: %s: the value %w", name, err)
	}
	w.field(name)
	if kind != "" {
		w.add(kind + ";")
	}
	w.unstructured(value).end()
}

// address writes a field with an address, unless it is empty. One that is not ASCII
// is escaped (RFC 6533 §3).
func (w *reportWriter) address(name, value string) {
	if value == "" {
		return
	}
	if err := checkText(value); err != nil && w.failed == nil {
		w.failed = fmt.Errorf("message: %s: the address %w", name, err)
	}
	kind := "rfc822;"
	if firstHigh(value) >= 0 {
		kind, value = "utf-8;", unicodeEscape(value)
	}
	w.field(name).add(kind).add(value).end()
}

// bytes are the fields.
func (w *reportWriter) bytes() ([]byte, error) {
	if w.failed != nil {
		return nil, w.failed
	}
	return w.buf.Bytes(), w.err
}

// unicodeEscape writes an address as utf-8-addr-xtext (RFC 6533 §3).
func unicodeEscape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r > ' ' && r < 0x7f && r != '+' && r != '=' && r != '\\' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\x{%02X}`, r)
		}
	}
	return b.String()
}

// unicodeUnescape undoes unicodeEscape; an escape that is none stays.
func unicodeUnescape(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, `\x{`)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		digits, after, ok := strings.Cut(rest, "}")
		var r rune
		for i := 0; ok && i < len(digits); i++ {
			v := unhex(digits[i])
			if ok = v >= 0 && r <= 0x10FFFF; ok {
				r = r<<4 | rune(v)
			}
		}
		if ok = ok && digits != "" && r <= 0x10FFFF && r != 0; ok {
			b.WriteRune(r)
			s = after
		} else {
			b.WriteString(`\x{`)
			s = rest
		}
	}
}
