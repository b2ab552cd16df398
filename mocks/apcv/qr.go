package apcv

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quiet is the blank margin of a QR code, in modules (ISO/IEC 18004 §5.3.8).
const quiet = 4

// matrix is a QR code: its modules without the margin, row by row.
type matrix struct {
	size int
	dark []bool
}

// newMatrix draws a text with error correction level M, which a screen with a
// reflection on it needs.
func newMatrix(text string) (matrix, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return matrix{}, fmt.Errorf("apcv: qr: %w", err)
	}
	m := matrix{size: code.Bounds().Dx()}
	m.dark = make([]bool, m.size*m.size)
	for i := range m.dark {
		r, g, b, _ := code.At(i%m.size, i/m.size).RGBA()
		m.dark[i] = r+g+b < 3*0x8000
	}
	return m, nil
}

// side is its width with the margin, in modules.
func (m matrix) side() int { return m.size + 2*quiet }

// path is the outline of the dark modules for an SVG whose viewBox is side wide:
// one rectangle for each run in a row.
func (m matrix) path() string {
	var b strings.Builder
	for y := range m.size {
		for x := 0; x < m.size; x++ {
			n := 0
			for x+n < m.size && m.dark[y*m.size+x+n] {
				n++
			}
			if n > 0 {
				w := strconv.Itoa(n)
				b.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + w + "v1h-" + w + "z")
				x += n
			}
		}
	}
	return b.String()
}

// png is an image with scale pixels for each module, margin included.
func (m matrix) png(scale int) ([]byte, error) {
	img := image.NewPaletted(image.Rect(0, 0, m.side()*scale, m.side()*scale), color.Palette{color.White, color.Black})
	for i, dark := range m.dark {
		if !dark {
			continue
		}
		x, y := (i%m.size+quiet)*scale, (i/m.size+quiet)*scale
		for dy := range scale {
			for dx := range scale {
				img.SetColorIndex(x+dx, y+dy, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("apcv: qr: %w", err)
	}
	return b.Bytes(), nil
}
