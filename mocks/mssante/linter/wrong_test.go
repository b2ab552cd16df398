package linter_test

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/xds"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// A wrong message: what is spoilt, and the rule that says so.
type wrong struct {
	rule  string
	spoil func(*sample)
	// plain starts from the message without documents.
	plain bool
}

func address(s string) message.Address { return message.Address{Address: s} }

func envelopeCases(t testing.TB) map[string]wrong {
	usager := matricule(t) + "@patient.mssante.fr"
	return map[string]wrong{
		"two patients": {rule: "mss.enveloppe.un-usager", spoil: func(s *sample) {
			s.in.To = []string{usager, "1800175999103" + "50@patient.mssante.fr"}
		}},
		"bad key":        {rule: "mss.enveloppe.adresse-usager", spoil: func(s *sample) { s.in.To = []string{"285047599910199@patient.mssante.fr"} }},
		"not a number":   {rule: "mss.enveloppe.adresse-usager", spoil: func(s *sample) { s.in.To = []string{"alice@patient.mssante.fr"} }},
		"not qualified":  {rule: "mss.enveloppe.ins-non-qualifiee", spoil: unqualified(usager)},
		"unknown":        {rule: "mss.enveloppe.usager-inconnu", spoil: func(s *sample) { s.in.To = []string{usager}; s.in.Patient = nobody }},
		"outside":        {rule: "mss.enveloppe.hors-espace", spoil: func(s *sample) { s.in.To = []string{"x@example.org"} }},
		"blind copy":     {rule: "mss.enveloppe.destinataire-cache", spoil: func(s *sample) { s.in.To = append(s.in.To, "b@labo.segursim.test") }},
		"another sender": {rule: "mss.enveloppe.expediteur", spoil: func(s *sample) { s.in.From = "b@medecin.segursim.test" }},
	}
}

func nobody(string) (linter.Patient, bool) { return linter.Patient{}, false }

func unqualified(to ...string) func(*sample) {
	return func(s *sample) {
		s.in.Patient = func(string) (linter.Patient, bool) { return linter.Patient{BirthName: "SEGURSIM-ALICE"}, true }
		s.in.To = append(s.in.To, to...)
	}
}

// field rewrites a header field of the built message; an empty value removes it.
func field(name, line string) func(*sample) {
	return func(s *sample) {
		s.raw = func(b []byte) []byte {
			head, body, _ := bytes.Cut(b, []byte("\r\n\r\n"))
			var kept []string
			skip := false
			for l := range strings.SplitSeq(string(head), "\r\n") {
				if l != "" && (l[0] == ' ' || l[0] == '\t') {
					if !skip {
						kept = append(kept, l)
					}
					continue
				}
				if skip = strings.HasPrefix(strings.ToLower(l), strings.ToLower(name)+":"); !skip {
					kept = append(kept, l)
				}
			}
			if line != "" {
				kept = append(kept, line)
			}
			return append([]byte(strings.Join(kept, "\r\n")+"\r\n\r\n"), body...)
		}
	}
}

func headerCases(testing.TB) map[string]wrong {
	return map[string]wrong{
		"no header":           {plain: true, rule: "mss.message.illisible", spoil: func(s *sample) { s.raw = func([]byte) []byte { return nil } }},
		"malformed":           {plain: true, rule: "mss.message.malforme", spoil: field("X-None", "no colon here")},
		"no message-id":       {plain: true, rule: "mss.message-id.absent", spoil: field("Message-ID", "")},
		"bad message-id":      {plain: true, rule: "mss.message-id.malforme", spoil: field("Message-ID", "Message-ID: <nothing>")},
		"no date":             {plain: true, rule: "mss.date.absente", spoil: field("Date", "")},
		"bad date":            {plain: true, rule: "mss.date.absente", spoil: field("Date", "Date: yesterday")},
		"old date":            {plain: true, rule: "mss.date.decalee", spoil: func(s *sample) { s.draft.Date = now().Add(-48 * time.Hour) }},
		"no from":             {plain: true, rule: "mss.from.absent", spoil: field("From", "")},
		"no label":            {plain: true, rule: "mss.from.libelle-absent", spoil: func(s *sample) { s.draft.From.Name = "" }},
		"label is address":    {plain: true, rule: "mss.from.libelle-adresse", spoil: func(s *sample) { s.draft.From.Name = sender }},
		"label is words":      {plain: true, rule: "mss.from.libelle-personnel", spoil: func(s *sample) { s.draft.From.Name = "Docteur Alix" }},
		"label has no name":   {plain: true, rule: "mss.from.libelle-personnel", spoil: func(s *sample) { s.draft.From.Name = "Dr_alix_segursim" }},
		"no mime version":     {plain: true, rule: "mss.mime-version.absent", spoil: field("MIME-Version", "")},
		"receipt to nobody":   {plain: true, rule: "mss.mdn.adresse", spoil: field("Disposition-Notification-To", "Disposition-Notification-To: ;;")},
		"receipt to somebody": {plain: true, rule: "mss.mdn.adresse-autre", spoil: func(s *sample) { s.draft.Notify = other }},
	}
}

func subjectCases(t testing.TB) map[string]wrong {
	set := func(subject string) func(*sample) { return func(s *sample) { s.draft.Subject = subject } }
	usager := matricule(t) + "@patient.mssante.fr"
	return map[string]wrong{
		"no subject":          {plain: true, rule: "mss.objet.absent", spoil: field("Subject", "")},
		"no prefix":           {rule: "mss.objet.prefixe", spoil: set("Compte rendu SEGURSIM-ALICE ALICE")},
		"prefix in lowercase": {rule: "mss.objet.prefixe", spoil: set("xdm/1.0/ddm+CR d'examens biologiques SEGURSIM-ALICE ALICE")},
		"prefix alone":        {plain: true, rule: "mss.objet.prefixe-sans-archive", spoil: set("XDM/1.0/DDM+CR SEGURSIM-ALICE ALICE")},
		"nothing after":       {rule: "mss.objet.forme", spoil: set("XDM/1.0/DDM+Bonjour")},
		"name in lowercase":   {rule: "mss.objet.forme", spoil: set("XDM/1.0/DDM+CR d'examens biologiques Segursim-Alice ALICE")},
		"other label":         {rule: "mss.objet.libelle", spoil: set("XDM/1.0/DDM+Compte rendu SEGURSIM-ALICE ALICE")},
		"other person":        {rule: "mss.objet.identite", spoil: set("XDM/1.0/DDM+CR d'examens biologiques MARTIN PAUL 12/04/1985")},
		"other birth date":    {rule: "mss.objet.date", spoil: set("XDM/1.0/DDM+CR d'examens biologiques SEGURSIM-ALICE ALICE 13/04/1985")},
		"almost the end": {plain: true, rule: "mss.objet.fin", spoil: func(s *sample) {
			s.draft.Subject, s.in.To = "[fin]", []string{usager}
		}},
		"end to a colleague": {plain: true, rule: "mss.objet.fin-sans-usager", spoil: set("[FIN]")},
	}
}

func mssCases(testing.TB) map[string]wrong {
	set := func(name, value string) func(*sample) { return func(s *sample) { s.header(name, value) } }
	return map[string]wrong{
		"no nil":            {plain: true, rule: "mss.nil.absent", spoil: set("X-MSS-NIL", "")},
		"empty nil":         {plain: true, rule: "mss.nil.vide", spoil: field("X-MSS-NIL", "X-MSS-NIL:")},
		"two nil":           {plain: true, rule: "mss.nil.forme", spoil: set("X-MSS-NIL", "A, B")},
		"no ins":            {rule: "mss.ins.absent", spoil: set("X-MSS-INS", "")},
		"ins says yes":      {rule: "mss.ins.forme", spoil: set("X-MSS-INS", "OUI")},
		"ins wrong":         {rule: "mss.ins.faux", spoil: set("X-MSS-INS", "N")},
		"ins without trait": {rule: "mss.ins.faux", spoil: func(s *sample) { s.docs[0].Patient.IDs = []cda.II{{Root: "1.2.250.1.999.2", Extension: "IPP1"}} }},
		"no code":           {rule: "mss.codecda.absent", spoil: set("X-MSS-CODECDA", "")},
		"other code":        {rule: "mss.codecda.faux", spoil: set("X-MSS-CODECDA", "34112-3")},
		"code without cda":  {plain: true, rule: "mss.champ-sans-cda", spoil: set("X-MSS-CODECDA", crBio)},
		"ins without cda":   {plain: true, rule: "mss.champ-sans-cda", spoil: set("X-MSS-INS", "O")},
		"mes in lowercase":  {plain: true, rule: "mss.mes.forme", spoil: set("X-MSS-MES", "fin")},
		"mes to colleague":  {plain: true, rule: "mss.mes.sans-usager", spoil: set("X-MSS-MES", "FIN")},
		"invented header":   {plain: true, rule: "mss.champ-inconnu", spoil: set("X-MSS-CLOSE", "1")},
		"repeated header": {plain: true, rule: "mss.champ-repete", spoil: func(s *sample) {
			s.draft.Extra = append(s.draft.Extra, [2]string{"X-MSS-NIL", "TEST0002"})
		}},
	}
}

func replyCases(testing.TB) map[string]wrong {
	return map[string]wrong{
		"answer to nothing": {plain: true, rule: "mss.reponse.sans-lien", spoil: func(s *sample) { s.draft.Subject = "Re: Question" }},
		"no references":     {plain: true, rule: "mss.reponse.sans-references", spoil: field("References", "In-Reply-To: <known@medecin.segursim.test>")},
		"answer to unknown": {plain: true, rule: "mss.reponse.inconnue", spoil: func(s *sample) {
			s.draft.InReplyTo, s.draft.References = "x@y.test", []string{"x@y.test"}
		}},
		"no reply-to":      {plain: true, rule: "mss.reply-to.absent", spoil: func(s *sample) { s.in.Kind = "APP" }},
		"reply-to outside": {plain: true, rule: "mss.reply-to.hors-espace", spoil: func(s *sample) { s.draft.ReplyTo = address("x@example.org") }},
		"no mention":       {plain: true, rule: "mss.mention-automatique", spoil: func(s *sample) { s.in.Kind = "APP" }},
	}
}

func bodyCases(testing.TB) map[string]wrong {
	body := func(head, text string) func(*sample) {
		return func(s *sample) {
			s.raw = func(b []byte) []byte {
				keep := []string{}
				for l := range strings.SplitSeq(string(b[:bytes.Index(b, []byte("\r\n\r\n"))]), "\r\n") {
					if !strings.HasPrefix(strings.ToLower(l), "content-") {
						keep = append(keep, l)
					}
				}
				return []byte(strings.Join(keep, "\r\n") + "\r\n" + head + "\r\n\r\n" + text)
			}
		}
	}
	return map[string]wrong{
		"html alone": {plain: true, rule: "mss.corps.type", spoil: body("Content-Type: text/html; charset=utf-8", "<p>Bonjour</p>\r\n")},
		"html first": {plain: true, rule: "mss.corps.ordre", spoil: body(`Content-Type: multipart/alternative; boundary="b"`,
			"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>a</p>\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\na\r\n--b--\r\n")},
		"no plain text": {plain: true, rule: "mss.corps.type", spoil: body(`Content-Type: multipart/alternative; boundary="b"`,
			"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>a</p>\r\n--b--\r\n")},
		"latin 1":        {plain: true, rule: "mss.corps.jeu-de-caracteres", spoil: body("Content-Type: text/plain; charset=iso-8859-1", "\xe9t\xe9\r\n")},
		"not utf-8":      {plain: true, rule: "mss.corps.utf8", spoil: body("Content-Type: text/plain; charset=utf-8", "\xe9t\xe9\r\n")},
		"8 bit as ascii": {plain: true, rule: "mss.corps.utf8", spoil: body("Content-Type: text/plain", "été\r\n")},
		"no text":        {plain: true, rule: "mss.corps.vide", spoil: body("Content-Type: text/plain; charset=utf-8", "\r\n")},
	}
}

func attachmentCases(t testing.TB) map[string]wrong {
	add := func(a message.Attachment) func(*sample) { return func(s *sample) { s.extra = append(s.extra, a) } }
	copied := func(name string, content []byte) func(*sample) {
		return func(s *sample) {
			s.pdfs = []message.Attachment{{Name: name, MediaType: "application/pdf", Content: content}}
		}
	}
	pdf := document(t, newID).PDF
	return map[string]wrong{
		"too large": {plain: true, rule: "mss.taille.operateur", spoil: func(s *sample) { s.in.Limit = 100 }},
		"too large for a patient": {plain: true, rule: "mss.taille.mon-espace-sante", spoil: func(s *sample) {
			s.in.To, s.in.Limit = []string{matricule(t) + "@patient.mssante.fr"}, 0
			s.extra = []message.Attachment{{Name: "a.bin", MediaType: "application/octet-stream", Content: make([]byte, 20_000_000)}}
		}},
		"bare cda":   {plain: true, rule: "mss.piece-jointe.cda-nu", spoil: add(message.Attachment{Name: "cr.xml", MediaType: "text/xml", Content: []byte(`<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>`)})},
		"other name": {rule: "mss.archive.nom", spoil: func(s *sample) { s.zipName = "documents.zip" }},
		"two zips":   {rule: "mss.archive.plusieurs", spoil: add(message.Attachment{Name: "IHE_XDM.zip", MediaType: "application/zip", Content: []byte("PK")})},
		"other type": {rule: "mss.archive.type", spoil: func(s *sample) { s.zipMedia = "application/x-zip-compressed" }},
		"broken code": {rule: "mss.piece-jointe.codage", spoil: func(s *sample) {
			s.raw = func(b []byte) []byte { return bytes.Replace(b, []byte("UEsDB"), []byte("U*sDB"), 1) }
		}},
		"no copy": {rule: "mss.pdf.absent", spoil: func(s *sample) { s.noPDF = true }},
		"two copies": {rule: "mss.pdf.nombre", spoil: func(s *sample) {
			a := message.Attachment{Name: "20260115_CR_A_B.pdf", MediaType: "application/pdf", Content: pdf}
			s.pdfs = []message.Attachment{a, a}
		}},
		"not pdf/a":      {rule: "mss.pdf.pdfa", spoil: copied("20260115_CR_A_B.pdf", []byte("%PDF-1.4\n%%EOF\n"))},
		"not a pdf":      {rule: "mss.pdf.pdfa", spoil: copied("20260115_CR_A_B.pdf", []byte("hello"))},
		"pdf name":       {rule: "mss.pdf.nom", spoil: copied("compte rendu.pdf", pdf)},
		"something else": {plain: true, rule: "mss.piece-jointe.autre", spoil: add(message.Attachment{Name: "photo.jpg", MediaType: "image/jpeg", Content: []byte{0xff, 0xd8}})},
	}
}

// rezip rewrites an archive file by file.
func rezip(change func(name string, content []byte) (string, []byte)) func([]byte) []byte {
	return func(b []byte) []byte {
		in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			panic(err)
		}
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, f := range in.File {
			r, err := f.Open()
			if err != nil {
				panic(err)
			}
			content, err := io.ReadAll(r)
			if err != nil {
				panic(err)
			}
			name, content := change(f.Name, content)
			if name == "" {
				continue
			}
			to, err := w.Create(name)
			if err != nil {
				panic(err)
			}
			if _, err := to.Write(content); err != nil {
				panic(err)
			}
		}
		if err := w.Close(); err != nil {
			panic(err)
		}
		return out.Bytes()
	}
}

func archiveCases(testing.TB) map[string]wrong {
	files := func(change func(string, []byte) (string, []byte)) func(*sample) {
		return func(s *sample) { s.archive = rezip(change) }
	}
	return map[string]wrong{
		"not a zip": {rule: "mss.xdm.refusee", spoil: func(s *sample) { s.archive = func([]byte) []byte { return []byte("hello") } }},
		"climbs out": {rule: "mss.xdm.refusee", spoil: files(func(n string, b []byte) (string, []byte) {
			return strings.Replace(n, "INDEX.HTM", "../INDEX.HTM", 1), b
		})},
		"no metadata": {rule: "mss.xdm.profil", spoil: files(func(n string, b []byte) (string, []byte) {
			if strings.HasSuffix(n, "METADATA.XML") {
				return "", nil
			}
			return n, b
		})},
		"changed document": {rule: "mss.xdm.profil", spoil: files(func(n string, b []byte) (string, []byte) {
			if strings.HasSuffix(n, "DOC0001.XML") {
				b = append(b, '\n')
			}
			return n, b
		})},
		"no index": {rule: "mss.xdm.detail", spoil: files(func(n string, b []byte) (string, []byte) {
			if n == "INDEX.HTM" {
				n = ""
			}
			return n, b
		})},
		"not a cda": {rule: "mss.cda.illisible", spoil: func(s *sample) { s.content = func(c [][]byte) { c[0] = []byte("<a/>") } }},
	}
}

func metadataCases(t testing.TB) map[string]wrong {
	entry := func(f func(*xds.Entry)) func(*sample) {
		return func(s *sample) { s.meta = func(m *xds.Metadata) { f(&m.Entries[0]) } }
	}
	patient := func(id, root string) func(*sample) {
		return func(s *sample) {
			s.meta = func(m *xds.Metadata) {
				cx := xds.CX{ID: id, Root: root, Type: "NH"}
				m.Submission.PatientID, m.Entries[0].PatientID = cx, cx
			}
		}
	}
	return map[string]wrong{
		"no patient": {rule: "mss.metadata.patient-absent", spoil: func(s *sample) {
			s.docs[0].Patient.IDs = []cda.II{{Root: "1.2.250.1.999.2", Extension: "IPP1"}}
			s.meta = func(m *xds.Metadata) { m.Submission.PatientID, m.Entries[0].PatientID = xds.CX{}, xds.CX{} }
		}},
		"other authority": {rule: "mss.metadata.patient-oid", spoil: patient("IPP1", "1.2.250.1.999.2")},
		"wrong key":       {rule: "mss.metadata.patient-cle", spoil: patient("285047599910199", "1.2.250.1.213.1.4.10")},
		"two patients in metadata": {rule: "mss.metadata.plusieurs-usagers", spoil: entry(func(e *xds.Entry) {
			e.PatientID.ID = "279035121518989"
		})},
		"other recipient": {rule: "mss.metadata.autre-destinataire", spoil: func(s *sample) {
			s.in.To = []string{"279035121518989@patient.mssante.fr"}
		}},
		"unqualified in metadata": {rule: "mss.metadata.ins-non-qualifiee", spoil: unqualified()},
		"no class":                {rule: "mss.metadata.attribut-absent", spoil: entry(func(e *xds.Entry) { e.Class = xds.Code{} })},
		"malformed metadata": {rule: "mss.metadata.forme", spoil: func(s *sample) {
			s.archive = rezip(func(n string, b []byte) (string, []byte) {
				return n, bytes.Replace(b, []byte("^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH"), []byte(""), 1)
			})
		}},
		"not an oid": {rule: "mss.metadata.unique-id", spoil: entry(func(e *xds.Entry) { e.UniqueID = "doc-1" })},
		"no member": {rule: "mss.metadata.sans-lien", spoil: func(s *sample) {
			s.archive = rezip(func(n string, b []byte) (string, []byte) {
				return n, bytes.ReplaceAll(b, []byte("AssociationType:HasMember"), []byte("AssociationType:Other"))
			})
		}},
	}
}

func documentCases(testing.TB) map[string]wrong {
	doc := func(f func(*cda.Document)) func(*sample) { return func(s *sample) { f(s.docs[0]) } }
	entry := func(f func(*xds.Entry)) func(*sample) {
		return func(s *sample) { s.meta = func(m *xds.Metadata) { f(&m.Entries[0]) } }
	}
	return map[string]wrong{
		"other id":     {rule: "mss.cda.id", spoil: entry(func(e *xds.Entry) { e.UniqueID = oldID })},
		"other code":   {rule: "mss.cda.code", spoil: entry(func(e *xds.Entry) { e.Type.Code = "34112-3" })},
		"other ins":    {rule: "mss.cda.patient", spoil: entry(func(e *xds.Entry) { e.PatientID.ID = "279035121518989" })},
		"other traits": {rule: "mss.cda.traits", spoil: doc(func(d *cda.Document) { d.Patient.BirthDate = "19850413" })},
		"fewer traits": {rule: "mss.cda.traits-incomplets", spoil: func(s *sample) {
			s.content = func(c [][]byte) {
				c[0] = bytes.Replace(c[0], []byte(`<birthTime value="19850412"/>`), nil, 1)
			}
		}},
		"unqualified in the document": {rule: "mss.cda.ins-non-qualifiee", spoil: unqualified()},
		"no set": {rule: "mss.cda.structure", spoil: func(s *sample) {
			s.content = func(c [][]byte) { c[0] = bytes.Replace(c[0], []byte("<setId"), []byte("<setID"), 1) }
		}},
		"other format": {rule: "mss.cda.format", spoil: entry(func(e *xds.Entry) { e.Format.Code = "urn:ihe:lab:xd-lab:2008" })},
		"other copy": {rule: "mss.pdf.derive", spoil: func(s *sample) {
			s.pdfs = []message.Attachment{{Name: "20260115_CR_A_B.pdf", MediaType: "application/pdf", Content: append([]byte("%PDF-1.4\n"), s.docs[0].PDF...)}}
		}},
	}
}

func replacementCases(testing.TB) map[string]wrong {
	replaces := func(id string, version int) func(*sample) {
		return func(s *sample) {
			s.docs[0].Replaces, s.docs[0].Version = cda.II{Root: id}, version
			s.draft.Text = "Annule et remplace le précédent.\r\n"
		}
	}
	edited := func(from, to string) func(*sample) {
		return func(s *sample) {
			replaces(oldID, 2)(s)
			s.content = func(c [][]byte) { c[0] = bytes.Replace(c[0], []byte(from), []byte(to), 1) }
		}
	}
	return map[string]wrong{
		"no mention": {rule: "mss.remplacement.mention", spoil: func(s *sample) {
			s.docs[0].Replaces, s.docs[0].Version = cda.II{Root: oldID}, 2
		}},
		"no related document": {rule: "mss.remplacement.related-document", spoil: func(s *sample) {
			s.draft.Subject = "[Annule et remplace] " + s.draft.Subject
		}},
		"same version": {rule: "mss.remplacement.version", spoil: edited(`versionNumber value="2"`, `versionNumber value="1"`)},
		"itself":       {rule: "mss.remplacement.soi-meme", spoil: edited(`"`+oldID+`"`, `"`+newID+`"`)},
		"orphan":       {rule: "mss.remplacement.version-sans-lien", spoil: func(s *sample) { s.docs[0].Version = 2 }},
		"no thread":    {rule: "mss.remplacement.fil", spoil: replaces(oldID, 2)},
	}
}

func cases(t testing.TB) []map[string]wrong {
	return []map[string]wrong{
		envelopeCases(t), headerCases(t), subjectCases(t), mssCases(t), replyCases(t), bodyCases(t), attachmentCases(t),
		archiveCases(t), metadataCases(t), documentCases(t), replacementCases(t),
	}
}

func (w wrong) sample(t testing.TB) *sample {
	s := right(t)
	if w.plain {
		s = plain(t)
	}
	w.spoil(s)
	return s
}

// Every spoilt message is told by its rule.
func TestWrong(t *testing.T) {
	t.Parallel()
	for _, group := range cases(t) {
		for name, w := range group {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				report := w.sample(t).lint()
				for _, f := range report.Findings {
					if f.Rule == w.rule {
						if f.Text.FR == "" || f.Text.EN == "" || strings.Contains(f.Text.FR+f.Text.EN, "%!") || len(f.Refs) == 0 || f.Part == "" {
							t.Errorf("finding is incomplete: %+v", f)
						}
						return
					}
				}
				t.Errorf("%s was not found; there are %v", w.rule, report.Broken())
			})
		}
	}
}

// Every rule of the catalogue is shown by a case.
func TestEveryRuleIsShown(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for _, group := range cases(t) {
		for _, w := range group {
			shown[w.rule] = true
		}
	}
	names := map[string]bool{}
	for _, r := range linter.Catalogue() {
		if names[r.Name] {
			t.Errorf("%s is there twice", r.Name)
		}
		names[r.Name] = true
		if !shown[r.Name] {
			t.Errorf("no case shows %s", r.Name)
		}
		if !slices.Contains([]linter.Level{linter.Error, linter.Warning, linter.Information}, r.Level) {
			t.Errorf("%s: level %q", r.Name, r.Level)
		}
	}
	for rule := range shown {
		if !names[rule] {
			t.Errorf("%s is no rule of the catalogue", rule)
		}
	}
}
