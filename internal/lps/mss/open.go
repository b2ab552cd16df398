package mss

import (
	"fmt"
	"path"
	"strings"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
)

// A Mail is a message that was fetched.
type Mail struct {
	Row
	Header message.Header
	Head   []byte // the header as it came
	Text   string
	Files  []message.Attachment
}

// A Filing is what a message brings for a patient's record.
type Filing struct {
	Documents []Document
	Deletes   []string // uniqueId of the documents to delete
	// Matricule and OID are the patientId of the metadata (MSS/CONF.24); empty where
	// the sender's identity was not qualified: a person then says whose it is.
	Matricule, OID string
}

// A Document is one of an archive.
type Document struct {
	CDA      *cda.Document
	UniqueID string
	Replaces string // id of the former version
	Alerts   []cda.Observation
}

// Archive opens the archive of a message; nil when it has none.
func (m *Mail) Archive() (*Filing, error) {
	for _, f := range m.Files {
		if strings.EqualFold(f.Name, ArchiveName) || strings.EqualFold(path.Ext(f.Name), ".zip") {
			return Open(f.Content)
		}
	}
	return nil, nil
}

// Open reads an IHE_XDM.zip, with the guards of package xdm: documents by their
// metadata, the results that must alert (BIO/va1.01).
func Open(zip []byte) (*Filing, error) {
	a, err := xdm.Read(zip, xdm.Limits{})
	if err != nil {
		return nil, fmt.Errorf("mss: %s: %w", ArchiveName, err)
	}
	out := &Filing{}
	for _, s := range a.Subsets {
		if s.Metadata == nil {
			continue
		}
		for _, d := range s.Documents {
			if err := out.take(d); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (f *Filing) take(d xdm.Document) error {
	p := d.Entry.PatientID
	switch {
	case p.ID == "" || p.ID == f.Matricule && p.Root == f.OID:
	case f.Matricule == "":
		f.Matricule, f.OID = p.ID, p.Root
	default:
		return fmt.Errorf("mss: %s: documents of two patients, %s and %s", ArchiveName, f.Matricule, p.ID) // MSS/CONF.23
	}
	if d.Entry.Availability == xds.Deleted {
		f.Deletes = append(f.Deletes, d.Entry.UniqueID)
		return nil
	}
	if d.Content == nil {
		return fmt.Errorf("mss: %s: %s is not there", ArchiveName, d.Entry.URI)
	}
	doc, err := cda.Parse(d.Content)
	if err != nil {
		return fmt.Errorf("mss: %s: %w", d.Path, err)
	}
	if id := d.Entry.PatientID.ID; id != "" && !carries(doc, id) {
		return fmt.Errorf("mss: %s: the document is not about %s, as its metadata say", d.Path, id)
	}
	one := Document{CDA: doc, UniqueID: d.Entry.UniqueID, Replaces: doc.Replaces.Root}
	for _, s := range doc.Sections {
		for _, o := range s.Observations {
			if o.Critical() {
				one.Alerts = append(one.Alerts, o)
			}
		}
	}
	f.Documents = append(f.Documents, one)
	return nil
}

func carries(doc *cda.Document, matricule string) bool {
	for _, id := range doc.Patient.IDs {
		if id.Extension == matricule {
			return true
		}
	}
	return false
}
