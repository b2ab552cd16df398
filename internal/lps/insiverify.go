package lps

import (
	"context"
	"errors"
	"fmt"

	"github.com/segursim/segursim/internal/lps/dossier"
	"github.com/segursim/segursim/internal/lps/insi"
)

// playVerification has a qualified identity verified, which INSi denies: the
// record loses its INS, its status, and goes on the list of work.
func playVerification(ctx context.Context, s *session) error {
	c, err := s.insiOf(s.byStructure(ctx, profileAuto))
	if err != nil {
		return err
	}
	v := s.given.Vars
	s.record.INS = &insi.INS{Number: s.given.Patient, Key: v["cle"], OID: v["oid"]}
	s.record.Check()
	if err := s.sheet(ctx, string(dossier.Qualified), "fiche"); err != nil {
		return err
	}
	old, ok := s.record.Transmit()
	if !ok {
		return errors.New("lps: the identity is not qualified")
	}
	if err := s.verify(ctx, c, old); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongKeep {
		return s.verify(ctx, c, old)
	}
	if s.record.INS != nil {
		return errors.New("lps: INSi confirmed an identity that it should deny")
	}
	if err := s.withoutINS(ctx, "declassement"); err != nil {
		return err
	}
	if err := s.sheet(ctx, Text(s.record.Work).In(s.opt.Lang), "liste-travail"); err != nil {
		return err
	}
	if err := s.calls(ctx, "journal"); err != nil {
		return err
	}
	return s.next(ctx, c)
}

// verify has an INS verified with the record's traits, and the record take the
// result in.
func (s *session) verify(ctx context.Context, c *insi.Client, i insi.INS) error {
	q, err := s.record.Query()
	if err != nil {
		return err
	}
	ok, message, err := c.Verify(ctx, i, q)
	a := insi.Answer{Code: "OK", Message: message}
	if !ok {
		a.Code = "KO"
	}
	if err := s.note(ctx, "vérification", fmt.Sprintf("%s %s", i, q.Name), a, err); err != nil {
		return err
	}
	s.record.Verified(ok)
	s.shown()
	return nil
}
