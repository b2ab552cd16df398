package message

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// lineMost is the longest line of an encoded body (RFC 2045 §6.7, §6.8).
const lineMost = 76

// canonical gives a text CRLF line ends, and one at its end (RFC 2046 §4.1.1).
func canonical(s string) string {
	s = strings.ReplaceAll(lineFeeds(s), "\n", "\r\n")
	if s != "" && !strings.HasSuffix(s, "\r\n") {
		s += "\r\n"
	}
	return s
}

// textEncoding chooses the transfer encoding of a canonical text: none for short
// lines of ASCII, quoted-printable as long as most of it stays readable, else
// base64.
func textEncoding(s string) string {
	escapes, plain := 0, true
	for line := range strings.SplitSeq(s, "\r\n") {
		// "From " at the beginning of a line and blanks at its end do not survive
		// all transports (RFC 2049 §3), a lone dot may not.
		if len(line) > foldAt || strings.HasPrefix(line, "From ") || line == "." || strings.HasSuffix(line, " ") || strings.HasSuffix(line, "\t") {
			plain = false
		}
		for i := 0; i < len(line); i++ {
			if c := line[i]; c >= 0x7f || c < ' ' && c != '\t' {
				plain = false
				escapes++
			}
		}
	}
	switch {
	case plain:
		return "7bit"
	case 3*escapes <= len(s):
		return "quoted-printable"
	}
	return "base64"
}

// writeBase64 writes base64 in lines, each with its end.
func writeBase64(out *bytes.Buffer, content []byte) {
	const line = lineMost / 4 * 3
	out.Grow(base64.StdEncoding.EncodedLen(len(content)) + 2*(len(content)/line+1))
	var encoded [lineMost]byte
	for len(content) > 0 {
		n := min(line, len(content))
		base64.StdEncoding.Encode(encoded[:], content[:n])
		out.Write(encoded[:base64.StdEncoding.EncodedLen(n)])
		out.WriteString("\r\n")
		content = content[n:]
	}
}

// writeQuotedPrintable writes a canonical text in quoted-printable.
func writeQuotedPrintable(out *bytes.Buffer, s string) {
	for s != "" {
		line, rest, _ := strings.Cut(s, "\r\n")
		col := 0
		for i := 0; i < len(line); i++ {
			last := i == len(line)-1
			n := costQP(line[i:], col == 0)
			// The last character of the line needs no room for a soft break.
			if col+n > lineMost-1 && (!last || col+n > lineMost) {
				out.WriteString("=\r\n")
				col, n = 0, costQP(line[i:], true)
			}
			if c := line[i]; n == 1 {
				out.WriteByte(c)
			} else {
				out.Write([]byte{'=', hexDigits[c>>4], hexDigits[c&15]})
			}
			col += n
		}
		out.WriteString("\r\n")
		s = rest
	}
}

// costQP is how many characters the first byte of the rest of a line takes: three
// when it is escaped. What mail software is known to change at the beginning of a
// line is.
func costQP(rest string, begins bool) int {
	c := rest[0]
	switch {
	case begins && (c == '.' || strings.HasPrefix(rest, "From ")):
		return 3
	case c == ' ', c == '\t':
		if len(rest) == 1 {
			return 3
		}
		return 1
	case c > ' ' && c < 0x7f && c != '=':
		return 1
	}
	return 3
}
