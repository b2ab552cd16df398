package psc

import (
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

// endSession removes a session and says so in the journal.
func (s *Service) endSession(id, reason string) (bool, error) {
	var row session
	found := false
	err := s.world.Store.Update(func(tx *store.Txn) error {
		if row, found = sessions.Get(tx, id); !found {
			return nil
		}
		_, err := sessions.Delete(tx, id)
		return err
	})
	if err == nil && found {
		s.sessionEvent("session.ended", row, reason)
	}
	return found, err
}

func (s *Service) sessionEvent(op string, row session, reason string) {
	name := row.Person
	if p, ok := s.person(row.Person); ok {
		name = p.Name()
	}
	fr := map[string]string{"session.started": "session ouverte", "session.ended": "session close"}[op]
	s.event(op, journal.Text{FR: fr + " : " + name}, map[string]any{
		"session": map[string]any{"id": row.ID, "reason": reason, "auth_mode": row.AuthMode},
		"person":  map[string]any{"id": row.Person},
	})
	if op != "session.ended" {
		return
	}
	s.mu.Lock()
	watchers := s.watchers
	s.mu.Unlock()
	for _, f := range watchers {
		f(row.ID)
	}
}

// OnSessionEnd has f called with the id of every session that somebody ends.
func (s *Service) OnSessionEnd(f func(session string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = append(slices.Clip(s.watchers), f)
}

// SessionAlive tells whether a session could still be refreshed.
func (s *Service) SessionAlive(id string) bool {
	alive := false
	_ = s.world.Store.View(func(tx *store.Txn) error {
		row, ok := sessions.Get(tx, id)
		alive = ok && row.valid(s.now(), s.config.Lifetimes)
		return nil
	})
	return alive
}

// startSession opens a session for a person.
func (s *Service) startSession(tx *store.Txn, p registre.Professional, mode, acr, browser string) (session, error) {
	row := session{
		ID: s.sessionName(), Person: p.ID, Browser: browser, Started: s.now(), Used: s.now(),
		AuthMode: mode, ACR: acr, Clients: map[string]time.Time{},
	}
	return row, sessions.Put(tx, row)
}

// sessionName is a new session id: a UUID until 2025, 24 opaque characters since.
func (s *Service) sessionName() string {
	if s.config.Profile == profile2026 {
		return base64.RawURLEncoding.EncodeToString(s.world.Random(18))
	}
	return s.world.ID()
}

// purgeEvery is how often expired rows are looked for, in simulated time.
const purgeEvery = 10 * time.Minute

// purge removes what expired long ago, so that a simulator that runs for days
// does not grow. It looks at the tables once every purgeEvery, whichever way the
// clock went meanwhile.
func (s *Service) purge(tx *store.Txn) error {
	now := s.now()
	s.mu.Lock()
	due := now.Sub(s.purged).Abs() >= purgeEvery
	if due {
		s.purged = now
	}
	s.mu.Unlock()
	if !due {
		return nil
	}
	l := s.config.Lifetimes
	return errors.Join(
		sweep(tx, codes, func(r authCode) (string, bool) { return r.ID, now.After(r.Expires.Add(time.Hour)) }),
		sweep(tx, attempts, func(r attempt) (string, bool) {
			return r.ID, now.After(r.Created.Add(2 * time.Duration(l.Login)))
		}),
		sweep(tx, demands, func(r demand) (string, bool) { return r.ID, now.After(r.Expires.Add(time.Hour)) }),
		sweep(tx, sessions, func(r session) (string, bool) {
			return r.ID, now.After(r.Started.Add(2 * time.Duration(l.Session)))
		}),
		sweep(tx, revocations, func(r revoked) (string, bool) { return r.ID, now.After(r.Expires) }),
		sweep(tx, assertions, func(r revoked) (string, bool) { return r.ID, now.After(r.Expires) }),
		sweep(tx, pushes, func(r pushed) (string, bool) { return r.ID, now.After(r.Expires) }),
	)
}

// sweep deletes the rows that stale tells, by their id. A table is not changed
// while it is walked.
func sweep[T any](tx *store.Txn, t store.Table[T], stale func(T) (string, bool)) error {
	var ids []string
	for row := range t.All(tx) {
		if id, old := stale(row); old {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		if _, err := t.Delete(tx, id); err != nil {
			return err
		}
	}
	return nil
}
