package insi_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/mocks"
)

// TestCounters: calls by software, mode and result, refused ones too.
func TestCounters(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	auto, manu := traitsCall(adrun()), traitsCall(adrun("Prenom", "INCONNUE"))
	manu.profile = "insi-manu"
	other := traitsCall(adrun("NomNaissance", ""))
	other.idam = "AUTREIDAM000"
	none := traitsCall(adrun())
	none.profile = ""
	for _, c := range []call{auto, auto, manu, other, none} {
		w.send(c)
	}
	got := w.do("counters", nil)
	if diff := cmp.Diff(map[string]any{"mtls-auto": 3.0, "mtls-manu": 1.0, "": 1.0}, got["modes"]); diff != "" || got["total"] != 5.0 {
		t.Errorf("modes (-want +got):\n%s\ntotal %v", diff, got["total"])
	}
	type row struct {
		IDAM, Mode string
		Results    map[string]any
	}
	var rows []row
	for _, c := range got["counters"].([]any) {
		m := c.(map[string]any)
		rows = append(rows, row{m["idam"].(string), m["mode"].(string), m["results"].(map[string]any)})
	}
	want := []row{
		{"AUTREIDAM000", "mtls-auto", map[string]any{"insi_19": 1.0}},
		{idam, "", map[string]any{"desir_560": 1.0}},
		{idam, "mtls-auto", map[string]any{"00": 2.0}},
		{idam, "mtls-manu", map[string]any{"01": 1.0}},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
	if n := w.do("counters", map[string]any{"idam": "AUTREIDAM000"})["total"]; n != 1.0 {
		t.Errorf("of one software: %v", n)
	}
	w.do("reset-counters", nil)
	if n := w.do("counters", nil)["total"]; n != 0.0 {
		t.Errorf("after their reset: %v", n)
	}
}

// TestNever: a scenario asserts that INSi is not called.
func TestNever(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sans-insi.yaml"), []byte(`id: sans-insi
title: { fr: "Sans INSi", en: "Without INSi" }
steps:
  - id: aucun-appel
    say: { fr: "Aucun appel INSi pour une identité douteuse.", en: "No INSi call for a doubtful identity." }
    never: { service: insi, op: traits, where: 'traits.nom == "SEGURSIM-DOUTEUX"' }
    cause: { fr: "INSi a été appelé", en: "INSi was called" }
  - id: fiche
    say: { fr: "Ouvrir la fiche.", en: "Open the record." }
    manual: true
`), 0o600); err != nil {
		t.Fatal(err)
	}
	doubtful := traitsCall(traitsBody("NomNaissance", "SEGURSIM-DOUTEUX", "Prenom", "YAEL", "Sexe", "M", "DateNaissance", "1979-09-19"))
	for name, c := range map[string]struct {
		send call
		want string
	}{"another identity": {traitsCall(adrun()), "running"}, "the doubtful one": {doubtful, "failed"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWith(t, mocks.Options{ScenariosDir: dir})
			run := w.api("runs", `{"scenario":"sans-insi","mode":"watched"}`)
			w.send(c.send)
			for range 50 {
				run = w.get("runs")
				if strings.Contains(run, `"failed"`) {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if got := strings.Contains(run, `"failed"`); got != (c.want == "failed") {
				t.Errorf("want a run that is %s: %s", c.want, run)
			}
		})
	}
}
