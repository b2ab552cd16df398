package lps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/lps/dossier"
	"github.com/segursim/segursim/internal/lps/oidc"
)

// A session is one Play: the software with somebody in front of it.
type session struct {
	*LPS
	rp        *oidc.Client // of the scripts that log in with PSC
	http      *http.Client
	trust     *trust
	endpoints endpoints
	given     given
	site      *site
	run       *follower
	hint      string // the professional's identifier, as typed in the login zone

	// acts are the steps at which the simulated world does something by itself.
	acts map[string]bool

	tokens oidc.Tokens
	claims *oidc.Claims
	person oidc.Person

	// record is the patient in front of the software; user, who calls INSi.
	record dossier.Record
	user   string

	desk desk // the mail side
}

// show displays one of the software's own pages, holds it against what it must
// say, and confirms the manual steps that it makes true, in order. Steps that
// the scenario lacks are passed over.
func (s *session) show(ctx context.Context, page, must string, steps ...string) error {
	b, err := s.site.read(ctx, page)
	if err != nil {
		return err
	}
	if !bytes.Contains(b, []byte(html.EscapeString(must))) {
		return fmt.Errorf("lps: page %s does not show %q", page, must)
	}
	for _, id := range steps {
		if err := s.confirm(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// confirm confirms a manual step once its turn has come, and waits until the run
// has taken it in. A step that the scenario lacks is passed over.
func (s *session) confirm(ctx context.Context, id string) error {
	if st, ok := s.run.state().Step(id); !ok || st.Kind != KindManual {
		return nil
	}
	if err := s.reach(ctx, id); err != nil {
		return err
	}
	if err := s.run.confirm(ctx, id); err != nil {
		return err
	}
	if err := s.run.until(ctx, s.pace.step, func(r Run) bool { st, _ := r.Step(id); return !st.Active }); err != nil {
		return fmt.Errorf("lps: the step %q after its confirmation: %w", id, err)
	}
	s.say("Étape « %s » montrée et confirmée", "Step %q shown and confirmed", id)
	return nil
}

// reach waits for the run to come to a step.
func (s *session) reach(ctx context.Context, step string) error {
	err := s.run.until(ctx, s.patience(), func(r Run) bool {
		st, _ := r.Step(step)
		return st.Active
	})
	if errors.Is(err, errStuck) {
		return fmt.Errorf("lps: waiting for the step %q: %w", step, err)
	}
	return err
}

// come waits for a step to have its turn, or to have had it: what others do may make
// it true at once.
func (s *session) come(ctx context.Context, step string) error {
	if err := s.run.until(ctx, s.patience(), func(r Run) bool {
		st, ok := r.Step(step)
		return ok && (st.Active || st.Verdict != Waiting)
	}); err != nil {
		return fmt.Errorf("lps: waiting for the step %q: %w", step, err)
	}
	return nil
}

// patience is how long the run may take to come to a step; zero has no end.
func (s *session) patience() time.Duration {
	if s.opt.AdvanceClock {
		return s.pace.step
	}
	return 0
}

// acting tells whether the simulated world is about to do something.
func (s *session) acting(r Run) bool {
	return slices.ContainsFunc(r.Steps, func(st Step) bool { return st.Active && s.acts[st.ID] })
}

// connect takes tokens in: the id_token is judged, userinfo read, and the
// person recognised by SubjectNameID (EX PSC 19).
func (s *session) connect(ctx context.Context, t oidc.Tokens, want oidc.Expect) error {
	cl, err := s.rp.Verify(ctx, t, want)
	if err != nil {
		return err
	}
	p, err := s.rp.Userinfo(ctx, t.Access, cl.Subject)
	if err != nil {
		return err
	}
	if p.SubjectNameID != s.hint {
		return fmt.Errorf("lps: %q asked to log in and %q came", s.hint, p.SubjectNameID)
	}
	first := s.claims == nil
	s.tokens, s.claims, s.person = t, cl, p
	s.site.set(func(v *view) { v.Connected, v.Name, v.ID, v.Code = true, p.Name(), p.SubjectNameID, "" })
	if first {
		s.say("Connecté : %s, %s", "Connected: %s, %s", p.Name(), p.SubjectNameID)
	}
	return nil
}

// refresh trades the refresh token once, and checks that the same person is
// still there.
func (s *session) refresh(ctx context.Context) error {
	t, err := s.rp.Refresh(ctx, s.tokens.Refresh)
	if err != nil {
		return err
	}
	if err := s.connect(ctx, t, oidc.Expect{ACR: s.opt.ACR, Before: s.claims}); err != nil {
		return err
	}
	s.say("Jetons rafraîchis", "Tokens refreshed")
	return nil
}

// logout closes the PSC session, then the local one; a service keeps its own
// session and closes both (référentiel PSC, logout).
func (s *session) logout(ctx context.Context) error {
	if s.opt.SkipLogout {
		s.say("Déconnexion de PSC omise exprès", "Logout from PSC left out on purpose")
	} else if err := s.rp.Logout(ctx, s.tokens.ID); err != nil {
		return err
	}
	s.tokens, s.claims, s.person = oidc.Tokens{}, nil, oidc.Person{}
	s.site.set(func(v *view) { v.Connected, v.Name, v.ID = false, "", "" })
	s.say("Session locale fermée", "Local session closed")
	return nil
}

// digits makes a binding message: two digits from 00 to 99, evenly.
func (s *session) digits() (string, error) {
	for {
		var b [1]byte
		if _, err := io.ReadFull(s.opt.Rand, b[:]); err != nil {
			return "", fmt.Errorf("lps: binding message: %w", err)
		}
		if b[0] < 200 {
			return fmt.Sprintf("%02d", b[0]%100), nil
		}
	}
}
