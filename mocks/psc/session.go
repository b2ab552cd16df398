package psc

import (
	"encoding/base64"
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
		return base64.RawURLEncoding.EncodeToString(s.random(18))
	}
	return s.id()
}

// purge removes what expired long ago, so that a simulator that runs for days
// does not grow. It looks only at short-lived rows.
func (s *Service) purge(tx *store.Txn) error {
	now := s.now()
	for row := range codes.All(tx) {
		if now.After(row.Expires.Add(time.Hour)) {
			if _, err := codes.Delete(tx, row.ID); err != nil {
				return err
			}
		}
	}
	for row := range attempts.All(tx) {
		if now.After(row.Created.Add(2 * time.Duration(s.config.Lifetimes.Login))) {
			if _, err := attempts.Delete(tx, row.ID); err != nil {
				return err
			}
		}
	}
	for row := range demands.All(tx) {
		if now.After(row.Expires.Add(time.Hour)) {
			if _, err := demands.Delete(tx, row.ID); err != nil {
				return err
			}
		}
	}
	for row := range sessions.All(tx) {
		if now.After(row.Started.Add(2 * time.Duration(s.config.Lifetimes.Session))) {
			if _, err := sessions.Delete(tx, row.ID); err != nil {
				return err
			}
		}
	}
	for _, t := range []store.Table[revoked]{revocations, assertions} {
		for row := range t.All(tx) {
			if now.After(row.Expires) {
				if _, err := t.Delete(tx, row.ID); err != nil {
					return err
				}
			}
		}
	}
	for row := range pushes.All(tx) {
		if now.After(row.Expires) {
			if _, err := pushes.Delete(tx, row.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
