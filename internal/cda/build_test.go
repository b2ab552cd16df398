package cda_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/need"
)

// TestBuildForXMLLint holds what Build writes against the schema of CDA.
func TestBuildForXMLLint(t *testing.T) {
	files := map[string][]byte{}
	for name, d := range documents() {
		files[name] = build(t, d)
	}
	validate(t, files)
}

// TestBuildOfSamples: the next version of each published example can be written, and
// is valid, with its PDF and its results.
func TestBuildOfSamples(t *testing.T) {
	files := map[string][]byte{}
	for _, file := range samples(t) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first := parse(t, b)
		next := cda.Replacement(first, cda.II{Root: "1.2.250.1.999.5.1"})
		files[filepath.Base(file)] = build(t, next)
		second := parse(t, files[filepath.Base(file)])
		if second.Replaces != first.ID || second.Level != first.Level || !bytes.Equal(first.PDF, second.PDF) {
			t.Errorf("%s: level %d, a PDF of %d bytes, replaces %v", file, second.Level, len(second.PDF), second.Replaces)
		}
		if diff := cmp.Diff(first.Patient, second.Patient); diff != "" {
			t.Errorf("%s (-want +got)\n%s", file, diff)
		}
	}
	validate(t, files)
}

// validate holds documents against the schema of CDA, with xmllint.
func validate(t *testing.T, files map[string][]byte) {
	t.Helper()
	xmllint := need.Tool(t, "xmllint")
	schema := need.Shared(t, "data", "segur", "cda", "xsd", "CDA_extended.xsd")
	dir := t.TempDir()
	args := []string{"--nonet", "--noout", "--huge", "--schema", schema}
	for name, b := range files {
		file := filepath.Join(dir, name+".xml")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	out, err := exec.CommandContext(t.Context(), xmllint, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := bytes.Count(out, []byte(" validates\n")); n != len(files) {
		t.Errorf("%d documents of %d are valid:\n%s", n, len(files), out)
	}
}

func TestBuildKeepsWhatItIsGiven(t *testing.T) {
	for name, d := range documents() {
		t.Run(name, func(t *testing.T) {
			got := parse(t, build(t, d))
			// Against what was given, what Build fills in.
			want := *d
			want.Level, want.MediaType = got.Level, got.MediaType
			want.Templates = got.Templates
			want.Code, want.SetID, want.Title, want.Language = got.Code, got.SetID, got.Title, "fr-FR"
			want.Version = max(want.Version, 1)
			want.Effective = "20260301140506+0100"
			want.Confidentiality = cda.Code{Code: "N", System: "2.16.840.1.113883.5.25", Display: "Normal"}
			want.Sections, got.Sections = nil, nil
			want.Authors, want.Authenticator, want.Performer = got.Authors, got.Authenticator, got.Performer
			want.Custodian, want.CustodianName, want.Practice, want.Facility = got.Custodian, got.CustodianName, got.Practice, got.Facility
			if want.ServiceLow == "" {
				want.ServiceLow = want.Effective
			}
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Error("(-want +got)\n" + diff)
			}
		})
	}
}

func TestBuildFillsIn(t *testing.T) {
	d := parse(t, build(t, letter()))
	who := doctor()
	who.ID.Root, who.OrgID.Root = "1.2.250.1.71.4.2.1", "1.2.250.1.71.4.2.2"
	who.Time = "20260301140506+0100"
	want := &cda.Document{
		ID: cda.II{Root: "1.2.250.1.999.1.2.1"}, SetID: cda.II{Root: "1.2.250.1.999.1.2.1"}, Version: 1, Level: 1,
		Templates: []string{"2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", "1.3.6.1.4.1.19376.1.2.20"},
		Code:      cda.Code{Code: "11490-0", System: loinc, Display: "Lettre de liaison à la sortie d'un établissement de soins"},
		Title:     "Lettre de liaison à la sortie d'un établissement de soins", Effective: "20260301140506+0100", Language: "fr-FR",
		Confidentiality: cda.Code{Code: "N", System: "2.16.840.1.113883.5.25", Display: "Normal"},
		Patient:         letter().Patient,
		Authors:         []cda.Participant{who}, Authenticator: who, Performer: who,
		Custodian: who.OrgID, CustodianName: who.Organisation,
		ServiceLow: "20260301140506+0100",
		Practice:   cda.Code{Code: "AMBULATOIRE", System: "1.2.250.1.213.1.1.4.9", Display: "Ambulatoire"},
		Facility:   cda.Code{Code: "SA07", System: "1.2.250.1.71.4.2.4", Display: "Cabinet individuel"},
		PDF:        []byte(fakePDF), MediaType: "application/pdf",
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
}

func TestBuildSections(t *testing.T) {
	head := "Examen | Résultat | Interprétation | Valeurs de référence"
	want := []cda.Section{
		{Code: cda.Code{Code: "18719-5", System: loinc, Display: "Biochimie"}, Title: "Biochimie"},
		{
			Code: cda.Code{Code: "18719-5", System: loinc, Display: "Biochimie"},
			Text: lines("Prélèvement du 01/03/2026 à 8h30", "à jeun <12 h> & au calme", head,
				"Thyréostimuline (TSH) | 1.950 m[IU]/L | Normal | 0.270 - 4.200", "Potassium | 6.9 mmol/L | Anormalement haut, Critique, trop haut | <= 5.1",
				"CRP | <1.0 mg/L | Normal | moins de 5", "INR | 2.0 | | >= 2"),
			Observations: []cda.Observation{
				{Code: cda.Code{Code: "3016-3", System: loinc, Display: "Thyréostimuline (TSH)"}, Value: "1.950", Unit: "m[IU]/L", Interpretation: "N", Range: "0.270 - 4.200"},
				{Code: cda.Code{Code: "2823-3", System: loinc, Display: "Potassium"}, Value: "6.9", Unit: "mmol/L", Interpretation: "H,HH", Range: "<= 5.1"},
				{Code: cda.Code{Code: "1988-5", System: loinc, Display: "CRP"}, Value: "<1.0 mg/L", Interpretation: "N", Range: "moins de 5"},
				{Code: cda.Code{Code: "6301-6", System: loinc, Display: "INR"}, Value: "2.0", Range: ">= 2"},
			},
		},
		{Code: cda.Code{Code: "55112-7", System: loinc, Display: "Commentaire"}, Title: "Conclusion", Text: "Hyperkaliémie à contrôler."},
		{
			Code: cda.Code{Code: "55108-5", System: loinc, Display: "Copie du document"}, Title: "Copie du document", Text: "Copie du document",
			Observations: []cda.Observation{{Code: cda.Code{Code: "69764-9", System: loinc, Display: "Type de document"}, Value: "Copie du document"}},
		},
	}
	d := parse(t, build(t, biology()))
	if diff := cmp.Diff(want, d.Sections); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	if string(d.PDF) != fakePDF {
		t.Errorf("PDF %q", d.PDF)
	}
}

// TestBuildOfWhatWasRead: a document that was read can be written: its narrative does
// not grow.
func TestBuildOfWhatWasRead(t *testing.T) {
	for name, d := range documents() {
		t.Run(name, func(t *testing.T) {
			once := parse(t, build(t, d))
			twice := parse(t, build(t, once))
			if diff := cmp.Diff(once, twice); diff != "" {
				t.Error("(-once +twice)\n" + diff)
			}
		})
	}
}

func TestBuildTemplates(t *testing.T) {
	const a, b = "2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1"
	all := documents()
	for name, want := range map[string][]string{
		"letter":               {a, b, "1.3.6.1.4.1.19376.1.2.20"},
		"biology":              {a, b, "1.3.6.1.4.1.19376.1.3.3", "1.2.250.1.213.1.1.1.55"},
		"biology without copy": {a, b, "1.3.6.1.4.1.19376.1.3.3"},
		"biology, local code":  {a, b, "1.3.6.1.4.1.19376.1.3.3"},
		"summary":              {a, b, "1.3.6.1.4.1.19376.1.5.3.1.1.1"},
		"summary of a model":   {a, b, "1.2.250.1.213.1.1.1.13"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, parse(t, build(t, all[name])).Templates); diff != "" {
				t.Error("(-want +got)\n" + diff)
			}
		})
	}
	if b := build(t, biology()); !bytes.Contains(b, []byte(`<templateId root="1.2.250.1.213.1.1.1.55" extension="2024.01"/>`)) {
		t.Error("the model has no version")
	}
	// A level 1 document has three templates whatever it is given.
	d := letter()
	d.Templates = []string{"1.2.250.1.213.1.1.1.29"}
	if got := parse(t, build(t, d)).Templates; len(got) != 3 || got[2] != "1.3.6.1.4.1.19376.1.2.20" {
		t.Errorf("level 1: %v", got)
	}
}

func TestReplacement(t *testing.T) {
	first := parse(t, build(t, biology()))
	next := cda.Replacement(first, cda.II{Root: "1.2.250.1.999.1.2.3"})
	second := parse(t, build(t, next))
	if second.SetID != first.SetID || second.Version != 2 || second.Replaces != first.ID || second.ID == first.ID {
		t.Errorf("%v version %d of %v replaces %v", second.ID, second.Version, second.SetID, second.Replaces)
	}
	third := cda.Replacement(second, cda.II{Root: "1.2.250.1.999.1.2.9"})
	if third.SetID != first.SetID || third.Version != 3 || third.Replaces != second.ID {
		t.Errorf("%v version %d of %v replaces %v", third.ID, third.Version, third.SetID, third.Replaces)
	}
	// A document without setId has its own id for one.
	bare := cda.Replacement(&cda.Document{ID: cda.II{Root: "1.2"}}, cda.II{Root: "1.3"})
	if bare.SetID.Root != "1.2" || bare.Version != 2 {
		t.Errorf("%v version %d", bare.SetID, bare.Version)
	}
}

// TestBuildWritesNoINS: an identity that is not qualified leaves no trace of an INS,
// whatever the rest (INS/va1.53).
func TestBuildWritesNoINS(t *testing.T) {
	b := build(t, unqualified())
	for _, oid := range []string{"1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9", "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"} {
		if bytes.Contains(b, []byte(oid)) || !cda.IsINS(oid) {
			t.Errorf("%s", oid)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*cda.Document)
		want  string
	}{
		"no body":              {func(d *cda.Document) { d.PDF = nil }, "no body"},
		"no id":                {func(d *cda.Document) { d.ID = cda.II{} }, "id"},
		"id no OID":            {func(d *cda.Document) { d.ID.Root = "1.02.3" }, "an OID or a UUID"},
		"id a name":            {func(d *cda.Document) { d.ID.Root = "doc-1" }, "an OID or a UUID"},
		"no code":              {func(d *cda.Document) { d.Code = cda.Code{} }, "code"},
		"no patient id":        {func(d *cda.Document) { d.Patient.IDs = nil }, "no identifier"},
		"half a patient id":    {func(d *cda.Document) { d.Patient.IDs = []cda.II{{Root: "1.2"}} }, "a root and an extension"},
		"no name":              {func(d *cda.Document) { d.Patient.BirthName = "" }, "no family name"},
		"INS without COG":      {func(d *cda.Document) { d.Patient.BirthPlace = "" }, "no birth place"},
		"INS without sex":      {func(d *cda.Document) { d.Patient.Sex = "" }, `sex is ""`},
		"INS without given":    {func(d *cda.Document) { d.Patient.GivenNames = "" }, "no given names"},
		"INS without first":    {func(d *cda.Document) { d.Patient.FirstName = "" }, "no first name"},
		"INS without birth":    {func(d *cda.Document) { d.Patient.BirthDate = "" }, "no birth date"},
		"sex of a datamatrix":  {func(d *cda.Document) { d.Patient.Sex = "1" }, `sex is "1"`},
		"birth in French":      {func(d *cda.Document) { d.Patient.BirthDate = "28/03/1979" }, "no HL7 time"},
		"birth on no day":      {func(d *cda.Document) { d.Patient.BirthDate = "19790230" }, "no HL7 time"},
		"time with half zone":  {func(d *cda.Document) { d.Effective = "20260301140506+1" }, "no HL7 time"},
		"time with 13 digits":  {func(d *cda.Document) { d.Effective = "2026030114050" }, "no HL7 time"},
		"day with a zone":      {func(d *cda.Document) { d.ServiceLow = "20260301+0100" }, "no HL7 time"},
		"no author":            {func(d *cda.Document) { d.Authors = nil }, "no author"},
		"author of no name":    {func(d *cda.Document) { d.Authors[0].Family = "" }, "neither a person nor a device"},
		"author without id":    {func(d *cda.Document) { d.Authors[0].ID = cda.II{} }, "no identifier"},
		"device alone":         {func(d *cda.Document) { d.Authors = summary().Authors }, "no legal authenticator"},
		"no structure":         {func(d *cda.Document) { d.Authors[0].OrgID = cda.II{} }, "no custodian"},
		"custodian of an OID":  {func(d *cda.Document) { d.Custodian = cda.II{Root: "1.2.3", Extension: "4"} }, "custodian"},
		"replaces itself":      {func(d *cda.Document) { d.Replaces, d.SetID, d.Version = d.ID, d.ID, 2 }, "replaces itself"},
		"replaces, version 1":  {func(d *cda.Document) { d.Replaces.Root, d.SetID, d.Version = "1.2", d.ID, 1 }, "versionNumber"},
		"replaces, no setId":   {func(d *cda.Document) { d.Replaces.Root, d.Version = "1.2", 2 }, "setId"},
		"replaces, no version": {func(d *cda.Document) { d.Replaces.Root, d.SetID = "1.2", d.ID }, "versionNumber"},
		"negative version":     {func(d *cda.Document) { d.Version = -1 }, "versionNumber"},
	} {
		t.Run(name, func(t *testing.T) {
			d := letter()
			test.spoil(d)
			b, err := cda.Build(d, now())
			if err == nil || !strings.Contains(err.Error(), test.want) || b != nil {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// TestBuildLeavesItsInput: the document given is not changed, and the same one gives
// the same bytes.
func TestBuildLeavesItsInput(t *testing.T) {
	for name, d := range documents() {
		t.Run(name, func(t *testing.T) {
			before, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			first := build(t, d)
			after, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(before), string(after)); diff != "" {
				t.Error("the document was changed (-before +after)\n" + diff)
			}
			if !bytes.Equal(first, build(t, d)) {
				t.Error("the same document gave two files")
			}
		})
	}
}
