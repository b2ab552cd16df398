package evidence

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
)

// An Input is all that a pack is made from.
type Input struct {
	Run      scenario.RunState
	Scenario *scenario.Scenario
	// Entries are the journal's from Run.First to Run.Last: see Collect.
	Entries []*journal.Entry
	// Services tell titles and sources of the operations; nil leaves them out.
	Services []sim.Info
	Version  string // the simulator's
	Seed     string // "" when the randomness was not seeded
	// Couloir is the index's Périmètre; the scenario's couloirs when empty.
	Couloir string
	// Official are rows of the catalogue in force, which replace our own words:
	// see ReadCatalogue.
	Official []Row
	// KeepSecrets leaves tokens and passwords whole.
	KeepSecrets bool
}

// Collect returns the entries of a run that the journal still has.
func Collect(log *journal.Log, run scenario.RunState) []*journal.Entry {
	if run.First == 0 {
		return nil
	}
	entries := log.Since(run.First-1, 0)
	i := slices.IndexFunc(entries, func(e *journal.Entry) bool { return e.Seq > run.Last })
	if i >= 0 {
		entries = entries[:i]
	}
	return entries
}

// check refuses an input that no pack can be made from.
func (in *Input) check() error {
	switch {
	case in.Scenario == nil:
		return errors.New("evidence: no scenario")
	case in.Run.ID == "" || in.Run.Started.IsZero():
		return errors.New("evidence: the run has not begun")
	case in.Scenario.ID != in.Run.Scenario:
		return fmt.Errorf("evidence: run %s is of scenario %s, not %s", in.Run.ID, in.Run.Scenario, in.Scenario.ID)
	}
	return nil
}

// entries are the run's, in order, whatever the caller gave.
func (in *Input) entries() []*journal.Entry {
	var out []*journal.Entry
	for _, e := range in.Entries {
		if e.Seq >= in.Run.First && e.Seq <= in.Run.Last {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *journal.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return slices.CompactFunc(out, func(a, b *journal.Entry) bool { return a.Seq == b.Seq })
}

// wants tells whether the scenario asks for a part of the pack; one that lists
// nothing gets everything.
func (in *Input) wants(part string) bool {
	return len(in.Scenario.Evidence) == 0 || slices.Contains(in.Scenario.Evidence, part)
}

// end is the run's end, or the latest time it knows while it runs.
func (in *Input) end() time.Time {
	if !in.Run.Ended.IsZero() {
		return in.Run.Ended
	}
	t := in.Run.Started
	for _, s := range in.Run.Steps {
		if s.At.After(t) {
			t = s.At
		}
	}
	return t
}

// op finds what a service says of an operation.
func (in *Input) op(service, name string) (sim.Op, bool) {
	for _, s := range in.Services {
		if s.Name != service {
			continue
		}
		for _, op := range s.Ops {
			if op.Name == name {
				return op, true
			}
		}
	}
	return sim.Op{}, false
}

// Disclaimer is on every page.
func Disclaimer() journal.Text {
	return journal.Text{
		FR: "SIMULATEUR SEGURSIM — services simulés, données de TEST : une répétition, pas une décision de conformité.",
		EN: "SEGURSIM SIMULATOR — simulated services, TEST data: a rehearsal, not a conformity decision.",
	}
}
