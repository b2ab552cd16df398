package mssante

import (
	"fmt"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/pdfa"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// The OIDs of what the documents name. The one of local patient numbers is an
// example of ours.
const (
	oidLOINC   = "2.16.840.1.113883.6.1"
	oidPerson  = "1.2.250.1.71.4.2.1"
	oidPlace   = "1.2.250.1.71.4.2.2"
	oidLocal   = "2.25.299900000000000001"
	localOrder = "SEGURSIM-IPP-"
)

// parties are who a document is about, and from.
type parties struct {
	patient   registre.Patient
	author    registre.Professional
	structure registre.Structure
}

// join adds the document to a draft: IHE_XDM.zip, its copy as PDF/A-1, the header
// fields and the subject of the référentiel (ECO.2.1.1, 2.1.3, 2.1.5, 2.1.6, 2.4.1,
// 2.4.2).
func (s *Service) join(draft *message.Draft, d *deposited) error {
	who, refusal := s.parties(d)
	if refusal != nil {
		return refusal
	}
	now := s.now()
	kind, _ := typeOf(d.document.kind)
	uniqueID := d.document.uniqueID
	if uniqueID == "" {
		uniqueID = oidOf(s.world.ID())
	}
	doc := d.document.cda(kind, who, uniqueID, oidOf(s.world.ID()), now)
	pdf, err := pdfa.Build(pdfa.Text{Title: doc.Title, Author: "SIMULATEUR segursim", Lines: d.document.lines(doc), Date: now})
	if err != nil {
		return fmt.Errorf("mssante: PDF/A-1: %w", err)
	}
	if d.document.level == "1" {
		doc.PDF, doc.MediaType, doc.Sections = pdf, "application/pdf", nil
	} else if d.document.pdf != "" {
		doc.PDF = pdf
	}
	content, err := cda.Build(doc, now)
	if err != nil {
		return actionError(sim.BadRequest, "bad-document", "le CDA ne peut pas être écrit : "+err.Error(), "the CDA document cannot be written: "+err.Error())
	}
	zip, err := xdm.Build(d.document.metadata(kind, who, doc, oidOf(s.world.ID()), now), [][]byte{content})
	if err != nil {
		return fmt.Errorf("mssante: IHE_XDM.zip: %w", err)
	}
	title := doc.Title
	if len([]rune(title)) > 40 {
		title = string([]rune(title)[:40])
	}
	birth := french(who.patient.BirthDate)
	if draft.Subject == "" {
		draft.Subject = strings.TrimSpace("XDM/1.0/DDM+" + title + " " + who.patient.BirthName + " " + capitalised(who.patient.FirstGivenName) + " " + birth)
		if d.document.replaces != "" {
			draft.Subject = "[Annule et remplace] " + draft.Subject
		}
	}
	draft.Attachments = append(draft.Attachments,
		message.Attachment{Name: "IHE_XDM.zip", MediaType: "application/zip", Content: zip},
		message.Attachment{Name: pdfName(now, title, &who.patient), MediaType: "application/pdf", Content: pdf})
	qualified := "O"
	if d.document.unqualified {
		qualified = "N"
	}
	draft.Extra = append(draft.Extra, [2]string{"X-MSS-CODECDA", kind.code}, [2]string{"X-MSS-INS", qualified})
	if draft.Text == "" {
		draft.Text = "Message automatique.\n\nBonjour,\n\nVeuillez trouver ci-joint " + title + " de " + who.patient.Name() + " (" + plural(len(doc.Sections), "section", "sections") + ").\n\nDocument de test du simulateur segursim, sans valeur médicale.\n"
	}
	return nil
}

// pdfName is that of the référentiel: date of the act, type, NOM, prénom.
func pdfName(at time.Time, title string, p *registre.Patient) string {
	clean := func(s string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(`/\:*?"<>|`, r) {
				return '-'
			}
			return r
		}, s)
	}
	return paris(at).Format("20060102") + "_" + clean(title) + "_" + clean(p.BirthName) + "_" + clean(p.FirstGivenName) + ".pdf"
}

// french is a date AAAA-MM-JJ as JJ/MM/AAAA.
func french(date string) string {
	if len(date) != 10 {
		return date
	}
	return date[8:] + "/" + date[5:7] + "/" + date[:4]
}

// parties finds who the document is about, and who signs it: the named professional,
// else the first holder of the BAL.
func (s *Service) parties(d *deposited) (who parties, refusal *sim.Error) {
	err := s.world.Store.View(func(tx *store.Txn) error {
		b, _ := bal.BALs.Get(tx, strings.ToLower(d.from))
		var refusal *sim.Error
		if who.patient, refusal = s.subjectOf(tx, d.document.patient); refusal != nil {
			return refusal
		}
		author := d.document.author
		if author == "" && len(b.Holders) > 0 {
			author = b.Holders[0]
		}
		found := false
		if who.author, found = registre.FindProfessional(tx, author); !found {
			for p := range registre.Professionals.All(tx) { // any will do
				who.author = p
				break
			}
		}
		place := b.Structure
		if _, activity, ok := who.author.First(); place == "" && ok {
			place = activity.AncienIdentifiantDeLaStructure
		}
		if who.structure, found = registre.FindStructure(tx, place); !found {
			for st := range registre.Structures.All(tx) {
				who.structure = st
				break
			}
		}
		return nil
	})
	if err != nil {
		return who, sim.AsError(err)
	}
	return who, nil
}

// subjectOf is the patient of a document: one with an INS is found by it too.
func (s *Service) subjectOf(tx *store.Txn, id string) (registre.Patient, *sim.Error) {
	if p, ok := registre.GetPatient(tx, id); ok {
		return p, nil
	}
	_, p, refusal := s.office.whose(tx, id)
	return p, refusal
}
