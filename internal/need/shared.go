package need

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// SharedEnv names the environment variable that holds the path of the folder
// of reference data.
const SharedEnv = "SEGURSIM_SHARED"

// Shared returns the path of a file or folder of reference data: real schemas,
// published examples and captures that are held against what segursim emits
// but may not be redistributed with it. elem is joined below the data folder,
// which is $SEGURSIM_SHARED when set, else the folder "shared" beside the root
// of the repository.
//
// The data are not part of a clone: when they are absent the test is skipped,
// whatever [RequireEnv] says.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()

	folder := os.Getenv(SharedEnv)
	if folder == "" {
		root, err := Root()
		if err != nil {
			t.Skipf("skipped: the reference data cannot be looked for: %v", err)
			return ""
		}
		folder = filepath.Join(filepath.Dir(root), "shared")
	}

	path := filepath.Join(append([]string{folder}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: the reference data are not here (set %s to their folder): %v", SharedEnv, err)
		return ""
	}

	return path
}

// Root returns the absolute path of the root of the repository: the nearest
// folder at or above the working directory that holds a go.mod. `go test` runs
// each package in its own folder, so every test of the module finds it.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("working directory: %w", err)
	}

	for folder := start; ; folder = filepath.Dir(folder) {
		_, err := os.Stat(filepath.Join(folder, "go.mod"))
		if err == nil {
			return folder, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("look for go.mod: %w", err)
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("no go.mod at or above %s", start)
		}
	}
}
