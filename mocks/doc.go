// Package mocks is the list of simulated services, and their public Go API: a
// simulator for tests, started and stopped like an httptest server.
//
//	srv, err := mocks.Start(ctx, mocks.Options{})
//	defer srv.Close()
//	issuer := srv.Issuer()
//	client := srv.Client() // trusts the simulator's certificates
//
// Every simulator has its own state, ports and clock: as many as wished live in
// one process. Each service is a folder below this one; adding one is a folder
// and a line in mocks.go.
package mocks
