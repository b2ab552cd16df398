package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/segursim/segursim/internal/lps"
)

// A reporter prints each step's verdict as it comes.
type reporter struct {
	w    io.Writer
	lang string
	json bool
	told map[string]string // step to the verdict that was printed
	err  error             // of the first print that failed
}

func newReporter(w io.Writer, lang string, asJSON bool) *reporter {
	return &reporter{w: w, lang: lang, json: asJSON, told: map[string]string{}}
}

// run prints what is new in a run.
func (r *reporter) run(run lps.Run) {
	if len(r.told) == 0 && !r.json {
		r.printf("SEGURSIM  SIMULATEUR  %s\n\n", in(r.lang, run.Title.FR, run.Title.EN))
		r.told[""] = "title"
	}
	for _, st := range run.Steps {
		if st.Verdict == lps.Waiting || r.told[st.ID] == st.Verdict {
			continue
		}
		r.told[st.ID] = st.Verdict
		r.step(run, st)
	}
}

// stepLine is a step in JSON.
type stepLine struct {
	Step    string `json:"step"`
	Verdict string `json:"verdict"`
	At      string `json:"at"` // simulated time since the start of the run
	Say     string `json:"say,omitempty"`
	By      string `json:"by,omitempty"`
	Cause   string `json:"cause,omitempty"`
}

func (r *reporter) step(run lps.Run, st lps.Step) {
	why := st.Cause.In(r.lang)
	if st.Verdict == lps.Skipped {
		why = st.Reason.In(r.lang)
	}
	code := timecode(st.At.Sub(run.Started))
	if r.json {
		r.encode(stepLine{st.ID, st.Verdict, code, st.Say.In(r.lang), st.By, why})
		return
	}
	r.printf("  %s  %s %-8s  %-20s  %s\n", code, mark(st.Verdict), word(r.lang, st.Verdict), st.ID, st.Say.In(r.lang))
	if why != "" {
		r.printf("  %9s  %10s  %-20s  → %s\n", "", "", "", why)
	}
}

// runLine is the end of a run in JSON.
type runLine struct {
	Run      string `json:"run"`
	Scenario string `json:"scenario"`
	Verdict  string `json:"verdict"`
	Cause    string `json:"cause,omitempty"`
	Duration string `json:"duration"` // simulated
	Evidence string `json:"evidence,omitempty"`
}

// end prints the run's verdict and where the evidence is; it returns why
// something could not be printed.
func (r *reporter) end(run lps.Run, evidence string) error {
	r.run(run) // what came with the end
	cause, took := run.Cause.In(r.lang), timecode(run.Ended.Sub(run.Started))
	if r.json {
		r.encode(runLine{run.ID, run.Scenario, run.Verdict, cause, took, evidence})
		return r.err
	}
	r.printf("\n%s %s %s", mark(run.Verdict), in(r.lang, "Verdict :", "Verdict:"), word(r.lang, run.Verdict))
	if cause != "" {
		r.printf(" – %s", cause)
	}
	r.printf("\n%s %s\n", in(r.lang, "Preuves :", "Evidence:"), evidence)
	return r.err
}

func (r *reporter) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(r.w, format, args...); err != nil && r.err == nil {
		r.err = fmt.Errorf("report: %w", err)
	}
}

func (r *reporter) encode(v any) {
	enc := json.NewEncoder(r.w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil && r.err == nil {
		r.err = fmt.Errorf("report: %w", err)
	}
}

// timecode writes a duration as minutes, seconds and thousandths: 01:05.250.
func timecode(d time.Duration) string {
	d = max(d, 0).Round(time.Millisecond)
	return fmt.Sprintf("%02d:%02d.%03d", d/time.Minute, d%time.Minute/time.Second, d%time.Second/time.Millisecond)
}

// word names a verdict.
func word(lang, verdict string) string {
	fr := map[string]string{
		lps.Passed: "réussi", lps.Failed: "échoué", lps.Skipped: "omis",
		lps.Aborted: "abandonné", lps.Incomplete: "incomplet", lps.Waiting: "en cours",
	}[verdict]
	return in(lang, fr, verdict)
}

// mark is a verdict at a glance.
func mark(verdict string) string {
	switch verdict {
	case lps.Passed:
		return "✓"
	case lps.Skipped:
		return "–"
	}
	return "✗"
}
