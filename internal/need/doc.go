// Package need says what a test needs from its machine, and skips the test
// when the machine has not got it.
//
// segursim is tested with real neighbours: openssl reads its certificates,
// Apache logs in against its Pro Santé Connect, Chromium drives its console,
// a Docker engine runs its image. None of them is needed to build or to use
// segursim, so a plain `go test ./...` on a laptop must not fail because one is
// absent. It must not pass by silence on the continuous-integration machine
// either. Hence one switch:
//
//	environment           missing tool, engine or browser
//	(nothing)             the test is skipped, the reason names what is missing
//	SEGURSIM_REQUIRE=1    the test fails with the same reason
//
// The reference data folder of [Shared] is the exception: it is not part of a
// clone, so its absence always skips and never fails.
//
// Limits: a tool is looked up by name only, its version is not judged. The
// package keeps no state between calls and is meant for tests alone.
package need
