package datamatrix

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// PNG draws the symbol, black on white, with its quiet zone and, below, its
// label. It returns an [*Error] when the drawing is out of bounds.
func (s *Symbol) PNG(d Drawing) ([]byte, error) {
	l, err := s.layout(d)
	if err != nil {
		return nil, err
	}
	img := image.NewPaletted(image.Rect(0, 0, l.width, l.height), color.Palette{color.White, color.Black})
	fill := func(x, y, side int) {
		for j := range side {
			row := img.Pix[(y+j)*img.Stride+x:]
			for i := range side {
				row[i] = 1
			}
		}
	}
	for y := range s.side {
		for x := range s.side {
			if s.Dark(x, y) {
				fill(l.left+x*l.Module, l.top+y*l.Module, l.Module)
			}
		}
	}
	if !l.Bare {
		for n, line := range [...]string{Label, Fake} {
			left, top := l.line(n, line)
			dots(line, func(x, y int) { fill(left+x*l.dot, top+y*l.dot, l.dot) })
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("datamatrix: png: %w", err)
	}
	return b.Bytes(), nil
}
