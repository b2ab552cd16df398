package lps

import (
	"context"

	"github.com/segursim/segursim/internal/lps/insi"
)

// playCodes meets somebody whom INSi does not find, then homonyms. The record
// keeps no INS.
func playCodes(ctx context.Context, s *session) error {
	c, err := s.insiOf(s.byCard(ctx, profilePhysician))
	if err != nil {
		return err
	}
	if err := s.sheet(ctx, s.record.Name, "fiche-inconnu"); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongOneName {
		s.record.FirstNames = s.record.FirstNames[:1]
	}
	if err := s.lookup(ctx, c); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongOneName { // and goes on, as if that were enough
		s.open("_2")
		return s.lookup(ctx, c)
	}
	if err := s.withoutINS(ctx, "sans-ins-inconnu"); err != nil {
		return err
	}
	s.open("_2")
	s.tell("", "")
	if err := s.sheet(ctx, s.record.Name, "fiche-homonyme"); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongNoPlace {
		s.record.Place = ""
	}
	if err := s.lookup(ctx, c); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongKeep {
		// One of the homonyms, which is not for the software to choose.
		return s.verify(ctx, c, insi.INS{Number: s.given.Patient, OID: oidTest})
	}
	if err := s.withoutINS(ctx, "sans-ins-homonyme"); err != nil {
		return err
	}
	return s.next(ctx, c)
}

// oidTest is the OID of test NIRs (INS-NIR TEST).
const oidTest = "1.2.250.1.213.1.4.10"

// withoutINS shows that the record has no INS.
func (s *session) withoutINS(ctx context.Context, steps ...string) error {
	none := Text{FR: "Aucun INS dans ce dossier", EN: "No INS in this record"}
	return s.sheet(ctx, none.In(s.opt.Lang), steps...)
}
