package lps_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/datamatrix"
	"github.com/segursim/segursim/internal/lps"
)

// TestDatamatrix: what is printed is scanned back, and what is wrong is neither
// printed nor taken.
func TestDatamatrix(t *testing.T) {
	t.Parallel()
	id := datamatrix.Identity{
		Matricule: "285047599910178", OID: datamatrix.OIDTest, GivenNames: "ALICE MARIE", BirthName: "SEGURSIM-ORDINAIRE",
		Sex: "F", BirthDate: "12-04-1985", BirthPlace: "75999",
	}
	payload, png, err := lps.PrintINS(id, 3)
	if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Fatalf("printed %d bytes, %v", len(png), err)
	}
	back, found, err := lps.ScanINS("]d1" + strings.ReplaceAll(payload, datamatrix.GS, "<GS>") + "\r")
	if err != nil || back != id || len(found) == 0 {
		t.Errorf("scanned %+v, %v, %v", back, found, err)
	}

	var refused *datamatrix.Error
	if _, _, err := lps.PrintINS(id, 41); !errors.As(err, &refused) {
		t.Errorf("a module of 41 pixels: %v", err)
	}
	wrong := id
	wrong.Matricule = "285047599910179"
	if payload, _, err := lps.PrintINS(wrong, 0); !errors.As(err, &refused) || payload != "" {
		t.Errorf("printed a wrong key: %q, %v", payload, err)
	}
	for _, scanned := range []string{"", "BONJOUR", strings.ReplaceAll(payload, datamatrix.GS, ""), payload[:70]} {
		if back, _, err := lps.ScanINS(scanned); !errors.As(err, &refused) || back != (datamatrix.Identity{}) {
			t.Errorf("took %q as %+v, %v", scanned, back, err)
		}
	}
}
