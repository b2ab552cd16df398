package insi

import (
	"context"
	"strings"
)

// A Query is a patient as the local record has them, ready to be sent.
type Query struct {
	Name       string
	FirstNames []string // in the order of the civil status
	Sex        string
	Born       string
	Place      string // COG, if known
}

// An Attempt is one call of a search.
type Attempt struct {
	Traits Traits
	Answer Answer
}

// Search looks a patient up as the conformity tests of the CNDA want it: with
// each first name in turn up to the first that finds them, then with the whole
// list; and after a 02, again with the birth place, which tells homonyms apart.
// It stops at a technical fault. The answer is the one that found, else a 02 if
// there was one, else 01; tried lists every call, also with an error.
func (c *Client) Search(ctx context.Context, q Query) (found Answer, tried []Attempt, err error) {
	names := append([]string{}, q.FirstNames...)
	if len(names) > 1 {
		names = append(names, strings.Join(q.FirstNames, " "))
	}
	if len(names) == 0 {
		names = []string{""}
	}
	found, tried, err = c.round(ctx, q, names, "")
	if err != nil || found.Code != Several || q.Place == "" {
		return found, tried, err
	}
	var again []string // only names that someone has
	for _, a := range tried {
		if a.Answer.Code == Several {
			again = append(again, a.Traits.FirstName)
		}
	}
	precise, more, err := c.round(ctx, q, again, q.Place)
	tried = append(tried, more...)
	if err == nil && precise.Code == Found {
		found = precise
	}
	return found, tried, err
}

// round asks with one first name after the other.
func (c *Client) round(ctx context.Context, q Query, names []string, place string) (best Answer, tried []Attempt, err error) {
	for _, name := range names {
		t := Traits{Name: q.Name, FirstName: name, Sex: q.Sex, Born: q.Born, Place: place}
		a, err := c.Traits(ctx, t)
		if err != nil {
			return Answer{}, tried, err
		}
		tried = append(tried, Attempt{t, a})
		if best.Code != Several {
			best = a
		}
		if a.Code == Found {
			return a, tried, nil
		}
	}
	return best, tried, nil
}
