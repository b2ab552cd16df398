package lps

import (
	"context"
	"errors"

	"github.com/segursim/segursim/internal/lps/insi"
)

// playRefused gets an answer 00 that the rules forbid to take in: a birth date
// with 00, or an empty name. The record stays as it was.
func playRefused(ctx context.Context, s *session) error {
	c, err := s.insiOf(s.byCard(ctx, profilePhysician))
	if err != nil {
		return err
	}
	if err := s.sheet(ctx, s.record.Name, "fiche"); err != nil {
		return err
	}
	q, err := s.record.Query()
	if err != nil {
		return err
	}
	a, tried, err := c.Search(ctx, q)
	if err := s.noteAll(ctx, tried, err); err != nil {
		return err
	}
	if a.Code != insi.Found {
		return errors.New("lps: INSi did not answer 00, there is nothing to refuse")
	}
	if err := s.receive(a); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongKeep {
		// Taken in, and used.
		return s.verify(ctx, c, a.Person.Active)
	}
	if s.record.Proposal != nil {
		return errors.New("lps: the record takes an answer that the rules forbid")
	}
	if err := s.sheet(ctx, Text(s.record.Work).In(s.opt.Lang), "refus"); err != nil {
		return err
	}
	if err := s.withoutINS(ctx, "sans-ins"); err != nil {
		return err
	}
	if err := s.calls(ctx, "journal"); err != nil {
		return err
	}
	return s.next(ctx, c)
}
