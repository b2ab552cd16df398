package apcv

import (
	"time"

	"github.com/segursim/segursim/internal/store"
)

// arm sets the timer for the end of a code or of a context. The row alone decides
// what happens: the timer only makes it happen on time.
func (s *Service) arm(id string, at time.Time) {
	t := s.world.Clock.AfterFunc(at.Sub(s.now()), func() { s.tick(id) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.alarms[id]; ok {
		old.Stop()
	}
	s.alarms[id] = t
}

func (s *Service) disarm(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.alarms[id]; ok {
		t.Stop()
		delete(s.alarms, id)
	}
}

// tick ends what has reached its end.
func (s *Service) tick(id string) {
	again, err := s.end(id, false)
	switch {
	case err != nil:
		s.world.Log.Error("apcv: end", "id", id, "error", err)
	case !again.IsZero(): // the clock was moved back meanwhile
		s.arm(id, again)
	}
}

// end expires a shown code or a living context, when its time has come or when
// forced. It returns when it will, if that is later.
func (s *Service) end(id string, forced bool) (later time.Time, err error) {
	var facts map[string]any
	err = s.world.Store.Update(func(tx *store.Txn) error {
		now := s.now()
		if c, ok := codes.Get(tx, id); ok && c.State == shown {
			switch {
			case forced && now.Before(c.Expires):
				c.Ended = now
			case now.Before(c.Expires):
				later = c.Expires
				return nil
			default:
				c.Ended = c.Expires
			}
			c.State = expired
			facts = c.facts()
			return codes.Put(tx, c)
		}
		if v, ok := contexts.Get(tx, id); ok && v.State == alive {
			switch {
			case forced && now.Before(v.Expires):
				v.Ended = now
			case now.Before(v.Expires):
				later = v.Expires
				return nil
			default:
				v.Ended = v.Expires
			}
			v.State = expired
			facts = v.facts()
			return contexts.Put(tx, v)
		}
		return nil
	})
	if err == nil && later.IsZero() {
		s.disarm(id)
	}
	if err != nil || facts == nil {
		return later, err
	}
	what := "QR code expiré"
	if _, ok := facts["context"]; ok {
		what = "contexte expiré"
	}
	s.event("apcv.expired", what, facts)
	return time.Time{}, nil
}

// Reset sets the timers anew, from what the store now holds.
func (s *Service) Reset() {
	s.mu.Lock()
	for id, t := range s.alarms {
		t.Stop()
		delete(s.alarms, id)
	}
	s.mu.Unlock()
	waiting := map[string]time.Time{}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for c := range codes.Find(tx, "state", shown) {
			waiting[c.ID] = c.Expires
		}
		for v := range contexts.Find(tx, "state", alive) {
			waiting[v.ID] = v.Expires
		}
		return nil
	})
	for id, at := range waiting {
		s.arm(id, at)
	}
}
