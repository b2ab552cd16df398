package linter

import (
	"bytes"
	"strings"

	"github.com/segursim/segursim/internal/cda"
)

var (
	docID = Rule{
		Name: "mss.cda.id", Level: Error, Refs: []string{"ITI TF-3 §4.2.3.2.26", "CI-SIS volet Structuration minimale"}, Provenance: confirmed,
		FR: "L'id du CDA (%s) et l'uniqueId des métadonnées (%s) diffèrent.", EN: "The id of the CDA document (%s) and the uniqueId of the metadata (%s) differ.",
	}
	docCode = Rule{
		Name: "mss.cda.code", Level: Error, Refs: []string{"CI-SIS volet Partage de documents"}, Provenance: confirmed,
		FR: "Le code du CDA (%s) et le typeCode des métadonnées (%s) diffèrent.", EN: "The code of the CDA document (%s) and the typeCode of the metadata (%s) differ.",
	}
	docPatient = Rule{
		Name: "mss.cda.patient", Level: Error, Refs: []string{"MSS/CONF.24", "ECO.2.1.2"}, Provenance: confirmed,
		FR: "Le CDA est celui de %q et les métadonnées désignent %q.", EN: "The CDA document is about %q and the metadata name %q.",
	}
	docTraits = Rule{
		Name: "mss.cda.traits", Level: Error, Refs: []string{"INS/va1.53", "Référentiel INS"}, Provenance: inferred,
		FR: "Les traits du CDA ne sont pas ceux de l'identité %s du registre : %s.", EN: "The traits of the CDA document are not those of the identity %s of the registre: %s.",
	}
	docIncomplete = Rule{
		Name: "mss.cda.traits-incomplets", Level: Error, Refs: []string{"CI-SIS volet Structuration minimale", "INS/va1.53"}, Provenance: confirmed,
		FR: "Le CDA porte un matricule INS sans tous les traits : il manque %s.", EN: "The CDA document carries a matricule INS without all the traits: it lacks %s.",
	}
	docUnqualified = Rule{
		Name: "mss.cda.ins-non-qualifiee", Level: Error, Refs: []string{"INS/va1.53"}, Provenance: confirmed,
		FR: "L'identité %s n'est pas qualifiée : le CDA ne doit porter ni matricule ni OID.", EN: "The identity %s is not qualified: the CDA document must carry neither matricule nor OID.",
	}
	docHeader = Rule{
		Name: "mss.cda.structure", Level: Warning, Refs: []string{"CI-SIS volet Structuration minimale"}, Provenance: confirmed,
		FR: "L'en-tête du CDA n'a pas : %s.", EN: "The CDA header lacks: %s.",
	}
	docFormat = Rule{
		Name: "mss.cda.format", Level: Warning, Refs: []string{"CI-SIS JDV_J60"}, Provenance: confirmed,
		FR: "Le formatCode %q ne va pas avec un corps de niveau %d.", EN: "The formatCode %q does not go with a body of level %d.",
	}
	docCopy = Rule{
		Name: "mss.pdf.derive", Level: Warning, Refs: []string{"ECO.2.1.5"}, Provenance: confirmed,
		FR: "Aucune copie PDF jointe n'est le PDF que contient le CDA de niveau 1 %s.", EN: "No attached PDF copy is the PDF inside the level 1 CDA document %s.",
	}
)

func documentRules() []Rule {
	return []Rule{docID, docCode, docPatient, docTraits, docIncomplete, docUnqualified, docHeader, docFormat, docCopy}
}

// documents reads each CDA against its metadata, the registre and the copies.
func (l *lint) documents() {
	for _, p := range l.pairs {
		at := place{part: p.meta.Path, offset: -1}
		e, d := p.meta.Entry, p.doc
		if id := identifier(d.ID); e.UniqueID != "" && id != e.UniqueID {
			l.found(docID, at, id, e.UniqueID)
		}
		if e.Type.Code != "" && d.Code.Code != e.Type.Code {
			l.found(docCode, at, d.Code.Code, e.Type.Code)
		}
		ins, carries := insOf(d)
		if e.PatientID.ID != "" && ins != e.PatientID.ID {
			l.found(docPatient, at, ins, e.PatientID.ID)
		}
		if carries {
			l.identity(at, d, ins)
		}
		l.structure(at, d)
		pdf := strings.HasPrefix(e.Format.Code, "urn:ihe:iti:xds-sd:") || strings.HasPrefix(e.Format.Code, "urn:ihe:iti-fr:xds-sd:")
		if e.Format.Code != "" && d.Level != 0 && pdf != (d.Level == 1) {
			l.found(docFormat, at, e.Format.Code, d.Level)
		}
		if d.Level == 1 && d.PDF != nil && len(l.pdfs) > 0 && !l.copied(d.PDF) {
			l.found(docCopy, at, p.meta.Path)
		}
	}
	switch n := len(l.pairs); {
	case l.report.Archive == nil || n == 0:
	case len(l.pdfs) == 0 && !l.deletes():
		l.found(pdfMissing, missing(partBody), n)
	case len(l.pdfs) != n && len(l.pdfs) > 0:
		l.found(pdfCount, place{part: partBody, offset: -1}, n, len(l.pdfs))
	}
}

// identity compares the traits with the registre's.
func (l *lint) identity(at place, d *cda.Document, ins string) {
	at.excerpt = ins
	if lack := lacking(d); lack != "" {
		l.found(docIncomplete, at, lack)
	}
	p, known := l.patient(ins)
	if !known {
		return
	}
	if !p.Qualified {
		l.found(docUnqualified, at, ins)
	}
	var differ []string
	for _, t := range []struct{ name, document, registre string }{
		{"nom de naissance", alike(d.Patient.BirthName), alike(p.BirthName)},
		{"premier prénom", alike(d.Patient.FirstName), alike(p.FirstName)},
		{"date de naissance", d.Patient.BirthDate, strings.ReplaceAll(p.BirthDate, "-", "")},
		{"sexe", d.Patient.Sex, p.Sex},
	} {
		if t.document != "" && t.registre != "" && t.document != t.registre {
			differ = append(differ, t.name)
		}
	}
	if len(differ) > 0 {
		l.found(docTraits, at, ins, strings.Join(differ, ", "))
	}
}

// structure lists what the header lacks.
func (l *lint) structure(at place, d *cda.Document) {
	var lack []string
	for _, a := range []struct {
		name  string
		there bool
	}{
		{"id", d.ID.Root != ""},
		{"setId", d.SetID.Root != ""},
		{"versionNumber", d.Version > 0},
		{"title", d.Title != ""},
		{"effectiveTime", d.Effective != ""},
		{"confidentialityCode", d.Confidentiality.Code != ""},
		{"languageCode", d.Language != ""},
		{"author", len(d.Authors) > 0},
		{"custodian", d.Custodian.Root != "" || d.Custodian.Extension != ""},
		{"legalAuthenticator", d.Authenticator.ID.Root != "" || d.Authenticator.Family != ""},
		{"documentationOf", d.ServiceLow != ""},
	} {
		if !a.there {
			lack = append(lack, a.name)
		}
	}
	if len(lack) > 0 {
		l.found(docHeader, at, strings.Join(lack, ", "))
	}
}

func (l *lint) copied(pdf []byte) bool {
	for _, c := range l.pdfs {
		if bytes.Equal(c, pdf) {
			return true
		}
	}
	return false
}

// identifier is an II as the metadata write it.
func identifier(id cda.II) string {
	if id.Extension == "" {
		return id.Root
	}
	return id.Root + "^" + id.Extension
}
