package lps

import (
	"context"
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/message"
)

// correspondents are BAL of the simulated espace de confiance.
func correspondents() []string {
	return []string{
		"alix.doc9000001@medecin.segursim.test", "kit.doc0036624@medecin.segursim.test", "robert.specialiste0021889@medecin.segursim.test",
		"cabinet.doc9000001@medecin.segursim.test", "camille.doc9000002@medecin.segursim.test", "noa.rad9000012@hopital.segursim.test",
		"secretariat.consultations@hopital.segursim.test", "accueil@hopital.segursim.test", "radiologie@hopital.segursim.test",
		"officine@pharmacie.segursim.test",
	}
}

const automatic = "Ce message est envoyé automatiquement par le logiciel ; votre réponse sera lue à l'adresse indiquée.\n"

// playMany sends ten messages to as many correspondents, each with a document in
// IHE_XDM.zip and its copy: biology reports of level 3 and consultations of level 1
// by turns.
func playMany(ctx context.Context, s *session) error {
	if err := s.opened(ctx, profileMail); err != nil {
		return err
	}
	defer s.closed()
	if err := s.show(ctx, pageMail, s.given.Vars["bal"], "boite"); err != nil {
		return err
	}
	to := correspondents()
	if s.opt.Misbehave == wrongNine {
		to = to[:9]
	}
	for i, one := range to {
		l, err := s.letter(ctx, "Bonjour,\n\nVeuillez trouver ci-joint un document de test.\n\n"+automatic, one)
		if err != nil {
			return err
		}
		l.ReplyTo, l.Receipt = message.Address{Address: s.given.Vars["bal"]}, true
		kind, level := mss.Biology(), 3
		if i%2 == 1 {
			kind, level = mss.Consultation(), 1
		}
		r, err := s.report(kind, level, l)
		if err != nil {
			return err
		}
		if level == 3 {
			r.Results = results(fmt.Sprintf("4.%d", i), "N")
		}
		if err := s.join(l, r); err != nil {
			return err
		}
		if _, err := s.dispatch(ctx, l, s.spoilDocument); err != nil {
			return err
		}
	}
	return s.show(ctx, pageMail, s.newest(), "liste")
}

// spoilDocument makes the mistakes of a message with documents.
func (s *session) spoilDocument(d *message.Draft) {
	switch s.opt.Misbehave {
	case wrongSubject:
		d.Subject = strings.Replace(d.Subject, "XDM/1.0/DDM+", "XDM ", 1)
	case wrongPDF:
		d.Attachments = d.Attachments[:1]
	}
}
