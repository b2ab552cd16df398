package datamatrix

import (
	"strings"
	"unicode/utf8"
)

// Encode returns the payload of an identity, or an [*Error] that lists every
// rule the identity breaks, a wrong key of the matricule included. That the
// identity is qualified, without which matricule and OID must not be
// transmitted (Guide d'implémentation INS v3.0, EXI ID 29), is the caller's to
// know.
func Encode(id Identity) (string, error) {
	found := Check(id)
	if Failed(found) {
		return "", &Error{found}
	}
	return Compose(id)
}

// Compose writes an identity as it is, right or wrong: a way to make a code
// that a reader must refuse. Only the separators follow the rules. It refuses
// what the picture cannot carry, characters out of ISO/IEC 8859-1, and what
// would become another block, a separator within a value.
func Compose(id Identity) (string, error) {
	var n notes
	var b strings.Builder
	b.WriteString(Header)
	last := len(fields) - 1
	for last > 0 && *id.value(last) == "" {
		last--
	}
	for i, f := range fields {
		v := *id.value(i)
		if v == "" && (optional(i) || i > last) {
			continue
		}
		switch {
		case strings.ContainsAny(v, GS):
			n.add(Erreur, "gs.valeur", f.id, -1, f.id+" contient le séparateur <GS>.", f.id+" contains the separator <GS>.")
		case !latin1(v):
			n.add(Erreur, "caractere", f.id, -1, f.id+" contient un caractère hors d'ISO/IEC 8859-1.", f.id+" contains a character out of ISO/IEC 8859-1.")
		}
		b.WriteString(f.id + v)
		// ANS format datamatrix INS v2.2 §3: <GS> closes a variable field that is
		// neither at its maximum nor the last one.
		if f.variable() && utf8.RuneCountInString(v) != f.max && i != last {
			b.WriteString(GS)
		}
	}
	if b.Len() > MaxPayload {
		n.addf(Erreur, "longueur", "", -1, "Le contenu fait %d octets, au plus %d.", "The payload has %d bytes, the most is %d.", b.Len(), MaxPayload)
	}
	if Failed(n.found) {
		return "", &Error{n.found}
	}
	return b.String(), nil
}

// latin1 tells whether every character has a byte in ISO/IEC 8859-1, which is
// what a Data Matrix carries by default (ISO/IEC 16022 §5.2).
func latin1(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r > 0xFF {
			return false
		}
	}
	return true
}
