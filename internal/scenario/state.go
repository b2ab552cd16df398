package scenario

import (
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// A Verdict is how a step or a run stands.
type Verdict string

// The verdicts. Incomplete and Aborted are of runs only, and no pass.
const (
	Waiting    Verdict = "waiting"
	Passed     Verdict = "passed"
	Failed     Verdict = "failed"
	Skipped    Verdict = "skipped"
	Incomplete Verdict = "incomplete" // ended, but somebody skipped a step, or entries were lost
	Aborted    Verdict = "aborted"
)

// Status of a run.
const (
	Running = "running"
	Paused  = "paused"
	Ended   = "ended"
)

// A RunState is a run at one instant. It is a fold of journal entries.
type RunState struct {
	ID       string       `json:"id"`
	Scenario string       `json:"scenario"`
	Title    journal.Text `json:"title"`
	Hash     string       `json:"hash"` // of the scenario's source, SHA-256
	Mode     string       `json:"mode"`
	By       string       `json:"by,omitempty"` // who started it
	// Keep says that the run began on the state it found, not on the baseline.
	Keep    bool              `json:"keep,omitempty"`
	Given   map[string]string `json:"given,omitempty"`
	Status  string            `json:"status"`
	Verdict Verdict           `json:"verdict"` // waiting while it runs
	// Rev grows by one with each entry that changed the state.
	Rev     uint64    `json:"rev"`
	Started time.Time `json:"started"`
	// Clock is the simulated clock as the run found it.
	Clock RunClock  `json:"clock"`
	Ended time.Time `json:"ended,omitzero"`
	// First and Last number the journal entries that the run saw.
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
	// Missed counts entries that the journal dropped before the run saw them.
	Missed   uint64         `json:"missed,omitempty"`
	Restarts int            `json:"restarts,omitempty"`
	Cause    *journal.Cause `json:"cause,omitempty"` // why it failed or was aborted
	Steps    []StepState    `json:"steps"`
}

// A RunClock tells a simulated clock from the wall's.
type RunClock struct {
	Offset int64 `json:"offset_s"` // simulated minus wall time, in seconds; 0 while frozen
	Frozen bool  `json:"frozen,omitempty"`
}

// A StepState is one step of a run.
type StepState struct {
	ID      string       `json:"id"`
	Kind    Kind         `json:"kind"`
	Say     journal.Text `json:"say,omitzero"`
	Refs    []string     `json:"refs,omitempty"`
	Verdict Verdict      `json:"verdict"`
	// Active: what happens now counts for it.
	Active bool `json:"active,omitempty"`
	// Since is when it became active, At when it got its verdict, Deadline when
	// its time is up. All are simulated times.
	Since    time.Time `json:"since,omitzero"`
	At       time.Time `json:"at,omitzero"`
	Deadline time.Time `json:"deadline,omitzero"`
	// By is who confirmed or skipped it; empty when nobody did.
	By string `json:"by,omitempty"`
	// Left says that it was skipped by the mode, not by a person.
	Left   bool         `json:"left,omitempty"`
	Reason journal.Text `json:"reason,omitzero"` // of a skip
	// Acted says that the simulator did the step's action itself.
	Acted bool           `json:"acted,omitempty"`
	Cause *journal.Cause `json:"cause,omitempty"` // of a failure
	// Count is how many entries matched, Want how many should.
	Count   int      `json:"count,omitempty"`
	Want    string   `json:"want,omitempty"`
	Entries []uint64 `json:"entries,omitempty"` // their numbers, the first hundred
	Near    *Near    `json:"near,omitempty"`
}

// A Near is the entry that came closest to a step that waits.
type Near struct {
	Seq    uint64       `json:"seq"`
	Early  bool         `json:"early,omitempty"` // it fits, but came before the step's turn
	Held   int          `json:"held"`            // conditions that held
	Of     int          `json:"of"`
	Misses []Miss       `json:"misses,omitempty"`
	Text   journal.Text `json:"text"`
}

// Step returns the named step's state.
func (s RunState) Step(id string) (StepState, bool) {
	for _, st := range s.Steps {
		if st.ID == id {
			return st, true
		}
	}
	return StepState{}, false
}

// maxEntries bounds the numbers kept in StepState.Entries.
const maxEntries = 100
