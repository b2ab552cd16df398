package datamatrix_test

import (
	"bytes"
	"fmt"
	"image"
	_ "image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	zxing "github.com/makiuchi-d/gozxing/datamatrix"

	"github.com/segursim/segursim/internal/datamatrix"
	"github.com/segursim/segursim/internal/need"
)

// randomIdentity invents an identity that breaks no rule.
func randomIdentity(rnd *rand.Rand) datamatrix.Identity {
	oids := []string{datamatrix.OIDNIR, datamatrix.OIDNIA, datamatrix.OIDTest, datamatrix.OIDDemo}
	id := datamatrix.Identity{
		OID: oids[rnd.IntN(len(oids))], Sex: string("FM"[rnd.IntN(2)]),
		BirthDate: fmt.Sprintf("%02d-%02d-%d", 1+rnd.IntN(28), 1+rnd.IntN(12), 1900+rnd.IntN(126)),
	}
	name := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rnd.IntN(26)]
			if i > 0 && i < n-1 && rnd.IntN(7) == 0 && b[i-1] >= 'A' {
				b[i] = " -'"[rnd.IntN(3)]
			}
		}
		return string(b)
	}
	id.GivenNames, id.BirthName = name(1+rnd.IntN(100)), name(1+rnd.IntN(100))
	if rnd.IntN(8) == 0 {
		id.GivenNames, id.BirthName = name(100), name(100)
	}
	department, number := fmt.Sprintf("%02d", 1+rnd.IntN(19)), fmt.Sprintf("%06d", rnd.IntN(1_000_000))
	if rnd.IntN(4) == 0 {
		department = "2" + string("AB"[rnd.IntN(2)])
	}
	if rnd.IntN(4) > 0 {
		id.BirthPlace = department + number[:3]
	}
	id.Matricule = fmt.Sprintf("%d%02d%02d%s%s", 1+rnd.IntN(2), rnd.IntN(100), 1+rnd.IntN(12), department, number)
	for key := 1; key <= 97; key++ {
		try := id
		try.Matricule += fmt.Sprintf("%02d", key)
		if !datamatrix.Failed(datamatrix.Check(try)) {
			return try
		}
	}
	panic("no key suits " + id.Matricule)
}

// picture draws a payload.
func picture(t testing.TB, payload string, d datamatrix.Drawing) []byte {
	t.Helper()
	s, err := datamatrix.NewSymbol(payload)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.PNG(d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// zxingRead reads a picture with gozxing.
func zxingRead(t testing.TB, b []byte) string {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	r, err := zxing.NewDataMatrixReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		t.Fatalf("gozxing: %v", err)
	}
	var text strings.Builder // of bytes that are ISO/IEC 8859-1
	for _, c := range []byte(r.GetText()) {
		text.WriteRune(rune(c))
	}
	return text.String()
}

// TestReadByZXing: an independent reader gives the payload back.
func TestReadByZXing(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 150 {
		id := randomIdentity(rnd)
		payload, err := datamatrix.Encode(id)
		if err != nil {
			t.Fatal(err)
		}
		got := zxingRead(t, picture(t, payload, datamatrix.Drawing{Module: 1 + rnd.IntN(5), Quiet: 1 + rnd.IntN(5), Bare: true}))
		if got != payload {
			t.Fatalf("read %q, want %q", datamatrix.Visible(got), datamatrix.Visible(payload))
		}
		if back, found := datamatrix.Decode(got); back != id || datamatrix.Failed(found) {
			t.Fatalf("%+v is read as %+v, %v", id, back, found)
		}
	}
	for _, text := range []string{"A", "É à scanner", "\x00\x7f\u0080ÿ", strings.Repeat("a[", 300), datamatrix.Header} {
		if got := zxingRead(t, picture(t, text, datamatrix.Drawing{Bare: true})); got != text {
			t.Errorf("read %q, want %q", got, text)
		}
	}
}

// TestReadByDmtx: Debian's dmtx-utils find the square in the whole picture,
// label included, and give the payload back.
func TestReadByDmtx(t *testing.T) {
	t.Parallel()
	dmtxread := need.Tool(t, "dmtxread")
	rnd := rand.New(rand.NewPCG(7, 8))
	folder, files, want := t.TempDir(), []string{}, ""
	for i := range 25 {
		payload, err := datamatrix.Encode(randomIdentity(rnd))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, fmt.Sprintf("%02d.png", i))
		if err := os.WriteFile(file, picture(t, payload, datamatrix.Drawing{Module: 3 + i%4}), 0o600); err != nil {
			t.Fatal(err)
		}
		files, want = append(files, file), want+payload+"\n"
	}
	out, err := exec.CommandContext(t.Context(), dmtxread, append([]string{"-n", "-N1", "-m4000"}, files...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := string(out); got != want {
		t.Errorf("read %q\nwant %q", datamatrix.Visible(got), datamatrix.Visible(want))
	}
}

// TestHeaderCodewords: the codewords of the header are what dmtxwrite gives in
// the C40 encodation, and what dmtxread finds in our picture.
func TestHeaderCodewords(t *testing.T) {
	t.Parallel()
	dmtxwrite, dmtxread := need.Tool(t, "dmtxwrite"), need.Tool(t, "dmtxread")
	payload, err := datamatrix.Encode(patient())
	if err != nil {
		t.Fatal(err)
	}
	s, err := datamatrix.NewSymbol(payload)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write := exec.CommandContext(t.Context(), dmtxwrite, "-c", "-ec", "-o", filepath.Join(folder, "theirs.png"))
	write.Stdin = strings.NewReader(payload)
	theirs, err := write.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, theirs)
	}
	ours := filepath.Join(folder, "ours.png")
	if err := os.WriteFile(ours, picture(t, payload, datamatrix.Drawing{}), 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := exec.CommandContext(t.Context(), dmtxread, "-c", "-N1", ours).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, read)
	}
	for _, c := range []struct {
		who   string
		words []string
		n     int
	}{{"dmtxwrite", codewordsOf(string(theirs)), 1 + 2*9}, {"dmtxread", codewordsOf(string(read)), 80}} {
		if len(c.words) < c.n {
			t.Fatalf("%s lists %d codewords: %q", c.who, len(c.words), c.words)
		}
		// dmtxwrite goes on in C40 after the header; dmtxread lists no padding.
		for i, w := range s.Codewords()[:c.n] {
			if fmt.Sprint(w) != c.words[i] {
				t.Errorf("%s: codeword %d is %s, ours is %d", c.who, i, c.words[i], w)
			}
		}
	}
}

// codewordsOf reads the data codewords that dmtxwrite -c and dmtxread -c list:
// "d:230".
func codewordsOf(listing string) []string {
	var out []string
	for _, line := range strings.Fields(listing) {
		if rest, ok := strings.CutPrefix(line, "d:"); ok {
			out = append(out, strings.TrimLeft(rest, "0"))
		}
	}
	return out
}

// FuzzSymbol: any text that is taken is what an independent reader gives back.
func FuzzSymbol(f *testing.F) {
	for _, s := range []string{"A", "É", "12", "AIMAIM1", "a\x1d\x7f", datamatrix.Header, datamatrix.Header + "é", strings.Repeat("A1", 90)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := datamatrix.NewSymbol(text)
		if err != nil {
			return
		}
		b, err := s.PNG(datamatrix.Drawing{Module: 1, Quiet: 1, Bare: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := zxingRead(t, b); got != text {
			t.Fatalf("read %q, want %q", got, text)
		}
	})
}
