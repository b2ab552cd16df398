package dossier

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/insi"
)

// What a document carries is what another software scans from it.
func TestDatamatrix(t *testing.T) {
	t.Parallel()
	r, a := zoe()
	if _, err := r.Datamatrix(); !errors.Is(err, ErrNotQualified) {
		t.Errorf("a provisional identity: %v", err)
	}
	if err := r.Receive(a); err != nil || !r.Accept() {
		t.Fatal(err)
	}
	if _, err := r.Datamatrix(); !errors.Is(err, ErrNotQualified) {
		t.Errorf("a recovered identity: %v", err)
	}
	r.Check()
	payload, err := r.Datamatrix()
	if err != nil {
		t.Fatal(err)
	}
	got, i, err := Scanned(payload)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(New("ADRUN", "ZOE ANNE", "F", "1975-12-31", "63220"), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(insi.INS{Number: "2751263220749", Key: "74", OID: "1.2.250.1.213.1.4.8"}, i); diff != "" || got.INS != nil || got.Status != Provisional {
		t.Errorf("%s, INS (-want +got):\n%s", got.Status, diff)
	}
	for _, bad := range []string{"", "bonjour", payload[:60], strings.Replace(payload, "S531", "S599", 1)} {
		if _, _, err := Scanned(bad); err == nil && bad != payload {
			t.Errorf("%q was taken", bad)
		}
	}
}

// An identity that the format cannot carry makes no document.
func TestDatamatrixRefusals(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Record){
		"date": func(r *Record) { r.Born = "hier" },
		"key":  func(r *Record) { r.INS.Key = "00" },
		"name": func(r *Record) { r.Name = "" },
	} {
		r, a := zoe()
		if err := r.Receive(a); err != nil || !r.Accept() {
			t.Fatal(err)
		}
		r.Check()
		change(&r)
		if p, err := r.Datamatrix(); err == nil {
			t.Errorf("%s: %q", name, p)
		}
	}
}
