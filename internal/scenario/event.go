package scenario

import (
	"maps"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// Service is the name under which runs write in the journal.
const Service = "scenario"

// The events of a run. Their facts are run.id, step.id, by, reason, and those
// said here.
const (
	evStarted   = "run.started" // run.scenario, run.hash, run.mode, run.keep, clock.offset_s, clock.frozen, given.*
	evPaused    = "run.paused"
	evResumed   = "run.resumed"
	evRestarted = "run.restarted"
	evAborted   = "run.aborted"
	evEnded     = "run.ended" // run.verdict; says what the fold found, and is not read by it
	evConfirmed = "step.confirmed"
	evSkipped   = "step.skipped"
	evActed     = "step.acted"   // error.code and error.text when it failed
	evTimeout   = "step.timeout" // step.turn
)

// An event is what a person or a timer does to a run.
type event struct {
	op     string
	step   string
	by     string
	reason string
	run    map[string]any // further facts of run
	facts  map[string]any // further groups
	said   string         // the summary's end
}

// entry makes the journal entry of an event.
func (ev event) entry(run string, now time.Time) *journal.Entry {
	r := map[string]any{"id": run}
	maps.Copy(r, ev.run)
	facts := map[string]any{"run": r}
	if ev.step != "" {
		facts["step"] = map[string]any{"id": ev.step}
	}
	if ev.by != "" {
		facts["by"] = ev.by
	}
	if ev.reason != "" {
		facts["reason"] = ev.reason
	}
	maps.Copy(facts, ev.facts)
	summary := run
	for _, s := range []string{ev.step, ev.by, ev.reason, ev.said} {
		if s != "" {
			summary += " · " + s
		}
	}
	return &journal.Entry{
		Time: now, Transport: "event", Service: Service, Op: ev.op,
		Outcome: journal.Event, Summary: summary, Facts: facts,
	}
}

// fact reads a text fact of an entry.
func fact(e *journal.Entry, path string) string { return toString(e.Fact(path)) }
