package clock_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/clock"
)

var start = time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)

// wall is a wall clock that tests move.
type wall struct {
	mu sync.Mutex
	at time.Time
}

func (w *wall) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *wall) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func simulated(t testing.TB) (*clock.Clock, *wall) {
	t.Helper()
	w := &wall{at: start}
	c := clock.New(w.now)
	t.Cleanup(c.Close)
	return c, w
}

func is(t testing.TB, c *clock.Clock, want time.Time) {
	t.Helper()
	if got := c.Now(); !got.Equal(want) {
		t.Errorf("now = %v, want %v", got, want)
	}
}

func TestNow(t *testing.T) {
	t.Parallel()
	c, w := simulated(t)
	is(t, c, start)
	w.pass(time.Second)
	is(t, c, start.Add(time.Second))
	c.Advance(time.Hour)
	is(t, c, start.Add(time.Hour+time.Second))
	c.Advance(-2 * time.Hour)
	is(t, c, start.Add(-time.Hour+time.Second))
	c.Set(start.AddDate(1, 0, 0))
	w.pass(time.Second)
	is(t, c, start.AddDate(1, 0, 0).Add(time.Second))
	if got := c.Wall(); !got.Equal(start.Add(2 * time.Second)) {
		t.Errorf("wall = %v", got)
	}
	c.Reset()
	is(t, c, start.Add(2*time.Second))
}

func TestNilWall(t *testing.T) {
	t.Parallel()
	c := clock.New(nil)
	defer c.Close()
	before := time.Now()
	if got := c.Now(); got.Before(before.Add(-time.Second)) || got.After(before.Add(time.Minute)) {
		t.Errorf("now = %v, the wall shows %v", got, before)
	}
}

func TestFreeze(t *testing.T) {
	t.Parallel()
	c, w := simulated(t)
	c.Advance(time.Minute)
	c.Freeze(true)
	w.pass(time.Hour)
	is(t, c, start.Add(time.Minute))
	c.Freeze(true) // again: nothing changes
	w.pass(time.Hour)
	is(t, c, start.Add(time.Minute))
	c.Advance(time.Second)
	is(t, c, start.Add(time.Minute+time.Second))
	c.Set(start)
	is(t, c, start)
	c.Freeze(false)
	is(t, c, start)
	w.pass(time.Second)
	is(t, c, start.Add(time.Second))
	c.Freeze(false)
	is(t, c, start.Add(time.Second))
}

// TestTimersFollow: timers fire inside the call that passes their deadline, in
// the order of deadlines, then of age.
func TestTimersFollow(t *testing.T) {
	t.Parallel()
	c, _ := simulated(t)
	c.Freeze(true)
	var fired []string
	at := func(d time.Duration, name string) { c.AfterFunc(d, func() { fired = append(fired, name) }) }
	at(3*time.Second, "three")
	at(time.Second, "one")
	at(2*time.Second, "two")
	at(2*time.Second, "two, younger")
	at(time.Hour, "hour")
	c.AfterFunc(2*time.Second, func() {
		fired = append(fired, "nested "+c.Now().Format("05"))
		at(0, "due at once")
		at(time.Second, "due in a second")
	})
	expect := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, fired); diff != "" {
			t.Errorf("fired (-want +got):\n%s", diff)
		}
		fired = nil
	}
	c.Advance(999 * time.Millisecond)
	expect()
	c.Advance(time.Millisecond)
	expect("one")
	c.Advance(2 * time.Second)
	expect("two", "two, younger", "nested 03", "three", "due at once")
	c.Set(start.Add(30 * time.Minute))
	expect("due in a second")
	c.Advance(-time.Hour)
	expect()
	if got := c.State().Timers; got != 1 {
		t.Errorf("%d timers, want 1", got)
	}
	c.Set(start.Add(24 * time.Hour))
	expect("hour")
}

// TestTimersOrder: whatever the deadlines, the order is theirs.
func TestTimersOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := clock.New((&wall{at: start}).now)
		defer c.Close()
		c.Freeze(true)
		delays := rapid.SliceOf(rapid.IntRange(0, 20)).Draw(t, "delays")
		var got, want []int
		timers := make([]*clock.Timer, len(delays))
		for i, d := range delays {
			timers[i] = c.AfterFunc(time.Duration(d)*time.Second, func() { got = append(got, i) })
		}
		for i := range delays {
			if rapid.Bool().Draw(t, "stop") {
				if !timers[i].Stop() {
					t.Fatalf("timer %d was not there to stop", i)
				}
				continue
			}
			want = append(want, i)
		}
		slices.SortStableFunc(want, func(a, b int) int { return delays[a] - delays[b] })
		for range 25 {
			c.Advance(time.Second)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("fired %v, want %v", got, want)
		}
	})
}

func TestStop(t *testing.T) {
	t.Parallel()
	c, _ := simulated(t)
	c.Freeze(true)
	fired := 0
	timer := c.AfterFunc(time.Second, func() { fired++ })
	if !timer.Stop() || timer.Stop() {
		t.Error("Stop must say true once")
	}
	late := c.AfterFunc(time.Second, func() { fired += 10 })
	c.Advance(time.Minute)
	if late.Stop() {
		t.Error("a timer that fired was stopped")
	}
	var self *clock.Timer
	self = c.AfterFunc(time.Second, func() {
		if self.Stop() {
			t.Error("a timer stopped itself while firing")
		}
	})
	c.Advance(time.Minute)
	if fired != 10 {
		t.Errorf("fired = %d, want 10", fired)
	}
}

// TestFrozenFiresNothing: time stands, and so do the deadlines.
func TestFrozenFiresNothing(t *testing.T) {
	t.Parallel()
	c, w := simulated(t)
	var fired atomic.Int32
	c.AfterFunc(10*time.Millisecond, func() { fired.Add(1) })
	c.Freeze(true)
	w.pass(time.Hour)
	time.Sleep(30 * time.Millisecond)
	if fired.Load() != 0 {
		t.Error("a timer fired in a frozen world")
	}
	c.Freeze(false)
	c.Advance(10 * time.Millisecond)
	if fired.Load() != 1 {
		t.Error("the timer did not fire after the thaw")
	}
}

// TestTimersOfRealTime: without anybody moving the clock, timers fire by
// themselves.
func TestTimersOfRealTime(t *testing.T) {
	t.Parallel()
	c := clock.New(nil)
	defer c.Close()
	c.Advance(-1000 * time.Hour)
	done := make(chan int, 3)
	c.AfterFunc(30*time.Millisecond, func() { done <- 2 })
	c.AfterFunc(10*time.Millisecond, func() { done <- 1 })
	c.AfterFunc(-time.Second, func() { done <- 0 })
	for want := range 3 {
		select {
		case got := <-done:
			if got != want {
				t.Errorf("timer %d fired, want %d", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("no timer fired")
		}
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	c, _ := simulated(t)
	c.Advance(time.Hour)
	c.AfterFunc(time.Minute, func() {})
	want := clock.State{Now: start.Add(time.Hour), Offset: time.Hour, Timers: 1}
	if diff := cmp.Diff(want, c.State()); diff != "" {
		t.Errorf("running (-want +got):\n%s", diff)
	}
	c.Freeze(true)
	want = clock.State{Now: start.Add(time.Hour), Frozen: true, Timers: 1}
	if diff := cmp.Diff(want, c.State()); diff != "" {
		t.Errorf("frozen (-want +got):\n%s", diff)
	}
	raw, err := json.Marshal(c.State())
	if err != nil {
		t.Fatal(err)
	}
	var state clock.State
	if err := json.Unmarshal(raw, &state); err != nil {
		t.Fatal(err)
	}
	other, otherWall := simulated(t)
	otherWall.pass(1000 * time.Hour)
	other.Restore(state)
	otherWall.pass(time.Hour)
	is(t, other, start.Add(time.Hour))
	state.Frozen = false
	other.Restore(state)
	otherWall.pass(time.Second)
	is(t, other, start.Add(time.Hour+time.Second))
}

// TestRestoreFires the timers that the restored instant has passed.
func TestRestoreFires(t *testing.T) {
	t.Parallel()
	c, _ := simulated(t)
	fired := false
	c.AfterFunc(time.Minute, func() { fired = true })
	c.Restore(clock.State{Now: start.Add(time.Hour), Frozen: true})
	if !fired {
		t.Error("the timer did not fire")
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	c, _ := simulated(t)
	c.Freeze(true)
	wait := func(ctx context.Context, d time.Duration) chan error {
		out := make(chan error, 1)
		timers := c.State().Timers
		go func() { out <- c.Wait(ctx, d) }()
		for d > 0 && c.State().Timers == timers {
			time.Sleep(time.Millisecond)
		}
		return out
	}
	still := func(waiting chan error) {
		t.Helper()
		select {
		case err := <-waiting:
			t.Fatalf("the wait is over: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	over := func(waiting chan error, want error) {
		t.Helper()
		select {
		case err := <-waiting:
			if !errors.Is(err, want) {
				t.Errorf("error = %v, want %v", err, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the wait goes on")
		}
	}

	over(wait(t.Context(), 0), nil)
	over(wait(t.Context(), -time.Second), nil)

	waiting := wait(t.Context(), time.Minute)
	still(waiting)
	c.Advance(59 * time.Second)
	still(waiting)
	c.Advance(time.Second)
	over(waiting, nil)

	ctx, cancel := context.WithCancel(t.Context())
	waiting = wait(ctx, time.Minute)
	cancel()
	over(waiting, context.Canceled)
	if got := c.State().Timers; got != 0 {
		t.Errorf("%d timers left by a cancelled wait", got)
	}
	over(wait(ctx, 0), context.Canceled)

	waiting = wait(t.Context(), time.Minute)
	c.Reset() // also thaws
	over(waiting, clock.ErrForgotten)
	c.Freeze(true)
	waiting = wait(t.Context(), time.Minute)
	c.Close()
	over(waiting, clock.ErrForgotten)
	if err := c.Wait(t.Context(), time.Minute); !errors.Is(err, clock.ErrForgotten) {
		t.Errorf("error = %v on a closed clock", err)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	c, _ := simulated(t)
	c.Freeze(true)
	fired := 0
	old := c.AfterFunc(time.Second, func() { fired++ })
	c.Advance(-time.Hour)
	c.Reset()
	is(t, c, start)
	c.Advance(time.Hour)
	if fired != 0 || old.Stop() || c.State().Timers != 0 {
		t.Errorf("a timer survived the reset: fired %d", fired)
	}
	c.AfterFunc(time.Second, func() { fired++ })
	c.Advance(time.Hour)
	if fired != 1 {
		t.Error("a reset clock fires nothing")
	}
}

// TestClose waits for the callback that runs, and fires nothing after.
func TestClose(t *testing.T) {
	c := clock.New(nil)
	entered, leave := make(chan struct{}), make(chan struct{})
	var left atomic.Bool
	c.AfterFunc(time.Millisecond, func() {
		close(entered)
		<-leave
		left.Store(true)
	})
	c.AfterFunc(5*time.Millisecond, func() { t.Error("fired after Close") })
	<-entered
	closed := make(chan struct{})
	go func() {
		c.Close()
		if !left.Load() {
			t.Error("Close returned before the callback did")
		}
		close(closed)
	}()
	select {
	case <-closed:
		t.Error("Close did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	close(leave)
	<-closed
	c.Close() // again: nothing
	c.AfterFunc(0, func() { t.Error("a timer of a closed clock fired") })
	c.Advance(time.Hour)
	if c.Now().IsZero() {
		t.Error("a closed clock shows no time")
	}
	goleak.VerifyNone(t, goleak.IgnoreCurrent())
}

// TestNoGoroutines: waiting timers cost no goroutine, and Close leaves none.
func TestNoGoroutines(t *testing.T) {
	before := goleak.IgnoreCurrent()
	c := clock.New(nil)
	for range 1000 {
		c.AfterFunc(time.Hour, func() {})
	}
	goleak.VerifyNone(t, before)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { _ = c.Wait(ctx, time.Hour) })
	}
	cancel()
	wg.Wait()
	c.Close()
	goleak.VerifyNone(t, before)
}

// TestConcurrent moves, freezes, arms and stops from many goroutines; every
// timer fires once or was stopped.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	c := clock.New(nil)
	var fired, stopped, made atomic.Int64
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				made.Add(1)
				timer := c.AfterFunc(time.Duration(i%7)*time.Millisecond, func() { fired.Add(1) })
				switch (i + g) % 5 {
				case 0:
					if timer.Stop() {
						stopped.Add(1)
					}
				case 1:
					c.Advance(time.Millisecond)
				case 2:
					c.Freeze(i%2 == 0)
				case 3:
					_ = c.State()
					c.Set(c.Now().Add(time.Millisecond))
				}
			}
		})
	}
	wg.Wait()
	c.Freeze(true)
	c.Advance(time.Hour)
	c.Close()
	if fired.Load()+stopped.Load() != made.Load() {
		t.Errorf("%d fired and %d stopped of %d", fired.Load(), stopped.Load(), made.Load())
	}
}

func BenchmarkNow(b *testing.B) {
	c := clock.New(nil)
	defer c.Close()
	b.ReportAllocs()
	for b.Loop() {
		c.Now()
	}
}

func BenchmarkTimer(b *testing.B) {
	c := clock.New(nil)
	defer c.Close()
	for range 10_000 {
		c.AfterFunc(time.Hour, func() {})
	}
	b.ReportAllocs()
	for b.Loop() {
		c.AfterFunc(time.Minute, func() {}).Stop()
	}
}
