package reading

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// errName says that the name of a folder is not modified UTF-7, nor UTF-8.
var errName = errors.New("the mailbox name is neither modified UTF-7 nor UTF-8")

// base64Name is the alphabet of modified UTF-7 (RFC 3501 §5.1.3).
func base64Name() *base64.Encoding {
	return base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)
}

// decodeName reads the name of a folder as a client writes it: modified UTF-7, in
// which UTF-8 is let pass (RFC 9051 §5.1, RFC 6855).
func decodeName(s string) (string, error) {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", errName
	}
	if strings.EqualFold(s, "INBOX") {
		return "INBOX", nil
	}
	var out strings.Builder
	for {
		before, after, ok := strings.Cut(s, "&")
		out.WriteString(before)
		if !ok {
			return out.String(), nil
		}
		shifted, rest, ok := strings.Cut(after, "-")
		if !ok {
			return "", errName
		}
		s = rest
		if shifted == "" {
			out.WriteByte('&')
			continue
		}
		b, err := base64Name().DecodeString(shifted)
		if err != nil || len(b)%2 != 0 || len(b) == 0 {
			return "", errName
		}
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		}
		for _, r := range utf16.Decode(units) {
			if r == utf8.RuneError || r >= ' ' && r <= '~' || r < ' ' {
				return "", errName
			}
			out.WriteRune(r)
		}
	}
}

// encodeName writes the name of a folder in modified UTF-7.
func encodeName(s string) string {
	var out strings.Builder
	var units []uint16
	shift := func() {
		if len(units) == 0 {
			return
		}
		b := make([]byte, 0, 2*len(units))
		for _, u := range units {
			b = append(b, byte(u>>8), byte(u))
		}
		out.WriteString("&" + base64Name().EncodeToString(b) + "-")
		units = units[:0]
	}
	for _, r := range s {
		switch {
		case r == '&':
			shift()
			out.WriteString("&-")
		case r >= ' ' && r <= '~':
			shift()
			out.WriteRune(r)
		default:
			units = utf16.AppendRune(units, r)
		}
	}
	shift()
	return out.String()
}

// quote writes a string as a client reads it: quoted, or as a literal where a quoted
// string would not do (RFC 9051 §4.3).
func quote(s string) string {
	plain := !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
	if !plain {
		return "{" + strconv.Itoa(len(s)) + "}\r\n" + s
	}
	return `"` + escapeQuoted(s) + `"`
}

// escapeQuoted escapes what a quoted string must not hold as it is.
func escapeQuoted(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }
