package ins

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds a name, in characters. INSi's own bound is not public; this is
// that of the datamatrix INS (format v2.2), which any name must fit.
const maxName = 100

// CheckBirthName returns the rule that a nom de naissance breaks, or nil: capitals
// A to Z, space, apostrophe and hyphen only; hyphens alone or in pairs; neither a
// space nor a hyphen first; no two of space and apostrophe side by side.
func CheckBirthName(s string) *Refusal {
	if s == "" {
		return missing(BirthName, "Le nom de naissance", "The birth name", refLexical)
	}
	if r := checkCharacters(BirthName, s); r != nil {
		return r
	}
	if i := strings.Index(s, "---"); i >= 0 {
		return refuseAt(BirthName, Hyphens, s, i, "trois tirets de suite, deux au plus", "three hyphens in a row, two at most", false)
	}
	if s[len(s)-1] == ' ' {
		return refuseAt(BirthName, End, s, len(s)-1, "une espace à la fin", "a space at the end", true)
	}
	return nil
}

// CheckGivenName returns the rule that a prénom breaks, or the whole list of
// them joined by spaces; nil when none: the characters of a birth name, no two
// hyphens in a row, and neither a hyphen nor an apostrophe last. That what begins
// a birth name holds for first names too, name by name, is inferred.
func CheckGivenName(s string) *Refusal {
	if s == "" {
		return missing(GivenName, "Le prénom", "The first name", "SEL-MP-043 (CharlieLamatte/SAPA)")
	}
	if r := checkCharacters(GivenName, s); r != nil {
		return r
	}
	if i := strings.Index(s, "--"); i >= 0 {
		return refuseAt(GivenName, Hyphens, s, i, "deux tirets de suite", "two hyphens in a row", false)
	}
	for i := range len(s) {
		if last := i == len(s)-1; last || s[i+1] == ' ' {
			switch s[i] {
			case '-', '\'':
				return refuseAt(GivenName, End, s, i, "un prénom ne finit ni par un tiret ni par une apostrophe",
					"a first name ends with neither a hyphen nor an apostrophe", !last)
			case ' ':
				return refuseAt(GivenName, End, s, i, "une espace à la fin", "a space at the end", true)
			}
		}
	}
	return nil
}

// checkCharacters holds what names have in common.
func checkCharacters(t Trait, s string) *Refusal {
	position := 0
	for i, c := range s {
		position++
		if position > maxName {
			r := refuseAt(t, TooLong, s, 0, fmt.Sprintf("plus de %d caractères", maxName), fmt.Sprintf("more than %d characters", maxName), true)
			r.Position = 0
			return r
		}
		switch {
		case c >= 'A' && c <= 'Z', c == ' ', c == '\'', c == '-':
			continue
		case c >= 'a' && c <= 'z':
			return refuseAt(t, LowerCase, s, i, "des minuscules : les capitales A à Z seulement", "lower case: capitals A to Z only", false)
		case c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsMark(c)):
			return refuseAt(t, Diacritic, s, i, fmt.Sprintf("« %c » : ni accent, ni ligature, les capitales A à Z seulement", c),
				fmt.Sprintf("“%c”: neither diacritics nor ligatures, capitals A to Z only", c), false)
		case c == '’' || c == 'ʼ' || c == '‘':
			return refuseAt(t, Character, s, i, "une apostrophe typographique : la seule apostrophe est ' (ASCII 39)",
				"a typographic apostrophe: the only one is ' (ASCII 39)", false)
		}
		return refuseAt(t, Character, s, i, fmt.Sprintf("le caractère %q : les capitales A à Z, l'espace, l'apostrophe et le tiret seulement", c),
			fmt.Sprintf("the character %q: capitals A to Z, space, apostrophe and hyphen only", c), false)
	}
	if s[0] == ' ' || s[0] == '-' {
		return refuseAt(t, Start, s, 0, "ni espace ni tiret au début", "neither a space nor a hyphen first", t == GivenName)
	}
	for i := 1; i < len(s); i++ {
		if between(s[i-1]) && between(s[i]) {
			return refuseAt(t, Separators, s, i, "espaces et apostrophes ne se suivent pas", "spaces and apostrophes don't follow one another", t == GivenName)
		}
	}
	return nil
}

func between(c byte) bool { return c == ' ' || c == '\'' }

func refuseAt(t Trait, rule Rule, s string, i int, fr, en string, inferred bool) *Refusal {
	r := &Refusal{
		Trait: t, Rule: rule, Value: quoted(strings.ToValidUTF8(s, "\uFFFD")), Position: utf8.RuneCountInString(s[:i]) + 1,
		Ref: refLexical, Inferred: inferred,
	}
	r.FR = fmt.Sprintf("%s « %s » : %s (caractère %d).", t, r.Value, fr, r.Position)
	r.EN = fmt.Sprintf("%s “%s”: %s (character %d).", t, r.Value, en, r.Position)
	return r
}
