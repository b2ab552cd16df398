package soap

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// decodeText makes UTF-8 of a message: the encodings are those that its first
// bytes or its XML declaration name (XML 1.0 appendix F).
func decodeText(b []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xFE\xFF")), bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("\x00<")), bytes.HasPrefix(b, []byte("<\x00")):
		return nil, unknownEncoding("UTF-16")
	}
	switch name := declaredEncoding(b); strings.ToLower(name) {
	case "", "utf-8", "us-ascii":
		if !utf8.Valid(b) {
			return nil, &Problem{
				Kind: Encoding, Line: 1 + bytes.Count(b[:invalidAt(b)], []byte("\n")),
				FR: "le message n'est pas de l'UTF-8", EN: "the message is not UTF-8",
			}
		}
		return b, nil
	case "iso-8859-1", "latin1":
		out := make([]byte, 0, len(b)+len(b)/8)
		for _, c := range b {
			out = utf8.AppendRune(out, rune(c))
		}
		return out, nil
	default:
		return nil, unknownEncoding(name)
	}
}

func unknownEncoding(name string) error {
	return &Problem{
		Kind: Encoding, Line: 1,
		FR: fmt.Sprintf("encodage %q non lu : UTF-8 ou ISO-8859-1", name), EN: fmt.Sprintf("encoding %q is not read: UTF-8 or ISO-8859-1", name),
	}
}

// invalidAt is the offset of the first byte that is not UTF-8.
func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// maxDeclaration is how far an XML declaration may reach, in bytes.
const maxDeclaration = 200

// declaredEncoding returns what the XML declaration says, empty for nothing.
func declaredEncoding(b []byte) string {
	if !bytes.HasPrefix(b, []byte("<?xml")) {
		return ""
	}
	head, _, _ := bytes.Cut(b[:min(len(b), maxDeclaration)], []byte("?>"))
	_, rest, ok := bytes.Cut(head, []byte("encoding"))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\r\n=")
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	name, _, _ := bytes.Cut(rest[1:], rest[:1])
	return strings.ToValidUTF8(string(name), "?")
}

func tooLarge(l Limits) error {
	return &Problem{
		Kind: TooLarge,
		FR:   fmt.Sprintf("le message dépasse %d octets", l.Bytes), EN: fmt.Sprintf("the message is larger than %d bytes", l.Bytes),
	}
}
