package linter

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/pdfa"
)

var (
	tooLarge = Rule{
		Name: "mss.taille.operateur", Level: Error, Refs: []string{"MSS/va1.13"}, Provenance: confirmed,
		FR: "Le message pèse %d octets, au-delà de la limite de l'opérateur (%d).", EN: "The message has %d bytes, over the operator's limit (%d).",
	}
	tooLargePatient = Rule{
		Name: "mss.taille.mon-espace-sante", Level: Error, Refs: []string{"guide Messagerie de Mon espace santé v1.3"}, Provenance: confirmed,
		FR: "Le message pèse %d octets : Mon espace santé n'en prend que 25 Mo.", EN: "The message has %d bytes: Mon espace santé takes 25 MB.",
	}
	bareDocument = Rule{
		Name: "mss.piece-jointe.cda-nu", Level: Error, Refs: []string{"MSS/va1.01", "ECO.2.1.1"}, Provenance: confirmed,
		FR: "Le CDA %q est joint tel quel : un document de santé voyage dans une archive IHE_XDM.zip.",
		EN: "The CDA document %q is attached as it is: health documents travel in an IHE_XDM.zip archive.",
	}
	archiveName = Rule{
		Name: "mss.archive.nom", Level: Error, Refs: []string{"MSS/CONF.23", "ECO.2.1.1"}, Provenance: confirmed,
		FR: "L'archive s'appelle %q : son nom est IHE_XDM.zip.", EN: "The archive is named %q: its name is IHE_XDM.zip.",
	}
	archiveSeveral = Rule{
		Name: "mss.archive.plusieurs", Level: Error, Refs: []string{"MSS/CONF.23", "ECO.2.1.1"}, Provenance: inferred,
		FR: "Le message porte %d archives IHE_XDM.zip au lieu d'une.", EN: "The message carries %d IHE_XDM.zip archives instead of one.",
	}
	archiveMedia = Rule{
		Name: "mss.archive.type", Level: Warning, Refs: []string{"ECO.2.1.1"}, Provenance: confirmed,
		FR: "L'archive est annoncée comme %s : son type est application/zip.", EN: "The archive is announced as %s: its type is application/zip.",
	}
	attachmentCoding = Rule{
		Name: "mss.piece-jointe.codage", Level: Error, Refs: []string{"RFC 2045 §6"}, Provenance: confirmed,
		FR: "La pièce jointe %q ne se décode pas : %s.", EN: "The attachment %q cannot be decoded: %s.",
	}
	pdfMissing = Rule{
		Name: "mss.pdf.absent", Level: Error, Refs: []string{"MSS/CONF.23", "MSS/va1.17", "ECO.2.1.1"}, Provenance: confirmed,
		FR: "L'archive XDM porte %d document(s) et le message aucune copie PDF/A-1.",
		EN: "The XDM archive carries %d document(s) and the message no PDF/A-1 copy.",
	}
	pdfCount = Rule{
		Name: "mss.pdf.nombre", Level: Warning, Refs: []string{"MSS/CONF.23", "ECO.2.1.1"}, Provenance: confirmed,
		FR: "L'archive XDM porte %d document(s) et le message %d copie(s) PDF.", EN: "The XDM archive carries %d document(s) and the message %d PDF copies.",
	}
	pdfKind = Rule{
		Name: "mss.pdf.pdfa", Level: Error, Refs: []string{"MSS/va1.01", "ECO.2.1.5"}, Provenance: confirmed,
		FR: "%q n'est pas du PDF/A-1 (%s).", EN: "%q is no PDF/A-1 (%s).",
	}
	pdfName = Rule{
		Name: "mss.pdf.nom", Level: Warning, Refs: []string{"ECO.2.1.6"}, Provenance: confirmed,
		FR: "%q : le nom d'une copie s'écrit <date de l'acte AAAAMMJJ>_<type>_<NOM>_<prénom>[_<numéro de dossier>].pdf.",
		EN: "%q: a copy is named <date of the act YYYYMMDD>_<type>_<NAME>_<first name>[_<file number>].pdf.",
	}
	otherFile = Rule{
		Name: "mss.piece-jointe.autre", Level: Information, Refs: []string{"MSS/CONF.23"}, Provenance: inferred,
		FR: "La pièce jointe %q n'est ni l'archive XDM ni une copie PDF.", EN: "The attachment %q is neither the XDM archive nor a PDF copy.",
	}
)

func attachmentRules() []Rule {
	return []Rule{
		tooLarge, tooLargePatient, bareDocument, archiveName, archiveSeveral, archiveMedia, attachmentCoding,
		pdfMissing, pdfCount, pdfKind, pdfName, otherFile,
	}
}

// archiveFile is the name of the archive.
const archiveFile = "IHE_XDM.zip"

// patientLimit is what Mon espace santé takes, in bytes: the guide says 25 Mo, read
// as mebibytes (inferred), as the bounce does unless mes.max_size says otherwise.
const patientLimit = 25 << 20

// pdfNamed is the name of a copy (ECO.2.1.6).
var pdfNamed = regexp.MustCompile(`^\d{8}_[^_]+(_[^_]+){2,3}\.(pdf|PDF)$`)

// attachments sorts the files that go with the message.
func (l *lint) attachments() {
	m := l.report.Message
	if n := int64(len(m.Raw)); l.in.Limit > 0 && n > l.in.Limit {
		l.found(tooLarge, place{part: partEnvelope, offset: -1}, n, l.in.Limit)
	} else if l.report.Patient != "" && n > patientLimit {
		l.found(tooLargePatient, place{part: partEnvelope, offset: -1}, n)
	}
	l.parts = m.Attachments()
	archives := 0
	for _, p := range l.parts {
		content, err := p.Decode()
		if err != nil {
			l.found(attachmentCoding, l.partAt(p), p.Filename, err.Error())
			continue
		}
		switch ext := strings.ToLower(path.Ext(p.Filename)); {
		case ext == ".zip" || strings.Contains(p.MediaType, "zip"):
			archives++
			l.zip(p, content, archives)
		case ext == ".pdf" || p.MediaType == "application/pdf":
			l.pdf(p, content)
		case bytes.Contains(content[:min(len(content), 4096)], []byte("ClinicalDocument")):
			l.found(bareDocument, l.partAt(p), p.Filename)
		case p.MediaType == "message/rfc822" || p.MediaType == "text/calendar":
		default:
			l.found(otherFile, l.partAt(p), p.Filename)
		}
	}
	if archives > 1 {
		l.found(archiveSeveral, place{part: partBody, offset: -1}, archives)
	}
}

// zip keeps the first archive.
func (l *lint) zip(p *message.Part, content []byte, nth int) {
	if p.Filename != archiveFile {
		l.found(archiveName, l.partAt(p), p.Filename)
	}
	if p.MediaType != "application/zip" {
		l.found(archiveMedia, l.partAt(p), p.MediaType)
	}
	if nth == 1 {
		l.archive, l.report.HasArchive = content, true
	}
}

// pdf reads one copy.
func (l *lint) pdf(p *message.Part, content []byte) {
	l.pdfs = append(l.pdfs, content)
	l.report.PDFs++
	if problems := pdfa.Check(content); len(problems) > 0 {
		var why []string
		for _, pr := range problems {
			why = append(why, pr.Code)
		}
		l.found(pdfKind, l.partAt(p), p.Filename, strings.Join(why, ", "))
	}
	if !pdfNamed.MatchString(p.Filename) {
		l.found(pdfName, l.partAt(p), p.Filename)
	}
}
