package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A bound is how many matches a step wants. most is -1 when there is no limit.
type bound struct{ least, most int }

// limit tells a bound that nothing has to happen for.
func (b bound) limit() bool { return b.least == 0 }

// String writes the bound as in a file.
func (b bound) String() string {
	switch {
	case b.most < 0:
		return ">=" + strconv.Itoa(b.least)
	case b.least == b.most:
		return "==" + strconv.Itoa(b.least)
	}
	return "<=" + strconv.Itoa(b.most)
}

// parseBound reads "3", "==3", ">=3", ">3", "<=3", "<3"; empty is ">=1".
func parseBound(s string) (bound, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return bound{1, -1}, nil
	}
	digits := strings.TrimLeft(s, "<>=")
	op := s[:len(s)-len(digits)]
	n, err := strconv.Atoi(strings.TrimSpace(digits))
	if err != nil || n < 0 || n > 1_000_000 {
		return bound{}, fmt.Errorf("%q is not a count such as 2, >=10 or <=3", s)
	}
	switch op {
	case "", "==":
		return bound{n, n}, nil
	case ">=":
		if n == 0 {
			return bound{}, errors.New("a count of at least 0 asks for nothing")
		}
		return bound{n, -1}, nil
	case ">":
		return bound{n + 1, -1}, nil
	case "<=":
		return bound{0, n}, nil
	case "<":
		if n == 0 {
			return bound{}, errors.New("a count below 0 cannot be")
		}
		return bound{0, n - 1}, nil
	}
	return bound{}, fmt.Errorf("%q is not a count such as 2, >=10 or <=3", s)
}
