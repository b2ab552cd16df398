package pdfa

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// A subset is the part of the font that goes into the file. Glyphs are numbered
// anew: CID n is glyph n of the program.
type subset struct {
	program []byte
	old     []uint16          // glyph in the font of each CID
	cid     map[uint16]uint16 // and back
}

// Flags of a component of a composite glyph (OpenType, table glyf).
const (
	wordArguments  = 1 << 0
	oneScale       = 1 << 3
	moreComponents = 1 << 5
	twoScales      = 1 << 6
	matrix         = 1 << 7
)

// subset makes the program that draws the glyphs used. Beside them it keeps .notdef,
// the parts of composite glyphs, and the hinting programs.
func (f *face) subset() (*subset, error) {
	wanted := map[uint16]bool{0: true}
	for g := range f.used {
		wanted[g] = true
	}
	todo := make([]uint16, 0, len(wanted))
	for g := range wanted {
		todo = append(todo, g)
	}
	for len(todo) > 0 {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		outline, err := f.outline(g)
		if err != nil {
			return nil, err
		}
		for _, at := range components(outline) {
			if part := binary.BigEndian.Uint16(outline[at:]); !wanted[part] {
				wanted[part] = true
				todo = append(todo, part)
			}
		}
	}

	s := &subset{cid: map[uint16]uint16{}}
	for g := range wanted {
		s.old = append(s.old, g)
	}
	slices.Sort(s.old)
	for cid, g := range s.old {
		s.cid[g] = uint16(cid)
	}
	return s, s.assemble(f)
}

// outline is the entry of a glyph in glyf; empty for a blank.
func (f *face) outline(g uint16) ([]byte, error) {
	loca, glyf := f.tables["loca"], f.tables["glyf"]
	var from, to int
	if f.int16At("head", 50) == 0 { // short offsets
		if len(loca) < 2*int(g)+4 {
			return nil, fmt.Errorf("%w: no glyph %d", errFont, g)
		}
		from, to = 2*int(binary.BigEndian.Uint16(loca[2*int(g):])), 2*int(binary.BigEndian.Uint16(loca[2*int(g)+2:]))
	} else {
		if len(loca) < 4*int(g)+8 {
			return nil, fmt.Errorf("%w: no glyph %d", errFont, g)
		}
		from, to = int(binary.BigEndian.Uint32(loca[4*int(g):])), int(binary.BigEndian.Uint32(loca[4*int(g)+4:]))
	}
	if from > to || to > len(glyf) {
		return nil, fmt.Errorf("%w: glyph %d", errFont, g)
	}
	return glyf[from:to], nil
}

// components lists where a composite glyph names its parts.
func components(outline []byte) []int {
	if len(outline) < 10 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return nil
	}
	var at []int
	for i := 10; i+4 <= len(outline); {
		flags := binary.BigEndian.Uint16(outline[i:])
		at = append(at, i+2)
		i += 6
		if flags&wordArguments != 0 {
			i += 2
		}
		switch {
		case flags&oneScale != 0:
			i += 2
		case flags&twoScales != 0:
			i += 4
		case flags&matrix != 0:
			i += 8
		}
		if flags&moreComponents == 0 {
			break
		}
	}
	return at
}

// assemble writes the font program: the tables that a CIDFontType2 needs (PDF
// Reference 1.4 §5.8).
func (s *subset) assemble(f *face) error {
	var glyf, loca, hmtx []byte
	for _, g := range s.old {
		outline, err := f.outline(g)
		if err != nil {
			return err
		}
		outline = slices.Clone(outline)
		for _, at := range components(outline) {
			binary.BigEndian.PutUint16(outline[at:], s.cid[binary.BigEndian.Uint16(outline[at:])])
		}
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, outline...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(f.advance(g)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, f.bearing(g))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	head, hhea, maxp := slices.Clone(f.tables["head"]), slices.Clone(f.tables["hhea"]), slices.Clone(f.tables["maxp"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checkSumAdjustment, set below
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets in loca
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(s.old)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(s.old)))

	tables := map[string][]byte{"glyf": glyf, "head": head, "hhea": hhea, "hmtx": hmtx, "loca": loca, "maxp": maxp}
	for _, name := range []string{"cvt ", "fpgm", "prep"} {
		if b, ok := f.tables[name]; ok {
			tables[name] = b
		}
	}
	s.program = program(tables)
	return nil
}

// bearing is the left side bearing of a glyph.
func (f *face) bearing(g uint16) uint16 {
	at := 4*int(g) + 2
	if int(g) >= f.long {
		at = 4*f.long + 2*(int(g)-f.long)
	}
	if hmtx := f.tables["hmtx"]; at+2 <= len(hmtx) {
		return binary.BigEndian.Uint16(hmtx[at:])
	}
	return 0
}

// program lays tables out as a TrueType file.
func program(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)

	power, log := 1, 0
	for power*2 <= len(names) {
		power, log = power*2, log+1
	}
	b := []byte{0, 1, 0, 0}
	for _, n := range []int{len(names), 16 * power, log, 16 * (len(names) - power)} {
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	at := 12 + 16*len(names)
	adjust := 0
	for _, name := range names {
		if name == "head" {
			adjust = at + 8
		}
		b = append(b, name...)
		b = binary.BigEndian.AppendUint32(b, checksum(tables[name]))
		b = binary.BigEndian.AppendUint32(b, uint32(at))
		b = binary.BigEndian.AppendUint32(b, uint32(len(tables[name])))
		at += (len(tables[name]) + 3) &^ 3
	}
	for _, name := range names {
		b = append(b, tables[name]...)
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
	}
	binary.BigEndian.PutUint32(b[adjust:], 0xB1B0AFBA-checksum(b))
	return b
}

// checksum is the sum of the 32-bit words of a table, padded with zeros.
func checksum(b []byte) uint32 {
	var sum uint32
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	var last [4]byte
	copy(last[:], b)
	return sum + binary.BigEndian.Uint32(last[:])
}
