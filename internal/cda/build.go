package cda

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"
)

// Templates of the header.
const (
	hl7France    = "2.16.840.1.113883.2.8.2.1"
	minimal      = "1.2.250.1.213.1.1.1.1"         // CI-SIS, Structuration minimale
	scanned      = "1.3.6.1.4.1.19376.1.2.20"      // IHE XDS-SD
	medical      = "1.3.6.1.4.1.19376.1.5.3.1.1.1" // IHE PCC, medical document
	laboratory   = "1.3.6.1.4.1.19376.1.3.3"       // IHE XD-LAB
	biologyModel = "1.2.250.1.213.1.1.1.55"        // CI-SIS, CR-BIO
)

// modelVersions are the versions of the models of the CI-SIS that a templateId names
// (segur facts §4.3).
var modelVersions = map[string]string{
	"1.2.250.1.213.1.1.1.13": "201310", "1.2.250.1.213.1.1.1.21": "2022.01", "1.2.250.1.213.1.1.1.29": "2022.01", "1.2.250.1.213.1.1.1.37": "2023.01",
	"1.2.250.1.213.1.1.1.39": "2024.01", "1.2.250.1.213.1.1.1.45": "2024.01", "1.2.250.1.213.1.1.1.46": "2023.01", "1.2.250.1.213.1.1.1.51": "2024.01",
	"1.2.250.1.213.1.1.1.54": "2024.01", biologyModel: "2024.01",
}

// Build writes a document: level 1 when d.PDF is set and there is no section, else
// level 3 with the PDF, if any, embedded. now is used where a time is missing.
//
// It writes valid documents or none: the header of CI-SIS Structuration minimale, and
// with the identifier of an INS all its traits. An identity that is not qualified must
// carry no INS (INS/va1.53): the identifiers written are those of d.Patient.IDs.
//
// What may be missing in d, and what is written then: SetID (ID), Version (1), Title
// and Code.Display (the label of the type), code systems (those of the value sets),
// Confidentiality (N), Language (fr-FR), Authenticator (the first author who is a
// person), Performer (the authenticator), Custodian (the first author's
// organisation), ServiceLow (Effective), Practice (AMBULATOIRE), Facility (SA07),
// address and telecom of everybody (nullFlavor UNK). See [Replacement] for a new
// version.
//
// Templates beside those of the header's own profiles are written as d has them, with
// the version of the model when it is one of the CI-SIS; a level 1 document has
// exactly three. Without any, a level 3 document of biology is one of IHE XD-LAB and,
// when it has all that the model asks for, of CR-BIO 2024.01; any other is an IHE PCC
// medical document.
//
// The same document gives the same bytes.
func Build(d *Document, now time.Time) ([]byte, error) {
	d = complete(d, now)
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("cda: %w", err)
	}
	d.Level = 3
	if len(d.Sections) == 0 {
		d.Level = 1
	}

	w := &writer{}
	w.b.Grow(16<<10 + len(d.PDF)*4/3)
	w.b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	w.start("ClinicalDocument", "xmlns", v3NS, "xmlns:xsi", xsiNS, "xmlns:lab", labNS)
	d.identity(w)
	d.people(w)
	d.context(w)
	w.start("component")
	if d.Level == 1 {
		w.start("nonXMLBody")
		w.base64("text", d.PDF, "mediaType", "application/pdf", "representation", "B64")
		w.end()
	} else {
		d.structured(w)
	}
	w.end()
	w.end()
	w.b.WriteByte('\n')
	return w.b.Bytes(), nil
}

// Replacement is the next version of a document: a new id, the same setId, the version
// after, and the link to what it replaces. Its time is that of Build, unless set. The
// slices are shared with old.
//
// Of a document that was read, what Parse does not read is lost: a level 3 document of
// another model than biology then claims more than it has, unless Templates is emptied.
func Replacement(old *Document, id II) *Document {
	d := *old
	d.ID, d.Replaces = id, old.ID
	if d.SetID == (II{}) {
		d.SetID = old.ID
	}
	d.Version = max(old.Version, 1) + 1
	d.Effective = ""
	return &d
}

// templates are the roots of the header's templateId.
func (d *Document) templates() []string {
	out := []string{hl7France, minimal}
	if d.Level == 1 {
		return append(out, scanned)
	}
	for _, t := range d.Templates {
		if t != hl7France && t != minimal && t != scanned && isUID(t) {
			out = append(out, t)
		}
	}
	switch {
	case len(out) > 2:
	case d.Code.Code != biologyType:
		out = append(out, medical)
	case d.isBiologyModel():
		out = append(out, laboratory, biologyModel)
	default:
		out = append(out, laboratory)
	}
	return out
}

// identity writes what the document is, up to its version.
func (d *Document) identity(w *writer) {
	w.leaf("realmCode", "code", "FR")
	w.leaf("typeId", "root", "2.16.840.1.113883.1.3", "extension", "POCD_HD000040")
	for _, t := range d.templates() {
		w.leaf("templateId", "root", t, "extension", modelVersions[t])
	}
	w.id("id", d.ID)
	w.code("code", d.Code)
	w.text("title", d.Title)
	w.leaf("effectiveTime", "value", d.Effective)
	w.code("confidentialityCode", d.Confidentiality)
	w.leaf("languageCode", "code", d.Language)
	w.id("setId", d.SetID)
	w.leaf("versionNumber", "value", strconv.Itoa(d.Version))
}

// uuid is an identifier of a part of the document: it depends on the document's id and
// on the part, so that nothing is random here.
func (d *Document) uuid(part string) II {
	sum := sha256.Sum256([]byte(d.ID.Root + "^" + d.ID.Extension + "^" + part))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // version 8, RFC 9562 §5.8
	return II{Root: fmt.Sprintf("%X-%X-%X-%X-%X", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])}
}
