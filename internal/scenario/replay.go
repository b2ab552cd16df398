package scenario

import (
	"errors"
	"fmt"

	"github.com/segursim/segursim/internal/journal"
)

// Replay rebuilds a run's state from journal entries, oldest first and without
// a gap: those that a live run saw give the state that it had. The scenario
// must be one that an Engine compiled.
func Replay(sc *Scenario, run string, entries []*journal.Entry) (RunState, error) {
	if sc.plan == nil {
		return RunState{}, errors.New("scenario: replay of a scenario that is not compiled")
	}
	m := newMachine(sc.plan, run)
	for _, e := range entries {
		m.apply(e)
		m.acts = nil
	}
	if m.state.Status == "" {
		return RunState{}, fmt.Errorf("scenario: the entries do not hold the start of run %q", run)
	}
	return m.state, nil
}
