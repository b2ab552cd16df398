package xds

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// decodeText makes UTF-8 of a document: the encodings are those that its first
// bytes or its XML declaration name (XML 1.0 appendix F).
func decodeText(b []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xFE\xFF")), bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("\x00<")), bytes.HasPrefix(b, []byte("<\x00")):
		return nil, unread("UTF-16")
	}
	switch name := declared(b, "encoding"); strings.ToLower(name) {
	case "", "utf-8", "us-ascii":
		if !utf8.Valid(b) {
			return nil, &Problem{Code: "encoding", Line: 1 + bytes.Count(b[:invalidAt(b)], []byte("\n")), Text: "it is not UTF-8"}
		}
		return b, nil
	case "iso-8859-1", "latin1":
		out := make([]byte, 0, len(b)+len(b)/8)
		for _, c := range b {
			out = utf8.AppendRune(out, rune(c))
		}
		return out, nil
	default:
		return nil, unread(name)
	}
}

func unread(name string) error {
	return &Problem{Code: "encoding", Line: 1, Text: "the encoding " + quote(name) + " is not read: UTF-8 or ISO-8859-1"}
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

// declared returns what the XML declaration says of version or encoding, empty for
// nothing.
func declared(b []byte, what string) string {
	const far = 200 // bytes that a declaration may take
	if !bytes.HasPrefix(b, []byte("<?xml")) {
		return ""
	}
	head, _, _ := bytes.Cut(b[:min(len(b), far)], []byte("?>"))
	_, rest, ok := bytes.Cut(head, []byte(what))
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
