package datamatrix

import "fmt"

// matricule is a number of 13 positions and its key, as numbers.
type matricule struct{ first, number, key int }

// parseMatricule reads 15 characters: digits, but 2A or 2B as department.
func parseMatricule(s string) (matricule, bool) {
	if len(s) != 15 {
		return matricule{}, false
	}
	n := 0
	for i := range 13 {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n = n*10 + int(c-'0')
		// 2A counts as 19 and 2B as 18 (INSEE).
		case i == 6 && s[5] == '2' && c == 'A':
			n = n*10 - 1
		case i == 6 && s[5] == '2' && c == 'B':
			n = n*10 - 2
		default:
			return matricule{}, false
		}
	}
	if !digits(s[13:]) {
		return matricule{}, false
	}
	return matricule{int(s[0] - '0'), n, int(s[13]-'0')*10 + int(s[14]-'0')}, true
}

// right is the key that the number wants: 97 minus the number modulo 97.
func (m matricule) right() int { return 97 - m.number%97 }

// sex is what the first digit says: 1, 3 and 7 are men, 2, 4 and 8 are women;
// empty for any other.
func (m matricule) sex() string {
	switch m.first {
	case 1, 3, 7:
		return "M"
	case 2, 4, 8:
		return "F"
	}
	return ""
}

func (c checker) matricule(v string) {
	m, ok := parseMatricule(v)
	switch {
	case !ok:
		c.addf(Erreur, "s1.forme", "S1", c.at(0), "S1 vaut « %s » : un matricule est de 15 chiffres, clé comprise, ou porte 2A ou 2B comme département.",
			"S1 is “%s”: a matricule is 15 digits with its key, or has 2A or 2B as its department.", shown(v))
	case m.right() != m.key:
		want := fmt.Sprintf("%02d", m.right())
		c.addf(c.key, "s1.cle", "S1", c.at(0), "La clé du matricule est %s ; celle que ses 13 premiers caractères donnent est %s.",
			"The key of the matricule is %s; what its first 13 characters give is %s.", v[13:], want)
	}
}
