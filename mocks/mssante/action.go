package mssante

import (
	"maps"

	"github.com/segursim/segursim/internal/sim"
)

// Actions are the verbs of actions/mssante/*: those of the boîtes aux lettres
// (balActions), of the messages, and of the patients.
func (s *Service) Actions() map[string]sim.Action {
	all := s.balActions()
	for _, more := range []map[string]sim.Action{s.messageActions(), s.sendingActions(), s.patientActions(), s.countActions()} {
		maps.Copy(all, more)
	}
	return all
}
