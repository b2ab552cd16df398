package apcv

import (
	"bytes"
	"errors"
	"image"
	_ "image/png"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

func samplePayload() payload {
	return payload{Nonce: "ABCDEFGHIJKLMNOPQRSTUVWXYA", Expires: time.Date(2026, 1, 15, 9, 15, 0, 0, time.UTC)}
}

func TestPayload(t *testing.T) {
	t.Parallel()
	good := encodePayload(samplePayload())
	signed := func(head string) string { return head + sum(head) }
	for name, c := range map[string]struct {
		text string
		is   error  // recognised as
		says string // in the error; empty for none
	}{
		"as written":        {good, nil, ""},
		"scanner's newline": {"\t" + good + "\r\n", nil, ""},
		"nothing":           {"", nil, "nothing was scanned"},
		"blanks":            {" \r\n", nil, "nothing was scanned"},
		"another QR code":   {"https://exemple.test/menu", nil, "not a QR code of this simulator"},
		"datamatrix INS":    {"IS010000000000000000000000S1", nil, "not a QR code of this simulator"},
		"lower case":        {strings.ToLower(good), errCase, "case"},
		"mixed case":        {"Segursim-test-APCV:1:x", errCase, "case"},
		"AZERTY":            {"SEGURSI?6TEST6QPCV/&/", errLayout, "layout"},
		"azerty, unshifted": {"segursi,)test)qpcv:&:", errLayout, "layout"},
		"cut short":         {good[:40], nil, "fields instead of 5"},
		"scanned twice":     {good + good, nil, "fields instead of 5"},
		"last one lost":     {good[:len(good)-1], nil, "sum does not match"},
		"one changed":       {strings.Replace(good, "ABCD", "ABCE", 1), nil, "sum does not match"},
		"later end":         {strings.Replace(good, "20260115", "20270115", 1), nil, "sum does not match"},
		"version":           {signed("SEGURSIM-TEST-APCV:2:ABCDEFGHIJKLMNOPQRSTUVWXYA:20260115T091500Z:"), nil, `version "2"`},
		"short nonce":       {signed("SEGURSIM-TEST-APCV:1:ABCD:20260115T091500Z:"), nil, "identifier is malformed"},
		"nonce, not base32": {signed("SEGURSIM-TEST-APCV:1:ABCDEFGHIJKLMNOPQRSTUVWXY1:20260115T091500Z:"), nil, "identifier is malformed"},
		"end":               {signed("SEGURSIM-TEST-APCV:1:ABCDEFGHIJKLMNOPQRSTUVWXYA:15/01/2026:"), nil, "end of validity is malformed"},
		"impossible end":    {signed("SEGURSIM-TEST-APCV:1:ABCDEFGHIJKLMNOPQRSTUVWXYA:20260230T091500Z:"), nil, "end of validity is malformed"},
		"not a text":        {"SEGURSIM\xff", nil, "not a text"},
		"too long":          {strings.Repeat("A", maxPayload+1), nil, "more than a QR code holds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := decodePayload(c.text)
			if c.says == "" {
				if diff := cmp.Diff(samplePayload(), got); err != nil || diff != "" {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %v, want %q", err, c.says)
			}
		})
	}
}

// FuzzPayload: whatever was scanned, decoding ends, and what it accepts is what
// encoding writes.
func FuzzPayload(f *testing.F) {
	good := encodePayload(samplePayload())
	for _, s := range []string{good, strings.ToLower(good), good + "\r\n", good + good, good[:30], "", ":", "SEGURSI?", "SEGURSIM-TEST-APCV:1:::", "\x00\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := decodePayload(text)
		if err != nil {
			if refusal := unreadable(err); refusal.Code != codeUnreadable || refusal.Cause.Text.FR == "" {
				t.Errorf("%q is refused without a cause: %+v", text, refusal)
			}
			return
		}
		if again := encodePayload(p); again != strings.TrimSpace(text) {
			t.Errorf("%q decodes to %+v, which is written %q", text, p, again)
		}
	})
}

// TestQR: an independent reader reads the image to download, and the drawing of
// the page, at several sizes.
func TestQR(t *testing.T) {
	t.Parallel()
	text := encodePayload(samplePayload())
	m, err := newMatrix(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, scale := range []int{2, 4, pngScale} {
		b, err := m.png(scale)
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := image.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if got := scan(t, img); got != text {
			t.Errorf("at %d pixels a module: %q, want %q", scale, got, text)
		}
		if side := img.Bounds().Dx(); side != m.side()*scale {
			t.Errorf("%d pixels wide, want %d", side, m.side()*scale)
		}
	}
	// The alphanumeric mode keeps it within version 5: 37 modules.
	if m.size > 37 {
		t.Errorf("%d modules, want 37 at most", m.size)
	}
}

func scan(t *testing.T, img image.Image) string {
	t.Helper()
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	r, err := qrcode.NewQRCodeReader().Decode(bmp, nil)
	if err != nil {
		t.Fatalf("not readable: %v", err)
	}
	return r.GetText()
}

func TestParis(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-01-15T09:00:00Z": "2026-01-15T10:00:00+01:00",
		"2026-07-15T09:00:00Z": "2026-07-15T11:00:00+02:00",
		"2026-03-29T00:59:59Z": "2026-03-29T01:59:59+01:00", // the last Sunday of March
		"2026-03-29T01:00:00Z": "2026-03-29T03:00:00+02:00",
		"2026-10-25T00:59:59Z": "2026-10-25T02:59:59+02:00",
		"2026-10-25T01:00:00Z": "2026-10-25T02:00:00+01:00",
		"2024-03-31T01:00:00Z": "2024-03-31T03:00:00+02:00", // itself a Sunday
		"2025-12-31T23:30:00Z": "2026-01-01T00:30:00+01:00",
	} {
		at, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := paris(at).Format(time.RFC3339); got != want {
			t.Errorf("%s is %s in France, want %s", in, got, want)
		}
	}
}

func BenchmarkPayload(b *testing.B) {
	text := encodePayload(samplePayload())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodePayload(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQR(b *testing.B) {
	text := encodePayload(samplePayload())
	b.ReportAllocs()
	for b.Loop() {
		m, err := newMatrix(text)
		if err != nil || m.path() == "" {
			b.Fatal(err)
		}
	}
}
