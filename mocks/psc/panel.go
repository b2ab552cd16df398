package psc

import "github.com/segursim/segursim/internal/sim"

// Panels are the service's pages in the console.
func (s *Service) Panels() []sim.Panel { return nil }
