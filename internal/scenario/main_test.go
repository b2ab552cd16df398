package scenario_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Every engine that a test makes is closed by its end: none leaves a goroutine.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
