package config

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

// origin is where a value was written.
type origin struct {
	flag, env string
	file      string
	token     *token.Token
}

// A Problem is one value that cannot be used.
type Problem struct {
	Where string // "--https", "SEGURSIM_HTTPS", "segursim.yaml:3:8"
	Text  string // what is wrong, and what was probably meant
	// Excerpt shows the lines of the file around it; empty elsewhere.
	Excerpt string
}

// Error says where and what, then shows the source.
func (p *Problem) Error() string {
	s := p.Where + ": " + p.Text
	if p.Excerpt != "" {
		s += "\n" + p.Excerpt
	}
	return s
}

// problem makes a Problem at an origin.
func (o origin) problem(format string, args ...any) *Problem {
	p := &Problem{Text: fmt.Sprintf(format, args...)}
	switch {
	case o.flag != "":
		p.Where = "--" + o.flag
	case o.env != "":
		p.Where = o.env
	default:
		p.Where = o.file
	}
	if o.token != nil {
		p.Where = fmt.Sprintf("%s:%d:%d", o.file, o.token.Position.Line, o.token.Position.Column)
		p.Excerpt = excerpt(o.token)
	}
	return p
}

// excerpt shows the source around a token.
func excerpt(t *token.Token) string {
	s := yaml.FormatErrorWithToken("", t, false, true)
	_, lines, ok := strings.Cut(s, "\n")
	if !ok {
		return ""
	}
	return strings.TrimRight(lines, "\n")
}

// meant proposes the known word that is nearest to an unknown one.
func meant(word string, known []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), k); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is Levenshtein's, with the swap of two neighbours counted once.
func distance(a, b string) int {
	var before []int // the row before last
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
