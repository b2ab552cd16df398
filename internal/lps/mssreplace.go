package lps

import (
	"bytes"
	"context"
	"strings"

	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/message"
)

// playReplace sends a report to two correspondents, then its corrected version, then
// its deletion.
func playReplace(ctx context.Context, s *session) error {
	if err := s.opened(ctx, profileMail); err != nil {
		return err
	}
	defer s.closed()
	if err := s.show(ctx, pageMail, s.given.Vars["bal"], "boite"); err != nil {
		return err
	}
	to := correspondents()[:2]
	first, r1, err := s.version(ctx, "Bonjour,\n\nVeuillez trouver ci-joint le compte rendu.\n\n", to)
	if err != nil {
		return err
	}
	r1.Results = results("6.8", "HH")
	if err := s.join(first, r1); err != nil {
		return err
	}
	if _, err := s.dispatch(ctx, first, nil); err != nil {
		return err
	}
	if err := s.show(ctx, pageMail, s.newest(), "premier-affiche"); err != nil {
		return err
	}
	r2, err := s.replacing(ctx, first, r1, to)
	if err != nil {
		return err
	}
	if err := s.show(ctx, pageMail, s.newest(), "mention"); err != nil {
		return err
	}
	return s.deleting(ctx, first, r2, to)
}

// version begins a letter and a report.
func (s *session) version(ctx context.Context, text string, to []string) (*mss.Letter, *mss.Report, error) {
	l, err := s.letter(ctx, text+automatic, to...)
	if err != nil {
		return nil, nil, err
	}
	l.ReplyTo = message.Address{Address: s.given.Vars["bal"]}
	r, err := s.report(mss.Biology(), 3, l)
	return l, r, err
}

// replacing sends the corrected version of a document.
func (s *session) replacing(ctx context.Context, first *mss.Letter, old *mss.Report, to []string) (*mss.Report, error) {
	text := "Bonjour,\n\n" + mss.AnnuleEtRemplace + " le compte rendu déjà envoyé : le potassium a été mesuré de nouveau.\n\n"
	if s.opt.Misbehave == wrongSilent {
		text = "Bonjour,\n\nVeuillez trouver ci-joint le compte rendu.\n\n"
	}
	l, r, err := s.version(ctx, text, to)
	if err != nil {
		return nil, err
	}
	r.SetID, r.Version, r.Replaces, r.Results = old.SetID, old.Version+1, old.ID, results("4.2", "N")
	l.Answers, l.Replaces = first.ID, true
	switch s.opt.Misbehave {
	case wrongRelated:
		r.Replaces, r.Version = "", old.Version
	case wrongVersion:
		r.Spoil = func(cda []byte) []byte {
			return bytes.Replace(cda, []byte(`<versionNumber value="2"`), []byte(`<versionNumber value="1"`), 1)
		}
	case wrongSilent:
		l.Replaces = false
	}
	if err := s.join(l, r); err != nil {
		return nil, err
	}
	_, err = s.dispatch(ctx, l, nil)
	return r, err
}

// deleting tells those who got a document that it is withdrawn (MSS/va1.37).
func (s *session) deleting(ctx context.Context, first *mss.Letter, r *mss.Report, to []string) error {
	if s.opt.Misbehave == wrongOnePS {
		to = to[:1]
	}
	l, _, err := s.version(ctx, "Bonjour,\n\nLe compte rendu que vous avez reçu est supprimé : il ne concernait pas ce patient.\n\n", to)
	if err != nil {
		return err
	}
	gone := *r
	gone.Delete, gone.At = true, l.At
	l.Answers, l.Thread = first.ID, nil
	if err := s.join(l, &gone); err != nil {
		return err
	}
	if _, err := s.dispatch(ctx, l, nil); err != nil {
		return err
	}
	return s.show(ctx, pageMail, strings.TrimSpace(s.newest()), "suppression-affichee")
}
