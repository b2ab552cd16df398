package scenario

import "github.com/segursim/segursim/internal/journal"

// A Scenario is one file: what is to be shown, step by step. Its exported
// fields are the keys of the format.
type Scenario struct {
	ID    string       `json:"id"` // lower-case letters, digits and dashes
	Title journal.Text `json:"title"`
	// Couloirs are the Ségur lanes it is meant for: "MDV-LGC", "HOP-DPI".
	Couloirs []string `json:"couloirs,omitempty"`
	// Requirements and References are identifiers only: "PSC.01.03", "EX PSC 16".
	Requirements []string `json:"requirements,omitempty"`
	References   []string `json:"references,omitempty"`
	Video        *Video   `json:"video,omitempty"`
	Given        Given    `json:"given,omitzero"`
	Steps        []Step   `json:"steps"`
	// Play names the reference client's script.
	Play string `json:"play,omitempty"`
	// Evidence lists what the pack holds: journal, exchanges, chapters, junit, report.
	Evidence []string `json:"evidence,omitempty"`
	// Proofs are the rows of the pack's index, one a proof.
	Proofs []Proof `json:"proofs,omitempty"`

	// File is the name it was loaded under, Source its bytes, Hash their SHA-256
	// in hexadecimal.
	File   string `json:"-"`
	Source []byte `json:"-"`
	Hash   string `json:"-"`

	plan *plan // compiled by Attach or Check; nil before
}

// Video says how the screen is to be recorded.
type Video struct {
	Framing string `json:"framing"` // "plein-ecran" or "navigateur-visible"
}

// Given is the state before the run.
type Given struct {
	Professional string `json:"professional,omitempty"` // national identifier
	Patient      string `json:"patient,omitempty"`      // INS matricule
	Structure    string `json:"structure,omitempty"`    // FINESS or SIRET
	// Clock is the simulated time to start at, RFC 3339; empty leaves it.
	Clock string `json:"clock,omitempty"`
	// Vars are further values, by name.
	Vars map[string]string `json:"vars,omitempty"`
	// Faults are set when the run starts and removed when it ends.
	Faults []Fault `json:"faults,omitempty"`
}

// A Proof is one row of the Convergence index: identifiers, and what the pack
// holds for it in our own words.
type Proof struct {
	Requirement string       `json:"requirement"`        // "PSC.01"
	Scenario    string       `json:"scenario,omitempty"` // "PSC.01.03"
	Proof       string       `json:"proof,omitempty"`    // "PSC.01.01.03"
	Chapter     string       `json:"chapter,omitempty"`
	Profile     string       `json:"profile,omitempty"` // "Général"
	Text        journal.Text `json:"text,omitzero"`
}

// A Step is one line of the teleprompter, and what makes it true. It has
// exactly one of: manual; expect; never; do; or do with expect.
type Step struct {
	ID  string       `json:"id"`
	Say journal.Text `json:"say,omitzero"`
	// Manual is seen by a person only, who confirms it.
	Manual bool    `json:"manual,omitempty"`
	Expect *Expect `json:"expect,omitempty"`
	// Never names entries that must not be seen, from the start (or from the
	// end of After) to the end of the run (or of Until).
	Never *Match `json:"never,omitempty"`
	// Do is what the simulated world does, when the run is played or Auto says
	// so. With Expect it is done when the expectation is met, by whoever acts.
	Do   *Do  `json:"do,omitempty"`
	Auto bool `json:"auto,omitempty"`
	// Within is the simulated time that the step has, once active.
	Within Duration `json:"within,omitzero"`
	// After names the step this one follows, instead of the one before it.
	After string `json:"after,omitempty"`
	// Until ends a limit when the named step is done.
	Until string `json:"until,omitempty"`
	// Reject lists entries that make the step fail.
	Reject []Reject `json:"reject,omitempty"`
	// Cause says what went wrong when the step fails by its limit or its delay.
	Cause journal.Text `json:"cause,omitzero"`
	// Refs are the references that a failure of this step cites.
	Refs []string `json:"refs,omitempty"`
}

// A Match names journal entries.
type Match struct {
	Service string `json:"service"`
	Op      string `json:"op,omitempty"`    // empty: any operation of the service
	Where   string `json:"where,omitempty"` // empty: any entry of the operation
}

// An Expect wants entries to come.
type Expect struct {
	Service string `json:"service"`
	Op      string `json:"op,omitempty"`
	Where   string `json:"where,omitempty"`
	// Count is how many: "3", "==3", ">=3" (the default is ">=1"), ">3"; or a
	// limit that is watched until the end of the run: "<=3", "<3", "==0".
	Count string `json:"count,omitempty"`
	// Distinct is a fact's path: entries with a value already seen don't count.
	Distinct string `json:"distinct,omitempty"`
	// Order "any" takes the step out of the chain.
	Order string `json:"order,omitempty"`
}

// Match returns what the expectation names.
func (x *Expect) Match() Match { return Match{x.Service, x.Op, x.Where} }

// A Reject is an entry that makes the step fail at once. Service and Op are the
// expectation's when left out.
type Reject struct {
	Service string `json:"service,omitempty"`
	Op      string `json:"op,omitempty"`
	Where   string `json:"where,omitempty"`
	// Since names the step whose end starts the watch; "start" is the run's
	// start; empty is when the rejecting step becomes active.
	Since string `json:"since,omitempty"`
	// Cause says what is wrong; "${form.acr_values}" is replaced by the entry's.
	Cause journal.Text `json:"cause"`
	Ref   string       `json:"ref,omitempty"` // the step's Refs when empty
}

// A Do is an action of a service.
type Do struct {
	Service string         `json:"service"`
	Action  string         `json:"action"`
	With    map[string]any `json:"with,omitempty"` // "${given.professional}" is replaced
}

// Modes of a run.
const (
	Watched  = "watched"  // the software acts, a person confirms
	Asserted = "asserted" // headless: what only a person sees is left out
	Played   = "played"   // the reference client acts
)
