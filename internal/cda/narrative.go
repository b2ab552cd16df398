package cda

import "strings"

// cellSeparator stands between the cells of a row.
const cellSeparator = " | "

// A narrator makes plain text of a narrative block.
type narrator struct {
	lines []string
	line  strings.Builder
	space bool // a space is due before the next word
	cells int  // open cells: what ends a line does not, in them
}

// plain is the text of a node, for a person: a line for each block, no line for what
// is not text. Of a node without blocks it is the text on one line.
func (n *node) plain() string {
	if n == nil {
		return ""
	}
	if n.first != nil && n.first == n.last && n.first.text != nil {
		return joinWords(n.first.text)
	}
	var w narrator
	w.children(n)
	w.end()
	return strings.Join(w.lines, "\n")
}

// joinWords is a text with one space for any number of them.
func joinWords(text []byte) string {
	return strings.Join(strings.Fields(string(text)), " ")
}

func (w *narrator) children(n *node) {
	for c := n.first; c != nil; c = c.next {
		if c.text != nil {
			w.write(string(c.text))
			continue
		}
		w.element(c)
	}
}

func (w *narrator) element(n *node) {
	switch n.name {
	case "br":
		w.end()
	case "paragraph", "list", "table", "tr", "caption", "thead", "tbody", "tfoot":
		w.end()
		w.children(n)
		w.end()
	case "item":
		w.end()
		w.write("- ")
		w.children(n)
		w.end()
	case "td", "th":
		if w.line.Len() > 0 {
			// After an empty cell the line ends with a space already.
			w.line.WriteString(strings.TrimPrefix(cellSeparator, trailing(w.line.String())))
		}
		w.space = false
		w.cells++
		w.children(n)
		w.cells--
	case "renderMultiMedia":
		// What it shows is elsewhere.
	default:
		w.children(n)
	}
}

// write adds words to the line.
func (w *narrator) write(s string) {
	if s == "" {
		return
	}
	first, last := s[0], s[len(s)-1]
	w.space = w.space || isSpace(first)
	for word := range strings.FieldsSeq(s) {
		if w.space && w.line.Len() > 0 && !strings.HasSuffix(w.line.String(), " ") {
			w.line.WriteByte(' ')
		}
		w.line.WriteString(word)
		w.space = true
	}
	w.space = isSpace(last)
}

// trailing is the space that a line ends with, or nothing.
func trailing(line string) string {
	if strings.HasSuffix(line, " ") {
		return " "
	}
	return ""
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// end ends the line, or the words where a cell is open.
func (w *narrator) end() {
	w.space = true
	if w.cells > 0 {
		return
	}
	if line := strings.Trim(w.line.String(), " "); line != "" {
		w.lines = append(w.lines, line)
	}
	w.line.Reset()
	w.space = false
}
