package pdfa

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSubset: the program has the outlines and metrics of the font for the glyphs
// used, in their new numbers, and the sums that the format asks for.
func TestSubset(t *testing.T) {
	f, err := newFace()
	if err != nil {
		t.Fatal(err)
	}
	text := []rune("AÉçœ€ W") // É and ç are composite in most fonts
	for _, r := range text {
		if _, ok := f.glyph(r); !ok {
			t.Fatalf("the font has no %q", r)
		}
	}
	s, err := f.subset()
	if err != nil {
		t.Fatal(err)
	}
	if got := checksum(s.program); got != 0xB1B0AFBA {
		t.Errorf("checksum of the file %#x", got)
	}

	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(s.program[4:])) {
		entry := s.program[12+16*i:]
		at, size := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		tables[string(entry[:4])] = s.program[at : at+size]
	}
	sub := &face{tables: tables, long: len(s.old), glyphs: len(s.old)}
	composite := 0
	for _, r := range text {
		g := f.known[r]
		cid := s.cid[g]
		if got, want := sub.advance(cid), f.advance(g); got != want {
			t.Errorf("%q is %d wide, want %d", r, got, want)
		}
		got, err := sub.outline(cid)
		if err != nil {
			t.Fatal(err)
		}
		want, err := f.outline(g)
		if err != nil {
			t.Fatal(err)
		}
		want = bytes.Clone(want)
		for _, at := range components(want) {
			composite++
			binary.BigEndian.PutUint16(want[at:], s.cid[binary.BigEndian.Uint16(want[at:])])
		}
		if diff := cmp.Diff(want, got[:len(want)]); diff != "" || len(got)-len(want) > 3 {
			t.Errorf("%q (-want +got)\n%s", r, diff)
		}
	}
	t.Logf("%d glyphs, %d components, %d bytes", len(s.old), composite, len(s.program))
}

// TestProfile: the primaries of the profile make its white, and its curve is that of
// sRGB at points that the standard gives.
func TestProfile(t *testing.T) {
	p := profile()
	if got := int(binary.BigEndian.Uint32(p)); got != len(p) {
		t.Errorf("the profile says %d bytes, it has %d", got, len(p))
	}
	tags := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint32(p[128:])) {
		entry := p[132+12*i:]
		at, size := binary.BigEndian.Uint32(entry[4:]), binary.BigEndian.Uint32(entry[8:])
		tags[string(entry[:4])] = p[at : at+size]
	}
	for i, axis := range []string{"X", "Y", "Z"} {
		sum := 0
		for _, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
			sum += int(int32(binary.BigEndian.Uint32(tags[name][8+4*i:])))
		}
		white := int(binary.BigEndian.Uint32(tags["wtpt"][8+4*i:]))
		if d := sum - white; d < -20 || d > 20 {
			t.Errorf("%s: the primaries make %d, the white is %d", axis, sum, white)
		}
	}
	for _, name := range []string{"rTRC", "gTRC", "bTRC"} {
		curve := tags[name][12:]
		if first, last := binary.BigEndian.Uint16(curve), binary.BigEndian.Uint16(curve[2*1023:]); first != 0 || last != 65535 {
			t.Errorf("%s goes from %d to %d", name, first, last)
		}
		// Half of the way is 21.4 % of the light.
		if mid := float64(binary.BigEndian.Uint16(curve[2*512:])) / 65535; mid < 0.213 || mid > 0.216 {
			t.Errorf("%s is %f in the middle", name, mid)
		}
	}
}
