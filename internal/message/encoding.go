package message

import (
	"bytes"
	"encoding/base64"
	"fmt"
)

// Decode undoes the transfer encoding. The bytes of a part that is not encoded are
// shared with the message: they must not be changed. With an error, of an encoding
// that is not known or of a body that is not in it, the bytes are what could be
// read.
func (p *Part) Decode() ([]byte, error) {
	body := p.Bytes()
	switch p.Encoding {
	case "base64":
		return unbase64(body)
	case "quoted-printable":
		return unquotedPrintable(body)
	case "", "7bit", "8bit", "binary":
		return body, nil
	}
	return body, fmt.Errorf("message: transfer encoding %s is not known", excerpt(p.Encoding))
}

// unbase64 undoes base64 (RFC 2045 §6.8): what is outside of the alphabet is
// skipped, the first padding ends the data.
func unbase64(body []byte) ([]byte, error) {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(body)))
	n, err := base64.StdEncoding.Decode(out, body) // skips line breaks itself
	if err == nil {
		return out[:n], nil
	}

	digits := make([]byte, 0, len(body))
	stray, padding := -1, 0
	for i, c := range body {
		switch base64Bytes[c] {
		case b64Digit:
			if padding == 0 {
				digits = append(digits, c)
			} else if stray < 0 {
				stray = i
			}
		case b64Pad:
			padding++
		case b64Stray:
			if c != '\n' && stray < 0 {
				stray = i
			}
		}
	}
	cut := (len(digits)+padding)%4 != 0
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1]
	}
	out = make([]byte, base64.RawStdEncoding.DecodedLen(len(digits)))
	n, err = base64.RawStdEncoding.Decode(out, digits)
	switch {
	case err != nil:
		return out[:n], fmt.Errorf("message: base64: %w", err)
	case stray >= 0:
		return out[:n], fmt.Errorf("message: base64: byte %q at %d", body[stray], stray)
	case cut:
		return out[:n], fmt.Errorf("message: base64: cut after %d characters", len(digits)+padding)
	}
	return out[:n], nil
}

// unquotedPrintable undoes quoted-printable (RFC 2045 §6.7). Blanks at the end of a
// line are dropped, an escape that is none stays.
func unquotedPrintable(body []byte) ([]byte, error) {
	out := make([]byte, 0, len(body))
	wrong, offset := -1, 0
	for len(body) > 0 {
		line, end := body, []byte(nil)
		next := len(body)
		if i := bytes.IndexByte(body, '\n'); i >= 0 {
			line, end, next = body[:i], body[i:i+1], i+1
			if i > 0 && line[i-1] == '\r' {
				line, end = line[:i-1], body[i-1:i+1]
			}
		}
		line = bytes.TrimRight(line, " \t")
		if bytes.HasSuffix(line, []byte{'='}) {
			line, end = line[:len(line)-1], nil // a soft line break
		}
		for {
			i := bytes.IndexByte(line, '=')
			if i < 0 {
				break
			}
			out = append(out, line[:i]...)
			if i+2 < len(line) && unhex(line[i+1]) >= 0 && unhex(line[i+2]) >= 0 {
				out = append(out, byte(unhex(line[i+1])<<4|unhex(line[i+2])))
				line = line[i+3:]
				continue
			}
			if wrong < 0 {
				wrong = offset
			}
			out = append(out, '=')
			line = line[i+1:]
		}
		out = append(append(out, line...), end...)
		body, offset = body[next:], offset+next
	}
	if wrong >= 0 {
		return out, fmt.Errorf("message: quoted-printable: a wrong escape in the line at %d", wrong)
	}
	return out, nil
}
