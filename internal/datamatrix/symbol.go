package datamatrix

import "strings"

// Symbol is a Data Matrix: a square of dark and light modules, without its quiet
// zone. It does not change.
type Symbol struct {
	side      int
	dark      []bool
	codewords []byte
}

// NewSymbol makes the smallest square that carries a text, which may be a
// payload or anything else in ISO/IEC 8859-1. When the text begins with
// [Header], that part is in the C40 encodation (ANS format datamatrix INS v2.2
// §3). It returns an [*Error] for a text that is empty, too long (1304 codewords)
// or out of ISO/IEC 8859-1.
func NewSymbol(payload string) (*Symbol, error) {
	var n notes
	if payload == "" {
		n.add(Erreur, "vide", "", 0, "Rien à écrire.", "There is nothing to write.")
		return nil, &Error{n.found}
	}
	if len(payload) > MaxPayload {
		n.addf(Erreur, "longueur", "", MaxPayload, "Le contenu fait %d octets, au plus %d.", "The payload has %d bytes, the most is %d.", len(payload), MaxPayload)
		return nil, &Error{n.found}
	}
	if !latin1(payload) {
		n.add(Erreur, "caractere", "", -1, "Le contenu a un caractère hors d'ISO/IEC 8859-1.", "The payload has a character out of ISO/IEC 8859-1.")
		return nil, &Error{n.found}
	}
	s := make([]byte, 0, len(payload))
	for _, r := range payload {
		s = append(s, byte(r))
	}
	header := 0
	if strings.HasPrefix(payload, Header) {
		header = len(Header)
	}
	codewords, open := encodation(s, header)
	size, ok := sizeFor(len(codewords))
	if !ok {
		n.addf(Erreur, "longueur", "", -1, "Le contenu demande %d mots de code : le plus grand carré en a %d.", "The payload wants %d codewords: the largest square has %d.", len(codewords), sizes[len(sizes)-1].data)
		return nil, &Error{n.found}
	}
	return build(pad(codewords, open, size.data), size), nil
}

// build makes the symbol of data codewords, one for each that the size has.
func build(data []byte, s size) *Symbol {
	matrix := place(protect(data, s), s.matrix())
	out := &Symbol{side: s.side, dark: make([]bool, s.side*s.side), codewords: data}
	region, frame := s.region(), s.region()+2
	for y := range s.side {
		for x := range s.side {
			// Each region has a solid line at its left and its bottom, a dotted one
			// at its top and its right (ISO/IEC 16022 §5.6).
			rx, ry := x%frame, y%frame
			dark := false
			switch {
			case rx == 0 || ry == frame-1:
				dark = true
			case ry == 0:
				dark = rx%2 == 0
			case rx == frame-1:
				dark = ry%2 == 1
			default:
				dark = matrix[(y/frame*region+ry-1)*s.matrix()+x/frame*region+rx-1]
			}
			out.dark[y*s.side+x] = dark
		}
	}
	return out
}

// Side is the number of modules on a side.
func (s *Symbol) Side() int { return s.side }

// Dark tells whether the module in column x and row y, from 0 at the top left,
// is dark; what is outside is light.
func (s *Symbol) Dark(x, y int) bool {
	return x >= 0 && y >= 0 && x < s.side && y < s.side && s.dark[y*s.side+x]
}

// Codewords are the data codewords, padding included: a copy.
func (s *Symbol) Codewords() []byte { return append([]byte(nil), s.codewords...) }
