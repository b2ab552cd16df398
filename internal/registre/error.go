package registre

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A FixtureError says where a fixture is wrong, and why.
type FixtureError struct {
	File   string // "fixtures/…" for the embedded ones, else the path given
	Line   int    // from 1; 0 when the file as a whole is meant
	Column int    // from 1, in characters; 0 when the line as a whole is meant
	Reason string
	// Excerpt shows the lines around; empty when the file could not be read.
	Excerpt string
}

// Error gives file:line:column, the reason, and the excerpt below.
func (e *FixtureError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
		if e.Column > 0 {
			fmt.Fprintf(&b, ":%d", e.Column)
		}
	}
	b.WriteString(": " + e.Reason)
	if e.Excerpt != "" {
		b.WriteString("\n" + e.Excerpt)
	}
	return b.String()
}

// maxProblems is how many problems one error tells about: more do not help.
const maxProblems = 20

// join makes one error of all problems, in the order of files and lines.
func join(problems []*FixtureError) error {
	if len(problems) == 0 {
		return nil
	}
	slices.SortStableFunc(problems, func(a, b *FixtureError) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	problems = slices.CompactFunc(problems, func(a, b *FixtureError) bool { return *a == *b })
	var errs []error
	for i, p := range problems {
		if i == maxProblems {
			errs = append(errs, fmt.Errorf("and %d more problems", len(problems)-i))
			break
		}
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}
