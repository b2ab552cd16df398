package lps

import (
	"context"
	"errors"
	"time"

	"github.com/segursim/segursim/internal/lps/dossier"
	"github.com/segursim/segursim/internal/lps/insi"
)

// playAuto opens the sheet of a patient without a qualified identity: INSi is
// called by itself, once, and the sheet can be used while the answer is awaited.
func playAuto(ctx context.Context, s *session) error {
	profile := profileAuto
	if s.opt.Misbehave == wrongClick {
		profile = profileManual
	}
	c, err := s.insiOf(s.byStructure(ctx, profile))
	if err != nil {
		return err
	}
	if err := s.show(ctx, pageHome, s.user, "liste"); err != nil {
		return err
	}
	s.site.set(func(v *view) { v.Waiting = true })
	found, stop, err := s.background(ctx, c)
	if err != nil {
		return err
	}
	defer stop()
	meanwhile := Text{FR: "la fiche reste utilisable", EN: "the sheet can be used meanwhile"}
	if err := s.sheet(ctx, meanwhile.In(s.opt.Lang), "utilisable"); err != nil {
		return err
	}
	l, err := s.slowly(ctx, found)
	if err != nil {
		return err
	}
	s.site.set(func(v *view) { v.Waiting = false })
	if err := s.noteAll(ctx, l.tried, l.err); err != nil {
		return err
	}
	if err := s.receive(l.answer); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongTwice {
		if err := s.lookup(ctx, c); err != nil {
			return err
		}
	}
	if err := s.accept(ctx, "comparaison", "recuperee"); err != nil {
		return err
	}
	s.record.Check()
	if err := s.sheet(ctx, string(dossier.Qualified), "qualification"); err != nil {
		return err
	}
	return s.next(ctx, c)
}

// A looked is the end of a search in the background.
type looked struct {
	answer insi.Answer
	tried  []insi.Attempt
	err    error
}

// background starts a search. stop ends it and waits for its end.
func (s *session) background(ctx context.Context, c *insi.Client) (found <-chan looked, stop func(), err error) {
	q, err := s.record.Query()
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	out, done := make(chan looked, 1), make(chan struct{})
	go func() {
		defer close(done)
		var l looked
		l.answer, l.tried, l.err = c.Search(ctx, q)
		out <- l
	}()
	return out, func() { cancel(); <-done }, nil
}

// slowly awaits a search that takes simulated time, which is made to pass when
// the software may.
func (s *session) slowly(ctx context.Context, found <-chan looked) (looked, error) {
	for {
		beat, cancel := context.WithTimeout(ctx, 5*s.pace.beat)
		select {
		case l := <-found:
			cancel()
			return l, nil
		case <-beat.Done():
			cancel()
		}
		switch {
		case ctx.Err() != nil:
			return looked{}, ctx.Err()
		case s.run.state().Over():
			return looked{}, errRunEnded
		case !s.opt.AdvanceClock:
			continue
		}
		if err := s.advance(ctx, time.Second); err != nil && !errors.Is(err, context.Canceled) {
			return looked{}, err
		}
	}
}
