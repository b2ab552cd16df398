package message

import (
	"strconv"
	"strings"
)

// Bounds of one field with parameters.
const (
	maxParams   = 100
	maxSections = 100 // of a value in pieces (RFC 2231 §3)
)

// parameters reads a value followed by parameters (RFC 2045 §5.1), with RFC 2231's
// pieces and charsets. Both the value and the names come in lower case. It is
// lenient: what is no parameter is skipped, and a value without quotes goes to the
// next semicolon, blanks included, as old clients write file names.
func parameters(s string) (string, map[string]string) {
	head, rest, more := strings.Cut(s, ";")
	head = strings.ToLower(token(head))
	if !more {
		return head, nil
	}

	params := map[string]string{}
	var pieces []piece
	for n := 0; rest != "" && n < maxParams; n++ {
		var name, value string
		name, value, rest = parameter(rest)
		if name == "" {
			continue
		}
		if base, p, ok := section(name, value); ok {
			p.base = base
			pieces = append(pieces, p)
		} else if _, twice := params[name]; !twice {
			params[name] = utf8Of(value)
		}
	}
	join(params, pieces)
	return head, params
}

// parameter cuts the next parameter off; the name is empty when it is none.
func parameter(s string) (name, value, rest string) {
	s = strings.TrimLeft(s, " \t;")
	end := strings.IndexAny(s, "=;")
	if end < 0 {
		return "", "", ""
	}
	if s[end] == ';' {
		return "", "", s[end+1:]
	}
	name = strings.ToLower(strings.TrimSpace(s[:end]))
	s = strings.TrimLeft(s[end+1:], " \t")
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, ";")
		if value = strings.TrimSpace(value); name != "name" && name != "filename" {
			value = token(value) // a comment may follow: charset=us-ascii (plain)
		}
		return name, value, rest
	}
	value, rest = quoted(s)
	_, rest, _ = strings.Cut(rest, ";")
	return name, value, rest
}

// quoted undoes the quoted string at the beginning of s (RFC 5322 §3.2.4); one
// that is not closed ends with s.
func quoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), s[i+1:]
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

// token cuts a comment and blanks off a value that has none in it.
func token(s string) string {
	s, _, _ = strings.Cut(s, "(")
	return strings.TrimSpace(s)
}

// A piece is a part of a value, or one with a charset (RFC 2231 §3, §4).
type piece struct {
	base    string
	number  int
	encoded bool
	value   string
}

// section tells whether a parameter is a piece: name*, name*0, name*0*.
func section(name, value string) (string, piece, bool) {
	base, tail, ok := strings.Cut(name, "*")
	if !ok || base == "" {
		return "", piece{}, false
	}
	p := piece{value: value}
	if tail == "" {
		p.encoded = true
		return base, p, true
	}
	tail, p.encoded = strings.CutSuffix(tail, "*")
	n, err := strconv.ParseUint(tail, 10, 16)
	if err != nil || n >= maxSections {
		return "", piece{}, false
	}
	p.number = int(n)
	return base, p, true
}

// join puts the pieces of each value together, in the order of their numbers, up
// to the first that is missing. They win over the plain parameter of that name,
// which is there for readers that do not know of RFC 2231.
func join(params map[string]string, pieces []piece) {
	done := map[string]bool{}
	for _, first := range pieces {
		if done[first.base] {
			continue
		}
		done[first.base] = true

		var value []byte
		charset := ""
		for number := 0; ; number++ {
			p, ok := find(pieces, first.base, number)
			if !ok {
				break
			}
			text := p.value
			if p.encoded {
				if number == 0 {
					if name, tail, ok := strings.Cut(text, "'"); ok {
						_, tail, _ = strings.Cut(tail, "'") // the language
						charset, text = name, tail
					}
				}
				text = percent(text)
			}
			value = append(value, text...)
		}
		if value != nil {
			params[first.base], _ = toUTF8(charset, value)
		}
	}
}

func find(pieces []piece, base string, number int) (piece, bool) {
	for _, p := range pieces {
		if p.base == base && p.number == number {
			return p, true
		}
	}
	return piece{}, false
}

// percent undoes %XX; what is none stays.
func percent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi >= 0 && lo >= 0 {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

// unhex is the value of a hexadecimal digit, or -1.
func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// isToken tells whether s is a token of RFC 2045 §5.1.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
