package message

import (
	"encoding/base64"
	"strings"
)

// decodeWords replaces the encoded words of a text (RFC 2047) and leaves what is
// none as it stands; what comes out is valid UTF-8. The bytes of neighbours of one
// charset are joined before they are read, since some clients cut a character in
// two.
func decodeWords(s string) string {
	s = utf8Of(s)
	if !strings.Contains(s, "=?") {
		return s
	}
	var out strings.Builder
	var held []byte // decoded, of heldCharset
	heldCharset := ""
	flush := func() {
		if len(held) > 0 {
			text, _ := toUTF8(heldCharset, held)
			out.WriteString(text)
			held = held[:0]
		}
	}
	after := false // an encoded word stands just before s
	for s != "" {
		start := strings.Index(s, "=?")
		if start < 0 {
			break
		}
		charset, decoded, length := encodedWord(s[start:])
		if length == 0 {
			flush()
			out.WriteString(s[:start+2])
			s, after = s[start+2:], false
			continue
		}
		// Blanks between two encoded words are not of the text (RFC 2047 §6.2).
		if gap := s[:start]; !after || strings.Trim(gap, " \t\r\n") != "" {
			flush()
			out.WriteString(gap)
		}
		if charset != heldCharset {
			flush()
			heldCharset = charset
		}
		held = append(held, decoded...)
		s, after = s[start+length:], true
	}
	flush()
	out.WriteString(s)
	return out.String()
}

// encodedWord reads the encoded word that s begins with: =?charset?encoding?text?=.
// length is 0 when it is none, or of a charset that is not known.
func encodedWord(s string) (charset string, decoded []byte, length int) {
	charset, rest, ok := strings.Cut(s[2:], "?")
	if !ok || len(rest) < 2 || rest[1] != '?' || len(charset) > 60 {
		return "", nil, 0
	}
	text, _, ok := strings.Cut(rest[2:], "?")
	end := 2 + len(charset) + 1 + 2 + len(text)
	if !ok || !strings.HasPrefix(s[end:], "?=") {
		return "", nil, 0
	}
	charset, _, _ = strings.Cut(charset, "*") // the language, RFC 2231 §5
	if charset = charsetName(charset); !isToken(charset) || !knownCharset(charset) {
		return "", nil, 0
	}
	switch rest[0] {
	case 'Q', 'q':
		decoded = unQ(text)
	case 'B', 'b':
		decoded, ok = unB(text)
	default:
		ok = false
	}
	if !ok {
		return "", nil, 0
	}
	return charset, decoded, end + 2
}

// unQ undoes the Q encoding (RFC 2047 §4.2); a wrong escape stays.
func unQ(s string) []byte {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '_':
			c = ' '
		case c == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			c = byte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
		}
		b = append(b, c)
	}
	return b
}

// unB undoes the B encoding, with or without its padding.
func unB(s string) ([]byte, bool) {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(s), "="))
	return b, err == nil
}
