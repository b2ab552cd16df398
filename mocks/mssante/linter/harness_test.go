package linter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/pdfa"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// The people of the samples.
const (
	sender  = "alix.doc9000001@medecin.segursim.test"
	other   = "resultats@labo.segursim.test"
	alice   = "285047599910149" // completed with its key by matricule
	doctor  = "899990000012"
	oldID   = "1.2.250.1.999.1.1.1"
	newID   = "1.2.250.1.999.1.1.2"
	lotID   = "1.2.250.1.999.1.2.1"
	crBio   = "11502-2"
	psRoot  = "1.2.250.1.71.4.2.1"
	orgRoot = "1.2.250.1.71.4.2.2"
)

func now() time.Time { return time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC) }

// matricule is alice's, 15 characters.
func matricule(t testing.TB) string {
	t.Helper()
	key, err := registre.NIRKey("2850475999101")
	if err != nil {
		t.Fatal(err)
	}
	return "2850475999101" + key
}

// A sample is a message in its parts, right by default; a case spoils one.
type sample struct {
	t        testing.TB
	draft    message.Draft
	docs     []*cda.Document
	meta     func(*xds.Metadata) // spoils the metadata
	content  func([][]byte)      // spoils the documents' bytes
	archive  func([]byte) []byte // spoils the archive
	bare     bool                // no archive at all
	noPDF    bool
	pdfs     []message.Attachment // replaces the copies
	extra    []message.Attachment
	zipName  string
	zipMedia string
	raw      func([]byte) []byte // spoils the message
	in       linter.Input
}

// document is a level 1 document about alice.
func document(t testing.TB, id string) *cda.Document {
	t.Helper()
	pdf, err := pdfa.Build(pdfa.Text{Title: "Compte rendu", Author: "SEGURSIM", Lines: []string{"TEST"}, Date: now()})
	if err != nil {
		t.Fatal(err)
	}
	ps := cda.Participant{
		ID: cda.II{Root: psRoot, Extension: doctor}, Code: cda.Code{Code: "G15_10/SM26", System: "1.2.250.1.213.1.1.4.5", Display: "Médecin"},
		Family: "SEGURSIM-DOC9000001", Given: "ALIX", Organisation: "CABINET TEST", OrgID: cda.II{Root: orgRoot, Extension: "499990000012009"},
		Time: "20260115090000+0000",
	}
	return &cda.Document{
		ID: cda.II{Root: id}, SetID: cda.II{Root: "1.2.250.1.999.1.1.100"}, Version: 1,
		Code:  cda.Code{Code: crBio, System: "2.16.840.1.113883.6.1", Display: "CR d'examens biologiques"},
		Title: "CR d'examens biologiques", Effective: "20260115090000+0000",
		Confidentiality: cda.Code{Code: "N", System: "2.16.840.1.113883.5.25", Display: "Normal"}, Language: "fr-FR",
		Patient: cda.Patient{
			IDs:       []cda.II{{Root: registre.OIDTest, Extension: matricule(t)}},
			BirthName: "SEGURSIM-ALICE", FirstName: "ALICE", GivenNames: "ALICE MARIE", Sex: "F", BirthDate: "19850412", BirthPlace: "75999",
		},
		Authors: []cda.Participant{ps}, Custodian: cda.II{Root: orgRoot, Extension: "499990000012009"}, CustodianName: "CABINET TEST",
		Authenticator: ps, Performer: ps, ServiceLow: "20260115090000+0000",
		Practice: cda.Code{Code: "AMBULATOIRE", System: "1.2.250.1.213.1.1.4.9", Display: "Ambulatoire"},
		Facility: cda.Code{Code: "SA07", System: "1.2.250.1.71.4.2.4", Display: "Cabinet individuel"},
		PDF:      pdf, MediaType: "application/pdf",
	}
}

// right is a message that breaks no rule.
func right(t testing.TB) *sample {
	t.Helper()
	return &sample{
		t: t, docs: []*cda.Document{document(t, newID)}, zipName: "IHE_XDM.zip", zipMedia: "application/zip",
		draft: message.Draft{
			From: message.Address{Name: "Dr_Alix_SEGURSIM_Cabinet", Address: sender}, To: []message.Address{{Address: other}},
			Subject: "XDM/1.0/DDM+CR d'examens biologiques SEGURSIM-ALICE ALICE 12/04/1985", Date: now(), MessageID: "1@medecin.segursim.test",
			Text: "Bonjour, voici le compte rendu.\r\n", Notify: sender,
			Extra: [][2]string{{"X-MSS-NIL", "TEST0001"}, {"X-MSS-INS", "O"}, {"X-MSS-CODECDA", crBio}},
		},
		in: linter.Input{
			From: sender, To: []string{other}, Kind: "PER", Now: now(), Limit: 10_000_000,
			Trusted: func(d string) bool { return strings.HasSuffix(d, ".segursim.test") || d == "patient.mssante.fr" },
			Patient: func(m string) (linter.Patient, bool) {
				p := linter.Patient{ID: "segursim-alice", BirthName: "SEGURSIM-ALICE", FirstName: "ALICE", BirthDate: "1985-04-12", Sex: "F", Qualified: true}
				return p, m == matricule(t)
			},
			Reply: func(id string) bool { return id == "known@medecin.segursim.test" },
		},
	}
}

// plain is a message without documents.
func plain(t testing.TB) *sample {
	s := right(t)
	s.bare, s.noPDF = true, true
	s.draft.Subject = "Question"
	s.draft.Extra = s.draft.Extra[:1]
	return s
}

// header replaces or adds a field; an empty value removes it.
func (s *sample) header(name, value string) *sample {
	kept := [][2]string{}
	for _, f := range s.draft.Extra {
		if f[0] != name {
			kept = append(kept, f)
		}
	}
	if value != "" {
		kept = append(kept, [2]string{name, value})
	}
	s.draft.Extra = kept
	return s
}

// lint builds the message and has it read.
func (s *sample) lint() *linter.Report {
	s.t.Helper()
	d := s.draft
	if !s.bare {
		d.Attachments = append(d.Attachments, message.Attachment{Name: s.zipName, MediaType: s.zipMedia, Content: s.zip()})
	}
	switch {
	case s.pdfs != nil:
		d.Attachments = append(d.Attachments, s.pdfs...)
	case !s.noPDF:
		for _, doc := range s.docs {
			d.Attachments = append(d.Attachments, message.Attachment{
				Name: "20260115_CR d'examens biologiques_SEGURSIM-ALICE_ALICE.pdf", MediaType: "application/pdf", Content: doc.PDF,
			})
		}
	}
	d.Attachments = append(d.Attachments, s.extra...)
	raw, err := message.Build(d)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.raw != nil {
		raw = s.raw(raw)
	}
	s.in.Raw = raw
	return linter.Lint(s.in)
}

func (s *sample) zip() []byte {
	s.t.Helper()
	m := &xds.Metadata{Submission: xds.Submission{
		ID: "SubmissionSet01", UniqueID: lotID, SourceID: "1.2.250.1.999.1", Time: "20260115090000",
		Content: xds.Code{Code: "07", System: "1.2.250.1.213.2.2", Display: "Consultation"},
	}}
	author := xds.Author{Person: doctor + "^SEGURSIM-DOC9000001^ALIX^^^^^^&" + psRoot + "&ISO^D^^^IDNPS", Institution: "CABINET TEST^^^^^&" + orgRoot + "&ISO^IDNST^^^499990000012009"}
	m.Submission.Authors = []xds.Author{author}
	var contents [][]byte
	for i, doc := range s.docs {
		b, err := cda.Build(doc, now())
		if err != nil {
			s.t.Fatal(err)
		}
		contents = append(contents, b)
		id := "Document0" + string(rune('1'+i))
		cx := xds.CX{}
		if len(doc.Patient.IDs) > 0 {
			cx = xds.CX{ID: doc.Patient.IDs[0].Extension, Root: doc.Patient.IDs[0].Root, Type: "NH"}
		}
		m.Submission.PatientID = cx
		m.Entries = append(m.Entries, xds.Entry{
			ID: id, UniqueID: doc.ID.Root, Title: doc.Title, MIMEType: "text/xml", CreationTime: "20260115090000", ServiceStart: "20260115090000",
			Language: "fr-FR", PatientID: cx, SourcePatientID: xds.CX{ID: "IPP1", Root: "1.2.250.1.999.2", Type: "PI"},
			SourcePatient: map[string]string{"PID-5": "SEGURSIM-ALICE^ALICE^^^^^L", "PID-7": "19850412", "PID-8": "F"},
			Authors:       []xds.Author{author}, LegalAuthor: author.Person,
			Class: xds.Code{Code: "10", System: "1.2.250.1.213.1.1.4.1", Display: "Compte rendu"},
			Type:  xds.Code{Code: doc.Code.Code, System: doc.Code.System, Display: doc.Code.Display},
			Format: xds.Code{
				Code: "urn:ihe:iti:xds-sd:pdf:2008", System: "1.3.6.1.4.1.19376.1.2.3", Display: "PDF",
			},
			Facility: xds.Code(doc.Facility), Practice: xds.Code(doc.Practice), Confidentiality: []xds.Code{xds.Code(doc.Confidentiality)},
		})
		m.Associations = append(m.Associations, xds.Association{
			ID: "Association" + id, Type: xds.HasMember, Source: m.Submission.ID, Target: id, Status: "Original",
		})
	}
	if s.content != nil {
		s.content(contents)
	}
	if s.meta != nil {
		s.meta(m)
	}
	b, err := xdm.Build(m, contents)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.archive != nil {
		b = s.archive(b)
	}
	return b
}
