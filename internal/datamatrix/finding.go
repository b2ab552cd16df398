package datamatrix

import (
	"fmt"
	"slices"
)

// Text is a sentence in both languages.
type Text struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

// Level says how bad a finding is.
type Level string

// The levels.
const (
	Erreur        Level = "erreur"        // against the format: the identity must not be taken as it is
	Avertissement Level = "avertissement" // unusual, or a reader to set up; the values are sure
	Information   Level = "information"   // worth knowing
)

// A Finding is one thing that was noticed in a payload or an identity.
type Finding struct {
	Level Level `json:"niveau"`
	// Rule is a stable name: "s1.cle", "gs.absent".
	Rule string `json:"regle"`
	// Block is the block concerned, "S3"; empty for the payload as a whole.
	Block string `json:"bloc,omitempty"`
	// Offset is where, in bytes from 0 of the payload as it was given; -1 when
	// the finding is about no place in a payload.
	Offset int  `json:"position"`
	Text   Text `json:"texte"`
}

// Failed tells whether one of the findings is an error.
func Failed(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Level == Erreur })
}

// An Error refuses an identity or a payload. Findings has at least one of level
// Erreur, and what else was noticed.
type Error struct{ Findings []Finding }

// Error gives the first error in English, and how many follow.
func (e *Error) Error() string {
	first, more := "", 0
	for _, f := range e.Findings {
		if f.Level != Erreur {
			continue
		}
		if first == "" {
			first = f.Text.EN
			continue
		}
		more++
	}
	if more > 0 {
		return fmt.Sprintf("datamatrix: %s (and %d more)", first, more)
	}
	return "datamatrix: " + first
}

// notes collects findings.
type notes struct{ found []Finding }

func (n *notes) add(level Level, rule, block string, at int, fr, en string) {
	n.found = append(n.found, Finding{level, rule, block, at, Text{fr, en}})
}

// addf formats both sentences with the same arguments.
func (n *notes) addf(level Level, rule, block string, at int, fr, en string, args ...any) {
	n.add(level, rule, block, at, fmt.Sprintf(fr, args...), fmt.Sprintf(en, args...))
}

// shown shortens a value for a sentence: 40 characters at most.
func shown(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}
