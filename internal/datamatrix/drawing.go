package datamatrix

// Label is what stands beside a datamatrix INS (ANS format datamatrix INS v2.2
// §6). That it is below the square is inferred.
const Label = "INS à scanner"

// Fake is the second line of ours: nothing that the simulator prints may pass
// for a document.
const Fake = "SEGURSIM TEST"

// Drawing says how a symbol is drawn. The zero value suits a screen.
type Drawing struct {
	// Module is the side of a module, in pixels: 1 to 40; 0 is 5.
	Module int
	// Quiet is the width of the light zone around, in modules: 1 to 20; 0 is 4.
	// The standard wants 1; readers of pictures often want more.
	Quiet int
	// Bare leaves out both lines of text.
	Bare bool
}

// setDefaults fills in and refuses what is out of bounds.
func (d *Drawing) setDefaults() error {
	if d.Module == 0 {
		d.Module = 5
	}
	if d.Quiet == 0 {
		d.Quiet = 4
	}
	var n notes
	if d.Module < 1 || d.Module > 40 {
		n.addf(Erreur, "image.module", "", -1, "Le côté d'un module est de 1 à 40 pixels, pas %d.", "The side of a module is 1 to 40 pixels, not %d.", d.Module)
	}
	if d.Quiet < 1 || d.Quiet > 20 {
		n.addf(Erreur, "image.marge", "", -1, "La marge est de 1 à 20 modules, pas %d.", "The quiet zone is 1 to 20 modules, not %d.", d.Quiet)
	}
	if n.found != nil {
		return &Error{n.found}
	}
	return nil
}

// sheet is a drawing laid out: everything in pixels, from the top left.
type sheet struct {
	Drawing
	width, height int
	left, top     int // of the symbol
	dot           int // side of a dot of the letters
}

func (s *Symbol) layout(d Drawing) (sheet, error) {
	if err := d.setDefaults(); err != nil {
		return sheet{}, err
	}
	quiet, square := d.Quiet*d.Module, s.side*d.Module
	l := sheet{Drawing: d, width: square + 2*quiet, height: square + 2*quiet, left: quiet, top: quiet}
	if d.Bare {
		return l, nil
	}
	text := max(textWidth(Label), textWidth(Fake))
	l.dot = max(1, square/text)
	if want := text*l.dot + 2*quiet; want > l.width {
		l.left += (want - l.width) / 2
		l.width = want
	}
	l.height += 2*lineHeight*l.dot + l.dot
	return l, nil
}

// line returns where the n-th line of text begins: below the quiet zone.
func (l sheet) line(n int, s string) (x, y int) {
	return (l.width - textWidth(s)*l.dot) / 2, l.height - ((2-n)*lineHeight+1)*l.dot
}
