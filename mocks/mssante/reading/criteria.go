package reading

import (
	"slices"
	"strings"
	"time"
)

// A test is one criterion of SEARCH, SORT and THREAD (RFC 9051 §6.4.4).
type test struct {
	// cost orders the tests of a conjunction: what the row of a message tells is
	// asked first, what needs its bytes last.
	cost int
	ok   func(*candidate) (bool, error)
	// uids, when limited is set, are all that can match: the walk is over those.
	uids    []uint32
	limited bool
}

// Costs.
const (
	ofRow    = iota // flags, dates, sizes
	ofText          // words of the row
	ofHeader        // needs the header
	ofBody          // needs everything
)

// all matches every message.
func all() test { return test{ok: func(*candidate) (bool, error) { return true, nil }} }

// row tests what the row says.
func row(f func(*candidate) bool) test {
	return test{cost: ofRow, ok: func(c *candidate) (bool, error) { return f(c), nil }}
}

// both is the conjunction of tests.
func both(tests []test) test {
	if len(tests) == 1 {
		return tests[0]
	}
	tests = slices.Clone(tests)
	slices.SortStableFunc(tests, func(a, b test) int { return a.cost - b.cost })
	out := test{ok: func(c *candidate) (bool, error) {
		for i := range tests {
			if ok, err := tests[i].ok(c); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	}}
	for _, t := range tests {
		out.cost = max(out.cost, t.cost)
		if t.limited && (!out.limited || len(t.uids) < len(out.uids)) {
			out.uids, out.limited = t.uids, true
		}
	}
	return out
}

func either(a, b test) test {
	if b.cost < a.cost {
		a, b = b, a
	}
	return test{cost: b.cost, ok: func(c *candidate) (bool, error) {
		if ok, err := a.ok(c); ok || err != nil {
			return ok, err
		}
		return b.ok(c)
	}}
}

func not(a test) test {
	return test{cost: a.cost, ok: func(c *candidate) (bool, error) {
		ok, err := a.ok(c)
		return !ok, err
	}}
}

// flagged tests a flag.
func flagged(name string) test {
	return row(func(c *candidate) bool {
		return slices.ContainsFunc(c.msg.Flags, func(f string) bool { return strings.EqualFold(f, name) })
	})
}

// among tests whether a message is one of some, ascending.
func among(uids []uint32) test {
	t := row(func(c *candidate) bool {
		_, ok := slices.BinarySearch(uids, c.msg.UID)
		return ok
	})
	t.uids, t.limited = uids, true
	return t
}

// day is a date without its time and its zone (RFC 9051 §6.4.4), as a number that
// compares as dates do.
func day(t time.Time) int {
	y, m, d := t.Date()
	return (y*100+int(m))*100 + d
}

// arrived tests the day of arrival, sent that of the Date field. A message without a
// readable date was sent on no day.
func arrived(f func(day int) bool) test {
	return row(func(c *candidate) bool { return f(day(c.msg.Arrived)) })
}

func sent(f func(day int) bool) test {
	return row(func(c *candidate) bool { return !c.msg.Sent.IsZero() && f(day(c.msg.Sent)) })
}
