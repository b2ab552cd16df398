package linter

import (
	"regexp"
	"strings"

	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
)

var (
	metaPatientAbsent = Rule{
		Name: "mss.metadata.patient-absent", Level: Warning, Refs: []string{"MSS/CONF.24", "ECO.2.1.2"}, Provenance: inferred,
		FR: "Les métadonnées n'ont pas de patientId : le destinataire ne peut pas reconnaître l'usager. C'est admis quand l'INS n'est pas qualifiée.",
		EN: "The metadata have no patientId: the recipient cannot recognise the patient. Admitted where the INS is not qualified.",
	}
	metaPatientOID = Rule{
		Name: "mss.metadata.patient-oid", Level: Error, Refs: []string{"MSS/CONF.24", "ECO.2.1.2"}, Provenance: confirmed,
		FR: "L'autorité du patientId, %q, n'est pas un OID d'INS.", EN: "The authority of patientId, %q, is no OID of the INS.",
	}
	metaPatientKey = Rule{
		Name: "mss.metadata.patient-cle", Level: Error, Refs: []string{"MSS/CONF.24", "ECO.2.1.2"}, Provenance: confirmed,
		FR: "Le patientId, %q, n'est pas un matricule de 15 caractères avec sa clé.", EN: "The patientId, %q, is no matricule of 15 characters with its key.",
	}
	metaPatients = Rule{
		Name: "mss.metadata.plusieurs-usagers", Level: Error, Refs: []string{"MSS/CONF.23", "ECO.2.1.1"}, Provenance: confirmed,
		FR: "Les métadonnées désignent plusieurs usagers (%s) : un message n'en concerne qu'un.",
		EN: "The metadata name several patients (%s): a message is about one.",
	}
	metaRecipient = Rule{
		Name: "mss.metadata.autre-destinataire", Level: Error, Refs: []string{"MSS/CONF.23", "ECO.2.1.1"}, Provenance: confirmed,
		FR: "Le message est adressé à l'usager %s et porte les documents de %s.", EN: "The message is addressed to the patient %s and carries the documents of %s.",
	}
	metaUnqualified = Rule{
		Name: "mss.metadata.ins-non-qualifiee", Level: Error, Refs: []string{"INS/va1.53"}, Provenance: confirmed,
		FR: "L'identité %s n'est pas qualifiée : le matricule et son OID ne doivent pas figurer dans l'archive.",
		EN: "The identity %s is not qualified: the matricule and its OID must not appear in the archive.",
	}
	metaMissing = Rule{
		Name: "mss.metadata.attribut-absent", Level: Warning, Refs: []string{"ITI TF-3 §4.2.3", "CI-SIS volet Partage de documents"}, Provenance: inferred,
		FR: "Les métadonnées du document %s n'ont pas : %s.", EN: "The metadata of the document %s lack: %s.",
	}
	metaForm = Rule{
		Name: "mss.metadata.forme", Level: Warning, Refs: []string{"ITI TF-3 §4.2"}, Provenance: inferred,
		FR: "Les métadonnées sont mal formées : %s.", EN: "The metadata are malformed: %s.",
	}
	metaUniqueID = Rule{
		Name: "mss.metadata.unique-id", Level: Error, Refs: []string{"ITI TF-3 §4.2.3.2.26"}, Provenance: confirmed,
		FR: "L'uniqueId %q du document %s n'est pas un OID d'au plus 64 caractères.", EN: "The uniqueId %q of the document %s is no OID of at most 64 characters.",
	}
	metaMember = Rule{
		Name: "mss.metadata.sans-lien", Level: Warning, Refs: []string{"ITI TF-3 §4.2.2"}, Provenance: confirmed,
		FR: "Aucune association HasMember ne lie le lot au document %s.", EN: "No HasMember association links the submission to the document %s.",
	}
)

func metadataRules() []Rule {
	return []Rule{
		metaPatientAbsent, metaPatientOID, metaPatientKey, metaPatients, metaRecipient, metaUnqualified, metaMissing,
		metaForm, metaUniqueID, metaMember,
	}
}

// oid is an object identifier (ISO 9834-1).
var oid = regexp.MustCompile(`^[0-2](\.(0|[1-9]\d*))+$`)

// metadata reads every METADATA.XML.
func (l *lint) metadata() {
	if l.report.Archive == nil {
		return
	}
	patients := []string{}
	for _, s := range l.report.Archive.Subsets {
		if s.Metadata == nil {
			continue
		}
		at := place{part: s.Folder + "/METADATA.XML", offset: -1}
		for _, p := range s.Metadata.Problems {
			l.found(metaForm, at, p.String())
		}
		patients = l.patientOf(at, patients, s.Metadata.Submission.PatientID)
		for i, d := range s.Documents {
			l.entry(at, s, i, d)
			if !d.Entry.PatientID.Same(s.Metadata.Submission.PatientID) {
				patients = l.patientOf(at, patients, d.Entry.PatientID)
			}
		}
	}
	switch {
	case len(patients) == 0 && len(l.report.Archive.Subsets) > 0:
		l.found(metaPatientAbsent, missing(l.report.Archive.Subsets[0].Folder+"/METADATA.XML"))
	case len(patients) > 1:
		l.found(metaPatients, place{part: archiveFile, offset: -1, excerpt: strings.Join(patients, ", ")}, strings.Join(patients, ", "))
	case len(patients) == 1:
		if l.report.Patient != "" && l.report.Patient != patients[0] {
			l.found(metaRecipient, place{part: archiveFile, offset: -1, excerpt: patients[0]}, l.report.Patient, patients[0])
		} else {
			l.report.Patient = patients[0]
		}
	}
}

// patientOf judges one patientId and adds it to those met.
func (l *lint) patientOf(at place, met []string, id xds.CX) []string {
	if id.ID == "" {
		return met
	}
	at.excerpt = id.String()
	if !insRoot(id.Root) {
		l.found(metaPatientOID, at, id.Root)
		return met
	}
	if !validMatricule(id.ID) {
		l.found(metaPatientKey, at, id.ID)
	} else if p, known := l.patient(id.ID); known && !p.Qualified {
		l.found(metaUnqualified, at, id.ID)
	}
	for _, m := range met {
		if m == id.ID {
			return met
		}
	}
	return append(met, id.ID)
}

// entry judges the metadata of one document.
func (l *lint) entry(at place, s xdm.Subset, i int, d xdm.Document) {
	e := d.Entry
	name := or(e.URI, "n° "+decimal(i+1))
	gone := e.Availability == xds.Deleted // a deletion may come without its document
	var lack []string
	for _, a := range []struct {
		name  string
		there bool
	}{
		{"author", len(e.Authors) > 0},
		{"classCode", e.Class.Code != ""},
		{"typeCode", e.Type.Code != ""},
		{"confidentialityCode", len(e.Confidentiality) > 0},
		{"formatCode", e.Format.Code != ""},
		{"healthcareFacilityTypeCode", e.Facility.Code != ""},
		{"practiceSettingCode", e.Practice.Code != ""},
		{"creationTime", e.CreationTime != ""},
		{"languageCode", e.Language != ""},
		{"mimeType", e.MIMEType != ""},
		{"sourcePatientId", e.SourcePatientID.ID != ""},
		{"sourcePatientInfo", len(e.SourcePatient) > 0},
		{"hash", e.Hash != "" || gone},
		{"size", e.Size >= 0 || gone},
		{"URI", e.URI != "" || gone},
		{"uniqueId", e.UniqueID != ""},
	} {
		if !a.there {
			lack = append(lack, a.name)
		}
	}
	if len(lack) > 0 {
		l.found(metaMissing, at, name, strings.Join(lack, ", "))
	}
	if e.UniqueID != "" && (!oid.MatchString(e.UniqueID) || len(e.UniqueID) > 64) {
		bad := at
		bad.excerpt = e.UniqueID
		l.found(metaUniqueID, bad, e.UniqueID, name)
	}
	for _, a := range s.Metadata.Associations {
		if strings.HasSuffix(a.Type, ":HasMember") && a.Target == e.ID {
			return
		}
	}
	l.found(metaMember, at, name)
}
