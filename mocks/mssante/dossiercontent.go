package mssante

import (
	"strings"
	"time"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/xds"
)

// hl7Time is an instant as HL7 writes it, with its offset.
func hl7Time(t time.Time) string { return paris(t).Format("20060102150405-0700") }

// patientID is how the document names the patient: by the INS, or by a local number
// where the identity is not qualified (INS/va1.53).
func (d *document) patientID(p *registre.Patient) (root, id string) {
	if d.unqualified || p.INS.Matricule == "" {
		return oidLocal, localOrder + strings.ToUpper(p.ID)
	}
	return p.INS.OID, p.INS.Full()
}

// cda is the document in its clinical form.
func (d *document) cda(kind documentType, who parties, uniqueID, setID string, now time.Time) *cda.Document {
	root, id := d.patientID(&who.patient)
	title := d.title
	if title == "" {
		title = kind.title
	}
	author := cda.Participant{
		ID: cda.II{Root: oidPerson, Extension: who.author.ID}, Family: who.author.FamilyName, Given: who.author.GivenName,
		Organisation: who.structure.RaisonSocialeSite, OrgID: cda.II{Root: oidPlace, Extension: who.structure.ID}, Time: hl7Time(now),
		Code: cda.Code{Code: "G15_10/SM26", System: "1.2.250.1.213.1.1.4.5", Display: "Médecin - Qualifié en médecine générale (SM)"},
	}
	doc := &cda.Document{
		ID: cda.II{Root: uniqueID}, SetID: cda.II{Root: setID}, Version: 1, Title: title, Effective: hl7Time(now), Language: "fr-FR",
		Code:            cda.Code{Code: kind.code, System: oidLOINC, Display: kind.title},
		Confidentiality: cda.Code{Code: "N", System: "2.16.840.1.113883.5.25", Display: "Normal"},
		Patient: cda.Patient{
			IDs: []cda.II{{Root: root, Extension: id}}, BirthName: who.patient.BirthName, FirstName: who.patient.FirstGivenName,
			GivenNames: strings.Join(who.patient.GivenNames, " "), UsedName: who.patient.UsedName, Sex: who.patient.Sex,
			BirthDate: strings.ReplaceAll(who.patient.BirthDate, "-", ""), BirthPlace: who.patient.BirthPlace,
		},
		Authors: []cda.Participant{author}, Authenticator: author, Performer: author,
		Custodian: cda.II{Root: oidPlace, Extension: who.structure.ID}, CustodianName: who.structure.RaisonSocialeSite,
		ServiceLow: hl7Time(now.Add(-time.Hour)), ServiceHigh: hl7Time(now),
		Practice: cda.Code{Code: "AMBULATOIRE", System: "1.2.250.1.213.1.1.4.9", Display: "Ambulatoire"},
		Facility: cda.Code{Code: "SA25", System: "1.2.250.1.71.4.2.4", Display: "Laboratoire de biologie médicale"},
	}
	if d.replaces != "" {
		doc.Replaces, doc.Version = cda.II{Root: d.replaces}, 2
	}
	doc.Sections = d.sections(kind)
	return doc
}

// sections are the body of a level 3 document.
func (d *document) sections(kind documentType) []cda.Section {
	s := cda.Section{Code: cda.Code{Code: kind.code, System: oidLOINC, Display: kind.title}, Title: kind.title, Text: d.words}
	var lines []string
	if kind.code == "11502-2" {
		s.Code, s.Title = cda.Code{Code: "18719-5", System: oidLOINC, Display: "Biochimie"}, "Biochimie"
		for _, r := range d.results {
			s.Observations = append(s.Observations, cda.Observation{
				Code:  cda.Code{Code: r.code, System: oidLOINC, Display: r.name},
				Value: r.value, Unit: r.unit, Interpretation: r.interpretation, Range: r.normal,
			})
			lines = append(lines, strings.TrimSpace(r.name+" : "+r.value+" "+r.unit+" "+r.interpretation+" ("+r.normal+")"))
		}
	}
	if s.Text == "" {
		s.Text = strings.Join(append(lines, "Document de test du simulateur segursim, sans valeur médicale."), "\n")
	}
	return []cda.Section{s}
}

// lines are those of the PDF copy: what the parameters say, else the document.
func (d *document) lines(doc *cda.Document) []string {
	if d.pdf != "" {
		return strings.Split(d.pdf, "\n")
	}
	return cda.Present(doc)
}

// metadata are those of the document and of the lot (CI-SIS, volet Partage de
// documents; values of the JDV).
func (d *document) metadata(kind documentType, who parties, doc *cda.Document, submission string, now time.Time) *xds.Metadata {
	root, id := d.patientID(&who.patient)
	source := xds.CX{ID: localOrder + strings.ToUpper(who.patient.ID), Root: oidLocal, Type: "PI"}
	patient := xds.CX{ID: id, Root: root, Type: "NH"}
	if d.unqualified {
		patient = xds.CX{} // nobody may be recognised by it
	}
	author := xds.Author{
		Person:      xds.XCN{ID: who.author.ID, Family: who.author.FamilyName, Given: who.author.GivenName, Root: "1.2.250.1.71.4.2.1", NameType: "D", IDType: "IDNPS"}.String(),
		Institution: xds.XON{Name: who.structure.RaisonSocialeSite, ID: who.structure.ID, Root: oidPlace, IDType: "IDNST"}.String(),
		Specialty:   "G15_10/SM26^Médecin - Qualifié en médecine générale (SM)^1.2.250.1.213.1.1.4.5",
	}
	format := xds.Code{Code: "urn:ihe:lab:xd-lab:2008", System: "1.3.6.1.4.1.19376.1.2.3", Display: "CR d'examens biologiques"}
	if kind.code != "11502-2" {
		format = xds.Code{Code: "urn:ihe:pcc:xds-ms:2007", System: "1.3.6.1.4.1.19376.1.2.3", Display: "Medical Summaries"}
	}
	if d.level == "1" {
		format = xds.Code{Code: "urn:ihe:iti:xds-sd:pdf:2008", System: "1.3.6.1.4.1.19376.1.2.3", Display: "Document à corps non structuré en PDF"}
	}
	utc := now.UTC().Format("20060102150405")
	entry := xds.Entry{
		ID: entryOf(doc.ID.Root), UniqueID: doc.ID.Root, Title: doc.Title, MIMEType: "text/xml", Size: -1, CreationTime: utc,
		ServiceStart: now.Add(-time.Hour).UTC().Format("20060102150405"), ServiceStop: utc, Language: "fr-FR", PatientID: patient, SourcePatientID: source,
		SourcePatient: map[string]string{
			"PID-5": xds.XPN{Family: who.patient.BirthName, Given: who.patient.FirstGivenName, Type: "L"}.String(),
			"PID-7": strings.ReplaceAll(who.patient.BirthDate, "-", ""), "PID-8": who.patient.Sex,
		},
		Authors: []xds.Author{author}, LegalAuthor: author.Person,
		Class:           xds.Code{Code: kind.class, System: "1.2.250.1.213.1.1.4.1", Display: kind.classTitle},
		Type:            xds.Code{Code: kind.code, System: oidLOINC, Display: kind.title},
		Format:          format,
		Facility:        xds.Code{Code: doc.Facility.Code, System: doc.Facility.System, Display: doc.Facility.Display},
		Practice:        xds.Code{Code: doc.Practice.Code, System: doc.Practice.System, Display: doc.Practice.Display},
		Confidentiality: []xds.Code{{Code: "N", System: "2.16.840.1.113883.5.25", Display: "Normal"}},
		Availability:    xds.Approved,
	}
	m := &xds.Metadata{
		Submission: xds.Submission{
			ID: entryOf(submission), UniqueID: submission, SourceID: oidLocal, PatientID: patient, Time: utc, Title: doc.Title,
			Content: xds.Code{Code: "04", System: "1.2.250.1.213.2.2", Display: "Hospitalisation de jour"}, Authors: []xds.Author{author},
		},
		Entries: []xds.Entry{entry},
	}
	m.Associations = []xds.Association{{ID: entryOf(submission + ".1"), Type: xds.HasMember, Source: m.Submission.ID, Target: entry.ID, Status: xds.Original}}
	if d.replaces != "" {
		m.Associations = append(m.Associations, xds.Association{ID: entryOf(submission + ".2"), Type: xds.Replaces, Source: entry.ID, Target: entryOf(d.replaces)})
	}
	return m
}
