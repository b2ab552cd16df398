package datamatrix

import "strings"

// A scanner that passes for a QWERTY keyboard on a workstation set to AZERTY
// presses the right keys and types the wrong characters: digits come as the
// signs below them. The two rows pair what arrives with what was meant, for the
// characters of a payload. That the separator is lost on such a way is what the
// parsing then says.
const (
	azerty = `à&é"'(-è_ç):;?,ùAQZWaqzw`
	qwerty = `0123456789-.,Mm'QAWZqawz`
)

// keyboard undoes it, in place, when the beginning is that of a payload typed so.
func keyboard(cells []cell, n *notes) bool {
	if len(cells) < 4 || text(cells[:4]) != "ISà&" {
		return false
	}
	n.add(Avertissement, "clavier", "", cells[0].at, "Le lecteur émule un clavier QWERTY et le poste est en AZERTY : les caractères ont été rétablis, le réglage est à corriger.",
		"The reader passes for a QWERTY keyboard and the workstation is set to AZERTY: the characters were restored, the setting is to be corrected.")
	from, to := []rune(azerty), []rune(qwerty)
	for i, c := range cells {
		if at := strings.IndexRune(azerty, c.r); at >= 0 {
			cells[i].r = to[indexRune(from, c.r)]
		}
	}
	return true
}

func indexRune(in []rune, r rune) int {
	for i, x := range in {
		if x == r {
			return i
		}
	}
	return -1
}
