package message

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
)

// charsetName is the usual name of the charsets that need no table; the others
// come in lower case.
func charsetName(name string) string {
	switch name := strings.ToLower(strings.TrimSpace(name)); name {
	case "", "ascii", "us-ascii", "ansi_x3.4-1968":
		return "us-ascii"
	case "utf-8", "utf8":
		return "utf-8"
	default:
		return name
	}
}

// knownCharset tells whether toUTF8 reads a charset.
func knownCharset(name string) bool {
	switch name = charsetName(name); name {
	case "us-ascii", "utf-8", "iso-8859-1", "windows-1252":
		return true
	}
	_, err := charset.Reader(name, bytes.NewReader(nil))
	return err == nil
}

// toUTF8 turns text into valid UTF-8. With an error, of a charset that is not known
// or of bytes that are not of theirs, the text is what could be read: what is not
// UTF-8 is taken for Windows-1252, which most mislabelled French text is.
func toUTF8(name string, text []byte) (string, error) {
	switch name = charsetName(name); name {
	case "us-ascii":
		if i := firstHigh(text); i >= 0 {
			return utf8Of(string(text)), fmt.Errorf("message: byte %#x at %d is not US-ASCII", text[i], i)
		}
		return string(text), nil
	case "utf-8":
		if !utf8.Valid(text) {
			return utf8Of(string(text)), errors.New("message: the text is not UTF-8")
		}
		return string(text), nil
	}
	r, err := charset.Reader(name, bytes.NewReader(text))
	if err != nil {
		return utf8Of(string(text)), fmt.Errorf("message: %w", err)
	}
	converted, err := io.ReadAll(r)
	if err != nil {
		return utf8Of(string(text)), fmt.Errorf("message: charset %s: %w", name, err)
	}
	return strings.ToValidUTF8(string(converted), "\uFFFD"), nil
}

// utf8Of is s when it is UTF-8, else s taken for Windows-1252.
func utf8Of(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	r, err := charset.Reader("windows-1252", strings.NewReader(s))
	if err == nil {
		if b, err := io.ReadAll(r); err == nil {
			return string(b)
		}
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
