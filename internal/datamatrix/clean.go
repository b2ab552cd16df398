package datamatrix

import (
	"strings"
	"unicode"
)

// clean takes away what a reader put around the payload, and undoes what a
// keyboard did to it.
func clean(cells []cell, n *notes) []cell {
	for len(cells) > 0 && (unicode.IsSpace(cells[0].r) || cells[0].r == '\ufeff') {
		cells = cells[1:]
	}
	cells = aim(cells, n)
	end := len(cells)
	for end > 0 && (unicode.IsSpace(cells[end-1].r) || cells[end-1].r == 0) {
		end--
	}
	cells = cells[:end]
	if keyboard(cells, n) {
		return cells
	}
	if len(cells) > 1 && cells[0].r == 'i' && cells[1].r == 's' {
		n.add(Avertissement, "casse", "", cells[0].at, "Tout est arrivé en minuscules : le verrouillage majuscule du poste, ou le réglage du lecteur, change la casse.",
			"Everything came in lower case: the workstation's caps lock, or the reader's setting, changes the case.")
		for i := range cells {
			cells[i].r = unicode.ToUpper(cells[i].r)
		}
	}
	return cells
}

// aim reads the symbology identifier that a scanner may put first: "]", a
// letter and a digit (ISO/IEC 15424). ]d1 is an ECC200 Data Matrix, ]d2 one that
// begins with FNC1, as GS1 has it.
func aim(cells []cell, n *notes) []cell {
	if len(cells) < 3 || cells[0].r != ']' || !unicode.IsLetter(cells[1].r) || !unicode.IsDigit(cells[2].r) {
		return cells
	}
	id, at := text(cells[:3]), cells[0].at
	switch {
	case id == "]d1":
		n.add(Information, "aim", "", at, "Le lecteur annonce un Data Matrix ECC200 (]d1).", "The reader announces an ECC200 Data Matrix (]d1).")
	case id == "]d2":
		n.add(Avertissement, "aim.gs1", "", at, "Le lecteur annonce un code GS1 (]d2) : un datamatrix INS ne commence pas par FNC1.",
			"The reader announces a GS1 code (]d2): a datamatrix INS does not begin with FNC1.")
	case strings.HasPrefix(id, "]d"):
		n.addf(Avertissement, "aim.variante", "", at, "Le lecteur annonce une variante de Data Matrix (%s) ; ]d1 est attendu.",
			"The reader announces a variant of Data Matrix (%s); ]d1 is expected.", id)
	default:
		n.addf(Erreur, "aim.symbologie", "", at, "Le lecteur annonce un autre genre de code (%s) : un datamatrix INS est un Data Matrix (]d1).",
			"The reader announces another kind of code (%s): a datamatrix INS is a Data Matrix (]d1).", id)
	}
	return cells[3:]
}
