// Package container runs segursim in a container from a Go test, in the
// convention of the testcontainers modules.
//
//	sim, err := container.Run(ctx, "segursim")
//	testcontainers.CleanupContainer(t, sim)
//	issuer, err := sim.Issuer(ctx)  // https://localhost:49153/auth/realms/…
//	client, err := sim.Client(ctx)  // trusts the simulator's CA
//
// It speaks to the image over the network only: the control API on port 8090
// and the simulated services on 443 and 80, which Docker maps to free ports of
// the host. The URLs that a service emits follow the name and the port it is
// called by, so mapped ports need no setting; [Container.PinPublicURL] and
// [WithPublicURL] pin them for a client that is told one address and called
// back by another.
//
// A test that needs no image is better served by the package mocks, which runs
// the simulator in the test's own process.
//
// Method                      Control API
//
//	Endpoints, Issuer           GET  /api/endpoints
//	CA, Client                  GET  /api/certs/ca.pem
//	Reset                       POST /api/reset
//	Advance, SetClock, Freeze   POST /api/clock
//	PinPublicURL                PUT  /api/public-url
//	Action                      POST /api/actions/{service}/{verb}
//	API                         any other
//
// Neighbours. Put the simulator on a network under the qualification names it
// answers for, with the network package of testcontainers:
//
//	network.WithNetwork([]string{"auth.bas.psc.esante.gouv.fr"}, nw)
//
// and a neighbour reaches it there on the real ports; it only has to trust CA.
//
// Limits: one simulator a container; its state is in its memory and goes with
// it. The package keeps no state but the token of the control API, drawn at
// random for each Run.
package container
