package lps

import (
	"context"
	"errors"

	"github.com/segursim/segursim/internal/lps/insi"
	"github.com/segursim/segursim/internal/lps/teleservice"
)

// playCertificate calls INSi with a structure's certificate, as a health centre
// does, then with a card of nobody in particular, which must be refused.
func playCertificate(ctx context.Context, s *session) error {
	profile := profileManual
	if s.opt.Misbehave == wrongName {
		profile = profileWrongName
	}
	c, err := s.insiOf(s.byStructure(ctx, profile))
	if err != nil {
		return err
	}
	if err := s.sheet(ctx, s.record.Name, "fiche"); err != nil {
		return err
	}
	if err := s.lookup(ctx, c); err != nil {
		return err
	}
	if err := s.accept(ctx, "comparaison", "recuperee"); err != nil {
		return err
	}
	if err := s.show(ctx, pageCalls, s.user, "journal"); err != nil {
		return err
	}
	return s.nobody(ctx)
}

// nobody calls with a card that names nobody, and shows that INSi refuses it.
func (s *session) nobody(ctx context.Context) error {
	c, err := s.insiOf(s.byCard(ctx, profileService))
	if err != nil {
		return err
	}
	q, err := s.record.Query()
	if err != nil {
		return err
	}
	t := insi.Traits{Name: q.Name, FirstName: q.FirstNames[0], Sex: q.Sex, Born: q.Born}
	a, err := c.Traits(ctx, t)
	switch noted := s.note(ctx, "récupération par traits", traitsOf(t), a, err); {
	case noted == nil:
		return errors.New("lps: INSi took a card that names nobody")
	case !teleservice.IsFault(noted):
		return noted
	}
	refused := Text{FR: "L'INSi a refusé la carte de service", EN: "INSi refused the service card"}
	s.tell(refused.FR, refused.EN)
	return s.sheet(ctx, refused.In(s.opt.Lang), "refus-affiche")
}
