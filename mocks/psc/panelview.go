package psc

import (
	"cmp"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/store"
)

// demandView is a demand as the panels show it.
type demandView struct {
	demand
	Name    string // of the person
	Service string // of the client
	Left    int    // seconds
	Total   int
}

// Approved tells whether the person said yes.
func (v demandView) Approved() bool { return v.State == approved || v.State == used }

// Pending tells whether it still waits.
func (v demandView) Pending() bool { return v.State == pending }

// At is when it was settled, on the simulated clock.
func (v demandView) At() string { return v.Settled.Format("15:04:05") }

// Asked is when it was made, on the simulated clock.
func (v demandView) Asked() string { return v.Created.Format("15:04:05") }

func (s *Service) demandView(d demand) demandView {
	v := demandView{
		demand: d, Name: d.Person, Service: s.clientName(d.Client),
		Left: s.secondsLeft(d), Total: totalSeconds(d),
	}
	if p, ok := s.person(d.Person); ok {
		v.Name = p.Name()
	}
	// A timer may be a moment late; what is past its end no longer waits.
	if v.State == pending && !s.now().Before(d.Expires) {
		v.State, v.Settled = expired, d.Expires
	}
	return v
}

// history are the demands of a channel, or of all for the empty one, that a
// person, or anyone, was sent: those that wait first, oldest first; then the
// settled ones, newest first, at most limit of them.
func (s *Service) history(person, channel string, limit int) (waiting, settled []demandView) {
	var rows []demand
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for d := range demands.All(tx) {
			if (person == "" || d.Person == person) && (channel == "" || d.Channel == channel) {
				rows = append(rows, d)
			}
		}
		return nil
	})
	for _, d := range rows {
		if v := s.demandView(d); v.Pending() {
			waiting = append(waiting, v)
		} else {
			settled = append(settled, v)
		}
	}
	slices.SortFunc(waiting, func(a, b demandView) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(settled, func(a, b demandView) int {
		return cmp.Or(b.Settled.Compare(a.Settled), cmp.Compare(a.ID, b.ID))
	})
	return waiting, settled[:min(len(settled), limit)]
}

// lefts are the countdowns of a page.
func lefts(views ...demandView) map[string]int {
	out := map[string]int{}
	for _, v := range views {
		if v.Pending() {
			out[v.ID] = v.Left
		}
	}
	return out
}

// freshFor is how long the phone keeps showing how its last request ended, in
// simulated time.
const freshFor = 2 * time.Minute

func (s *Service) fresh(v demandView) bool { return s.now().Sub(v.Settled) < freshFor }
