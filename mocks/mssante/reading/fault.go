package reading

import (
	"context"
	"errors"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/sim"
)

// decide asks the Director about the command before anybody acts on it. It waits the
// delay in simulated time, watching the connection: a client that leaves meanwhile
// ends the wait. An error means that there is nobody to answer any more.
func (f *front) decide(x *exchange) (*refusal, error) {
	w := f.World()
	v := w.Director.Decide(x.ctx, sim.Call{Service: "mssante", Op: x.Entry.Op, Facts: x.Env()})
	if v.Rule == "" {
		return nil, nil
	}
	x.Entry.Fault = v.Rule
	cutsLater := x.Entry.Op == opIdle && (v.Wire.Kind == sim.Drop || v.Wire.Kind == sim.ResetConn)
	if v.Delay > 0 && !cutsLater {
		if err := f.linger(x.ctx, func(ctx context.Context) error { return w.Clock.Wait(ctx, v.Delay) }); err != nil {
			return nil, err
		}
	}
	switch {
	case v.Err != nil:
		r := refusalOf(v.Err)
		r.fault = true
		return r, nil
	case v.Wire.Kind == sim.HTTPStatus:
		// A fault of the whole service that a proxy would answer: here, not now.
		r := no("UNAVAILABLE", textOf("UNAVAILABLE"))
		r.fault = true
		return r, nil
	case v.Wire.Kind != sim.NoWireFault:
		x.spoil = newSpoiler(v.Wire)
		if cutsLater {
			x.spoil.after = v.Delay
		}
	}
	return nil, nil
}

// linger runs something that may last while it watches the connection: when the
// client leaves, ctx ends. What the client says meanwhile waits for its turn.
func (f *front) linger(ctx context.Context, wait func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watched := make(chan error, 1)
	if err := f.in.patient(patienceIdle); err != nil {
		return err
	}
	go func() {
		err := f.in.listen(ctx)
		if err != nil && !isTimeout(err) {
			cancel()
		}
		watched <- err
	}()
	err := wait(ctx)
	_ = f.SetReadDeadline(f.World().Clock.Wall()) // wakes the watcher
	if werr := <-watched; werr != nil && !isTimeout(werr) {
		return werr
	}
	if errors.Is(err, clock.ErrForgotten) { // the world was reset: nothing of it is to be done
		f.endSoon(worldReset())
	}
	return err
}

// maxAhead bounds what a client may say while it waits for an answer.
const maxAhead = 64 << 10

// listen reads what comes until the deadline, an error, or maxAhead.
func (in *intake) listen(ctx context.Context) error {
	var scratch [512]byte
	for len(in.rest) < maxAhead {
		n, err := in.conn.Read(scratch[:])
		in.rest = append(in.rest, scratch[:n]...)
		if err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
