package mssante

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// watch counts how often an identity's watcher is told, and what Alive says then.
type watched struct {
	told   atomic.Int32
	last   atomic.Pointer[sim.Error]
	forget func()
}

func (b *bench) watch(id auth.Identity) *watched {
	w := &watched{}
	w.forget = b.s.gate.OnEnd(func() {
		w.last.Store(b.s.gate.Alive(id))
		w.told.Add(1)
	})
	return w
}

func (b *bench) open(address, token string) auth.Identity {
	b.t.Helper()
	id, refusal := b.s.gate.Token(b.t.Context(), nil, address, token)
	if refusal != nil {
		b.t.Fatal(refusal)
	}
	return id
}

// TestSessionEnds: a mail session hears of each way to its end.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		section string
		end     func(*bench)
		want    string // rule; empty when the session goes on
	}{
		"Pro Santé Connect session ended":   {end: func(b *bench) { b.issuer.end("s-kit", true) }, want: sessionEnded},
		"Pro Santé Connect session expired": {end: func(b *bench) { b.issuer.end("s-kit", false); b.advance(11 * time.Second) }, want: sessionEnded},
		"somebody else's session ended":     {end: func(b *bench) { b.issuer.end("s-robert", true) }},
		"time passes":                       {end: func(b *bench) { b.advance(time.Hour) }},
		"token expired, which ends it":      {section: "token_life: token", end: func(b *bench) { b.advance(3 * time.Minute) }, want: tokenOver},
		"BAL closed":                        {end: func(b *bench) { b.do("bal-close", map[string]any{"address": sharedBAL}) }, want: balClosed},
		"BAL deleted":                       {end: func(b *bench) { b.do("bal-delete", map[string]any{"address": sharedBAL}) }, want: balUnknown},
		"no longer a holder":                {end: func(b *bench) { b.do("bal-update", map[string]any{"address": sharedBAL, "holders": robert}) }, want: balOfOthers},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := prepare(t, tt.section)
			w := b.watch(b.open(sharedBAL, "token-s-kit"))
			tt.end(b)
			if w.told.Load() == 0 {
				t.Fatal("the session was not told")
			}
			last := w.last.Load()
			if tt.want == "" {
				if last != nil {
					t.Errorf("ended: %v", last)
				}
				return
			}
			if last == nil || last.Code != tt.want {
				t.Errorf("the session ends with %v, want %s", last, tt.want)
			}
		})
	}
}

// TestForget: who forgot is not told, and no timer stays for nobody.
func TestForget(t *testing.T) {
	t.Parallel()
	b := prepare(t, "inactivity: {days: -1}")
	clock := b.app.World().Clock
	before := clock.State().Timers
	one, two := b.watch(b.open(kitBAL, "token-s-kit")), b.watch(b.open(kitBAL, "token-s-kit"))
	one.forget()
	one.forget()
	b.issuer.end("s-kit", true)
	if one.told.Load() != 0 || two.told.Load() != 1 {
		t.Errorf("told %d and %d times, want 0 and 1", one.told.Load(), two.told.Load())
	}
	if got := clock.State().Timers; got != before+1 {
		t.Errorf("%d timers while a session is open, want %d", got, before+1)
	}
	two.forget()
	if got := clock.State().Timers; got != before {
		t.Errorf("%d timers when none is open, want %d", got, before)
	}
	// The end of a session reaches each watcher once, however many tokens were seen.
	if n := len(b.issuer.watchers); n != 1 {
		t.Errorf("subscribed %d times", n)
	}
}

// TestTokenLifeRenewed: another token of the session makes it last longer.
func TestTokenLifeRenewed(t *testing.T) {
	t.Parallel()
	b := prepare(t, "token_life: token")
	id := b.open(kitBAL, "token-s-kit")
	b.advance(90 * time.Second)
	c := b.issuer.tokens["token-s-kit"]
	c.Expires = b.app.World().Clock.Now().Add(2 * time.Minute)
	b.issuer.mu.Lock()
	b.issuer.tokens["renewed"] = c
	b.issuer.mu.Unlock()
	b.open(kitBAL, "renewed")
	b.advance(time.Minute)
	if refusal := b.s.gate.Alive(id); refusal != nil {
		t.Errorf("the session was renewed, and ends: %v", refusal)
	}
	b.advance(2 * time.Minute)
	expectDenied(t, b.s.gate.Alive(id), tokenOver, sim.Unauthorized)
}

// TestResetKeepsWatching: after a reset, open sessions are looked at again.
func TestResetKeepsWatching(t *testing.T) {
	t.Parallel()
	b := prepare(t, "")
	w := b.watch(b.open(kitBAL, "token-s-kit"))
	b.app.Reset()
	b.app.World().Clock.Freeze(true)
	b.issuer.end("s-kit", false)
	told := w.told.Load()
	b.advance(11 * time.Second)
	if w.told.Load() == told || w.last.Load() == nil {
		t.Error("no timer looks at the session after a reset")
	}
}
