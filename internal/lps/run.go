package lps

import "time"

// Text is a text in both languages.
type Text struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

// In returns the text in a language, or in the other one when it lacks it.
func (t Text) In(lang string) string {
	if lang == "en" {
		return or(t.EN, t.FR)
	}
	return or(t.FR, t.EN)
}

// Verdicts of a run and of its steps. Incomplete and aborted are of runs only,
// and no pass.
const (
	Waiting    = "waiting"
	Passed     = "passed"
	Failed     = "failed"
	Skipped    = "skipped"
	Incomplete = "incomplete"
	Aborted    = "aborted"
)

// Kinds of steps.
const (
	KindManual = "manual" // a person confirms
	KindExpect = "expect" // exchanges come
	KindDo     = "do"     // the simulated world acts
	KindLimit  = "limit"  // exchanges must not come
)

// A Run is what the control API says of a scenario's run.
type Run struct {
	ID       string            `json:"id"`
	Scenario string            `json:"scenario"`
	Title    Text              `json:"title"`
	Given    map[string]string `json:"given"`
	Status   string            `json:"status"` // "running", "paused" or "ended"
	Verdict  string            `json:"verdict"`
	Rev      uint64            `json:"rev"`
	Started  time.Time         `json:"started"` // all times are simulated
	Ended    time.Time         `json:"ended"`
	Cause    *Cause            `json:"cause"`
	Steps    []Step            `json:"steps"`
}

// A Step is one step of a run.
type Step struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	Say     Text      `json:"say"`
	Verdict string    `json:"verdict"`
	Active  bool      `json:"active"` // its turn has come
	At      time.Time `json:"at"`     // of the verdict
	By      string    `json:"by"`     // who confirmed
	Left    bool      `json:"left"`   // skipped by the mode or by the run's end
	Reason  Text      `json:"reason"` // of a skip
	Cause   *Cause    `json:"cause"`  // of a failure
}

// A Cause says why something failed.
type Cause struct {
	Text Text   `json:"text"`
	Ref  string `json:"ref"` // the rule that was broken: "EX PSC 16"
}

// In returns the cause in a language, with its reference.
func (c *Cause) In(lang string) string {
	if c == nil {
		return ""
	}
	s := c.Text.In(lang)
	if c.Ref != "" {
		s += " (" + c.Ref + ")"
	}
	return s
}

// Over tells whether the run has its verdict.
func (r Run) Over() bool { return r.Status == "ended" }

// Step returns a step by its id.
func (r Run) Step(id string) (Step, bool) {
	for _, s := range r.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}
