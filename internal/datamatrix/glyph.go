package datamatrix

// The letters of the two lines, seven dots high and at most five wide: a picture
// must not depend on the fonts of a machine.

const (
	glyphHeight = 7
	lineHeight  = 10 // with the gap to the next line
)

var glyphs = map[rune][glyphHeight]string{
	' ': {"   ", "   ", "   ", "   ", "   ", "   ", "   "},
	'E': {"#####", "#    ", "#    ", "#### ", "#    ", "#    ", "#####"},
	'G': {" ### ", "#   #", "#    ", "#  ##", "#   #", "#   #", " ### "},
	'I': {"###", " # ", " # ", " # ", " # ", " # ", "###"},
	'M': {"#   #", "## ##", "# # #", "# # #", "#   #", "#   #", "#   #"},
	'N': {"#   #", "##  #", "# # #", "# # #", "#  ##", "#   #", "#   #"},
	'R': {"#### ", "#   #", "#   #", "#### ", "# #  ", "#  # ", "#   #"},
	'S': {" ####", "#    ", "#    ", " ### ", "    #", "    #", "#### "},
	'T': {"#####", "  #  ", "  #  ", "  #  ", "  #  ", "  #  ", "  #  "},
	'U': {"#   #", "#   #", "#   #", "#   #", "#   #", "#   #", " ### "},
	'a': {"    ", "    ", " ## ", "   #", " ###", "#  #", " ###"},
	'à': {" #  ", "  # ", "    ", " ###", "   #", "# ##", " ###"},
	'c': {"    ", "    ", " ###", "#   ", "#   ", "#   ", " ###"},
	'e': {"    ", "    ", " ## ", "#  #", "####", "#   ", " ###"},
	'n': {"    ", "    ", "### ", "#  #", "#  #", "#  #", "#  #"},
	'r': {"   ", "   ", "# #", "## ", "#  ", "#  ", "#  "},
	's': {"    ", "    ", " ###", "#   ", " ## ", "   #", "### "},
}

// textWidth is the width of a text, in dots.
func textWidth(s string) int {
	w := -1
	for _, r := range s {
		w += len(glyphs[r][0]) + 1
	}
	return max(w, 0)
}

// dots calls draw for each dot of a text.
func dots(s string, draw func(x, y int)) {
	left := 0
	for _, r := range s {
		for y, row := range glyphs[r] {
			for x, c := range row {
				if c == '#' {
					draw(left+x, y)
				}
			}
		}
		left += len(glyphs[r][0]) + 1
	}
}
