// Package e2e holds the tests of the simulator by clients that were not written
// for it, and the benchmarks of the whole. It has no code of its own.
//
//	oidc*_test.go     coreos/go-oidc and golang.org/x/oauth2: discovery, code with
//	                  and without PKCE, JWKS and its rotation, the two-host layout
//	curl*_test.go     curl: CIBA from the request to the logout, mutual TLS, the
//	                  token exchange of the espace de confiance
//	apache*_test.go   Apache with libapache2-mod-auth-openidc: login, session, logout
//	openssl*_test.go  openssl and keytool: chain, host name, CRL, OCSP, key stores
//	twice_test.go     two simulators in one process, seeds, goroutines left behind
//	upload_test.go    bodies of 1 GiB
//	wait_test.go      long-poll and stream of the control API
//	bench*_test.go    the figures of docs/performance.md
//
// Every simulator is started by mocks.Start on free ports of 127.0.0.1, and
// nothing but loopback is ever dialled. A test that needs a program which is not
// installed is skipped, or fails when SEGURSIM_REQUIRE=1 (see internal/need).
//
// Limits: what these clients do not check is not proven here; the versions are
// those of the machine. The package keeps no state.
package e2e
