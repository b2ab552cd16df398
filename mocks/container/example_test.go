package container_test

import (
	"context"
	"fmt"
	"log"

	"github.com/testcontainers/testcontainers-go"

	"github.com/segursim/segursim/mocks/container"
)

// A test of a product that logs in through Pro Santé Connect with CIBA starts
// the simulator, points the product at the issuer, and plays the person.
func ExampleRun() {
	ctx := context.Background()

	sim, err := container.Run(ctx, "segursim", container.WithSeed("exemple"))
	defer func() {
		if err := testcontainers.TerminateContainer(sim); err != nil {
			log.Print(err)
		}
	}()
	if err != nil {
		log.Print(err)
		return
	}

	issuer, err := sim.Issuer(ctx)
	if err != nil {
		log.Print(err)
		return
	}
	fmt.Println("the product's issuer:", issuer)

	// … the product asks for a login by CIBA; the person accepts on the phone.
	if _, err := sim.Action(ctx, "psc", "approve", map[string]string{"login_hint": "899700000001"}); err != nil {
		log.Print(err)
	}
}
