package datamatrix

import "slices"

// MaxPayload is the longest payload that is read or written, in bytes. The
// longest right one has 293.
const MaxPayload = 2048

// Decode reads what a scanner gave. It takes the blocks in any order, with or
// without what readers add (a symbology identifier such as ]d1, an end of line)
// and with the separator in the forms in which it usually arrives; it finds the
// values even where separators are lost, since no value holds an S before a
// digit.
//
// It refuses nothing: what is against the format is a finding of level Erreur,
// and the values are then what could be read ([Failed] tells). A wrong key of
// the matricule is a finding of level Avertissement: official test data has
// some. The findings are in the order of their offsets; there may be none.
func Decode(payload string) (Identity, []Finding) {
	var n notes
	if len(payload) > MaxPayload {
		n.addf(Erreur, "longueur", "", MaxPayload, "Le contenu fait %d octets : il n'est pas lu au-delà de %d.", "The payload has %d bytes: none is read beyond %d.", len(payload), MaxPayload)
		return Identity{}, n.found
	}
	p := parser{notes: &n}
	for i := range p.at {
		p.at[i] = -1
	}
	p.blocks(header(separate(clean(runes(payload), &n), &n), &n))
	if !p.started {
		if !Failed(n.found) {
			n.add(Erreur, "bloc.aucun", "", len(payload), "Aucun bloc ne suit l'en-tête.", "No block follows the header.")
		}
		return p.id, sorted(n.found)
	}
	for i, f := range fields {
		if p.at[i] >= 0 {
			continue
		}
		if optional(i) {
			n.addf(Information, "bloc.facultatif", f.id, len(payload), "Le bloc "+f.id+" (%[1]s), facultatif, est absent.", "Block "+f.id+" (%[2]s), optional, is absent.", f.name.FR, f.name.EN)
			continue
		}
		n.addf(Erreur, "bloc.absent", f.id, len(payload), "Le bloc "+f.id+" (%[1]s) manque.", "Block "+f.id+" (%[2]s) is missing.", f.name.FR, f.name.EN)
	}
	there := func(i int) bool { return p.at[i] >= 0 }
	checker{&n, func(i int) int { return p.at[i] }, Avertissement}.all(p.id, there)
	return p.id, sorted(n.found)
}

// sorted puts findings in the order of the payload, and otherwise leaves them in
// the order in which they were made.
func sorted(found []Finding) []Finding {
	slices.SortStableFunc(found, func(a, b Finding) int { return a.Offset - b.Offset })
	return found
}

// parser reads blocks.
type parser struct {
	*notes
	id      Identity
	at      [len(fields)]int // offset of each field's value; -1 when absent
	last    int              // field of the last block, from 1
	mixed   bool             // the order was noted
	started bool
}

// blocks reads the blocks one by one.
func (p *parser) blocks(cells []cell) {
	for len(cells) > 0 {
		if cells[0].r == gs {
			p.add(Avertissement, "gs.superflu", "", cells[0].at, "Un séparateur ne ferme aucun champ.", "A separator closes no field.")
			cells = cells[1:]
			continue
		}
		end := next(cells)
		value, rest := cells[:end], cells[end:]
		closed := len(rest) > 0 && rest[0].r == gs
		if closed {
			rest = rest[1:]
		}
		if block(cells) {
			p.started = true
			p.block(value, closed, len(rest) == 0)
		} else {
			p.addf(Erreur, "bloc.inattendu", "", cells[0].at, "« %s » est là où un bloc S1 à S7 devrait commencer.", "“%s” is where a block S1 to S7 should begin.", shown(text(value)))
		}
		cells = rest
	}
}

// next is where the value that cells begin with ends: at a separator, at the
// next block, or at the end.
func next(cells []cell) int {
	i := 0
	if block(cells) {
		i = 2
	}
	for i < len(cells) && cells[i].r != gs && !block(cells[i:]) {
		i++
	}
	return i
}

// block takes one block. closed tells whether a separator followed it, last
// whether nothing else did.
func (p *parser) block(cells []cell, closed, last bool) {
	name, at := text(cells[:2]), cells[0].at
	i := int(cells[1].r-'0') - 1
	if i < 0 || i >= len(fields) {
		p.addf(Erreur, "bloc.inconnu", name, at, "Le bloc %s n'existe pas dans la version 01.", "There is no block %s in version 01.", name)
		return
	}
	f, value := fields[i], text(cells[2:])
	if p.at[i] >= 0 {
		p.addf(Erreur, "bloc.double", name, at, "Le bloc %s est répété : le premier est gardé.", "Block %s is repeated: the first one is kept.", name)
		return
	}
	*p.id.value(i) = value
	p.at[i] = at + 2 // an identifier is two bytes
	if i+1 < p.last && !p.mixed {
		p.mixed = true
		p.addf(Information, "bloc.ordre", name, at, "Le bloc %s vient après un bloc de numéro plus grand : l'ordre est libre, celui de S1 à S7 est l'usage.",
			"Block %s comes after a block of a higher number: the order is free, that from S1 to S7 is usual.", name)
	}
	p.last = i + 1
	p.separators(f, at, len(cells)-2, closed, last)
}

// separators checks the rule of the separator: after a variable field that is
// neither at its maximum nor the last one, and nowhere else (ANS format
// datamatrix INS v2.2 §3).
func (p *parser) separators(f field, at, length int, closed, last bool) {
	needed := f.variable() && length != f.max
	switch {
	case closed && last:
		p.addf(Avertissement, "gs.final", f.id, at, "Le séparateur après %s est de trop : aucun champ ne suit.", "The separator after %s is one too many: no field follows.", f.id)
	case closed && !f.variable():
		p.addf(Avertissement, "gs.fixe", f.id, at, "Le séparateur après %s est de trop : ce champ est de longueur fixe.", "The separator after %s is one too many: this field has a fixed length.", f.id)
	case closed && !needed:
		p.addf(Avertissement, "gs.maximum", f.id, at, "Le séparateur après %s est de trop : ce champ a sa longueur maximale.", "The separator after %s is one too many: this field has its maximum length.", f.id)
	case needed && !closed && !last:
		p.addf(Erreur, "gs.absent", f.id, at, "Le séparateur <GS> manque après %s ; la valeur a été retrouvée par le bloc qui suit.", "The separator <GS> is missing after %s; the value was found thanks to the block that follows.", f.id)
	}
}
