package pdfa

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// fontName is the PostScript name of the font.
const fontName = "GoRegular"

// A face is the font, and which of its glyphs a document uses.
type face struct {
	tables map[string][]byte
	lookup *sfnt.Font
	buffer sfnt.Buffer
	units  int // per em
	long   int // entries of hmtx that have an advance
	glyphs int

	known map[rune]uint16 // glyph of each character met
	used  map[uint16]rune // the character each glyph stands for
}

var errFont = errors.New("the font's tables are not as expected")

func newFace() (*face, error) {
	lookup, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	f := &face{tables: map[string][]byte{}, lookup: lookup, known: map[rune]uint16{}, used: map[uint16]rune{}}

	ttf := goregular.TTF
	for i := range int(binary.BigEndian.Uint16(ttf[4:])) {
		entry := ttf[12+16*i:]
		at, size := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		f.tables[string(entry[:4])] = ttf[at : at+size]
	}
	for name, size := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 4, "glyf": 12} {
		if len(f.tables[name]) < size {
			return nil, fmt.Errorf("%w: %s", errFont, name)
		}
	}
	f.units = int(binary.BigEndian.Uint16(f.tables["head"][18:]))
	f.long = int(binary.BigEndian.Uint16(f.tables["hhea"][34:]))
	f.glyphs = int(binary.BigEndian.Uint16(f.tables["maxp"][4:]))
	if f.units == 0 || f.long == 0 || len(f.tables["hmtx"]) < 4*f.long {
		return nil, fmt.Errorf("%w: metrics", errFont)
	}
	return f, nil
}

// glyph is that of a character; it tells whether there is anything to draw.
func (f *face) glyph(r rune) (uint16, bool) {
	if g, ok := f.known[r]; ok {
		return g, g != 0
	}
	g := f.index(r)
	if g == 0 && !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc) {
		g = f.index('?')
		f.known[r] = g
		r = '?'
	}
	f.known[r] = g
	if first, ok := f.used[g]; g != 0 && (!ok || r < first) {
		f.used[g] = r
	}
	return g, g != 0
}

func (f *face) index(r rune) uint16 {
	g, err := f.lookup.GlyphIndex(&f.buffer, r)
	if err != nil || int(g) >= f.glyphs {
		return 0
	}
	return uint16(g)
}

// advance is the width of a glyph, in units of the font.
func (f *face) advance(g uint16) int {
	return int(binary.BigEndian.Uint16(f.tables["hmtx"][4*min(int(g), f.long-1):]))
}

// milli converts units of the font to thousandths of an em, rounded.
func (f *face) milli(units int) int {
	if units < 0 {
		return -f.milli(-units)
	}
	return (units*1000 + f.units/2) / f.units
}

// int16At reads a signed metric of a table.
func (f *face) int16At(table string, at int) int {
	return int(int16(binary.BigEndian.Uint16(f.tables[table][at:])))
}
