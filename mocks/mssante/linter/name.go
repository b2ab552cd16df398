package linter

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unaccented is a text without its accents: the letters of the French alphabet are
// decomposed and lose their marks; ligatures are written out.
func unaccented(s string) string {
	s = strings.NewReplacer("œ", "oe", "Œ", "OE", "æ", "ae", "Æ", "AE").Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

// alike compares names whatever their case, accents, hyphens and apostrophes.
func alike(s string) string {
	s = strings.NewReplacer("-", " ", "'", " ", "’", " ").Replace(unaccented(s))
	return strings.ToUpper(strings.Join(strings.Fields(s), " "))
}
