package lps

import (
	"context"
	"errors"

	"github.com/segursim/segursim/internal/lps/dossier"
	"github.com/segursim/segursim/internal/lps/insi"
)

// playDoubtful marks an identity as doubtful: no call to INSi is made for it,
// while one is for another patient.
func playDoubtful(ctx context.Context, s *session) error {
	c, err := s.insiOf(s.byCard(ctx, profilePhysician))
	if err != nil {
		return err
	}
	s.record.Mark(true, false)
	doubtful := Text{FR: "identité douteuse", EN: "doubtful identity"}
	if err := s.sheet(ctx, doubtful.In(s.opt.Lang), "attribut"); err != nil {
		return err
	}
	switch err := s.lookup(ctx, c); {
	case s.opt.Misbehave == wrongCall:
		r := s.record
		if _, err := c.Traits(ctx, insi.Traits{Name: r.Name, FirstName: r.FirstNames[0], Sex: r.Sex, Born: r.Born}); err != nil {
			return err
		}
	case !errors.Is(err, dossier.ErrBlocked):
		return errors.Join(errors.New("lps: the record let a call for a doubtful identity through"), err)
	}
	blocked := Text{FR: "Appel à l'INSi bloqué", EN: "No call to INSi"}
	if err := s.sheet(ctx, blocked.In(s.opt.Lang), "tentative"); err != nil {
		return err
	}
	doubted := s.record
	s.open("_fin")
	if err := s.sheet(ctx, s.record.Name, "autre-patient"); err != nil {
		return err
	}
	if err := s.lookup(ctx, c); err != nil {
		return err
	}
	s.record = doubted
	s.record.Mark(false, false)
	return s.sheet(ctx, string(dossier.Provisional), "levee")
}
