package sim

import "sync"

// Shared holds what several services of one world have in common and none of
// them owns: the door of the Assurance Maladie, for one. Whoever comes first
// makes it. The zero value is ready.
type Shared struct {
	mu   sync.Mutex
	made map[string]any
}

// Get returns what is kept under key; the first call makes it. What make
// returns for a key must always be of one type. make runs under a lock: it must
// not call Get.
func (s *Shared) Get(key string, make func() any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.made[key]
	if !ok {
		v = make()
		if s.made == nil {
			s.made = map[string]any{}
		}
		s.made[key] = v
	}
	return v
}
