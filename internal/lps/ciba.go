package lps

import (
	"context"
	"errors"
	"time"

	"github.com/segursim/segursim/internal/lps/oidc"
)

// playCIBA is the software's part of the evidence video of the modality
// PSC.01.03 (native software, CIBA): CGU, its PSC paragraph, login zone, login,
// connected state, logout zone, logout, and PSC launched again.
//
// The manual steps it can confirm are those of its calls to show.
func playCIBA(ctx context.Context, s *session) error {
	if err := s.opening(ctx); err != nil {
		return err
	}
	t, err := s.ask(ctx)
	if err != nil {
		return err
	}
	if err := s.show(ctx, pageWaiting, s.code(), "elements"); err != nil {
		return err
	}
	if err := s.answered(ctx, t); err != nil {
		return err
	}
	if err := s.show(ctx, pageHome, s.person.SubjectNameID, "connecte"); err != nil {
		return err
	}
	if err := s.refresh(ctx); err != nil {
		return err
	}
	if err := s.closing(ctx); err != nil {
		return err
	}
	// The session is over: PSC must be asked from the beginning.
	_, err = s.ask(ctx)
	return err
}

// opening shows what comes before any login.
func (s *session) opening(ctx context.Context) error {
	s.site.set(func(v *view) { v.Identifier = s.hint })
	if err := s.show(ctx, pageCGU, "CGU", "cgu"); err != nil {
		return err
	}
	if err := s.show(ctx, pageCGU, "Pro Santé Connect", "cgu-paragraphe"); err != nil {
		return err
	}
	return s.show(ctx, pageLogin, s.hint, "cgu-fermeture", "zone-connexion", "page-connexion")
}

// closing shows the logout zone, logs out, and looks whether the software shows
// that it is done.
func (s *session) closing(ctx context.Context) error {
	button := Text{FR: "Me déconnecter", EN: "Log me out"}
	if err := s.show(ctx, pageLogout, button.In(s.opt.Lang), "zone-deconnexion"); err != nil {
		return err
	}
	if err := s.logout(ctx); err != nil {
		return err
	}
	done := Text{FR: "Vous êtes déconnecté", EN: "You are logged out"}
	return s.show(ctx, pageLogout, done.In(s.opt.Lang))
}

// ask sends a CIBA request, with fresh digits on the screen.
func (s *session) ask(ctx context.Context) (oidc.Ticket, error) {
	code, err := s.digits()
	if err != nil {
		return oidc.Ticket{}, err
	}
	t, err := s.rp.Backchannel(ctx, oidc.BackchannelRequest{
		LoginHint: s.hint, ACR: s.opt.ACR, BindingMessage: code, Channel: s.opt.Channel,
	})
	if err != nil {
		return oidc.Ticket{}, err
	}
	s.site.set(func(v *view) { v.Code, v.Seconds = code, int(t.ExpiresIn/time.Second) })
	s.say("Connexion demandée à PSC pour %s, nombre %s, canal %s", "Login asked of PSC for %s, number %s, channel %s",
		s.hint, code, s.opt.Channel)
	return t, nil
}

// code is the number on the screen.
func (s *session) code() string {
	s.site.mu.Lock()
	defer s.site.mu.Unlock()
	return s.site.view.Code
}

// answered polls until the person has answered, and connects them.
func (s *session) answered(ctx context.Context, t oidc.Ticket) error {
	if s.opt.PollEvery > 0 {
		// The person of a played run answers at once, and tokens that are there
		// are given to whoever polls first. An impatient software launches the
		// login again: this second demand still waits when it is polled too fast.
		if err := s.quiet(ctx); err != nil {
			return err
		}
		var err error
		if t, err = s.ask(ctx); err != nil {
			return err
		}
	}
	tokens, err := s.rp.Await(ctx, t, oidc.Await{Wait: s.between, Every: s.opt.PollEvery, Polled: s.polled})
	if err != nil {
		switch {
		case oidc.Code(err) == oidc.AccessDenied:
			s.notice("Connexion refusée sur le téléphone ou la carte.", "Login refused on the phone or the card.")
		case oidc.Code(err) == oidc.ExpiredToken, errors.Is(err, oidc.ErrExpired):
			s.notice("La demande a expiré : recommencez.", "The request has expired: try again.")
		}
		return err
	}
	return s.connect(ctx, tokens, oidc.Expect{ACR: s.opt.ACR})
}

// notice puts a message on the pages.
func (s *session) notice(fr, en string) {
	s.site.set(func(v *view) { v.Notice = Text{FR: fr, EN: en} })
	s.say("%s", "%s", (Text{FR: fr, EN: en}).In(s.opt.Lang))
}

// polled says how a poll went, and stops polling for a run that has ended.
func (s *session) polled(n int, err error) error {
	switch {
	case err == nil:
		s.say("Interrogation %d : jetons reçus", "Poll %d: tokens received", n)
	default:
		s.say("Interrogation %d : %v", "Poll %d: %v", n, err)
	}
	if s.run.state().Over() {
		return errRunEnded
	}
	return nil
}

// between lets simulated time pass between two polls. When it moves the clock,
// the person is given real time to act first.
func (s *session) between(ctx context.Context, d time.Duration) error {
	if s.opt.AdvanceClock {
		if err := s.quiet(ctx); err != nil {
			return err
		}
	}
	return s.pass(ctx, d)
}

// quiet waits until the run has taken in what was done, and nothing is under
// way in the simulated world.
func (s *session) quiet(ctx context.Context) error {
	rev := s.run.state().Rev
	err := s.run.until(ctx, s.pace.beat, func(r Run) bool { return r.Rev != rev })
	if err == nil || errors.Is(err, errStuck) {
		err = s.run.until(ctx, s.pace.step, func(r Run) bool { return !s.acting(r) })
	}
	return err
}
