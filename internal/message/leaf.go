package message

import (
	"strings"
	"unicode/utf8"
)

// leaf skips the body of a part that holds no other, and tells what does not
// travel as its transfer encoding says.
func (w *walker) leaf(p *Part) delimiter {
	start := w.pos
	if p.Encoding == "base64" {
		var check base64Check
		end := w.body(check.line)
		if check.stray.count > 0 {
			w.problem(check.stray.first, "base64", "%d lines are not base64 (RFC 2045 §6.8)", check.stray.count)
		} else if check.length%4 != 0 {
			w.problem(start, "base64", "the base64 is cut: %d characters are not a multiple of 4", check.length)
		}
		return end
	}

	end := w.body(nil)
	body := w.raw[start:max(start, end.at)]
	switch {
	case p.Encoding == "7bit" || p.Encoding == "quoted-printable":
		if i := firstHigh(body); i >= 0 {
			w.problem(start+i, "encoding", "a byte that is not ASCII in a %s body (RFC 2045 §2.7)", p.Encoding)
		}
	case p.identity() && strings.HasPrefix(p.MediaType, "text/"):
		w.text(p, body, start)
	}
	return end
}

// text tells whether a text that is not encoded is of its charset.
func (w *walker) text(p *Part, body []byte, start int) {
	switch name := charsetName(p.Params["charset"]); {
	case name == "us-ascii":
		if i := firstHigh(body); i >= 0 {
			w.problem(start+i, "charset", "a byte that is not ASCII in a text that says it is")
		}
	case name == "utf-8" && !utf8.Valid(body):
		w.problem(start, "charset", "the text is not the UTF-8 that it says it is")
	}
}

// firstHigh is the index of the first byte that is not ASCII, or -1.
func firstHigh[T string | []byte](b T) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if (b[i]|b[i+1]|b[i+2]|b[i+3]|b[i+4]|b[i+5]|b[i+6]|b[i+7])&0x80 != 0 {
			break
		}
	}
	for ; i < len(b); i++ {
		if b[i] >= 0x80 {
			return i
		}
	}
	return -1
}

// What a byte is in base64.
const (
	b64Blank = 0
	b64Digit = 1
	b64Pad   = 2
	b64Stray = 4
)

var base64Bytes = base64Table()

func base64Table() (t [256]byte) {
	for i := range t {
		switch c := byte(i); {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			t[i] = b64Digit
		case c == '=':
			t[i] = b64Pad
		case c == ' ', c == '\t', c == '\r':
			t[i] = b64Blank
		default:
			t[i] = b64Stray
		}
	}
	return t
}

// A base64Check holds the lines of a body against RFC 2045 §6.8 without decoding
// them.
type base64Check struct {
	length int // characters of the encoding, padding included
	closed bool
	stray  tally
}

func (c *base64Check) line(text []byte, offset int) {
	digits := byte(b64Digit)
	for _, b := range text {
		digits &= base64Bytes[b]
	}
	if digits == b64Digit && !c.closed {
		c.length += len(text)
		return
	}
	c.slow(text, offset)
}

// slow checks a line that is not made of base64 digits alone.
func (c *base64Check) slow(text []byte, offset int) {
	bad := false
	for _, b := range text {
		switch base64Bytes[b] {
		case b64Blank:
			continue
		case b64Pad:
			c.closed = true
		case b64Digit:
			bad = bad || c.closed
		default:
			bad = true
			continue
		}
		c.length++
	}
	if bad {
		c.stray.add(offset)
	}
}
