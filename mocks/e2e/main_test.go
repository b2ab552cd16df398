package e2e_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain runs the tests, then looks for goroutines that outlived their
// simulator.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
