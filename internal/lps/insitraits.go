package lps

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"strings"

	"github.com/segursim/segursim/internal/datamatrix"
	"github.com/segursim/segursim/internal/lps/dossier"
	"github.com/segursim/segursim/internal/lps/insi"
)

// playTraits looks a patient up by traits, compares, accepts, and qualifies the
// identity: from provisoire to qualifiée.
func playTraits(ctx context.Context, s *session) error {
	c, err := s.insiOf(s.byCard(ctx, profilePhysician))
	if err != nil {
		return err
	}
	if err := s.sheet(ctx, string(dossier.Provisional), "fiche"); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongCase {
		return s.asTyped(ctx, c)
	}
	for range times(s.opt.Misbehave == wrongTwice) {
		if err := s.lookup(ctx, c); err != nil {
			return err
		}
	}
	if err := s.accept(ctx, "comparaison", "validation"); err != nil {
		return err
	}
	s.record.Check()
	if err := s.sheet(ctx, string(dossier.Qualified), "qualification"); err != nil {
		return err
	}
	if err := s.printed(ctx, "document"); err != nil {
		return err
	}
	return s.calls(ctx, "journal")
}

// asTyped sends names as people type them, which INSi refuses.
func (s *session) asTyped(ctx context.Context, c *insi.Client) error {
	r := s.record
	t := insi.Traits{Name: strings.ToLower(r.Name), FirstName: strings.ToLower(r.FirstNames[0]), Sex: r.Sex, Born: r.Born}
	a, err := c.Traits(ctx, t)
	if err := s.note(ctx, "récupération par traits", traitsOf(t), a, err); err != nil {
		return err
	}
	return s.receive(a)
}

// printed shows the first page of a document, with the datamatrix INS of the
// qualified identity (EXI DIF 02), once it has read it back.
func (s *session) printed(ctx context.Context, steps ...string) error {
	payload, err := s.record.Datamatrix()
	if err != nil {
		return err
	}
	if _, i, err := dossier.Scanned(payload); err != nil || i.Number != s.record.INS.Number {
		return errors.Join(fmt.Errorf("lps: the datamatrix says %s, not %s", i, s.record.INS), err)
	}
	symbol, err := datamatrix.NewSymbol(payload)
	if err != nil {
		return fmt.Errorf("lps: %w", err)
	}
	svg, err := symbol.SVG(datamatrix.Drawing{})
	if err != nil {
		return fmt.Errorf("lps: %w", err)
	}
	s.shown()
	s.site.set(func(v *view) { v.Square = template.HTML(svg) }) // our own drawing, of modules only
	return s.show(ctx, pagePrinted, datamatrix.Label, steps...)
}

// times is how often something is done: twice by mistake.
func times(twice bool) int {
	if twice {
		return 2
	}
	return 1
}
