package mssante

import (
	"fmt"
	"mime"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

const day = 24 * time.Hour

// useStep is how precisely the use of a BAL is kept: less often than each session.
const useStep = time.Minute

// epochOf is since when the world runs.
func epochOf(tx *store.Txn) bal.Epoch {
	e, _ := bal.Epochs.Get(tx, bal.EpochID)
	return e
}

// stateOf is the state of a BAL now: an active one that was not used for too long
// is inaccessible, even before the timer says so.
func (s *Service) stateOf(tx *store.Txn, b bal.BAL) bal.State {
	if end, ok := s.unusedAt(epochOf(tx), b); ok && !s.now().Before(end) {
		return bal.Inaccessible
	}
	return b.State
}

// unusedAt is when an active BAL becomes inaccessible if nobody uses it; false for
// one that never does.
func (s *Service) unusedAt(e bal.Epoch, b bal.BAL) (time.Time, bool) {
	if s.config.Inactivity.Days < 0 || b.State != bal.Active || b.Kind == bal.Patient {
		return time.Time{}, false
	}
	return e.LastUse(b).Add(time.Duration(s.config.Inactivity.Days) * day), true
}

// noticeAt is when the holders of a BAL are to be warned; false when they were, or
// never are.
func (s *Service) noticeAt(e bal.Epoch, b bal.BAL) (time.Time, bool) {
	end, ok := s.unusedAt(e, b)
	if !ok || s.config.Inactivity.NoticeDays < 0 || b.Warned.After(b.Used) {
		return time.Time{}, false
	}
	return end.Add(-time.Duration(s.config.Inactivity.NoticeDays) * day), true
}

// used notes that a BAL was opened, or sent from. It must not be called within a
// transaction.
func (g *gate) used(address string) {
	now := g.s.now()
	fresh := false
	_ = g.s.world.Store.View(func(tx *store.Txn) error {
		b, ok := bal.BALs.Get(tx, address)
		fresh = !ok || now.Sub(b.Used).Abs() < useStep && epochOf(tx).Live
		return nil
	})
	if fresh {
		return
	}
	err := g.s.world.Store.Update(func(tx *store.Txn) error {
		if e := epochOf(tx); !e.Live { // from here on, a snapshot is not the baseline
			e.Live = true
			if err := bal.Epochs.Put(tx, e); err != nil {
				return err
			}
		}
		b, ok := bal.BALs.Get(tx, address)
		if !ok {
			return nil
		}
		b.Used = now
		return bal.BALs.Put(tx, b)
	})
	if err != nil {
		g.s.world.Log.Error("mssante: use of a BAL", "bal", address, "error", err)
	}
}

// seeded makes inaccessible what already is when the world begins, and arms the
// timer for the rest.
func (g *gate) seeded(tx *store.Txn) error {
	due, next := g.due(tx)
	for _, b := range due {
		if b.State == bal.Inaccessible {
			if err := bal.BALs.Put(tx, b); err != nil {
				return err
			}
		}
	}
	g.arm(next)
	return nil
}

// begin is seeded after a reset: the world begins again, unless what was put back
// is a snapshot of one that ran.
func (g *gate) begin() {
	now := g.s.now()
	err := g.s.world.Store.Update(func(tx *store.Txn) error {
		if e, ok := bal.Epochs.Get(tx, bal.EpochID); ok && !e.Live {
			e.Live, e.Began = true, now
			if err := bal.Epochs.Put(tx, e); err != nil {
				return err
			}
		}
		_, next := g.due(tx)
		g.arm(next)
		return nil
	})
	if err != nil {
		g.s.world.Log.Error("mssante: reset", "error", err)
	}
}

// due are the BAL to change now, changed, and when the next one is due; the zero
// time when none is.
func (g *gate) due(tx *store.Txn) (rows []bal.BAL, next time.Time) {
	now, e := g.s.now(), epochOf(tx)
	sooner := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for b := range bal.BALs.All(tx) {
		end, ok := g.s.unusedAt(e, b)
		if !ok {
			continue
		}
		if !now.Before(end) {
			b.State = bal.Inaccessible
			rows = append(rows, b)
			continue
		}
		if at, ok := g.s.noticeAt(e, b); ok {
			if now.Before(at) {
				sooner(at)
				continue
			}
			b.Warned = now
			rows = append(rows, b)
		}
		sooner(end)
	}
	return rows, next
}

// arm sets the timer; the zero time means none.
func (g *gate) arm(next time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.alarm != nil {
		g.alarm.Stop()
		g.alarm = nil
	}
	if !next.IsZero() {
		g.alarm = g.s.world.Clock.AfterFunc(next.Sub(g.s.now()), g.sweep)
	}
}

// sweep warns the holders of BAL that nobody uses, and makes those inaccessible
// that nobody used for too long.
func (g *gate) sweep() {
	var rows []bal.BAL
	var ends []time.Time
	err := g.s.mail.Update(func(tx *store.Txn) error {
		var next time.Time
		rows, next = g.due(tx)
		e := epochOf(tx)
		for _, b := range rows {
			if err := bal.BALs.Put(tx, b); err != nil {
				return err
			}
			was := b
			was.State = bal.Active
			end, _ := g.s.unusedAt(e, was)
			ends = append(ends, end)
			if b.State == bal.Active && g.s.config.Inactivity.Mail {
				// A full BAL gets none: the event stays.
				if _, err := g.s.mail.Append(tx, b.Address, mailbox.Inbox, g.s.notice(b, end), nil, g.s.now()); err != nil {
					g.s.world.Log.Warn("mssante: notice of disuse", "bal", b.Address, "error", err)
				}
			}
		}
		g.arm(next)
		return nil
	})
	if err != nil {
		g.s.world.Log.Error("mssante: unused BAL", "error", err)
		return
	}
	for i, b := range rows {
		if b.State == bal.Inaccessible {
			g.s.told(evInaccessible, "BAL inutilisée, devenue inaccessible : "+b.Address, b, map[string]any{"deadline": ends[i].UTC().Format(time.RFC3339)})
		} else {
			g.s.told(evNotice, "BAL inutilisée, bientôt inaccessible : "+b.Address, b, map[string]any{"deadline": ends[i].UTC().Format(time.RFC3339)})
		}
	}
	if len(rows) > 0 {
		g.notify()
	}
}

// notice is the message that warns of disuse (invented).
func (s *Service) notice(b bal.BAL, end time.Time) []byte {
	now := s.now()
	var m strings.Builder
	fmt.Fprintf(&m, "From: %s <ne-pas-repondre@%s>\r\n", mime.QEncoding.Encode("utf-8", "SIMULATEUR SEGURSIM"), b.Domain())
	fmt.Fprintf(&m, "To: %s\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\n", b.Address, now.Format(time.RFC1123Z), s.world.ID(), b.Domain())
	fmt.Fprintf(&m, "Subject: %s\r\n", mime.QEncoding.Encode("utf-8", "Votre BAL MSSanté est inutilisée"))
	m.WriteString("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
	fmt.Fprintf(&m, "Message de test du simulateur SEGURSIM.\r\n\r\nLa boîte aux lettres %s n'a pas été utilisée depuis longtemps.\r\n", b.Address)
	fmt.Fprintf(&m, "Sans connexion avant le %s, elle deviendra inaccessible.\r\n", end.UTC().Format("02/01/2006 15:04 UTC"))
	return []byte(m.String())
}
