package mss_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/pdfa"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
)

const (
	lot   = "2.25.1"
	docID = "2.25.2"
	setID = "2.25.3"
	oldID = "2.25.4"
	oid   = "1.2.250.1.213.1.4.10"
	ins   = "285047599910178"
)

func about() mss.Patient {
	return mss.Patient{
		Name: "D'HÉRAULT-ŒUF", FirstName: "Zoé", FirstNames: "Zoé Marie", Sex: "F", Born: "1985-04-12", Place: "75999",
		Matricule: ins, OID: oid, Local: "IPP1",
	}
}

// report is a biology report of level 3 with one result that must alert.
func report() *mss.Report {
	return &mss.Report{
		ID: docID, SetID: setID, Version: 1, Kind: mss.Biology(), Level: 3, Patient: about(), At: morning(), Text: "Narration.",
		Author: mss.Author{
			ID: "899990000137", Family: "TEST", Given: "ELIE", Structure: "LABO TEST", StructID: "10B9000033", Software: "essai",
			Specialty: cda.Code{Code: "G15_21/G", System: "1.2.250.1.213.1.1.4.5", Display: "Biologiste"},
			Facility:  cda.Code{Code: "SA25", System: "1.2.250.1.71.4.2.4", Display: "Laboratoire"},
		},
		Results: []cda.Observation{
			{Code: cda.Code{Code: "2823-3", System: "2.16.840.1.113883.6.1", Display: "Potassium"}, Value: "6.8", Unit: "mmol/L", Interpretation: "HH"},
			{Code: cda.Code{Code: "2160-0", System: "2.16.840.1.113883.6.1", Display: "Créatinine"}, Value: "84", Unit: "umol/L", Interpretation: "N"},
		},
	}
}

func pack(t testing.TB, list ...*mss.Report) *mss.Pack {
	t.Helper()
	p, err := mss.NewPack(lot, list...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The header fields, the subject and the files are those of Ref#2.
func TestLetter(t *testing.T) {
	t.Parallel()
	first := func(change func(*mss.Report)) *mss.Report {
		r := report()
		if change != nil {
			change(r)
		}
		return r
	}
	second := report()
	second.ID, second.SetID, second.Kind, second.Level, second.Results = "2.25.5", "2.25.6", mss.Consultation(), 1, nil
	for name, c := range map[string]struct {
		letter  mss.Letter
		reports []*mss.Report
		want    map[string]string
		absent  []string
		files   []string
	}{
		"bare": {
			mss.Letter{Subject: "Question", NIL: "P1"},
			nil,
			map[string]string{"Subject": "Question", "X-MSS-NIL": "P1", "From": "Dr_Marie_MARTIN_Cabinet <" + bal + ">", "Message-Id": "<1@x.test>"},
			[]string{"X-MSS-INS", "X-MSS-CODECDA", "X-MSS-MES", "In-Reply-To", "Disposition-Notification-To", "Reply-To"},
			nil,
		},
		"one document": {
			mss.Letter{NIL: "P1", Receipt: true},
			[]*mss.Report{first(nil)},
			map[string]string{
				"Subject": "XDM/1.0/DDM+CR d'examens biologiques D'HERAULT-OEUF Zoe 12/04/1985", "X-MSS-INS": "O", "X-MSS-CODECDA": "11502-2",
				"Disposition-Notification-To": "<" + bal + ">",
			},
			nil,
			[]string{"IHE_XDM.zip", "20260115_CR d'examens biologiques_D'HÉRAULT-ŒUF_Zoé.pdf"},
		},
		"two documents": {
			mss.Letter{NIL: "P1"},
			[]*mss.Report{first(nil), second},
			map[string]string{"Subject": "XDM/1.0/DDM+2 documents D'HERAULT-OEUF Zoe 12/04/1985", "X-MSS-CODECDA": "11502-2,11488-4"},
			nil,
			[]string{"IHE_XDM.zip", "20260115_CR d'examens biologiques_D'HÉRAULT-ŒUF_Zoé.pdf", "20260115_CR ou fiche de consultation ou de visite_D'HÉRAULT-ŒUF_Zoé.pdf"},
		},
		"not qualified": {
			mss.Letter{NIL: "P1"},
			[]*mss.Report{first(func(r *mss.Report) { r.Patient.Matricule, r.Patient.OID = "", "" })},
			map[string]string{"X-MSS-INS": "N"},
			nil,
			[]string{"IHE_XDM.zip", "20260115_CR d'examens biologiques_D'HÉRAULT-ŒUF_Zoé.pdf"},
		},
		"replacing": {
			mss.Letter{NIL: "P1", Replaces: true, Answers: "b@x.test", Thread: []string{"a@x.test"}},
			[]*mss.Report{first(func(r *mss.Report) { r.Replaces, r.Version = oldID, 2 })},
			map[string]string{
				"Subject":     "[Annule et remplace] XDM/1.0/DDM+CR d'examens biologiques D'HERAULT-OEUF Zoe 12/04/1985",
				"In-Reply-To": "<b@x.test>", "References": "<a@x.test> <b@x.test>",
			},
			nil,
			[]string{"IHE_XDM.zip", "20260115_CR d'examens biologiques_D'HÉRAULT-ŒUF_Zoé.pdf"},
		},
		"deleting": {
			mss.Letter{NIL: "P1"},
			[]*mss.Report{first(func(r *mss.Report) { r.Delete = true })},
			map[string]string{"X-MSS-NIL": "P1"},
			[]string{"X-MSS-INS", "X-MSS-CODECDA"},
			[]string{"IHE_XDM.zip"},
		},
		"a long label": {
			mss.Letter{NIL: "P1"},
			[]*mss.Report{second},
			map[string]string{"Subject": "XDM/1.0/DDM+CR ou fiche de consultation ou de visite D'HERAULT-OEUF Zoe 12/04/1985"},
			nil,
			[]string{"IHE_XDM.zip", "20260115_CR ou fiche de consultation ou de visite_D'HÉRAULT-ŒUF_Zoé.pdf"},
		},
		"last word": {
			mss.Letter{Subject: "Merci", NIL: "P1", End: true, ReplyTo: message.Address{Address: "r@x.test"}},
			nil,
			map[string]string{"X-MSS-MES": "FIN", "Reply-To": "r@x.test"},
			nil, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := c.letter
			l.From, l.To, l.Text, l.At, l.ID = message.Address{Name: "Dr_Marie_MARTIN_Cabinet", Address: bal}, []string{"x@y.test"}, "Bonjour é", morning(), "1@x.test"
			if c.reports != nil {
				l.Pack = pack(t, c.reports...)
			}
			raw, err := message.Build(l.Draft())
			if err != nil {
				t.Fatal(err)
			}
			m, err := message.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for k := range c.want {
				got[k] = m.Header.Get(k)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("fields (-want +got)\n%s", diff)
			}
			for _, f := range c.absent {
				if m.Header.Has(f) {
					t.Errorf("there is %s: %s", f, m.Header.Get(f))
				}
			}
			var files []string
			for _, p := range m.Attachments() {
				files = append(files, p.Filename)
			}
			if diff := cmp.Diff(c.files, files); diff != "" {
				t.Errorf("files (-want +got)\n%s", diff)
			}
		})
	}
}

// The archive holds the documents, their metadata what a recipient needs, and the
// copies are PDF/A-1: that of a level 1 document is its own PDF.
func TestPack(t *testing.T) {
	t.Parallel()
	r := report()
	r.Replaces, r.Version = oldID, 2
	one := report()
	one.ID, one.SetID, one.Level, one.Kind, one.Results = "2.25.5", "2.25.6", 1, mss.Consultation(), nil
	p := pack(t, r, one)
	a, err := xdm.Read(p.Files[0].Content, xdm.Limits{})
	if err != nil || len(a.Problems) > 0 || len(a.Subsets) != 1 || len(a.Subsets[0].Documents) != 2 {
		t.Fatalf("%v %+v", err, a)
	}
	m := a.Subsets[0].Metadata
	if want := (xds.CX{ID: ins, Root: oid, Type: "NH"}); m.Submission.PatientID != want || m.Entries[0].PatientID != want {
		t.Errorf("patientId %v, %v", m.Submission.PatientID, m.Entries[0].PatientID)
	}
	changes := m.Changes()
	if len(changes) != 2 || changes[0].Action != xds.Replace || changes[0].Target != "urn:uuid:00000000-0000-0000-0000-000000000004" || changes[1].Action != xds.Add {
		t.Errorf("changes %+v", changes)
	}
	for i, want := range []struct {
		level, version int
		replaces       string
	}{{3, 2, oldID}, {1, 1, ""}} {
		d, err := cda.Parse(a.Subsets[0].Documents[i].Content)
		if err != nil {
			t.Fatal(err)
		}
		if d.Level != want.level || d.Version != want.version || d.Replaces.Root != want.replaces || d.ID.Root != m.Entries[i].UniqueID || d.Patient.IDs[0].Extension != ins {
			t.Errorf("document %d: level %d, version %d, replaces %q, %s", i, d.Level, d.Version, d.Replaces.Root, d.ID.Root)
		}
		if problems := pdfa.Check(p.Files[i+1].Content); len(problems) > 0 {
			t.Errorf("copy %d: %v", i, problems)
		}
		if !bytes.Equal(d.PDF, p.Files[i+1].Content) {
			t.Errorf("copy %d is not the document's PDF", i)
		}
	}
}

func TestPackRefused(t *testing.T) {
	t.Parallel()
	if _, err := mss.NewPack(lot); err == nil {
		t.Error("no document: no error")
	}
	other := report()
	other.Patient.FirstName = "Max"
	if _, err := mss.NewPack(lot, report(), other); err == nil || !strings.Contains(err.Error(), "two patients") {
		t.Errorf("two patients: %v", err)
	}
	bad := report()
	bad.Replaces = oldID // and still version 1
	if _, err := mss.NewPack(lot, bad); err == nil {
		t.Error("a replacement in version 1: no error")
	}
	bad = report()
	bad.Patient.Name = "\x00"
	if _, err := mss.NewPack(lot, bad); err == nil {
		t.Error("a name that XML cannot carry: no error")
	}
	spoilt := report()
	spoilt.Spoil = func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(setID), []byte("2.25.9")) }
	f, err := mss.Open(pack(t, spoilt).Files[0].Content)
	if err != nil || f.Documents[0].CDA.SetID.Root != "2.25.9" {
		t.Errorf("spoilt: %v %+v", err, f)
	}
}

func TestOID(t *testing.T) {
	t.Parallel()
	if got := mss.OID(uuid.MustParse("00000000-0000-0000-0000-0000000000ff")); got != "2.25.255" {
		t.Errorf("got %s", got)
	}
}

// What was packed is understood: whose it is, what replaces what, what must alert.
func TestOpen(t *testing.T) {
	t.Parallel()
	r := report()
	r.Replaces, r.Version = oldID, 2
	f, err := mss.Open(pack(t, r).Files[0].Content)
	if err != nil {
		t.Fatal(err)
	}
	d := f.Documents[0]
	if f.Matricule != ins || f.OID != oid || d.UniqueID != docID || d.Replaces != oldID || len(d.Alerts) != 1 || d.Alerts[0].Code.Display != "Potassium" {
		t.Errorf("%+v", f)
	}
	gone := report()
	gone.Delete = true
	if f, err = mss.Open(pack(t, gone).Files[0].Content); err != nil || !slices.Equal(f.Deletes, []string{docID}) || len(f.Documents) != 0 {
		t.Errorf("deletion: %v %+v", err, f)
	}
	nobody := report()
	nobody.Patient.Matricule, nobody.Patient.OID = "", ""
	if f, err = mss.Open(pack(t, nobody).Files[0].Content); err != nil || f.Matricule != "" || f.OID != "" || len(f.Documents) != 1 {
		t.Errorf("not qualified: %v %+v", err, f)
	}
}

// What must not be trusted is refused.
func TestOpenRefused(t *testing.T) {
	t.Parallel()
	lying := report()
	lying.Spoil = func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(ins), []byte("270096399910255")) }
	noCDA := report()
	noCDA.Spoil = func([]byte) []byte { return []byte("<x/>") }
	whole := pack(t, report()).Files[0].Content
	for name, c := range map[string]struct {
		zip  []byte
		says string
	}{
		"no archive":      {[]byte("PK"), "IHE_XDM.zip"},
		"cut":             {whole[:len(whole)/2], "IHE_XDM.zip"},
		"another patient": {pack(t, lying).Files[0].Content, "not about " + ins},
		"no CDA":          {pack(t, noCDA).Files[0].Content, "DOC0001.XML"},
	} {
		if _, err := mss.Open(c.zip); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	m := mss.Mail{}
	if f, err := m.Archive(); f != nil || err != nil {
		t.Errorf("no archive: %v %v", f, err)
	}
	m.Files = []message.Attachment{{Name: "autre.ZIP", Content: whole}}
	if f, err := m.Archive(); err != nil || len(f.Documents) != 1 {
		t.Errorf("another name: %v %v", f, err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(pack(f, report()).Files[0].Content)
	gone := report()
	gone.Delete = true
	f.Add(pack(f, gone).Files[0].Content)
	f.Fuzz(func(t *testing.T, zip []byte) {
		got, err := mss.Open(zip)
		if (got == nil) == (err == nil) {
			t.Errorf("%v %v", got, err)
		}
	})
}

func BenchmarkNewPack(b *testing.B) {
	for b.Loop() {
		if _, err := mss.NewPack(lot, report()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	zip := pack(b, report()).Files[0].Content
	b.SetBytes(int64(len(zip)))
	for b.Loop() {
		if _, err := mss.Open(zip); err != nil {
			b.Fatal(err)
		}
	}
}
