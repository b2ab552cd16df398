package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/scenario"
)

// A fieldList is what the "fields" part shows.
type fieldList struct {
	Page   *page
	List   []endpointField
	Prefix string // makes the ids unique in the page
}

// Fields prepares a list of values to copy.
func (p *page) Fields(list []endpointField, prefix string) fieldList {
	return fieldList{p, list, prefix}
}

// Class is a status's class: 2 for 200.
func (p *page) Class(status int) int { return status / 100 }

// OutcomeChoices are what the journal's filter offers.
func (p *page) OutcomeChoices() []string {
	return []string{"ok", "refused", "fault", "failed", "event", "refused,failed"}
}

// OutcomeList says one of OutcomeChoices.
func (p *page) OutcomeList(s string) string {
	switch s {
	case "ok":
		return p.T("acceptés", "accepted")
	case "refused":
		return p.T("refusés", "refused")
	case "fault":
		return p.T("défauts joués", "faults played")
	case "failed":
		return p.T("erreurs internes", "internal errors")
	case "event":
		return p.T("événements", "events")
	}
	return p.T("refusés et erreurs", "refused and errors")
}

// Refused counts what did not pass.
func (h homeData) Refused() uint64 {
	return h.Counters.Outcomes["refused"] + h.Counters.Outcomes["failed"]
}

// Status is the refusal's, where a page is one.
func (p *page) Status() int {
	if r, ok := p.Data.(*refusal); ok {
		return r.status
	}
	return 0
}

// Verdict is a verdict in words.
func (p *page) Verdict(v scenario.Verdict) string {
	switch v {
	case scenario.Waiting:
		return p.T("en attente", "waiting")
	case scenario.Passed:
		return p.T("réussi", "passed")
	case scenario.Failed:
		return p.T("échoué", "failed")
	case scenario.Skipped:
		return p.T("passé", "skipped")
	case scenario.Incomplete:
		return p.T("incomplet", "incomplete")
	case scenario.Aborted:
		return p.T("abandonné", "aborted")
	}
	return string(v)
}

// RunStatus is a run's status in words.
func (p *page) RunStatus(s string) string {
	switch s {
	case scenario.Running:
		return p.T("en cours", "running")
	case scenario.Paused:
		return p.T("en pause", "paused")
	case scenario.Ended:
		return p.T("terminé", "ended")
	}
	return s
}

// Mode is a run's mode in words.
func (p *page) Mode(m string) string {
	switch m {
	case scenario.Watched:
		return p.T("observé", "watched")
	case scenario.Asserted:
		return p.T("automatique", "asserted")
	case scenario.Played:
		return p.T("joué", "played")
	}
	return m
}

// Kind is a step's kind in words.
func (p *page) Kind(k scenario.Kind) string {
	switch k {
	case scenario.KindManual:
		return p.T("à constater", "to be seen")
	case scenario.KindExpect:
		return p.T("attendu", "expected")
	case scenario.KindDo:
		return "action"
	case scenario.KindLimit:
		return p.T("interdit ou limité", "forbidden or limited")
	}
	return string(k)
}

// Code is a time code, as a video player shows it.
func (p *page) Code(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Left is how long a step still has, when its time is bounded.
func (d runData) Left(st scenario.StepState) time.Duration {
	if st.Deadline.IsZero() || st.Verdict != scenario.Waiting {
		return 0
	}
	return max(0, st.Deadline.Sub(d.Now))
}

// startForm is what the "start" part shows.
type startForm struct {
	Page *page
	ID   string
}

// Start prepares the form that starts a scenario.
func (p *page) Start(id string) startForm { return startForm{p, id} }

// runTable is what the "runs" part shows.
type runTable struct {
	Page *page
	Runs []scenario.RunState
}

// RunTable prepares a list of runs.
func (p *page) RunTable(runs []scenario.RunState) runTable { return runTable{p, runs} }

// Want writes a step's count as people do.
func (p *page) Want(s string) string {
	return strings.NewReplacer(">=", "≥\u00a0", "<=", "≤\u00a0", "==", "=\u00a0").Replace(s)
}

// Prompted is the id of the step that the teleprompter says.
func (d runData) Prompted() string {
	if d.Current == nil {
		return ""
	}
	return d.Current.ID
}
