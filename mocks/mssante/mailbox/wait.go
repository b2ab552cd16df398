package mailbox

import (
	"context"
	"fmt"

	"github.com/segursim/segursim/internal/store"
)

// A bell rings once, for all who wait for news of a folder.
type bell struct {
	rung    chan struct{}
	waiting int
}

// Wait blocks until a folder changed after modseq or is gone, stop closes, a reset
// happens, or ctx ends, which is the only error. It never misses a change: what came
// before the call counts. A session then asks Since.
func (s *Store) Wait(ctx context.Context, folder string, modseq uint64, stop <-chan struct{}) error {
	epoch := s.epoch.Load()
	for {
		// The bell comes first: a change after the look below rings it.
		b := s.hang(folder)
		if s.epoch.Load() != epoch || s.changed(folder, modseq) {
			s.take(folder, b)
			return nil
		}
		select {
		case <-b.rung:
			s.waiting.Add(-1) // ring took it away
		case <-stop:
			s.take(folder, b)
			return nil
		case <-ctx.Done():
			s.take(folder, b)
			return fmt.Errorf("mailbox: wait for news: %w", ctx.Err())
		}
	}
}

// changed tells whether a folder is gone, or not as it was at modseq: a modseq greater
// than the folder's is one of another world.
func (s *Store) changed(folder string, modseq uint64) bool {
	changed := false
	_ = s.db.View(func(tx *store.Txn) error {
		r, ok := folders.Get(tx, folder)
		changed = !ok || r.ModSeq != modseq
		return nil
	})
	return changed
}

// hang waits at a folder's bell.
func (s *Store) hang(folder string) *bell {
	s.waiting.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bells[folder]
	if b == nil {
		b = &bell{rung: make(chan struct{})}
		s.bells[folder] = b
	}
	b.waiting++
	return b
}

// take leaves a bell, and takes it away when nobody else waits.
func (s *Store) take(folder string, b *bell) {
	s.waiting.Add(-1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.waiting--; b.waiting == 0 && s.bells[folder] == b {
		delete(s.bells, folder)
	}
}

// ring wakes who waits for news of folders. It costs one load when nobody waits for
// anything.
func (s *Store) ring(folders []string) {
	if len(folders) == 0 || s.waiting.Load() == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, folder := range folders {
		if b := s.bells[folder]; b != nil {
			close(b.rung)
			delete(s.bells, folder)
		}
	}
}

// epochStride is how much UIDVALIDITY grows from one world to the next: by more than
// those of folders made together differ, so that a folder never shows the one that
// another had before.
const epochStride = 4096

// Wake wakes every waiter: the store went back to its baseline or to a snapshot, or
// forth to another one. From then on every folder shows a greater UIDVALIDITY: the
// UIDs that are given now may have been given before, to other messages, and a client
// that keeps messages must be told (RFC 9051 §2.3.1.1).
func (s *Store) Wake() {
	s.epoch.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	for folder, b := range s.bells {
		close(b.rung)
		delete(s.bells, folder)
	}
}
