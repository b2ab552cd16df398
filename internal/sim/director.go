package sim

import (
	"context"
	"time"
)

// A Director is asked by every operation before it acts: it plays the faults
// that a scenario, the API or the console set.
type Director interface {
	Decide(ctx context.Context, c Call) Verdict
}

// A Call is an operation about to act.
type Call struct {
	Service, Op string
	Facts       map[string]any
}

// A Verdict is what the Director wants. The zero value lets the call pass.
type Verdict struct {
	Rule  string        // id of the fault that fired
	Delay time.Duration // wait this long first
	Err   *Error        // refuse with this instead of acting
	Wire  WireFault     // spoil the answer's bytes
	// Patch replaces named fields of the answer, by dotted path; a nil value
	// removes the field.
	Patch map[string]any
}

// A WireFault spoils the transport of one answer.
type WireFault struct {
	Kind WireKind
	// Status and RetryAfter are for HTTP: an answer from a proxy before the
	// service, with an empty or an HTML body.
	Status     int
	RetryAfter time.Duration
	Body       string
	// Bytes is where Truncate cuts the body; 0 means half of it.
	Bytes int
	// Certificate is the TLS fault's kind of server certificate.
	Certificate string
}

// WireKind says how a WireFault spoils.
type WireKind string

// The kinds of wire faults.
const (
	NoWireFault WireKind = ""
	HTTPStatus  WireKind = "http"     // answer with a bare status
	Drop        WireKind = "drop"     // act, then close without an answer
	ResetConn   WireKind = "reset"    // act, then reset the connection
	Truncate    WireKind = "truncate" // announce the whole length, send a part
	Garble      WireKind = "garble"   // flip bytes of the body
)

// Pass is a Director that lets everything pass.
type Pass struct{}

// Decide returns the zero verdict.
func (Pass) Decide(context.Context, Call) Verdict { return Verdict{} }

// Decide asks the world's director about the exchange in ctx, waits the delay it
// wants, in simulated time, and writes in the exchange what fired. It returns the
// refusal, if there is one, and the patch for the answer.
func (w *World) Decide(ctx context.Context, x *Exchange) (patch map[string]any, refusal *Error) {
	v := w.Director.Decide(ctx, Call{Service: x.Entry.Service, Op: x.Entry.Op, Facts: x.Env()})
	if v.Rule == "" {
		return nil, nil
	}
	x.Entry.Fault = v.Rule
	x.Wire = v.Wire
	if v.Delay > 0 {
		if err := w.Clock.Wait(ctx, v.Delay); err != nil {
			return nil, &Error{Kind: Unavailable, Code: "server_error", Err: err}
		}
	}
	return v.Patch, v.Err
}
