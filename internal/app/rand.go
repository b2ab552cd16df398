package app

import (
	crand "crypto/rand"
	"crypto/sha256"
	"math/rand/v2"
	"sync"
)

// source is a random source that repeats under a seed. It may be read
// concurrently; what is repeatable is the order of the reads.
type source struct {
	seeded bool
	key    [32]byte
	mu     sync.Mutex
	r      *rand.ChaCha8
}

// newSource derives a source from the seed and what it is for; an empty seed
// reads crypto/rand.
func newSource(seed, purpose string) *source {
	if seed == "" {
		return &source{}
	}
	s := &source{seeded: true, key: sha256.Sum256([]byte(purpose + "\x00" + seed))}
	s.reset()
	return s
}

// Read fills p; it never fails.
func (s *source) Read(p []byte) (int, error) {
	if !s.seeded {
		return crand.Read(p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(p)
}

// mark makes where the source stands now the place that reset returns to: what is
// drawn while a simulator is built is drawn once.
func (s *source) mark() {
	if !s.seeded {
		return
	}
	s.key = sha256.Sum256(append(s.key[:], "run"...))
	s.reset()
}

// reset makes a seeded source begin again.
func (s *source) reset() {
	if !s.seeded {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.r = rand.NewChaCha8(s.key)
}
