package tlsi

import (
	"fmt"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/segursim/segursim/internal/soap"
)

// A mismatch says where a header leaves its schema.
type mismatch struct{ fr, en string }

func (m *mismatch) Error() string { return m.en }

// schema reads a header against its xsd:sequence. The first mismatch counts; a
// loose one keeps what it can read and goes on.
type schema struct {
	space string
	loose bool
	first *mismatch
}

// A particle is one element of a sequence.
type particle struct {
	name     string
	required bool
	read     func(e *etree.Element)
}

func (s *schema) miss(fr, en string, args ...any) {
	if s.first == nil {
		s.first = &mismatch{fmt.Sprintf(fr, args...), fmt.Sprintf(en, args...)}
	}
}

// stop tells whether reading is over.
func (s *schema) stop() bool { return s.first != nil && !s.loose }

// sequence reads e's children in the order of the particles.
func (s *schema) sequence(e *etree.Element, particles ...particle) {
	next := 0
	seen := map[string]bool{}
	for c := range e.ChildElementsSeq() {
		at := -1
		for i, p := range particles {
			if c.Tag == p.name && c.NamespaceURI() == s.space {
				at = i
			}
		}
		switch {
		case at < 0:
			s.miss("%s contient %s, que son schéma ne connaît pas", "%s holds %s, which its schema does not know", e.Tag, limit(soap.NameOf(c).String()))
		case seen[c.Tag]:
			s.miss("%s contient deux %s", "%s holds two %s", e.Tag, c.Tag)
		case at < next:
			s.miss("dans %s, %s n'est pas à sa place (ordre du schéma)", "in %s, %s is out of the schema's order", e.Tag, c.Tag)
		}
		if s.stop() {
			return
		}
		if at < 0 {
			continue
		}
		seen[c.Tag], next = true, at
		if particles[at].read != nil {
			particles[at].read(c)
		}
		if s.stop() {
			return
		}
	}
	for _, p := range particles {
		if p.required && !seen[p.name] {
			s.miss("%s n'a pas de %s", "%s has no %s", e.Tag, p.name)
		}
	}
}

// text reads a string whose form valid accepts; nil accepts all.
func (s *schema) text(to *string, form string, valid func(string) bool) func(*etree.Element) {
	return func(e *etree.Element) {
		if len(e.ChildElements()) > 0 {
			s.miss("%s contient un élément ; attendu du texte", "%s holds an element; want text", e.Tag)
			return
		}
		v := soap.TextOf(e)
		if valid != nil && !valid(v) {
			s.miss("%s vaut « %s » ; attendu %s", "%s is “%s”; want %s", e.Tag, limit(v), form)
			return
		}
		*to = v
	}
}

// dateTime reads an xsd:dateTime; one without zone is UTC.
func (s *schema) dateTime(to *time.Time) func(*etree.Element) {
	return func(e *etree.Element) {
		v := soap.TextOf(e)
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
			if t, err := time.Parse(layout, v); err == nil {
				*to = t.UTC()
				return
			}
		}
		s.miss("%s vaut « %s » ; attendu un xsd:dateTime", "%s is “%s”; want an xsd:dateTime", e.Tag, limit(v))
	}
}

// attribute reads an attribute without namespace. want, when not empty, is the
// one value that the schema allows.
func (s *schema) attribute(e *etree.Element, name string, required bool, want string) string {
	for _, a := range e.Attr {
		if a.Space != "" || a.Key != name {
			continue
		}
		if want != "" && a.Value != want {
			s.miss("%s/@%s vaut « %s » ; attendu %s", "%s/@%s is “%s”; want %s", e.Tag, name, limit(a.Value), want)
		}
		return a.Value
	}
	if required {
		s.miss("%s n'a pas d'attribut %s", "%s has no attribute %s", e.Tag, name)
	}
	return ""
}

// nir13 is \d{6}[AB0-9]{1}\d{6} (CTXBAM 01_02).
func nir13(v string) bool {
	if len(v) != 13 {
		return false
	}
	for i := range len(v) {
		if !digit(v[i]) && (i != 6 || v[i] != 'A' && v[i] != 'B') {
			return false
		}
	}
	return true
}

func digits(n int) func(string) bool {
	return func(v string) bool {
		for i := range len(v) {
			if !digit(v[i]) {
				return false
			}
		}
		return len(v) == n
	}
}

// lunarDate is \d{4}-\d{2}-\d{2}: 1960-00-00 is one.
func lunarDate(v string) bool {
	return len(v) == 10 && v[4] == '-' && v[7] == '-' && digits(4)(v[:4]) && digits(2)(v[5:7]) && digits(2)(v[8:])
}

// date is an xsd:date, with or without zone.
func date(v string) bool {
	for _, layout := range []string{"2006-01-02", "2006-01-02Z07:00"} {
		if _, err := time.Parse(layout, v); err == nil {
			return true
		}
	}
	return false
}

// integer is an xsd:integer.
func integer(v string) bool {
	if v != "" && (v[0] == '+' || v[0] == '-') {
		v = v[1:]
	}
	return v != "" && digits(len(v))(v)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// limit bounds what a text repeats of the peer's words.
func limit(s string) string {
	if len(s) > 120 {
		s = strings.ToValidUTF8(s[:120], "") + "…"
	}
	return s
}
