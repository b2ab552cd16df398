package message

import (
	"html"
	"strings"
)

// htmlText is the text of an HTML document, as a person reads it: no tag, no style,
// no script, one line feed where a block ends, entities resolved. It is made to be
// shown as plain text: what it returns may hold "<" again, from an entity.
//
// It is no HTML parser: what is not closed reaches to the end of the document, and
// no two tags are compared.
func htmlText(s string) string {
	t := htmlWriter{}
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			t.text(s)
			break
		}
		t.text(s[:i])
		s = s[i:]
		switch {
		case strings.HasPrefix(s, "<!--"):
			_, s, _ = strings.Cut(s[4:], "-->")
		case len(s) > 1 && (s[1] == '!' || s[1] == '?'):
			_, s, _ = strings.Cut(s, ">")
		case len(s) > 1 && (letter(s[1]) || s[1] == '/'):
			name, rest := tag(s[1:])
			s = rest
			switch name {
			case "script", "style", "head", "title", "noscript", "template", "svg":
				s = after(s, "</"+name)
			default:
				t.tag(name)
			}
		default:
			t.text("<")
			s = s[1:]
		}
	}
	return strings.TrimSpace(t.b.String())
}

// tag cuts a tag, from its name on: the name in lower case, "/" included, and what
// follows the tag.
func tag(s string) (name, rest string) {
	end := strings.IndexAny(s, " \t\r\n\f>")
	if end < 0 {
		return strings.ToLower(s), ""
	}
	name = strings.TrimSuffix(strings.ToLower(s[:end]), "/")
	for i, in := end, byte(0); i < len(s); i++ {
		switch c := s[i]; {
		case in != 0:
			if c == in {
				in = 0
			}
		case c == '"' || c == '\'':
			in = c
		case c == '>':
			return name, s[i+1:]
		}
	}
	return name, ""
}

// after is what follows a closing tag, whatever its case; nothing without it.
func after(s, closing string) string {
	for {
		i := strings.Index(s, "</")
		if i < 0 {
			return ""
		}
		if s = s[i:]; len(s) >= len(closing) && strings.EqualFold(s[:len(closing)], closing) {
			_, rest := tag(s[1:])
			return rest
		}
		s = s[2:]
	}
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// An htmlWriter collapses blanks as a browser does.
type htmlWriter struct {
	b     strings.Builder
	blank bool // one is due before the next word
	lines int  // line feeds at the end of b
}

func (t *htmlWriter) text(s string) {
	s = html.UnescapeString(s)
	for s != "" {
		word := strings.TrimLeft(s, " \t\r\n\f")
		if len(word) < len(s) {
			t.blank = true
		}
		end := strings.IndexAny(word, " \t\r\n\f")
		if end < 0 {
			end = len(word)
		}
		if end > 0 {
			if t.blank && t.lines == 0 && t.b.Len() > 0 {
				t.b.WriteByte(' ')
			}
			t.b.WriteString(strings.ReplaceAll(word[:end], "\u00a0", " "))
			t.blank, t.lines = false, 0
		}
		s = word[end:]
	}
}

// feed ends the line, and leaves n-1 empty ones at most.
func (t *htmlWriter) feed(n int) {
	for ; t.lines < n && t.b.Len() > 0; t.lines++ {
		t.b.WriteByte('\n')
	}
	t.blank = false
}

func (t *htmlWriter) tag(name string) {
	switch strings.TrimPrefix(name, "/") {
	case "br":
		if t.b.Len() > 0 && t.lines < 2 {
			t.b.WriteByte('\n')
			t.lines++
		}
		t.blank = false
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre":
		t.feed(2)
	case "div", "tr", "section", "article", "header", "footer", "dl", "dt", "dd", "form", "body", "hr":
		t.feed(1)
	case "li":
		if t.feed(1); name == "li" {
			t.b.WriteString("- ")
			t.blank, t.lines = false, 1 // no blank after the dash
		}
	case "td", "th":
		t.blank = true
	}
}

// lineFeeds turns line ends into LF.
func lineFeeds(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
