package message

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

const (
	wordHead = "=?utf-8?q?"
	wordMost = 75 // RFC 2047 §2
	wordEnds = len(wordHead) + len("?=")
)

// encodeWords writes a text as encoded words of UTF-8 (RFC 2047), whole characters
// each. The first takes room bytes at most, when that is enough to be worth it.
// In a phrase fewer characters stand for themselves (RFC 2047 §5 (3)).
func encodeWords(text string, room int, phrase bool) []string {
	safe := 0
	for i := 0; i < len(text); i++ {
		if plainQ(text[i], phrase) {
			safe++
		}
	}
	q := 3*(len(text)-safe)+safe <= base64.StdEncoding.EncodedLen(len(text))

	if room < wordMost/2 || room > wordMost {
		room = wordMost
	}
	var words []string
	for text != "" {
		n, used := 0, 0
		for n < len(text) {
			_, size := utf8.DecodeRuneInString(text[n:])
			cost := 0
			if q {
				for _, c := range []byte(text[n : n+size]) {
					cost += costQ(c, phrase)
				}
				if used+cost > room-wordEnds {
					break
				}
			} else if base64.StdEncoding.EncodedLen(n+size) > room-wordEnds {
				break
			}
			used += cost
			n += size
		}
		if q {
			words = append(words, wordHead+encodeQ(text[:n], phrase)+"?=")
		} else {
			words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(text[:n]))+"?=")
		}
		text, room = text[n:], wordMost-1 // after the blank that begins a line
	}
	return words
}

// plainQ tells whether a byte takes one character in the Q encoding.
func plainQ(c byte, phrase bool) bool {
	switch {
	case c == ' ', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	case phrase:
		return strings.IndexByte("!*+-/", c) >= 0
	}
	return c > ' ' && c < 0x7f && c != '=' && c != '?' && c != '_'
}

func costQ(c byte, phrase bool) int {
	if plainQ(c, phrase) {
		return 1
	}
	return 3
}

func encodeQ(s string, phrase bool) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('_')
		case plainQ(c, phrase):
			b.WriteByte(c)
		default:
			b.WriteByte('=')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

const hexDigits = "0123456789ABCDEF"
