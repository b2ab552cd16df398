package console

import (
	"context"

	"github.com/segursim/segursim/internal/scenario"
)

// Engine is what the console needs of the scenarios' engine: *scenario.Engine.
type Engine interface {
	AddFault(scenario.Fault) (scenario.Fault, error)
	RemoveFault(id string) bool
	Faults() []scenario.Fault
	ClearFaults()

	Scenarios() []*scenario.Scenario
	Scenario(id string) (*scenario.Scenario, bool)
	Check(src []byte, name string) (*scenario.Scenario, error)

	StartRun(ctx context.Context, id string, opt scenario.RunOptions) (*scenario.Run, error)
	Run(id string) (*scenario.Run, bool)
	Runs() []*scenario.Run
}

var _ Engine = (*scenario.Engine)(nil)
