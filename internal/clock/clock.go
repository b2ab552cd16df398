// Package clock is the time of the simulated world: wall time plus an offset,
// which can be advanced, set or frozen, and the timers that follow it.
//
// A timer of the simulated world (a CIBA request that expires, a session that
// idles out, a fault's delay) fires when simulated time passes its deadline,
// whether the world waited for it or was advanced past it. Timers fire in the
// order of their deadlines; two with the same deadline fire in the order they
// were made. A frozen world fires nothing until it is advanced.
//
// State lives in the Clock value only: several simulators in one process each
// have their own. No goroutine runs between two deadlines.
package clock

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"
)

// Clock is a simulated clock. Its methods may be called concurrently.
type Clock struct {
	wall func() time.Time

	mu     sync.Mutex
	offset time.Duration
	frozen bool
	at     time.Time // the instant shown while frozen
	seq    uint64
	queue  queue
	alarm  *time.Timer // real timer armed for the earliest deadline
	closed bool
	gone   chan struct{} // closed when the timers are forgotten
	firing sync.WaitGroup
}

// ErrForgotten is what Wait returns when Reset or Close ended the wait.
var ErrForgotten = errors.New("clock: the wait was ended by a reset or by the end of the simulator")

// State is what a snapshot keeps of a clock.
type State struct {
	Now    time.Time     `json:"now"`    // simulated time when the state was read
	Offset time.Duration `json:"offset"` // simulated minus wall time; 0 while frozen
	Frozen bool          `json:"frozen"`
	Timers int           `json:"timers"` // timers waiting; ignored by Restore
}

// New returns a clock that shows wall time as told by wall; nil means time.Now.
func New(wall func() time.Time) *Clock {
	if wall == nil {
		wall = time.Now
	}
	return &Clock{wall: wall, gone: make(chan struct{})}
}

// Now returns the simulated time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.frozen {
		return c.at
	}
	return c.wall().Add(c.offset).Round(0)
}

// Wall returns the real time, for the few measures that are not of the
// simulated world (how long an exchange took).
func (c *Clock) Wall() time.Time { return c.wall() }

// Advance moves simulated time forward by d (backward when negative) and fires
// the timers it passes before it returns.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	if c.frozen {
		c.at = c.at.Add(d)
	} else {
		c.offset += d
	}
	c.mu.Unlock()
	c.fire()
}

// Set moves simulated time to t, and fires the timers it passes.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	if c.frozen {
		c.at = t
	} else {
		c.offset = t.Sub(c.wall())
	}
	c.mu.Unlock()
	c.fire()
}

// Freeze stops simulated time at the instant it shows, or lets it run again
// from there.
func (c *Clock) Freeze(frozen bool) {
	c.mu.Lock()
	switch {
	case frozen && !c.frozen:
		c.at = c.now()
	case !frozen && c.frozen:
		c.offset = c.at.Sub(c.wall())
	}
	c.frozen = frozen
	c.mu.Unlock()
	c.fire()
}

// State returns what a snapshot keeps.
func (c *Clock) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := State{Now: c.now(), Offset: c.offset, Frozen: c.frozen, Timers: len(c.queue)}
	if c.frozen {
		s.Offset = 0
	}
	return s
}

// Restore puts the clock back to a state: a frozen clock shows the same
// instant again, a running one goes on from that instant.
func (c *Clock) Restore(s State) {
	c.mu.Lock()
	c.frozen = s.Frozen
	c.at = s.Now
	c.offset = s.Now.Sub(c.wall())
	c.mu.Unlock()
	c.fire()
}

// Reset returns to running wall time and forgets every timer.
func (c *Clock) Reset() {
	c.mu.Lock()
	c.offset, c.frozen = 0, false
	c.forget()
	c.mu.Unlock()
}

// Close stops the clock's timers for good and waits for the callbacks that are
// running. Now still answers.
func (c *Clock) Close() {
	c.mu.Lock()
	c.closed = true
	c.forget()
	c.mu.Unlock()
	c.firing.Wait()
}

// forget drops every timer, in constant time: a timer made before belongs to a
// channel that is no longer the clock's. c.mu is held.
func (c *Clock) forget() {
	c.queue = nil
	close(c.gone)
	c.gone = make(chan struct{})
	c.arm()
}

// A Timer calls a function once simulated time reaches its deadline.
type Timer struct {
	clock *Clock
	when  time.Time
	seq   uint64
	f     func()
	index int
	gone  chan struct{} // the clock's when it was made
}

// AfterFunc calls f once d of simulated time has passed: within the call that
// moved the clock past the deadline, or on a goroutine of its own. f must not
// call Close.
func (c *Clock) AfterFunc(d time.Duration, f func()) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.afterFunc(d, f)
}

// afterFunc makes a timer. c.mu is held.
func (c *Clock) afterFunc(d time.Duration, f func()) *Timer {
	c.seq++
	t := &Timer{clock: c, when: c.now().Add(d), seq: c.seq, f: f, index: -1, gone: c.gone}
	if !c.closed {
		heap.Push(&c.queue, t)
		c.arm()
	}
	return t
}

// Stop prevents the timer from firing, and tells whether it did.
func (t *Timer) Stop() bool {
	c := t.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.index < 0 || t.gone != c.gone {
		return false
	}
	heap.Remove(&c.queue, t.index)
	c.arm()
	return true
}

// Wait blocks for d of simulated time, or until ctx ends, and returns the
// context's error in that case. Reset and Close end every wait, which then
// returns ErrForgotten.
func (c *Clock) Wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	done := make(chan struct{})
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return ErrForgotten
	}
	t, gone := c.afterFunc(d, func() { close(done) }), c.gone
	c.mu.Unlock()
	defer t.Stop()
	select {
	case <-done:
		return nil
	case <-gone:
		return ErrForgotten
	case <-ctx.Done():
		return ctx.Err()
	}
}

// arm sets the real timer for the earliest deadline. c.mu is held.
func (c *Clock) arm() {
	if c.alarm != nil {
		c.alarm.Stop()
	}
	if len(c.queue) == 0 || c.frozen || c.closed {
		return
	}
	d := max(c.queue[0].when.Sub(c.now()), 0)
	c.alarm = time.AfterFunc(d, c.fire)
}

// fire runs every timer whose deadline has passed, in order, and re-arms.
func (c *Clock) fire() {
	for {
		c.mu.Lock()
		if c.closed || len(c.queue) == 0 || c.queue[0].when.After(c.now()) {
			c.arm()
			c.mu.Unlock()
			return
		}
		t := heap.Pop(&c.queue).(*Timer)
		c.firing.Add(1)
		c.mu.Unlock()
		t.f()
		c.firing.Done()
	}
}

// queue is a heap of timers by deadline, then by age.
type queue []*Timer

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if q[i].when.Equal(q[j].when) {
		return q[i].seq < q[j].seq
	}
	return q[i].when.Before(q[j].when)
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue) Push(x any) {
	t := x.(*Timer)
	t.index = len(*q)
	*q = append(*q, t)
}

func (q *queue) Pop() any {
	old := *q
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	t.index = -1
	return t
}
