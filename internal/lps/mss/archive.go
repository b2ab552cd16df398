package mss

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
)

// ArchiveName is the name of the archive (MSS/CONF.23).
const ArchiveName = "IHE_XDM.zip"

// A Pack is documents ready to go with a message: the archive, then the copies.
type Pack struct {
	Files []message.Attachment
	Codes []string // of the CDA documents
	INS   bool     // the documents carry a qualified INS with its traits
	Label string   // of the subject
	About Patient
}

// uuidArc is where a UUID is an OID (ITU-T X.667).
const uuidArc = "2.25."

// OID is a UUID as an OID.
func OID(id uuid.UUID) string { return uuidArc + new(big.Int).SetBytes(id[:]).String() }

// entryUUID is the same for ever for one OID of ours: a later lot names by it the
// document that it replaces. That METADATA.XML does so is inferred.
func entryUUID(oid string) string {
	if n, ok := new(big.Int).SetString(strings.TrimPrefix(oid, uuidArc), 10); ok && strings.HasPrefix(oid, uuidArc) && n.Sign() >= 0 && n.BitLen() <= 128 {
		var u uuid.UUID
		n.FillBytes(u[:])
		return "urn:uuid:" + u.String()
	}
	return "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceOID, []byte(oid)).String()
}

// NewPack writes the archive of documents of one patient (MSS/va1.01: one for each
// message), and their copies as PDF/A-1. lot is the OID of the submission.
func NewPack(lot string, reports ...*Report) (*Pack, error) {
	if len(reports) == 0 {
		return nil, fmt.Errorf("mss: no document")
	}
	first := reports[0]
	p := &Pack{About: first.Patient, INS: first.Patient.Matricule != "", Label: first.Kind.Display}
	if len(reports) > 1 {
		p.Label = fmt.Sprintf("%d documents", len(reports))
	}
	m := &xds.Metadata{Submission: submission(lot, first)}
	var contents [][]byte
	for _, r := range reports {
		if r.Patient != first.Patient {
			return nil, fmt.Errorf("mss: documents of two patients in one message")
		}
		e := r.entry()
		if r.Delete {
			m.Entries, contents = append(m.Entries, e), append(contents, nil)
			continue
		}
		doc, content, copied, err := r.document()
		if err != nil {
			return nil, err
		}
		m.Entries, contents = append(m.Entries, e), append(contents, content)
		if r.Replaces != "" {
			m.Associations = append(m.Associations, xds.Association{ID: entryUUID(lot + "." + r.ID), Type: xds.Replaces, Source: e.ID, Target: entryUUID(r.Replaces)})
		}
		p.Codes = append(p.Codes, doc.Code.Code)
		p.Files = append(p.Files, message.Attachment{Name: copyName(r), MediaType: "application/pdf", Content: copied})
	}
	zip, err := xdm.Build(m, contents)
	if err != nil {
		return nil, fmt.Errorf("mss: %s: %w", ArchiveName, err)
	}
	p.Files = append([]message.Attachment{{Name: ArchiveName, MediaType: "application/zip", Content: zip}}, p.Files...)
	return p, nil
}

// copyName is the name of a copy: date of the act, type, NOM, prénom (ECO.2.1.6).
func copyName(r *Report) string {
	clean := strings.NewReplacer("/", "-", "\\", "-", ":", "-", "*", "-", "?", "-", `"`, "-", "<", "-", ">", "-", "|", "-", "_", "-")
	return r.At.Format("20060102") + "_" + clean.Replace(r.Kind.Display) + "_" + clean.Replace(r.Patient.Name) + "_" + clean.Replace(r.Patient.FirstName) + ".pdf"
}

func (r *Report) author() xds.Author {
	a := r.Author
	return xds.Author{
		Person:      xds.XCN{ID: a.ID, Family: a.Family, Given: a.Given, Root: oidPerson, NameType: "D", IDType: "IDNPS"}.String(),
		Institution: xds.XON{Name: a.Structure, ID: a.StructID, Root: oidPlace, IDType: "IDNST"}.String(),
		Specialty:   xds.Code(a.Specialty).CE(),
	}
}

// patientID is how the recipient finds the patient (MSS/CONF.24): by the INS, or not
// at all (INS/va1.53).
func (p Patient) patientID() xds.CX {
	if p.Matricule == "" {
		return xds.CX{}
	}
	return xds.CX{ID: p.Matricule, Root: p.OID, Type: "NH"}
}

func utc(t time.Time) string { return t.UTC().Format("20060102150405") }

func submission(lot string, r *Report) xds.Submission {
	return xds.Submission{
		ID: entryUUID(lot), UniqueID: lot, SourceID: oidLocal, PatientID: r.Patient.patientID(), Time: utc(r.At), Title: r.Kind.Display,
		Content: xds.Code{Code: "07", System: oidContent, Display: "Consultation"}, Authors: []xds.Author{r.author()},
	}
}

func (r *Report) entry() xds.Entry {
	format := xds.Code{Code: "urn:ihe:iti:xds-sd:pdf:2008", System: oidFormat, Display: "Document à corps non structuré en PDF"}
	if r.Level == 3 {
		format = xds.Code{Code: "urn:ihe:lab:xd-lab:2008", System: oidFormat, Display: "CR d'examens biologiques"}
	}
	p := r.Patient
	e := xds.Entry{
		ID: entryUUID(r.ID), UniqueID: r.ID, Title: r.Kind.Display, MIMEType: "text/xml", Size: -1,
		CreationTime: utc(r.At), ServiceStart: utc(r.At.Add(-time.Hour)), ServiceStop: utc(r.At), Language: "fr-FR",
		PatientID: p.patientID(), SourcePatientID: xds.CX{ID: p.Local, Root: oidLocal, Type: "PI"},
		SourcePatient: map[string]string{
			"PID-5": xds.XPN{Family: p.Name, Given: p.FirstName, Type: "L"}.String(), "PID-7": strings.ReplaceAll(p.Born, "-", ""), "PID-8": p.Sex,
		},
		Authors: []xds.Author{r.author()}, LegalAuthor: r.author().Person,
		Class:  xds.Code{Code: r.Kind.Class, System: oidClass, Display: r.Kind.ClassDisplay},
		Type:   xds.Code{Code: r.Kind.Code, System: oidLOINC, Display: r.Kind.Display},
		Format: format, Facility: xds.Code(r.Author.Facility),
		Practice:        xds.Code{Code: "AMBULATOIRE", System: "1.2.250.1.213.1.1.4.9", Display: "Ambulatoire"},
		Confidentiality: []xds.Code{{Code: "N", System: "2.16.840.1.113883.5.25", Display: "Normal"}},
		Availability:    xds.Approved,
	}
	if r.Delete {
		e.Availability, e.Title = xds.Deleted, "Suppression : "+r.Kind.Display
	}
	return e
}
