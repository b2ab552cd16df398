package datamatrix

import (
	"bytes"
	"image"
	_ "image/png"
	"math/rand/v2"
	"strings"
	"testing"

	reference "github.com/boombuler/barcode/datamatrix"
	"github.com/google/go-cmp/cmp"
)

// TestAgainstReference holds placement, error correction, padding and frames of
// every size against another implementation, which writes ASCII only: texts in
// which ASCII is the shorter encodation are the same symbol, module by module.
func TestAgainstReference(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	seen := map[int]bool{}
	for _, s := range sizes {
		for _, codewords := range []int{max(1, s.data-3), s.data - 1, s.data} {
			// Pairs of digits: ASCII takes half a codeword each, C40 two thirds.
			var b strings.Builder
			for range 2 * codewords {
				b.WriteByte('0' + byte(rnd.IntN(10)))
			}
			if b.Len() > MaxPayload {
				continue
			}
			got, err := NewSymbol(b.String())
			if err != nil {
				t.Fatal(err)
			}
			want, err := reference.Encode(b.String())
			if err != nil {
				t.Fatal(err)
			}
			if got.Side() != want.Bounds().Dx() {
				t.Fatalf("%d codewords: side %d, want %d", codewords, got.Side(), want.Bounds().Dx())
			}
			seen[got.Side()] = true
			for y := range got.Side() {
				for x := range got.Side() {
					r, _, _, _ := want.At(x, y).RGBA()
					if got.Dark(x, y) != (r == 0) {
						t.Fatalf("side %d: module %d,%d", got.Side(), x, y)
					}
				}
			}
		}
	}
	if len(seen) < 21 { // the two largest take more digits than a payload may have
		t.Errorf("%d sizes were compared", len(seen))
	}
}

// TestLargestSizes: those that digits do not reach.
func TestLargestSizes(t *testing.T) {
	t.Parallel()
	for length, side := range map[int]int{840: 120, 1200: 132} {
		s, err := NewSymbol(strings.Repeat("\x01", length))
		if err != nil || s.Side() != side {
			t.Errorf("%d: side %v, %v", length, s, err)
		}
	}
}

// TestEncodation: known codewords (ISO/IEC 16022 §5.2.5.2 for AIMAIMAIM), and
// the header in C40.
func TestEncodation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		header     int
		want       []byte
		open       bool
	}{
		{"C40", "AIMAIMAIM", 0, []byte{230, 91, 11, 91, 11, 91, 11}, true},
		{"digits", "123456", 0, []byte{142, 164, 186}, false},
		{"short", "A", 0, []byte{66}, false},
		{"upper shift", "é", 0, []byte{235, 'é' - 127}, false},
		{"back to digits", "AIMAIMAIMAIM123456", 0, []byte{230, 91, 11, 91, 11, 91, 11, 91, 11, 254, 142, 164, 186}, false},
		{"two too many", "AIMAIMAB", 0, []byte{66, 74, 230, 164, 199, 164, 192}, true},
	} {
		got, open := encodation([]byte(strings.ReplaceAll(c.text, "é", "\xe9")), c.header)
		if diff := cmp.Diff(c.want, got); diff != "" || open != c.open {
			t.Errorf("%s (-want +got), open %v:\n%s", c.name, open, diff)
		}
	}
	got, _ := encodation([]byte(Header+"S1277010115400329"), len(Header))
	// The triple of I, S and 0 is 1600*22 + 40*32 + 4 + 1.
	var want []byte
	for _, triple := range [][3]int{{22, 32, 4}, {5, 4, 4}, {4, 4, 4}, {4, 4, 4}, {4, 4, 4}, {4, 4, 4}, {4, 4, 4}, {4, 4, 4}, {4, 4, 32}} {
		n := 1600*triple[0] + 40*triple[1] + triple[2] + 1
		want = append(want, byte(n/256), byte(n%256))
	}
	if len(got) < 20 || got[0] != 230 || !bytes.Equal(got[1:19], want) || got[19] != 254 {
		t.Errorf("header %v, want %v", got, want)
	}
	for _, rest := range []string{"", "\xe9", "\x1d", "S", "SS", "."} {
		if got, _ := encodation([]byte(Header+rest), len(Header)); len(got) < 17 || got[0] != 230 || !bytes.Equal(got[1:17], want[:16]) {
			t.Errorf("header before %q: %v", rest, got)
		}
	}
}

// TestShortest: no text is written longer than in ASCII alone or, when it can
// be, in C40 alone.
func TestShortest(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		s := make([]byte, 1+rnd.IntN(60))
		for i := range s {
			s[i] = "AZ09 '-.\x1da\xe9"[rnd.IntN(11)]
		}
		got, _ := encodation(s, 0)
		plain := 0
		for i := 0; i < len(s); i++ {
			plain++
			if s[i] >= 128 {
				plain++
			}
			if i+1 < len(s) && digit(s[i]) && digit(s[i+1]) {
				i++
			}
		}
		if len(got) > plain {
			t.Errorf("%q: %d codewords, ASCII takes %d", s, len(got), plain)
		}
	}
}

func TestSymbolRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "not ISO 8859-1": "D’ARTAGNAN", "not UTF-8": "\xff", "too long": strings.Repeat("A", MaxPayload+1),
		"too many codewords": strings.Repeat("\x01é", 600),
	} {
		if s, err := NewSymbol(text); err == nil || s != nil {
			t.Errorf("%s is taken", name)
		}
	}
	s, err := NewSymbol("A")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []Drawing{{Module: -1}, {Module: 41}, {Quiet: -1}, {Quiet: 21}} {
		if _, err := s.PNG(d); err == nil {
			t.Errorf("PNG %+v is taken", d)
		}
		if _, err := s.SVG(d); err == nil {
			t.Errorf("SVG %+v is taken", d)
		}
	}
	if s.Dark(-1, 0) || s.Dark(0, s.Side()) {
		t.Error("dark outside")
	}
}

// TestQuiet: nothing dark comes nearer to the square than the quiet zone.
func TestQuiet(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{"A", Header + "S1277010115400329", strings.Repeat("AB1", 200)} {
		s, err := NewSymbol(payload)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []Drawing{{}, {Module: 1, Quiet: 1}, {Module: 3, Quiet: 2}, {Module: 2, Quiet: 4, Bare: true}} {
			b, err := s.PNG(d)
			if err != nil {
				t.Fatal(err)
			}
			img, _, err := image.Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			l, err := s.layout(d)
			if err != nil {
				t.Fatal(err)
			}
			square := image.Rect(l.left, l.top, l.left+s.side*l.Module, l.top+s.side*l.Module)
			zone := square.Inset(-l.Quiet * l.Module)
			if !zone.In(img.Bounds()) {
				t.Fatalf("%+v: the quiet zone %v leaves the picture %v", d, zone, img.Bounds())
			}
			dark := 0
			for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
				for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
					r, _, _, _ := img.At(x, y).RGBA()
					p := image.Pt(x, y)
					if r == 0 && p.In(zone) && !p.In(square) {
						t.Fatalf("%+v: %v is dark in the quiet zone", d, p)
					}
					if r == 0 && !p.In(zone) {
						dark++
					}
				}
			}
			if (dark > 0) == d.Bare {
				t.Errorf("%+v: %d dark pixels out of the square", d, dark)
			}
		}
	}
}
