package xds

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// writer writes ebRIM, one element a line. Its first error stays.
type writer struct {
	buf   bytes.Buffer
	depth int
	ids   map[string]bool
	last  map[string]int // of the ids made, by their prefix
	err   error
}

// keepEmpty before an attribute's name writes it even when its value is empty.
const keepEmpty = "="

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *writer) raw(s string) { w.buf.WriteString(s) }

// take notes an id that the metadata give.
func (w *writer) take(id string) {
	switch {
	case id == "":
	case strings.ContainsAny(id, " \t\r\n"):
		w.fail("the id %s holds white space", quote(id))
	case w.ids[id]:
		w.fail("the id %s is there twice", quote(id))
	default:
		w.ids[id] = true
	}
}

// id makes one that is not taken: prefix and number.
func (w *writer) id(prefix string) string {
	if w.last == nil {
		w.last = map[string]int{}
	}
	for {
		w.last[prefix]++
		if id := fmt.Sprintf("%s%02d", prefix, w.last[prefix]); !w.ids[id] {
			w.ids[id] = true
			return id
		}
	}
}

func (w *writer) indent() {
	for range w.depth {
		w.buf.WriteString("  ")
	}
}

// start writes a start tag up to its end; attributes are names and values, those
// that are empty left out.
func (w *writer) start(name string, attrs []string) {
	w.indent()
	w.raw("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		key, value := attrs[i], attrs[i+1]
		if short, keep := strings.CutPrefix(key, keepEmpty); keep {
			key = short
		} else if value == "" {
			continue
		}
		limit := maxValue
		if name == "rim:LocalizedString" {
			limit = maxText
		}
		w.raw(" " + key + `="`)
		w.text(name+"/@"+key, value, limit)
		w.raw(`"`)
	}
}

func (w *writer) open(name string, attrs ...string) {
	w.start(name, attrs)
	w.raw(">\n")
	w.depth++
}

func (w *writer) empty(name string, attrs ...string) {
	w.start(name, attrs)
	w.raw("/>\n")
}

func (w *writer) close(name string) {
	w.depth--
	w.indent()
	w.raw("</" + name + ">\n")
}

// slot leaves empty values out, and itself when there are no others.
func (w *writer) slot(name string, values ...string) {
	opened := false
	for _, v := range values {
		if v == "" {
			continue
		}
		if !opened {
			w.open("rim:Slot", "name", name)
			w.open("rim:ValueList")
			opened = true
		}
		w.indent()
		w.raw("<rim:Value>")
		w.text("the slot "+name, v, maxValue)
		w.raw("</rim:Value>\n")
	}
	if opened {
		w.close("rim:ValueList")
		w.close("rim:Slot")
	}
}

func (w *writer) localized(name, text string) {
	if text == "" {
		return
	}
	w.open(name)
	w.empty("rim:LocalizedString", "xml:lang", "fr-FR", "charset", "UTF-8", "value", text)
	w.close(name)
}

// text writes characters so that they come back from any parser: white space that
// an attribute would lose goes as references.
func (w *writer) text(where, s string, limit int) {
	if n := utf8.RuneCountInString(s); n > limit {
		w.fail("%s has %d characters, and ebRIM takes %d", where, n, limit)
		return
	}
	from := 0
	for i, r := range s {
		ref := ""
		switch {
		case r == '&':
			ref = "&amp;"
		case r == '<':
			ref = "&lt;"
		case r == '>':
			ref = "&gt;"
		case r == '"':
			ref = "&quot;"
		case r == '\n':
			ref = "&#10;"
		case r == '\r':
			ref = "&#13;"
		case r == '\t':
			ref = "&#9;"
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)), r < ' ', r == 0xFFFE, r == 0xFFFF:
			w.fail("%s holds a character that XML cannot carry: %s", where, quote(s))
			return
		default:
			continue
		}
		w.raw(s[from:i])
		w.raw(ref)
		from = i + 1
	}
	w.raw(s[from:])
}
