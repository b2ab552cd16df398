package message

import (
	"bytes"
	"fmt"
	"strings"
)

// foldAt is the length that a line should not pass (RFC 5322 §2.1.1).
const foldAt = 78

// A folder writes header fields, folded before blanks.
type folder struct {
	buf  *bytes.Buffer
	name string
	col  int
	err  error
}

// field begins a field. The name must be of RFC 5322 §3.6.8.
func (f *folder) field(name string) *folder {
	f.name = name
	f.buf.WriteString(name)
	f.buf.WriteByte(':')
	f.col = len(name) + 1
	return f
}

// add writes what cannot be broken, after a blank, on the line or on the next.
func (f *folder) add(word string) *folder { return f.addAfter(" ", word) }

// addAfter writes a word after the blanks given, before which the line may break.
func (f *folder) addAfter(blanks, word string) *folder {
	n := len(blanks) + len(word)
	if f.col+n > foldAt && f.col > len(f.name)+1 {
		f.buf.WriteString("\r\n")
		f.col = 0
	}
	f.buf.WriteString(blanks)
	f.buf.WriteString(word)
	if f.col += n; f.col > maxLine && f.err == nil {
		f.err = fmt.Errorf("message: %s: a line would be longer than %d bytes", f.name, maxLine)
	}
	return f
}

// end ends the field.
func (f *folder) end() { f.buf.WriteString("\r\n") }

// room is how much an encoded word may take on the line (RFC 2047 §2: 76).
func (f *folder) room() int { return 76 - f.col - 1 }

// unstructured writes a text: words that are ASCII stay readable, what stands
// between the first and the last that are not is encoded.
func (f *folder) unstructured(text string) *folder {
	words := splitBlanks(text)
	first, last := len(words), -1
	for i, w := range words {
		if firstHigh(w.text) >= 0 || strings.Contains(w.text, "=?") {
			first, last = min(first, i), max(last, i)
		}
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if i < first || i > last {
			f.addAfter(w.blanks, w.text)
			continue
		}
		var b strings.Builder
		for j := first; j <= last; j++ {
			if j > first {
				b.WriteString(words[j].blanks)
			}
			b.WriteString(words[j].text)
		}
		for _, word := range encodeWords(b.String(), f.room(), false) {
			f.addAfter(w.blanks, word)
			w.blanks = " "
		}
		i = last
	}
	return f
}

// A word and the blanks before it; the first has one blank.
type word struct{ blanks, text string }

func splitBlanks(s string) []word {
	var words []word
	for s = strings.Trim(s, " \t"); s != ""; {
		text := strings.TrimLeft(s, " \t")
		blanks := s[:len(s)-len(text)]
		if len(words) == 0 {
			blanks = " "
		}
		end := strings.IndexAny(text, " \t")
		if end < 0 {
			end = len(text)
		}
		words = append(words, word{blanks, text[:end]})
		s = text[end:]
	}
	return words
}

// phrase writes a display name (RFC 5322 §3.2.5): atoms, or a quoted string, or
// encoded words.
func (f *folder) phrase(name string) *folder {
	atoms := strings.Split(name, " ")
	plain := firstHigh(name) < 0 && !strings.Contains(name, "=?")
	for _, atom := range atoms {
		plain = plain && isAtom(atom)
	}
	switch {
	case plain:
		for _, atom := range atoms {
			f.add(atom)
		}
	case firstHigh(name) < 0 && !strings.Contains(name, "=?") && len(name) <= foldAt-10:
		f.add(quote(name))
	default:
		for _, word := range encodeWords(name, f.room(), true) {
			f.add(word)
		}
	}
	return f
}

// addresses writes a list of mailboxes.
func (f *folder) addresses(list []Address) *folder {
	for i, a := range list {
		address := a.Address
		if a.Name != "" {
			f.phrase(a.Name)
			address = "<" + address + ">"
		}
		if i < len(list)-1 {
			address += ","
		}
		f.add(address)
	}
	return f
}
