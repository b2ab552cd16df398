package lps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// errRunEnded stops a script whose run has got its verdict.
var errRunEnded = errors.New("the run has ended")

// A follower keeps a run's newest state while a script acts.
type follower struct {
	lps  *LPS
	stop context.CancelFunc
	done chan struct{}

	mu      sync.Mutex
	run     Run
	err     error // why following ended early
	changed chan struct{}
}

// start starts a run and follows it until it ends or stop is called. A
// professional replaces the scenario's.
func (l *LPS) start(ctx context.Context, scenario, professional string) (*follower, error) {
	in := map[string]any{"scenario": scenario, "mode": "played", "by": Name}
	if professional != "" {
		in["given"] = map[string]string{"professional": professional}
	}
	var r Run
	if err := l.control.json(ctx, http.MethodPost, "/api/runs", in, &r); err != nil {
		return nil, err
	}
	if r.ID == "" {
		return nil, errors.New("lps: the control API started a run without an id")
	}
	ctx, cancel := context.WithCancel(ctx)
	f := &follower{lps: l, stop: cancel, done: make(chan struct{}), run: r, changed: make(chan struct{})}
	l.opt.OnRun(r)
	go f.follow(ctx)
	return f, nil
}

func (f *follower) follow(ctx context.Context) {
	defer close(f.done)
	for r := f.state(); !r.Over(); {
		var next Run
		q := url.Values{"wait": {"20s"}, "rev": {strconv.FormatUint(r.Rev, 10)}}
		err := f.lps.control.json(ctx, http.MethodGet, "/api/runs/"+url.PathEscape(r.ID)+"?"+q.Encode(), nil, &next)
		if err == nil && next.Rev == r.Rev && !next.Over() {
			continue
		}
		if err == nil {
			f.lps.opt.OnRun(next)
			r = next
		}
		f.mu.Lock()
		f.run, f.err = r, err
		close(f.changed)
		f.changed = make(chan struct{})
		f.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// close stops following and waits for the end of it.
func (f *follower) close() {
	f.stop()
	<-f.done
}

// state is the newest state known.
func (f *follower) state() Run {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.run
}

// until waits until the run fulfils a condition. It gives up with errRunEnded
// when the run ends first, and with errStuck when patience runs out without any
// change; a patience of zero has no end.
func (f *follower) until(ctx context.Context, patience time.Duration, cond func(Run) bool) error {
	for {
		f.mu.Lock()
		run, err, changed := f.run, f.err, f.changed
		f.mu.Unlock()
		switch {
		case cond(run):
			return nil
		case run.Over():
			return errRunEnded
		case err != nil:
			return err
		}
		if err := await(ctx, changed, patience); err != nil {
			return err
		}
	}
}

// errStuck says that nothing changed for as long as one was ready to wait.
var errStuck = errors.New("nothing changed in the run")

// await waits for a channel to close, at most patience when that is not zero.
func await(ctx context.Context, c <-chan struct{}, patience time.Duration) error {
	limit := ctx
	if patience > 0 {
		var cancel context.CancelFunc
		limit, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	select {
	case <-c:
		return nil
	case <-limit.Done():
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return errStuck
	}
}

// confirm confirms a manual step as the software.
func (f *follower) confirm(ctx context.Context, step string) error {
	path := "/api/runs/" + url.PathEscape(f.state().ID) + "/steps/" + url.PathEscape(step) + "/confirm"
	return f.lps.control.json(ctx, http.MethodPost, path, map[string]string{"by": Name}, nil)
}

// Evidence writes the evidence pack of a run, a ZIP file.
func (l *LPS) Evidence(ctx context.Context, run string, w io.Writer) error {
	resp, err := l.control.send(ctx, http.MethodGet, "/api/runs/"+url.PathEscape(run)+"/evidence.zip", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("lps: reading the evidence pack: %w", err)
	}
	return nil
}
