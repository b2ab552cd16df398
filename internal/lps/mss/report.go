package mss

import (
	"fmt"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/pdfa"
)

// The OIDs of what documents name (CI-SIS). That of local patient numbers is an
// example of ours.
const (
	oidLOINC   = "2.16.840.1.113883.6.1"
	oidPerson  = "1.2.250.1.71.4.2.1"
	oidPlace   = "1.2.250.1.71.4.2.2"
	oidLocal   = "2.25.299900000000000002"
	oidClass   = "1.2.250.1.213.1.1.4.1"
	oidFormat  = "1.3.6.1.4.1.19376.1.2.3"
	oidContent = "1.2.250.1.213.2.2"
)

// A Patient is who a document is about.
type Patient struct {
	Name, FirstName string // of birth
	FirstNames      string // all of them, with blanks; FirstName when empty
	Sex             string // "M", "F"
	Born            string // AAAA-MM-JJ
	Place           string // COG
	// Matricule (15 characters) and OID are those of a qualified identity; empty
	// otherwise, since an INS that is not qualified is never told (INS/va1.53).
	Matricule, OID string
	Local          string // the software's own number
}

// An Author is who signs a document.
type Author struct {
	ID, Family, Given    string // national identifier, names
	Structure, StructID  string // name, identifier
	Software             string
	Specialty            cda.Code
	Facility             cda.Code
	FacilityOrganisation string
}

// A Kind is a type of document, with the class of its metadata (JDV_J07, JDV_J06).
type Kind struct{ Code, Display, Class, ClassDisplay string }

// Biology and Prescription are two types of document.
func Biology() Kind {
	return Kind{"11502-2", "CR d'examens biologiques", "11", "Documents de biologie"}
}

// Consultation is the report of a consultation.
func Consultation() Kind {
	return Kind{"11488-4", "CR ou fiche de consultation ou de visite", "10", "Compte rendu"}
}

// A Report is a document to write.
type Report struct {
	ID, SetID string // OID
	Version   int    // 1 for the first
	// Replaces is the ID of the former version (relatedDocument, CI-SIS Structuration
	// minimale §3.5.5.23.2).
	Replaces string
	// Delete asks for the deletion of the document of that ID: the metadata go alone,
	// with the status Deleted (inferred: see package xds).
	Delete  bool
	Kind    Kind
	Level   int // 1 or 3
	Patient Patient
	Author  Author
	At      time.Time
	Results []cda.Observation
	Text    string // the narrative, of the level 3 document or of the level 1 PDF
	// Spoil, when set, changes the bytes of the CDA before they are packed: for a
	// software that is wrong on purpose.
	Spoil func(cda []byte) []byte
}

// AnnuleEtRemplace is the mention of a new version.
const AnnuleEtRemplace = "Annule et remplace"

// hl7 is an instant as HL7 v3 writes it.
func hl7(t time.Time) string { return t.Format("20060102150405-0700") }

// document is the report as CDA R2, and its copy as PDF/A-1 (ECO.2.1.1, ECO.2.1.5).
func (r *Report) document() (doc *cda.Document, content, copied []byte, err error) {
	doc = r.header()
	if r.Level == 3 {
		doc.Sections = r.sections()
	}
	lines := cda.Present(doc)
	if r.Level != 3 {
		lines = append(lines, strings.Split(r.Text, "\n")...)
	}
	if r.Replaces != "" {
		lines = append([]string{AnnuleEtRemplace + " le document " + r.Replaces + ".", ""}, lines...)
	}
	copied, err = pdfa.Build(pdfa.Text{Title: doc.Title, Author: r.Author.Software, Lines: lines, Date: r.At})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("mss: PDF/A-1: %w", err)
	}
	// The copy of a level 1 document is its own PDF; a level 3 one carries it along.
	doc.PDF, doc.MediaType = copied, "application/pdf"
	content, err = cda.Build(doc, r.At)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("mss: CDA: %w", err)
	}
	if r.Spoil != nil {
		content = r.Spoil(content)
	}
	return doc, content, copied, nil
}

func (r *Report) header() *cda.Document {
	p, a := r.Patient, r.Author
	author := cda.Participant{
		ID: cda.II{Root: oidPerson, Extension: a.ID}, Code: a.Specialty, Family: a.Family, Given: a.Given,
		Organisation: a.Structure, OrgID: cda.II{Root: oidPlace, Extension: a.StructID}, Time: hl7(r.At),
	}
	id := cda.II{Root: oidLocal, Extension: p.Local}
	if p.Matricule != "" {
		id = cda.II{Root: p.OID, Extension: p.Matricule}
	}
	names := p.FirstNames
	if names == "" {
		names = p.FirstName
	}
	doc := &cda.Document{
		ID: cda.II{Root: r.ID}, SetID: cda.II{Root: r.SetID}, Version: r.Version, Title: r.Kind.Display, Effective: hl7(r.At), Language: "fr-FR",
		Code:            cda.Code{Code: r.Kind.Code, System: oidLOINC, Display: r.Kind.Display},
		Confidentiality: cda.Code{Code: "N", System: "2.16.840.1.113883.5.25", Display: "Normal"},
		Patient: cda.Patient{
			IDs: []cda.II{id}, BirthName: p.Name, FirstName: p.FirstName, GivenNames: names, Sex: p.Sex,
			BirthDate: strings.ReplaceAll(p.Born, "-", ""), BirthPlace: p.Place,
		},
		Authors: []cda.Participant{author}, Authenticator: author, Performer: author,
		Custodian: cda.II{Root: oidPlace, Extension: a.StructID}, CustodianName: a.Structure,
		ServiceLow: hl7(r.At.Add(-time.Hour)), ServiceHigh: hl7(r.At),
		Practice: cda.Code{Code: "AMBULATOIRE", System: "1.2.250.1.213.1.1.4.9", Display: "Ambulatoire"},
		Facility: a.Facility,
	}
	if r.Replaces != "" {
		doc.Replaces = cda.II{Root: r.Replaces}
	}
	return doc
}

func (r *Report) sections() []cda.Section {
	s := cda.Section{Code: cda.Code{Code: r.Kind.Code, System: oidLOINC, Display: r.Kind.Display}, Title: r.Kind.Display, Text: r.Text}
	if len(r.Results) > 0 {
		s.Code, s.Title = cda.Code{Code: "18719-5", System: oidLOINC, Display: "Biochimie"}, "Biochimie"
		s.Observations = r.Results
	}
	return []cda.Section{s}
}
