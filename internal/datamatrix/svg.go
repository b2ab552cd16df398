package datamatrix

import (
	"bytes"
	"fmt"
)

// SVG draws the same picture as [Symbol.PNG] in vectors: one path, in which each
// run of dark modules of a row is a rectangle. It embeds no font, no script and
// no foreign resource; its title is the label, for who does not see it.
func (s *Symbol) SVG(d Drawing) ([]byte, error) {
	l, err := s.layout(d)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" shape-rendering="crispEdges" role="img">`, l.width, l.height)
	fmt.Fprintf(&b, "\n<title>%s (%s)</title>\n<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>\n<path d=\"", Label, Fake, l.width, l.height)
	for y := range s.side {
		for x := 0; x < s.side; x++ {
			run := 0
			for s.Dark(x+run, y) {
				run++
			}
			if run == 0 {
				continue
			}
			fmt.Fprintf(&b, "M%d %dh%dv%dh-%[3]dz", l.left+x*l.Module, l.top+y*l.Module, run*l.Module, l.Module)
			x += run
		}
	}
	if !l.Bare {
		for n, line := range [...]string{Label, Fake} {
			left, top := l.line(n, line)
			dots(line, func(x, y int) {
				fmt.Fprintf(&b, "M%d %dh%dv%[3]dh-%[3]dz", left+x*l.dot, top+y*l.dot, l.dot)
			})
		}
	}
	b.WriteString("\"/>\n</svg>\n")
	return b.Bytes(), nil
}
