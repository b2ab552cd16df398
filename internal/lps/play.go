package lps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// ErrUnplayable says that no script of this software plays the scenario as it
// was asked to.
var ErrUnplayable = errors.New("unplayable")

// Play has the software play a scenario and returns the run with its verdict.
// A scenario that fails is a Run, not an error: an error says that the
// simulator or the scenario could not be used.
func (l *LPS) Play(ctx context.Context, scenario string) (Run, error) {
	defer l.control.close()
	var def definition
	if err := l.control.json(ctx, http.MethodGet, "/api/scenarios/"+url.PathEscape(scenario), nil, &def); err != nil {
		return Run{}, err
	}
	act, err := l.choose(scenario, def)
	if err != nil {
		return Run{}, err
	}
	e, trust, err := l.discover(ctx)
	if err != nil {
		return Run{}, err
	}
	defer trust.close()
	s := &session{LPS: l, http: trust.client(), trust: trust, endpoints: e, given: def.Given, hint: or(l.opt.LoginHint, def.Given.Professional), acts: map[string]bool{}}
	if act.ready != nil {
		if err := act.ready(s); err != nil {
			return Run{}, err
		}
	}
	own, err := open(l.opt.Lang)
	if err != nil {
		return Run{}, err
	}
	f, err := l.start(ctx, scenario, l.opt.LoginHint)
	if err != nil {
		return Run{}, errors.Join(err, own.close())
	}
	s.site, s.run = own, f
	for _, st := range def.Steps {
		if len(st.Do) > 0 {
			s.acts[st.ID] = true
		}
	}
	run, err := s.conclude(ctx, act.play(ctx, s))
	f.close()
	return run, errors.Join(err, own.close())
}

const (
	// overtime is how far the clock is moved at first to reach a step's limit; it
	// doubles each time, up to more than two hours in all.
	overtime  = time.Minute
	overtimes = 7
	// limit is how long a run that cannot be moved on is waited for.
	limit = 15 * time.Minute
)

// conclude brings the run to its verdict. What the script has failed to do
// shows as a step that times out: the simulated clock is moved on when it may
// be. A run that still waits is aborted, which is not a pass.
func (s *session) conclude(ctx context.Context, failed error) (Run, error) {
	ended := func(r Run) bool { return r.Over() }
	if failed != nil && !errors.Is(failed, errRunEnded) {
		s.say("Le logiciel s'est arrêté : %v", "The software stopped: %v", failed)
	}
	patience, turns := s.pace.settle, overtimes
	switch {
	case !s.opt.AdvanceClock && failed == nil:
		patience, turns = limit, 0
	case failed != nil:
		patience = s.pace.failed
	}
	var err error
	for d := overtime; ; d, turns = 2*d, turns-1 {
		if err = s.run.until(ctx, patience, ended); !errors.Is(err, errStuck) || turns <= 0 || !s.opt.AdvanceClock {
			break
		}
		patience = s.pace.failed
		if err = s.advance(ctx, d); err != nil {
			return s.run.state(), err
		}
	}
	if errors.Is(err, errStuck) {
		reason := s.reason(failed)
		path := "/api/runs/" + url.PathEscape(s.run.state().ID) + "/abort"
		if err = s.control.json(ctx, http.MethodPost, path, map[string]string{"reason": reason}, nil); err == nil {
			err = s.run.until(ctx, s.pace.settle, ended)
		}
	}
	return s.run.state(), err
}

// reason says why a run is aborted.
func (s *session) reason(failed error) string {
	if failed != nil {
		return Name + ": " + failed.Error()
	}
	for _, st := range s.run.state().Steps {
		if st.Active && st.Kind == KindManual {
			return fmt.Sprintf("%s: no page shows what the manual step %q asks for", Name, st.ID)
		}
	}
	return Name + ": the script is over and the run still waits"
}
