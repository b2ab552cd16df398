package need

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// RequireEnv names the environment variable that turns the absence of a tool
// from a skip into a failure. Any value that [strconv.ParseBool] reads as true
// turns it on.
const RequireEnv = "SEGURSIM_REQUIRE"

// Tool returns the absolute path of the named program. When PATH does not hold
// it the test is skipped, or fails when [RequireEnv] is set.
func Tool(t testing.TB, name string) string {
	t.Helper()

	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, "the program %q is not in PATH (%v); .ci/tools installs it on Debian", name, err)
		return ""
	}

	return path
}

// required reports whether a missing tool fails the test. A value that is not
// a boolean counts as true: whoever sets the variable wants strictness, and a
// typing error must not take it away.
func required() bool {
	value, set := os.LookupEnv(RequireEnv)
	if !set || value == "" {
		return false
	}

	on, err := strconv.ParseBool(value)

	return on || err != nil
}

// missing ends the test for want of something: by a skip, or by a failure when
// everything is required.
func missing(t testing.TB, format string, args ...any) {
	t.Helper()

	if required() {
		t.Fatalf(RequireEnv+" is set and "+format, args...)
		return
	}

	t.Skipf("skipped: "+format, args...)
}
