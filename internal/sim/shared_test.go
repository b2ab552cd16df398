package sim_test

import (
	"sync"
	"testing"

	"github.com/segursim/segursim/internal/sim"
)

func TestShared(t *testing.T) {
	t.Parallel()
	var s sim.Shared
	made := 0
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if got := s.Get("door", func() any { made++; return "one" }); got != "one" {
				t.Errorf("got %v", got)
			}
		})
	}
	wg.Wait()
	if made != 1 {
		t.Errorf("made %d times", made)
	}
	if got := s.Get("other", func() any { return 2 }); got != 2 {
		t.Errorf("another key: %v", got)
	}
}
