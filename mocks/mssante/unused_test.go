package mssante

import (
	"bytes"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// TestUnused: a BAL that nobody uses for 45 days is inaccessible; its holders are
// told a week before, and using it begins again.
func TestUnused(t *testing.T) {
	t.Parallel()
	b := prepare(t, "")
	if got := b.state(kitUnused); got != bal.Inaccessible {
		t.Errorf("unused for 60 days at the start: %s", got)
	}
	b.advance(38*day - time.Second)
	if n := len(b.entries(evNotice)); n != 0 {
		t.Fatalf("%d notices before their time", n)
	}
	b.open(kitBAL, "token-s-kit") // in use from here
	b.advance(2 * time.Second)
	notices := b.entries(evNotice)
	if len(notices) == 0 {
		t.Fatal("no notice a week before")
	}
	for _, e := range notices {
		if e.Fact("bal.address") == kitBAL {
			t.Error("a notice for a BAL in use")
		}
		if e.Fact("bal.deadline") != morning.Add(45*day).Format(time.RFC3339) {
			t.Errorf("deadline %v", e.Fact("bal.deadline"))
		}
	}
	b.advance(7*day - 2*time.Second)
	if got := b.state(sharedBAL); got != bal.Active {
		t.Errorf("%s a second before the end", got)
	}
	b.advance(2 * time.Second) // the world began some milliseconds after the hour
	row, _ := b.row(sharedBAL)
	if row.State != bal.Inaccessible || len(b.entries(evInaccessible)) != len(notices) {
		t.Errorf("after 45 days: %s, %d events for %d notices", row.State, len(b.entries(evInaccessible)), len(notices))
	}
	_, refusal := b.s.gate.Token(t.Context(), nil, sharedBAL, "token-s-kit")
	expectDenied(t, refusal, balUnused, sim.Forbidden)
	if got := b.state(kitBAL); got != bal.Active {
		t.Errorf("used 7 days ago: %s", got)
	}
	if closed := b.state(kitClosed); closed != bal.Closed {
		t.Errorf("a closed BAL became %s", closed)
	}
	b.do("bal-open", map[string]any{"address": sharedBAL})
	b.open(sharedBAL, "token-s-kit")
	b.advance(44 * day)
	if got := b.state(sharedBAL); got != bal.Active {
		t.Errorf("44 days after it was reactivated: %s", got)
	}
}

// TestUnusedAfterReset: a world that is reset long after its start begins anew, and
// one that is put back from a snapshot goes on.
func TestUnusedAfterReset(t *testing.T) {
	t.Parallel()
	var wall atomic.Int64 // beyond the morning
	b := prepare(t, "", func(o *app.Options) {
		o.Clock = ""
		o.Wall = func() time.Time { return morning.Add(time.Duration(wall.Load())) }
	})
	b.advance(44 * day)
	b.open(kitBAL, "token-s-kit")
	var saved bytes.Buffer
	if err := b.app.Snapshot(&saved); err != nil {
		t.Fatal(err)
	}
	b.advance(60 * day)
	if b.state(kitBAL) != bal.Inaccessible || b.state(sharedBAL) != bal.Inaccessible {
		t.Fatal("not inaccessible 60 days later")
	}
	if err := b.app.RestoreSnapshot(&saved); err != nil {
		t.Fatal(err)
	}
	b.advance(2 * day)
	if got := []bal.State{b.state(kitBAL), b.state(sharedBAL)}; got[0] != bal.Active || got[1] != bal.Inaccessible {
		t.Errorf("46 days after the start, in the snapshot's world: %v", got)
	}
	if row, _ := b.row(sharedBAL); row.State != bal.Inaccessible {
		t.Error("no timer after a snapshot")
	}

	// The wall clock went on for 200 days before somebody resets.
	wall.Store(int64(200 * day))
	b.app.Reset()
	b.app.World().Clock.Freeze(true)
	if got := []bal.State{b.state(kitBAL), b.state(sharedBAL), b.state(kitUnused)}; got[0] != bal.Active || got[1] != bal.Active || got[2] != bal.Inaccessible {
		t.Errorf("just reset: %v", got)
	}
	b.advance(46 * day)
	if got := b.state(sharedBAL); got != bal.Inaccessible {
		t.Errorf("46 days after the reset: %s", got)
	}
}

// TestUnusedMail: the notice is also a message, when asked for.
func TestUnusedMail(t *testing.T) {
	t.Parallel()
	b := prepare(t, "inactivity: {days: 10, notice_days: 2, mail: true}")
	b.advance(8*day + time.Second)
	var raw []byte
	_ = b.app.World().Store.View(func(tx *store.Txn) error {
		inbox, ok := b.s.mail.Folder(tx, kitBAL, mailbox.Inbox)
		if !ok || inbox.Count != 1 {
			t.Fatalf("INBOX has %d messages (%v), want the notice", inbox.Count, ok)
		}
		for m := range b.s.mail.Messages(tx, inbox.ID) {
			raw, _ = b.s.mail.Raw(tx, m)
		}
		if closed, _ := b.s.mail.Folder(tx, kitClosed, mailbox.Inbox); closed.Count != 0 {
			t.Error("a notice in a closed BAL")
		}
		return nil
	})
	for _, want := range []string{"To: " + kitBAL + "\r\n", "Auto-Submitted: auto-generated\r\n", "25/01/2026 09:00", "SEGURSIM"} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("the notice lacks %q:\n%s", want, raw)
		}
	}
	b.advance(day)
	_ = b.app.World().Store.View(func(tx *store.Txn) error {
		if inbox, _ := b.s.mail.Folder(tx, kitBAL, mailbox.Inbox); inbox.Count != 1 {
			t.Errorf("%d notices", inbox.Count)
		}
		return nil
	})
}

// TestNeverUnused: the rule can be turned off.
func TestNeverUnused(t *testing.T) {
	t.Parallel()
	b := prepare(t, "inactivity: {days: -1}")
	b.advance(1000 * day)
	b.open(kitBAL, "token-s-kit")
	b.open(kitUnused, "token-s-kit")
	if n := len(b.entries(evInaccessible)) + len(b.entries(evNotice)); n != 0 {
		t.Errorf("%d events", n)
	}
}
