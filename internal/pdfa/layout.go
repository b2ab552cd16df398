package pdfa

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The page: A4, in points.
const (
	pageWidth, pageHeight = 595, 842
	margin                = 56
	footer                = 32 // baseline of the page number

	titleSize, titleLead = 15, 20
	textSize, textLead   = 10, 14
	footSize             = 8
)

// A row is one line on a page.
type row struct {
	glyphs []uint16 // of the font
	size   int      // points
	x, y   int      // points, from the bottom left
}

// paginate breaks a text into rows and pages.
func paginate(f *face, t Text) ([][]row, error) {
	var pages [][]row
	var page []row
	y := pageHeight - margin
	place := func(glyphs []uint16, size, lead int) {
		if y-lead < margin {
			pages, page, y = append(pages, page), nil, pageHeight-margin
		}
		y -= lead
		if len(glyphs) > 0 {
			page = append(page, row{glyphs: glyphs, size: size, x: margin, y: y})
		}
	}

	if title := strings.TrimSpace(clean(t.Title)); title != "" {
		for _, glyphs := range wrap(f, title, titleSize) {
			place(glyphs, titleSize, titleLead)
		}
		place(nil, textSize, textLead)
	}
	for _, line := range t.Lines {
		for part := range strings.SplitSeq(line, "\n") {
			for _, glyphs := range wrap(f, clean(part), textSize) {
				place(glyphs, textSize, textLead)
			}
		}
		if len(pages) > maxPages {
			return nil, fmt.Errorf("%w: more than %d pages", ErrTooLong, maxPages)
		}
	}
	pages = append(pages, page)

	for i := range pages {
		glyphs, width := measure(f, fmt.Sprintf("page %d/%d", i+1, len(pages)))
		x := pageWidth - margin - width*footSize/f.units
		pages[i] = append(pages[i], row{glyphs: glyphs, size: footSize, x: x, y: footer})
	}
	return pages, nil
}

// clean makes one line of text: tabulations are spaces, what is no character is left
// out.
func clean(s string) string {
	s = strings.ReplaceAll(s, "\t", "    ")
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' || 0x7f <= r && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}

// wrap breaks a line at spaces, and in the middle of a word that is wider than the
// page. An empty line is one row without glyphs.
func wrap(f *face, line string, size int) [][]uint16 {
	line = strings.TrimRight(line, " ")
	text := strings.TrimLeft(line, " ")
	if text == "" {
		return [][]uint16{nil}
	}
	limit := (pageWidth - 2*margin) * f.units / size
	indent, indentWidth := measure(f, line[:min(len(line)-len(text), 24)])
	space, spaceWidth := measure(f, " ")

	var rows [][]uint16
	row, width := append([]uint16(nil), indent...), indentWidth
	empty := true
	flush := func() {
		rows = append(rows, row)
		row, width, empty = append([]uint16(nil), indent...), indentWidth, true
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' }) {
		glyphs, w := measure(f, word)
		if !empty && width+spaceWidth+w > limit {
			flush()
		}
		if !empty {
			row, width = append(row, space...), width+spaceWidth
		}
		for _, g := range glyphs {
			a := f.advance(g)
			if width+a > limit && !empty {
				flush()
			}
			row, width, empty = append(row, g), width+a, false
		}
	}
	if !empty || len(rows) == 0 {
		flush()
	}
	return rows
}

// measure gives the glyphs of a text, and their width in units of the font.
func measure(f *face, s string) (glyphs []uint16, width int) {
	for _, r := range s {
		if g, ok := f.glyph(r); ok {
			glyphs = append(glyphs, g)
			width += f.advance(g)
		}
	}
	return glyphs, width
}
