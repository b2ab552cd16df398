package cda

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var errEncoding = errors.New("the document is not in the encoding that it names")

// maxDeclaration is how far an XML declaration may reach, in bytes.
const maxDeclaration = 256

// decode makes UTF-8 of a document, by its first bytes or its XML declaration (XML 1.0
// appendix F). The CI-SIS asks for UTF-8; the others are those that any XML reader
// must take, and those of older software.
func decode(b []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return wide(b[2:], binary.BigEndian)
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return wide(b[2:], binary.LittleEndian)
	}
	switch name := declared(b); strings.ToLower(name) {
	case "", "utf-8", "us-ascii":
		if !utf8.Valid(b) {
			return nil, fmt.Errorf("%w: a byte is not UTF-8", errEncoding)
		}
		return b, nil
	case "iso-8859-1", "iso-8859-15":
		return latin(b, strings.HasSuffix(name, "15")), nil
	default:
		return nil, fmt.Errorf("encoding %q is not read: UTF-8, UTF-16, ISO-8859-1 and ISO-8859-15 are", name)
	}
}

// declared is the encoding that the XML declaration names; empty if none.
func declared(b []byte) string {
	if !bytes.HasPrefix(b, []byte("<?xml")) {
		return ""
	}
	end := bytes.Index(b[:min(len(b), maxDeclaration)], []byte("?>"))
	if end < 0 {
		return ""
	}
	_, after, found := bytes.Cut(b[:end], []byte("encoding"))
	after = bytes.TrimLeft(after, " \t\r\n")
	if !found || len(after) == 0 || after[0] != '=' {
		return ""
	}
	after = bytes.TrimLeft(after[1:], " \t\r\n")
	if len(after) == 0 || after[0] != '"' && after[0] != '\'' {
		return ""
	}
	name, _, _ := bytes.Cut(after[1:], after[:1])
	return string(name)
}

func wide(b []byte, order binary.ByteOrder) ([]byte, error) {
	if len(b)%2 != 0 {
		return nil, fmt.Errorf("%w: half a UTF-16 character", errEncoding)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i += 2 {
		r := rune(order.Uint16(b[i:]))
		if utf16.IsSurrogate(r) {
			second := rune(utf8.RuneError)
			if i+4 <= len(b) {
				second = rune(order.Uint16(b[i+2:]))
			}
			if r = utf16.DecodeRune(r, second); r == utf8.RuneError {
				return nil, fmt.Errorf("%w: half a UTF-16 pair", errEncoding)
			}
			i += 2
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

func latin(b []byte, euro bool) []byte {
	out := make([]byte, 0, len(b)+len(b)/8)
	for _, c := range b {
		r := rune(c)
		if euro {
			// The eight characters in which ISO-8859-15 differs.
			switch c {
			case 0xa4:
				r = '€'
			case 0xa6:
				r = 'Š'
			case 0xa8:
				r = 'š'
			case 0xb4:
				r = 'Ž'
			case 0xb8:
				r = 'ž'
			case 0xbc:
				r = 'Œ'
			case 0xbd:
				r = 'œ'
			case 0xbe:
				r = 'Ÿ'
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}
