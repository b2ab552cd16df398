// Command segursim simulates, offline, French national digital-health services.
//
//	segursim [serve]            runs the simulator until it is told to stop
//	segursim play SCENARIO      has the reference client play a scenario
//	segursim scenario …         lists, shows and checks scenarios
//	segursim certs …            lists and exports test certificates
//	segursim hosts              prints lines for the hosts file
//	segursim readyz             tells whether a simulator is ready
//	segursim version            prints what was built
//
// Exit status: 0 done, 1 a verdict is against you (a scenario failed, a file is
// wrong, nobody is ready), 2 the command line or the configuration is wrong, 3
// the simulator could not work.
//
// Every command but serve speaks to a simulator over its control API: one that
// runs already (--control), or one of its own on free ports of 127.0.0.1.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}
