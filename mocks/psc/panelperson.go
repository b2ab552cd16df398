package psc

import (
	"maps"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

// maxPeople bounds a list of people; the search narrows it.
const maxPeople = 24

// personView is a professional as the panels list them.
type personView struct {
	ID, Name string
	Waiting  int    // demands that wait for them
	State    string // of the card, where the list is about cards
	Here     bool   // the one shown
}

// peopleView is a list of people with its search box.
type peopleView struct {
	Typed string
	List  []personView
	More  bool // others match
}

// people searches the professionals that keep accepts. Whoever is waited for
// comes first. The search is the registre's: the beginning of the family name or
// of the national identifier; also that of the given name.
func (s *Service) people(typed, here string, waits map[string]int, keep func(registre.Professional) bool, state func(registre.Professional) string) peopleView {
	var found []registre.Professional
	typed = strings.TrimSpace(typed)
	add := func(p registre.Professional) {
		if !slices.ContainsFunc(found, func(f registre.Professional) bool { return f.ID == p.ID }) {
			found = append(found, p)
		}
	}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if typed == "" { // the one shown and those waited for are there whatever the list's length
			for _, id := range append([]string{here}, slices.Sorted(maps.Keys(waits))...) {
				if p, ok := registre.FindProfessional(tx, id); ok {
					add(p)
				}
			}
		}
		for _, p := range registre.SearchProfessionals(tx, typed, 10*maxPeople) {
			add(p)
		}
		if typed == "" {
			return nil
		}
		for p := range registre.Professionals.All(tx) {
			if len(found) < 10*maxPeople && strings.HasPrefix(strings.ToUpper(p.GivenName), strings.ToUpper(typed)) {
				add(p)
			}
		}
		return nil
	})
	v := peopleView{Typed: typed}
	for _, p := range found {
		if !p.Active() || !keep(p) {
			continue
		}
		row := personView{ID: p.ID, Name: p.Name(), Waiting: waits[p.ID], Here: p.ID == here}
		if state != nil {
			row.State = state(p)
		}
		v.List = append(v.List, row)
	}
	slices.SortStableFunc(v.List, func(a, b personView) int { return b.Waiting - a.Waiting })
	if len(v.List) > maxPeople {
		v.List, v.More = v.List[:maxPeople], true
	}
	return v
}

func hasPhone(p registre.Professional) bool {
	_, ok := p.Device()
	return ok
}

func hasCard(p registre.Professional) bool { return p.Card != nil }

// waits counts the waiting demands of a channel by person.
func waits(views []demandView) map[string]int {
	out := map[string]int{}
	for _, v := range views {
		out[v.Person]++
	}
	return out
}
