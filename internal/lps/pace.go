package lps

import "time"

// A pace is how long, in real time, the software waits for what happens in real
// time. It only matters where the software moves the clock: elsewhere the
// scenario's own limits end a run.
type pace struct {
	// settle is how long a finished script leaves the run to take in what it has
	// done; failed is the same when the script failed: nothing more will come.
	settle, failed time.Duration
	// step is how long the run may take to come to the next step.
	step time.Duration
	// beat is left to the run between two polls: the person answers in real time.
	beat time.Duration
}

func defaultPace() pace {
	return pace{settle: 2 * time.Second, failed: 300 * time.Millisecond, step: 3 * time.Second, beat: 20 * time.Millisecond}
}
