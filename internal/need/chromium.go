package need

import (
	"os/exec"
	"strings"
	"testing"
)

// browsers lists the names under which distributions install a Chromium-like
// browser, the preferred one first.
func browsers() []string {
	return []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
}

// Chromium returns the absolute path of a browser that speaks the DevTools
// protocol. When none is installed the test is skipped, or fails when
// [RequireEnv] is set.
func Chromium(t testing.TB) string {
	t.Helper()

	for _, name := range browsers() {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}

	missing(t, "no browser is in PATH (looked for %s); .ci/tools installs chromium on Debian",
		strings.Join(browsers(), ", "))

	return ""
}
