package reading

import (
	"strings"
	"unicode"
)

// A needle is a text that is searched for, whatever its case (RFC 9051 §6.4.4: the
// comparison is by substring and without case).
type needle struct {
	lower string
	ascii bool
}

func newNeedle(text string) needle {
	return needle{lower: strings.ToLower(text), ascii: isASCII(text)}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// in tells whether a text holds the needle.
func (n needle) in(text string) bool {
	switch {
	case n.lower == "":
		return true
	case !n.ascii || mayFold(text):
		return strings.Contains(strings.ToLower(text), n.lower)
	}
	first := n.lower[0]
	other := byte(unicode.ToUpper(rune(first)))
	for {
		i := strings.IndexByte(text, first)
		if other != first {
			limit := text
			if i >= 0 {
				limit = text[:i]
			}
			if j := strings.IndexByte(limit, other); j >= 0 {
				i = j
			}
		}
		if i < 0 || len(text)-i < len(n.lower) {
			return false
		}
		if foldEqual(text[i:i+len(n.lower)], n.lower) {
			return true
		}
		text = text[i+1:]
	}
}

// mayFold tells whether a text has the letters beyond ASCII whose lower case is in it:
// the Kelvin sign, and the dotted capital I.
func mayFold(text string) bool {
	return strings.Contains(text, "\u212a") || strings.Contains(text, "\u0130")
}

// foldEqual compares bytes with lower ones, letters of ASCII without case.
func foldEqual(s, lower string) bool {
	for i := range len(lower) {
		b := s[i]
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		if b != lower[i] {
			return false
		}
	}
	return true
}
