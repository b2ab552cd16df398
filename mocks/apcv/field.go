package apcv

import (
	"fmt"
	"regexp"

	"github.com/beevik/etree"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
)

// The shapes of fields. Only what the fields are is known; these are the shapes
// of such values elsewhere (inferred).
const (
	// billingShape: nine characters, number and key, or a SIRET.
	billingShape   = `^([0-9][0-9AB][0-9]{7}|[0-9]{14})$`
	specialtyShape = `^[0-9]{2}$`
	matriculeShape = `^[0-9]{6}[0-9AB][0-9]{6}$`
	keyShape       = `^[0-9]{2}$`
)

// A reader reads the fields of an element of a request, one after the other; the
// first refusal, shared with the readers of its children, is kept.
type reader struct {
	at      *etree.Element // nil for an element that is absent
	refusal **sim.Error
}

func newReader(at *etree.Element) *reader { return &reader{at: at, refusal: new(*sim.Error)} }

func (r *reader) fail(rule, fr, en string) {
	if *r.refusal == nil {
		*r.refusal = refuse(badRequest, rule, fr, en)
	}
}

// version refuses a request of another version. One that does not say is let
// through: whether the attribute is mandatory is not known.
func (r *reader) version() {
	if v := r.at.SelectAttrValue("version", version); v != version {
		r.fail("version", "L'attribut version vaut « "+clip(v)+" » ; le service simulé est en "+version+".", "The attribute version is “"+clip(v)+"”; the simulated service is at "+version+".")
	}
}

// child reads the one child of that name, in the namespace of its parent. A
// missing one is refused when it must be there.
func (r *reader) child(name string, must bool) *reader {
	out := &reader{refusal: r.refusal}
	if r.at == nil {
		return out
	}
	for c := range r.at.ChildElementsSeq() {
		switch {
		case c.Tag != name || c.NamespaceURI() != r.at.NamespaceURI():
		case out.at != nil:
			r.fail("field-twice", "Le champ "+name+" est présent deux fois.", "The field "+name+" is there twice.")
		default:
			out.at = c
		}
	}
	if must && out.at == nil {
		r.fail("field-missing", "Le champ "+name+" manque dans "+r.at.Tag+" (espace de noms "+r.at.NamespaceURI()+").", "The field "+name+" is missing in "+r.at.Tag+" (namespace "+r.at.NamespaceURI()+").")
	}
	return out
}

// text reads the text of a child; shape, when not empty, is a regular expression
// that it must match.
func (r *reader) text(name, shape string, must bool) string {
	c := r.child(name, must)
	if c.at == nil {
		return ""
	}
	v := soap.TextOf(c.at)
	switch {
	case v == "" && must:
		r.fail("field-empty", "Le champ "+name+" est vide.", "The field "+name+" is empty.")
	case v != "" && shape != "" && !regexp.MustCompile(shape).MatchString(v):
		r.fail("field-shape", fmt.Sprintf("Le champ %s vaut « %s » : forme attendue %s.", name, clip(v), shape), fmt.Sprintf("The field %s is “%s”: expected shape %s.", name, clip(v), shape))
	}
	return v
}

// matricule reads a child's text and its attribute cle.
func (r *reader) matricule(name string, must bool) (number, key string) {
	number = r.text(name, matriculeShape, must)
	c := r.child(name, false)
	if c.at == nil || number == "" {
		return number, ""
	}
	key = c.at.SelectAttrValue("cle", "")
	if !regexp.MustCompile(keyShape).MatchString(key) {
		r.fail("field-key", "L'attribut cle de "+name+" a deux chiffres ; reçu « "+clip(key)+" ».", "The attribute cle of "+name+" has two digits; got “"+clip(key)+"”.")
	}
	return number, key
}

// clip bounds what a cause repeats of a peer's text.
func clip(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
