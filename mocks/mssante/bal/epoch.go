package bal

import "time"

// An Epoch is the one row that says since when the world runs. Rows that were
// seeded carry dates around Seeded; a reset long after the start begins the world
// again, and they count from there: no row need be rewritten.
type Epoch struct {
	ID string `json:"id"`
	// Seeded is when the BAL were made, Began when the world began: later, once it
	// was reset.
	Seeded time.Time `json:"seme"`
	Began  time.Time `json:"commence"`
	// Live is false in the baseline, true in a world that was reset.
	Live bool `json:"en_cours"`
}

// EpochID is the id of the only row.
const EpochID = "epoque"

// LastUse is when a BAL was last used, or made, in the world that began at e.
func (e Epoch) LastUse(b BAL) time.Time {
	if b.Used.After(e.Seeded) {
		return b.Used
	}
	return b.Used.Add(e.Began.Sub(e.Seeded))
}
