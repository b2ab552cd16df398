package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/journal"
)

// A Problem is one thing wrong with a file or a fault.
type Problem struct {
	File   string       `json:"file,omitempty"`
	Line   int          `json:"line,omitempty"`   // from 1; 0 when there is no source
	Column int          `json:"column,omitempty"` // from 1
	Step   string       `json:"step,omitempty"`
	Text   journal.Text `json:"text"`
	// Excerpt shows the source around the place.
	Excerpt string `json:"excerpt,omitempty"`
}

// Problems are all that is wrong with one file: an error.
type Problems []Problem

// Error gives every problem, French first.
func (ps Problems) Error() string {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// String gives the place, the text in both languages and the excerpt.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
		}
		b.WriteString(": ")
	}
	if p.Step != "" {
		fmt.Fprintf(&b, "étape « %s » : ", p.Step)
	}
	b.WriteString(p.Text.FR)
	if p.Text.EN != p.Text.FR {
		b.WriteString("\n  / ")
		if p.Step != "" {
			fmt.Fprintf(&b, "step %q: ", p.Step)
		}
		b.WriteString(p.Text.EN)
	}
	if p.Excerpt != "" {
		b.WriteByte('\n')
		b.WriteString(strings.TrimRight(p.Excerpt, "\n"))
	}
	return b.String()
}

// text makes a Text from a French and an English format with the same arguments.
func text(fr, en string, args ...any) journal.Text {
	return journal.Text{FR: fmt.Sprintf(fr, args...), EN: fmt.Sprintf(en, args...)}
}

// unknown says that a name does not exist, what it may have meant, and what exists.
func unknown(fr, en, name string, known []string) journal.Text {
	slices.Sort(known)
	t := text(fr+" « %s » n'existe pas", "unknown "+en+" %q", name)
	if near := closest(name, known); near != "" {
		t.FR += fmt.Sprintf(" ; vouliez-vous dire « %s » ?", near)
		t.EN += fmt.Sprintf("; did you mean %q?", near)
	}
	list := strings.Join(known, ", ")
	if list == "" {
		list = "-"
	}
	t.FR += " (existants : " + list + ")"
	t.EN += " (existing: " + list + ")"
	return t
}

// closest returns the known name at the smallest edit distance, if it is small.
func closest(name string, known []string) string {
	best, bound := "", max(2, len(name)/3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < bound {
			best, bound = k, d
		}
	}
	return best
}

// distance is Levenshtein's, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		prev := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := prev
			if a[i] != b[j] {
				cost++
			}
			prev = row[j+1]
			row[j+1] = min(cost, row[j]+1, prev+1)
		}
	}
	return row[len(b)]
}
