// Package scenario reads scenario files, follows runs of them in the journal,
// and plays the faults that somebody set.
//
// # Format
//
// A scenario is one YAML file, format v1, read strictly: an unknown key, an
// unknown service, operation, fact or action is an error that shows the source
// and names what exists. Aliases, anchors and tags are refused. See Scenario
// and Step for the keys. A condition ("where") is an expr expression over the
// facts of one operation, which the services declare (sim.Op.Facts), and the
// fields every journal entry has: service, op, status, outcome, transport, id,
// seq, fault; and given, what the scenario started from. It is compiled against
// the declared types when the file is loaded. A fact that an entry lacks reads
// as "", 0 or false.
//
// # Runs
//
// A Run is event-sourced: its state is a fold over journal entries and nothing
// else. What people and timers do to it (confirm, skip, pause, a delay that ran
// out) is itself written in the journal, as events of the service "scenario".
// Replay therefore gives the state a live run had. One goroutine per run that
// has not ended waits on the journal; time and timers are the world's clock.
//
// Steps follow each other in the order of the file. A step of the chain becomes
// active when the one before it is done, and only journal entries after that
// count for it. A step with "order: any" is outside of the chain, a step with
// "after" follows the named step instead of the one before it. Steps that set a
// limit ("never", or a count such as "<=3") are watched all along. A failed
// step ends the run; it can be restarted at that step.
//
// # Faults
//
// The Engine is the world's sim.Director. Faults come from files, the API and
// scenarios; the first one in order of arrival that fires wins. Draws of
// probability are a pure function of the seed, the fault and the number of the
// call, so that the same calls meet the same faults. Chaos lists the faults
// that --chaos sets.
//
// # Limits
//
// Where state lives: in the Engine and its runs, nothing is written to disk.
// Entries that the journal dropped before a run read them are counted
// (RunState.Missed) and keep the run from passing. While a run is paused it
// sees nothing, its never-steps included.
package scenario
