package insi

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Normalize writes a name as INSi takes it: capitals A to Z, space, hyphen and
// apostrophe, without accents, ligatures spelt out. A name with anything else in
// it (a digit, another alphabet) is refused: it must be corrected by a person.
func Normalize(name string) (string, error) {
	var b strings.Builder
	for _, r := range strings.ToUpper(strings.Join(strings.Fields(name), " ")) {
		switch {
		case r >= 'A' && r <= 'Z', r == ' ', r == '-', r == '\'':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // a combining accent
		default:
			to := plain(r)
			if to == "" {
				return "", fmt.Errorf("insi: %q in the name %q", r, name)
			}
			b.WriteString(to)
		}
	}
	if b.Len() == 0 {
		return "", errors.New("insi: an empty name")
	}
	return b.String(), nil
}

// plain is what the letters of French and its neighbours become.
func plain(r rune) string {
	switch r {
	case '’', 'ʼ', '`':
		return "'"
	case '‐', '‑', '–':
		return "-"
	case 'Œ':
		return "OE"
	case 'Æ':
		return "AE"
	case 'ẞ', 'ß':
		return "SS"
	}
	const accented = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŸŠŽĀĂĄĆČĎĐĒĘĚĞĪŁŃŇŌŘŚŞŢŤŪŮŹŻ"
	const letters = "AAAAAACEEEEIIIINOOOOOOUUUUYYSZAAACCDDEEEGILNNORSSTTUUZZ"
	if i := strings.IndexRune(accented, r); i >= 0 {
		return letters[len([]rune(accented[:i])):][:1]
	}
	return ""
}
