package mssante

import (
	"time"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// maxTriplets bounds what greylisting remembers; the oldest go first.
const maxTriplets = 10_000

// greylist refuses the first attempt of a BAL, a sender and a recipient, and those
// that follow too soon (RFC 6647 §2).
func (o *office) greylist(address, from, to string) *sim.Error {
	now, wait := o.s.now(), time.Duration(o.conf.Greylist.Delay)
	id := address + " " + from + " " + to
	var refused bool
	err := o.s.world.Store.Update(func(tx *store.Txn) error {
		t, ok := triplets.Get(tx, id)
		if age := now.Sub(t.First); ok && age >= 0 && age < time.Duration(o.conf.Greylist.Forget) {
			refused = age < wait
			return nil
		}
		refused = true
		if err := o.forget(tx, now); err != nil {
			return err
		}
		return triplets.Put(tx, triplet{ID: id, First: now})
	})
	if err != nil {
		refusal := o.conf.refuse(internalTrouble)
		refusal.Err = err
		return refusal
	}
	if refused {
		return o.conf.refuse(greylisted, to, wait)
	}
	return nil
}

// forget drops the triplets that are old, and the oldest beyond the bound.
func (o *office) forget(tx *store.Txn, now time.Time) error {
	limit := sortable(now.Add(-time.Duration(o.conf.Greylist.Forget)))
	var old []string
	n := 0
	for t := range triplets.Prefix(tx, "first", "") {
		n++
		if sortable(t.First) < limit {
			old = append(old, t.ID)
		}
	}
	if n-len(old) >= maxTriplets {
		for t := range triplets.Prefix(tx, "first", "") {
			old = append(old, t.ID)
			if len(old) > n-maxTriplets {
				break
			}
		}
	}
	for _, id := range old {
		if _, err := triplets.Delete(tx, id); err != nil {
			return err
		}
	}
	return nil
}
