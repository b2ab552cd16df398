package datamatrix

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cell is one character of a payload and where it began, in bytes.
type cell struct {
	r  rune
	at int
}

const gs = rune(0x1d)

// substitutes are what scanners, terminals and applications make of the
// separator, which is a control character: signs for it, its names, its
// escapes. Compared without case.
var substitutes = [...]string{
	"␝", "↔", "<gs>", "{gs}", "[gs]", "(gs)", `\x1d`, `\u001d`, `\035`, "_x001d_", "%1d", "&#29;", "&#x1d;", "^]", "~029", "~d029", "<0x1d>", "[1d]",
}

// marks are single signs that some scanners are set to send for the separator.
// Only before a block they are taken for one.
const marks = "|@#$%~^;*!\\/+=_§¤\t"

// runes splits a payload into characters. A byte that is not UTF-8 is taken for
// ISO/IEC 8859-1, as scanners send it.
func runes(payload string) []cell {
	out := make([]cell, 0, len(payload))
	for at := 0; at < len(payload); {
		r, size := utf8.DecodeRuneInString(payload[at:])
		if r == utf8.RuneError && size <= 1 {
			r, size = rune(payload[at]), 1
		}
		out = append(out, cell{r, at})
		at += size
	}
	return out
}

// text is what cells say.
func text(cells []cell) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteRune(c.r)
	}
	return b.String()
}

// begins tells whether the cells begin with a text, without case.
func begins(cells []cell, want string) bool {
	i := 0
	for _, r := range want {
		if i >= len(cells) || unicode.ToLower(cells[i].r) != r {
			return false
		}
		i++
	}
	return true
}

// block tells whether the cells begin with an identifier of a block: S and a
// digit. No value has these two in a row, since a name has no digit and nothing
// else has an S.
func block(cells []cell) bool {
	return len(cells) >= 2 && cells[0].r == 'S' && cells[1].r >= '0' && cells[1].r <= '9'
}

// separate puts the separator where the payload has a substitute of it, and
// notes each kind once.
func separate(cells []cell, n *notes) []cell {
	out := cells[:0]
	seen := map[string]bool{}
	for i := 0; i < len(cells); {
		sign, width := separator(cells[i:])
		if width == 0 {
			out = append(out, cells[i])
			i++
			continue
		}
		if sign != "" && !seen[sign] {
			seen[sign] = true
			n.addf(Avertissement, "gs.substitut", "", cells[i].at, "Le séparateur <GS> est arrivé sous la forme « %s » : le lecteur devrait le transmettre tel quel (0x1D).",
				"The separator <GS> came as “%s”: the reader should transmit it as it is (0x1D).", sign)
		}
		out = append(out, cell{gs, cells[i].at})
		i += width
	}
	return out
}

// separator reads a separator: its width in characters, 0 when there is none,
// and its name when it is not the true one.
func separator(cells []cell) (sign string, width int) {
	r := cells[0].r
	if r == gs {
		return "", 1
	}
	for _, s := range substitutes {
		if begins(cells, s) {
			return s, utf8.RuneCountInString(s)
		}
	}
	if !block(cells[1:]) {
		return "", 0
	}
	switch {
	case r == ' ':
		return "espace / space", 1
	case strings.ContainsRune(marks, r):
		return string(r), 1
	case unicode.IsControl(r):
		return string(rune(0x2400 + r%0x20)), 1 // the sign of a C0 control
	}
	return "", 0
}
