package cda_test

import (
	"encoding/xml"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/need"
)

func TestPresent(t *testing.T) {
	second := parse(t, build(t, replacing()))
	want := []string{
		"Compte rendu d'examens biologiques",
		"",
		"Patient : PAT-TROIS DOMINIQUE, prénoms DOMINIQUE MARIE-LOUISE, née le 28/03/1979, sexe féminin",
		"Matricule INS : 279035121518989 (OID 1.2.250.1.213.1.4.10)",
		"Identifiant du patient : 1234567890121",
		"Lieu de naissance (code INSEE) : 51215",
		"Document : CR d'examens biologiques (11502-2)",
		"Date : 01/03/2026 à 14h05",
		"Version : 2",
		"Annule et remplace le document 1.2.250.1.999.1.2.2",
		"Auteur : Maëlle ŒUVRARD, Médecin - Qualifié en Médecine Générale (SM), Cabinet de l'Île & Cie",
		"Responsable : Maëlle ŒUVRARD, Médecin - Qualifié en Médecine Générale (SM), Cabinet de l'Île & Cie",
		"Conservé par : Cabinet de l'Île & Cie",
		"",
		"BIOCHIMIE",
		"Prélèvement du 01/03/2026 à 8h30",
		"à jeun <12 h> & au calme",
		"Examen | Résultat | Interprétation | Valeurs de référence",
		"Thyréostimuline (TSH) | 1.950 m[IU]/L | Normal | 0.270 - 4.200",
		"Potassium | 6.9 mmol/L | Anormalement haut, Critique, trop haut | <= 5.1",
		"CRP | <1.0 mg/L | Normal | moins de 5",
		"INR | 2.0 | | >= 2",
		"À SIGNALER, RÉSULTAT CRITIQUE : Potassium : 6.9 mmol/L, Anormalement haut, Critique, trop haut, <= 5.1",
		"",
		"CONCLUSION",
		"Contrôle normal.",
	}
	if diff := cmp.Diff(want, cda.Present(second)); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
}

func TestPresentOthers(t *testing.T) {
	for name, test := range map[string]struct {
		doc  *cda.Document
		want []string
	}{
		"level 1":   {&cda.Document{Level: 1, PDF: []byte(fakePDF)}, []string{"Le contenu de ce document est le PDF qu'il porte."}},
		"a man":     {&cda.Document{Patient: cda.Patient{UsedName: "DUPONT", GivenNames: "Jean Luc", Sex: "M", BirthDate: "1950"}}, []string{"Patient : DUPONT Jean Luc, né le 1950, sexe masculin"}},
		"used name": {&cda.Document{Patient: cda.Patient{BirthName: "A", UsedName: "B", FirstName: "C", BirthDate: "197903"}}, []string{"Patient : A C, nom utilisé B, naissance le 03/1979"}},
		"no text":   {&cda.Document{Sections: []cda.Section{{Title: "T", Observations: []cda.Observation{{Code: cda.Code{Code: "x"}, Value: "1", Unit: "g"}}}}}, []string{"T", "x : 1 g"}},
		"a device":  {&cda.Document{Authors: []cda.Participant{{Software: "LGC"}}}, []string{"Auteur : LGC"}},
		"bad date":  {&cda.Document{Effective: "hier"}, []string{"Date : hier"}},
		"a heading": {&cda.Document{Sections: []cda.Section{{Code: cda.Code{Display: "Biochimie"}}}}, []string{"BIOCHIMIE"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := cda.Present(test.doc)
			for _, line := range test.want {
				if !slices.Contains(got, line) {
					t.Errorf("no line %q in\n%s", line, strings.Join(got, "\n"))
				}
			}
		})
	}
}

func TestCritical(t *testing.T) {
	for interpretation, want := range map[string]bool{"": false, "N": false, "H": false, "HH": true, "LL": true, "AA": true, "H,HH": true, "N, LL": true, "HHH": false} {
		if got := (cda.Observation{Interpretation: interpretation}).Critical(); got != want {
			t.Errorf("%q: %t", interpretation, got)
		}
	}
}

// TestTypeName holds the table against the value set of the ANS.
func TestTypeName(t *testing.T) {
	for code, want := range map[string]string{
		"11502-2": "CR d'examens biologiques", "SYNTH": "Synthèse", "34874-8": "CR opératoire", "IMG-KOS": "Reference d'objets d'un examen d'imagerie",
	} {
		if got, ok := cda.TypeName(code); !ok || got != want {
			t.Errorf("%s: %q", code, got)
		}
	}
	for _, code := range []string{"", "E1762", "0-0"} {
		if got, ok := cda.TypeName(code); ok || got != "" {
			t.Errorf("%q is %q", code, got)
		}
	}

	b, err := os.ReadFile(need.Shared(t, "data", "segur", "cda", "jdv", "JDV_J07_XdsTypeCode_CISIS.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var set elem
	if err := xml.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range set.any("Concept") {
		if c.attr("codeSystem") == "ASTM" {
			continue
		}
		n++
		if got, _ := cda.TypeName(c.attr("code")); got != c.attr("displayName") {
			t.Errorf("%s: %q, want %q", c.attr("code"), got, c.attr("displayName"))
		}
	}
	if n < 100 {
		t.Errorf("%d codes", n)
	}
}
