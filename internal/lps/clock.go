package lps

import (
	"context"
	"net/http"
	"time"
)

// lookAgain is how long to wait before looking at a simulated clock that has
// not moved on: it may be frozen, and somebody may advance it.
const lookAgain = time.Second

// now is the simulated time.
func (l *LPS) now(ctx context.Context) (time.Time, error) {
	var s struct {
		Now time.Time `json:"now"`
	}
	err := l.control.json(ctx, http.MethodGet, "/api/clock", nil, &s)
	return s.Now, err
}

// advance moves the simulated clock.
func (l *LPS) advance(ctx context.Context, d time.Duration) error {
	return l.control.json(ctx, http.MethodPost, "/api/clock", map[string]string{"advance": d.String()}, nil)
}

// pass lets d of simulated time pass: by moving the clock when the software may,
// else by waiting until the clock shows it.
func (l *LPS) pass(ctx context.Context, d time.Duration) error {
	if l.opt.AdvanceClock {
		return l.advance(ctx, d)
	}
	t, err := l.now(ctx)
	if err != nil {
		return err
	}
	until := t.Add(d)
	for d > 0 {
		if err := l.opt.Wait(ctx, d); err != nil {
			return err
		}
		if t, err = l.now(ctx); err != nil {
			return err
		}
		// At most lookAgain: a frozen clock that is advanced is seen soon.
		d = min(until.Sub(t), lookAgain)
	}
	return nil
}
