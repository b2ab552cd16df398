package xds

import "strconv"

// A Problem is why metadata are refused (the error of [Parse]) or something wrong
// in their form that was read over (Metadata.Problems).
type Problem struct {
	// Code is stable. Refusals: "xml", "dtd", "encoding", "bounds", "root". Read
	// over: "object", "id", "slot", "value", "classification", "identifier",
	// "submission", "association", "member".
	Code string
	// Line is where, from 1; 0 when it is nowhere in particular.
	Line int
	// Object is the id of the object concerned, if any.
	Object string
	Text   string // in English
}

// Error is the problem as an error.
func (p *Problem) Error() string { return "xds: " + p.String() }

// String is where and what, without the code.
func (p Problem) String() string {
	s := ""
	if p.Line > 0 {
		s = "line " + strconv.Itoa(p.Line) + ": "
	}
	if p.Object != "" {
		s += clip(p.Object) + ": "
	}
	return s + p.Text
}

const (
	maxProblems = 100
	maxQuoted   = 120 // bytes of a peer's value that a text repeats
)
