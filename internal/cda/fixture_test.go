package cda_test

import (
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/cda"
)

// now is the time of the documents that the tests build.
func now() time.Time { return time.Date(2026, 3, 1, 14, 5, 6, 0, time.FixedZone("", 3600)) }

const (
	testINS   = "1.2.250.1.213.1.4.10"
	loinc     = "2.16.840.1.113883.6.1"
	fakePDF   = "%PDF-1.4\nnot much of one\n%%EOF\n"
	specialty = "1.2.250.1.213.1.1.4.5"
)

// letter is a level 1 document with what is needed and no more.
func letter() *cda.Document {
	return &cda.Document{
		ID:   cda.II{Root: "1.2.250.1.999.1.2.1"},
		Code: cda.Code{Code: "11490-0"},
		Patient: cda.Patient{
			IDs:       []cda.II{{Root: testINS, Extension: "279035121518989"}, {Root: "1.2.3.4.567.8.9.10", Extension: "1234567890121"}},
			BirthName: "PAT-TROIS", FirstName: "DOMINIQUE", GivenNames: "DOMINIQUE MARIE-LOUISE", Sex: "F", BirthDate: "19790328", BirthPlace: "51215",
		},
		Authors: []cda.Participant{doctor()},
		PDF:     []byte(fakePDF),
	}
}

func doctor() cda.Participant {
	return cda.Participant{
		ID: cda.II{Extension: "899700000001"}, Code: cda.Code{Code: "G15_10/SM26", System: specialty, Display: "Médecin - Qualifié en Médecine Générale (SM)"},
		Family: "ŒUVRARD", Given: "Maëlle", Organisation: "Cabinet de l'Île & Cie", OrgID: cda.II{Extension: "1750803447"},
	}
}

// biology is a report with results and a PDF copy.
func biology() *cda.Document {
	d := letter()
	d.ID.Root = "1.2.250.1.999.1.2.2"
	d.Code = cda.Code{Code: "11502-2"}
	d.Facility = cda.Code{Code: "SA25"}
	d.ServiceLow, d.ServiceHigh = "20260301083000+0100", "20260301120000+0100"
	d.Sections = []cda.Section{
		{
			Code: cda.Code{Code: "18719-5", Display: "Biochimie"}, Title: "Biochimie", Text: "Prélèvement du 01/03/2026 à 8h30\nà jeun <12 h> & au calme",
			Observations: []cda.Observation{
				{Code: cda.Code{Code: "3016-3", Display: "Thyréostimuline (TSH)"}, Value: "1.950", Unit: "m[IU]/L", Interpretation: "N", Range: "0.270 - 4.200"},
				{Code: cda.Code{Code: "2823-3", Display: "Potassium"}, Value: "6,9", Unit: "mmol/L", Interpretation: "H,HH", Range: "<= 5.1"},
				{Code: cda.Code{Code: "1988-5", Display: "CRP"}, Value: "<1.0", Unit: "mg/L", Interpretation: "N", Range: "moins de 5"},
				{Code: cda.Code{Code: "6301-6", Display: "INR"}, Value: "2.0", Range: ">= 2"},
			},
		},
		{Title: "Conclusion", Text: "Hyperkaliémie à contrôler."},
	}
	return d
}

// summary is a level 3 document that is not of biology.
func summary() *cda.Document {
	d := letter()
	d.ID.Root = "A2B0C1D2-0000-4000-8000-00000000000F"
	d.Code = cda.Code{Code: "SYNTH"}
	d.PDF = nil
	d.Authors[0] = cda.Participant{ID: cda.II{Root: "1.2.250.1.999.9", Extension: "LGC-1"}, Software: "Logiciel de cabinet"}
	d.Authenticator = doctor()
	d.Custodian = cda.II{Extension: "1750803447"}
	d.Practice = cda.Code{Code: "ETABLISSEMENT"}
	d.Sections = []cda.Section{
		{Code: cda.Code{Code: "11348-0", Display: "Antécédents"}, Title: "Antécédents", Text: "Appendicectomie\n1987"},
		{Code: cda.Code{Code: "8716-3"}, Title: "Mesures", Observations: []cda.Observation{{Code: cda.Code{Code: "8302-2", Display: "Taille"}, Value: "168", Unit: "cm"}}},
		{Title: "Sans code"},
	}
	return d
}

// unqualified is of somebody whose identity is not qualified: no INS, few traits.
func unqualified() *cda.Document {
	d := letter()
	d.ID.Root = "1.2.250.1.999.1.2.4"
	d.Patient = cda.Patient{IDs: []cda.II{{Root: "1.2.3.4.567.8.9.10", Extension: "42"}}, UsedName: "DUPONT", GivenNames: "Camille", Sex: "UN", BirthDate: "1980"}
	return d
}

// replacing is the second version of the biology report.
func replacing() *cda.Document {
	d := cda.Replacement(biology(), cda.II{Root: "1.2.250.1.999.1.2.3"})
	d.Sections[1].Text = "Contrôle normal."
	return d
}

// documents are those that must be valid.
func documents() map[string]*cda.Document {
	noCopy := biology()
	noCopy.PDF = nil
	local := biology()
	local.Sections[0].Observations[1].Code = cda.Code{Code: "K", System: "1.2.250.1.999.77", Display: "Potassium du labo"}
	letterWithTemplates := summary()
	letterWithTemplates.Templates = []string{"1.2.250.1.213.1.1.1.13"}
	letterWithTemplates.PDF = []byte(fakePDF)
	used := letter()
	used.Patient.UsedName = "PAT-QUATRE"
	return map[string]*cda.Document{
		"letter": letter(), "biology": biology(), "biology without copy": noCopy, "biology, local code": local, "summary": summary(),
		"summary of a model": letterWithTemplates, "unqualified": unqualified(), "replacing": replacing(), "used name": used,
	}
}

func build(t testing.TB, d *cda.Document) []byte {
	t.Helper()
	b, err := cda.Build(d, now())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t testing.TB, b []byte) *cda.Document {
	t.Helper()
	d, err := cda.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// wrap is a document around what stands in its root.
func wrap(inner string) string {
	return `<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` + inner + `</ClinicalDocument>`
}

// section is a document of level 3 with one section around inner.
func section(inner string) string {
	return wrap("<component><structuredBody><component><section>" + inner + "</section></component></structuredBody></component>")
}

// lines joins lines.
func lines(l ...string) string { return strings.Join(l, "\n") }
