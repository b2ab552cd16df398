package datamatrix

import "strings"

// header checks the 26 first characters and returns what follows them. When they
// are not the header, what follows begins with the first block; nothing is left
// when there is none.
func header(cells []cell, n *notes) []cell {
	if len(cells) > 0 && cells[0].r == gs {
		n.add(Avertissement, "gs.debut", "", cells[0].at, "Un séparateur précède l'en-tête : c'est ce qu'un code GS1 donne.", "A separator precedes the header: this is what a GS1 code gives.")
		cells = cells[1:]
	}
	if len(cells) == 0 {
		n.add(Erreur, "vide", "", 0, "Rien à lire.", "There is nothing to read.")
		return nil
	}
	if len(cells) >= len(Header) && text(cells[:len(Header)]) == Header {
		return cells[len(Header):]
	}
	marked := len(cells) > 1 && cells[0].r == 'I' && cells[1].r == 'S'
	from := 0
	if marked {
		from = 2 // the S of the mark begins no block
	}
	end := from
	for end < len(cells) && (!block(cells[end:]) || cells[end+1].r == '0') {
		end++
	}
	if !marked && end == len(cells) {
		stranger(cells, n)
		return nil
	}
	if !marked {
		n.addf(Erreur, "entete.marque", "", cells[0].at, "L'en-tête manque : le contenu commence par « %s » et non par IS01.", "The header is missing: the payload begins with “%s” and not with IS01.", shown(text(cells[:min(end+2, 8)])))
		return cells[end:]
	}
	headerParts(cells[:end], n)
	return cells[end:]
}

// headerParts says what is wrong with a header that has its mark.
func headerParts(cells []cell, n *notes) {
	if len(cells) != len(Header) {
		n.addf(Erreur, "entete.longueur", "", cells[0].at, "L'en-tête a %d caractères : il en faut %d.", "The header has %d characters: %d are wanted.", len(cells), len(Header))
	}
	if v := text(cells[2:min(4, len(cells))]); v != "01" {
		n.addf(Erreur, "entete.version", "", cells[0].at+2, "La version est « %s » : seule 01 est connue.", "The version is “%s”: only 01 is known.", v)
	}
	if rest := text(cells[min(4, len(cells)):]); strings.Trim(rest, "0") != "" {
		n.addf(Avertissement, "entete.reserve", "", cells[min(4, len(cells)-1)].at, "La partie réservée de l'en-tête vaut « %s » : la version 01 y met des zéros.",
			"The reserved part of the header is “%s”: version 01 has zeros there.", shown(rest))
	}
}

// stranger says what something that is no datamatrix INS may be.
func stranger(cells []cell, n *notes) {
	s, at := text(cells), cells[0].at
	switch {
	case strings.HasPrefix(s, "DC0"):
		n.add(Erreur, "autre", "", at, "C'est un 2D-Doc (DC…), pas un datamatrix INS.", "This is a 2D-Doc (DC…), not a datamatrix INS.")
	case len(s) >= 16 && s[:2] == "01" && digits(s[2:16]):
		n.add(Erreur, "autre", "", at, "C'est un code GS1 (01 et un GTIN), comme sur une boîte de médicament, pas un datamatrix INS.",
			"This is a GS1 code (01 and a GTIN), as on a box of medicine, not a datamatrix INS.")
	default:
		n.addf(Erreur, "autre", "", at, "« %s » n'est pas un datamatrix INS : ni en-tête IS01 ni bloc.", "“%s” is not a datamatrix INS: neither a header IS01 nor a block.", shown(s))
	}
}
