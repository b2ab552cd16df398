package evidence

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
)

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Skipped *junitProblem `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes a run's state as JUnit XML: one case a step, and one named
// "run" when the run as a whole is no pass.
func WriteJUnit(w io.Writer, in Input) error {
	if err := in.check(); err != nil {
		return err
	}
	b, err := junit(newView(&in))
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("evidence: junit: %w", err)
	}
	return nil
}

func junit(v *view) ([]byte, error) {
	suite := junitSuite{
		Name: v.Scenario.ID, Time: seconds(v.in.end().Sub(v.Run.Started)), Timestamp: v.Run.Started.UTC().Format("2006-01-02T15:04:05"),
		Properties: []junitProperty{
			{"run", v.Run.ID},
			{"mode", v.Run.Mode},
			{"verdict", string(v.Run.Verdict)},
			{"scenario.sha256", v.Run.Hash},
			{"segursim.version", v.Version},
			{"disclaimer", v.Disclaimer.FR + " / " + v.Disclaimer.EN},
		},
	}
	for _, s := range v.Steps {
		suite.Cases = append(suite.Cases, v.junitCase(s))
	}
	switch v.Run.Verdict {
	case scenario.Passed, scenario.Failed:
	default:
		t := verdictText(v.Run.Verdict)
		p := &junitProblem{Message: t.FR + " / " + t.EN, Type: string(v.Run.Verdict)}
		if c := v.Run.Cause; c != nil {
			p.Text = both(c.Text)
		}
		suite.Cases = append(suite.Cases, junitCase{Class: "segursim." + v.Scenario.ID, Name: "run", Time: "0.000", Error: p})
	}
	for i := range suite.Cases {
		c := &suite.Cases[i]
		suite.Tests++
		switch {
		case c.Failure != nil:
			suite.Failures++
		case c.Error != nil:
			suite.Errors++
		case c.Skipped != nil:
			suite.Skipped++
		}
	}
	all := junitSuites{Name: "segursim", Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Skipped: suite.Skipped, Suite: suite}
	b, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("evidence: junit: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}

func (v *view) junitCase(s stepView) junitCase {
	c := junitCase{Class: "segursim." + v.Scenario.ID, Name: s.ID, Time: "0.000"}
	if !s.Since.IsZero() && !s.StepState.At.IsZero() {
		c.Time = seconds(s.StepState.At.Sub(s.Since))
	}
	var out []string
	for _, l := range s.Links {
		out = append(out, l.Label)
	}
	c.Out = strings.Join(out, "\n")
	switch s.Verdict {
	case scenario.Failed:
		p := &junitProblem{Type: "failed"}
		if s.Cause != nil {
			p.Type, p.Message = s.Cause.Rule, s.Cause.Text.FR
			p.Text = both(s.Cause.Text)
			if s.Cause.Ref != "" {
				p.Text += "\n" + s.Cause.Ref
			}
		}
		c.Failure = p
	case scenario.Skipped:
		c.Skipped = &junitProblem{Message: both(s.Reason)}
	case scenario.Waiting:
		p := &junitProblem{Message: "en attente / waiting"}
		if s.Near != nil {
			p.Text = both(v.both(s.Near.Text))
		}
		c.Skipped = p
	}
	return c
}

func both(t journal.Text) string {
	if t.EN == "" || t.EN == t.FR {
		return t.FR
	}
	return t.FR + " / " + t.EN
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(d, 0).Seconds()) }
