package datamatrix_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/datamatrix"
)

// screenshotsEnv names a folder to keep pictures in, to look at them.
const screenshotsEnv = "SEGURSIM_SCREENSHOTS"

// TestSVG: well-formed, nothing active or foreign, and the label as its title.
func TestSVG(t *testing.T) {
	t.Parallel()
	payload, err := datamatrix.Encode(patient())
	if err != nil {
		t.Fatal(err)
	}
	s, err := datamatrix.NewSymbol(payload)
	if err != nil {
		t.Fatal(err)
	}
	svg, err := s.SVG(datamatrix.Drawing{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			seen[e.Name.Local]++
		}
	}
	if len(seen) != 3 || seen["svg"] != 1 || seen["title"] != 1 || seen["path"] != 2 {
		t.Errorf("elements %v", seen)
	}
	if !strings.Contains(string(svg), "<title>INS à scanner (SEGURSIM TEST)</title>") {
		t.Error("no label")
	}
	if folder := os.Getenv(screenshotsEnv); folder != "" {
		for name, b := range map[string][]byte{"datamatrix.svg": svg, "datamatrix.png": picture(t, payload, datamatrix.Drawing{}), "datamatrix-petit.png": picture(t, "A", datamatrix.Drawing{})} {
			if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
