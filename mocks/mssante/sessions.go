package mssante

import (
	"time"

	"github.com/segursim/segursim/internal/sim"
)

// subscribe has the end of a Pro Santé Connect session told to open mail sessions.
// The service that issues tokens may come after this one: the first token tells
// that it is there.
func (g *gate) subscribe() {
	keeper, ok := g.s.world.Tokens.(sim.SessionKeeper)
	if !ok {
		return
	}
	g.subs.Do(func() { keeper.OnSessionEnd(func(string) { g.notify() }) })
}

// sessionAlive refuses to go on after the end of a Pro Santé Connect session.
func (g *gate) sessionAlive(session string) *sim.Error {
	if keeper, ok := g.s.world.Tokens.(sim.SessionKeeper); ok && !keeper.SessionAlive(session) {
		return denied(sessionEnded)
	}
	if g.s.config.TokenLife != "token" {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if end, known := g.expires[session]; known && !g.s.now().Before(end) {
		return denied(tokenOver)
	}
	return nil
}

// maxTokens bounds how many tokens are remembered; the expired ones go first.
const maxTokens = 4096

// remember keeps when the latest token of a session expires, where that ends mail
// sessions.
func (g *gate) remember(c sim.Claims) {
	if g.s.config.TokenLife != "token" || c.Session == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.expires) >= maxTokens {
		now := g.s.now()
		for session, end := range g.expires {
			if !now.Before(end) {
				delete(g.expires, session)
			}
		}
		if len(g.expires) >= maxTokens {
			return
		}
	}
	g.expires[c.Session] = c.Expires
}

// OnEnd has f called when an identity may have come to its end: somebody ended a
// Pro Santé Connect session, a BAL changed, or simulated time went on.
func (g *gate) OnEnd(f func()) (forget func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.next++
	id := g.next
	g.watchers[id] = f
	if g.check == nil {
		g.watch()
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.watchers, id)
		if len(g.watchers) == 0 && g.check != nil {
			g.check.Stop()
			g.check = nil
		}
	}
}

// watch arms the next look at the open sessions. g.mu is held.
func (g *gate) watch() {
	g.check = g.s.world.Clock.AfterFunc(time.Duration(g.s.config.SessionCheck), func() {
		g.mu.Lock()
		g.check = nil
		if len(g.watchers) > 0 {
			g.watch()
		}
		g.mu.Unlock()
		g.notify()
	})
}

// notify tells everybody who asked.
func (g *gate) notify() {
	g.mu.Lock()
	told := make([]func(), 0, len(g.watchers))
	for _, f := range g.watchers {
		told = append(told, f)
	}
	g.mu.Unlock()
	for _, f := range told {
		f()
	}
}

// reset makes the timers of the world that begins.
func (g *gate) reset() {
	g.mu.Lock()
	clear(g.expires)
	if g.check != nil {
		g.check.Stop()
		g.check = nil
	}
	if len(g.watchers) > 0 {
		g.watch()
	}
	g.mu.Unlock()
	g.begin()
}
