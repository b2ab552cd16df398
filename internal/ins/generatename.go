package ins

// Names of the generator. A birth name holds one of the tokens, so that whoever
// reads it sees that nobody is meant; the rest are syllables at random.

func syllables() []string {
	var out []string
	for _, c := range [...]string{"B", "BR", "D", "DR", "F", "G", "K", "KL", "L", "M", "N", "P", "R", "S", "T", "V", "Z"} {
		for _, v := range [...]string{"A", "E", "I", "O", "U", "OU"} {
			out = append(out, c+v)
		}
	}
	return out
}

func (g *generator) syllable() string { return g.syllables[g.IntN(len(g.syllables))] }

// birthName makes one of the shapes that a nom de naissance has.
func (g *generator) birthName() string {
	token := [...]string{"TEST", "SIMU", "FICTIF"}[g.IntN(3)]
	rest := g.syllable() + g.syllable() + g.syllable()
	switch n := g.IntN(100); {
	case n < 70:
		return token + rest
	case n < 82:
		return token + "-" + rest
	case n < 88:
		return token + " " + rest
	case n < 92:
		return "D'" + token + rest
	case n < 95:
		return token + " D'O" + rest
	case n < 97:
		return token + "--" + rest
	}
	return "LE " + token + " DE L'U" + rest
}

// givenNames makes one to four first names, some of them compound.
func (g *generator) givenNames(sex string) []string {
	n := 1
	switch r := g.IntN(100); {
	case r < 35:
	case r < 65:
		n = 2
	case r < 92:
		n = 3
	default:
		n = 4
	}
	out := make([]string, n)
	for i := range out {
		out[i] = g.givenName(sex)
		if g.chance(70) {
			out[i] += "-" + g.givenName(sex)
		}
	}
	return out
}

func (g *generator) givenName(sex string) string {
	ends := [...]string{"X", "RIK", "LDO", "TUS", "MON", "DAX"}
	if sex == "F" {
		ends = [...]string{"LLINE", "NIA", "SSEA", "RIX", "DOLE", "VETTE"}
	}
	return g.syllable() + g.syllable() + ends[g.IntN(len(ends))]
}
