package sim

import (
	"context"
	"crypto/x509"

	"github.com/segursim/segursim/internal/journal"
)

// An Exchange is a journal entry under construction: the edge begins and closes
// it, the operation says what it understood. It belongs to one request and is
// not for concurrent use.
type Exchange struct {
	Entry journal.Entry
	// Chain is the client's certificates, leaf first; nil when it showed none.
	// They are not verified: see World.PKI.
	Chain []*x509.Certificate
	// Wire is the fault that the edge applies to the answer.
	Wire WireFault
	// Quiet leaves the exchange out of the journal: the simulator's own assets.
	Quiet bool
}

type exchangeKey struct{}

// WithExchange puts an exchange into a context.
func WithExchange(ctx context.Context, x *Exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// ExchangeOf returns the context's exchange. Outside of one it returns a fresh
// exchange that nobody will read, never nil.
func ExchangeOf(ctx context.Context) *Exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*Exchange); ok {
		return x
	}
	return &Exchange{}
}

// Begin names the operation.
func (x *Exchange) Begin(service string, op Op) {
	x.Entry.Service, x.Entry.Op = service, op.Name
	x.Entry.Provenance = string(op.Provenance)
}

// Fact records a decoded fact under a name: "form", "token".
func (x *Exchange) Fact(name string, v any) {
	if x.Entry.Facts == nil {
		x.Entry.Facts = map[string]any{}
	}
	x.Entry.Facts[name] = v
}

// Note adds a cause that refuses nothing.
func (x *Exchange) Note(c journal.Cause) { x.Entry.Causes = append(x.Entry.Causes, c) }

// Refuse records a refusal. The status is the wire's business.
func (x *Exchange) Refuse(e *Error) {
	switch {
	case x.Entry.Fault != "":
		x.Entry.Outcome = journal.Faulted
	case e.Kind == Internal:
		x.Entry.Outcome = journal.Failed
	default:
		x.Entry.Outcome = journal.Refused
	}
	x.Fact("error", map[string]any{"code": e.Code, "text": e.Text})
	if e.Cause.Rule != "" {
		x.Note(e.Cause)
	}
}

// Env is what conditions see of an exchange: its facts by name, and the fields
// of the entry that every operation has.
func (x *Exchange) Env() map[string]any { return Env(&x.Entry) }

// Env is what conditions see of an entry. Besides the facts: service, op,
// status, outcome, transport, id, seq, fault.
func Env(e *journal.Entry) map[string]any {
	env := make(map[string]any, len(e.Facts)+8)
	for k, v := range e.Facts {
		env[k] = v
	}
	env["service"], env["op"] = e.Service, e.Op
	env["status"], env["outcome"] = e.Status, string(e.Outcome)
	env["transport"], env["id"] = e.Transport, e.ID
	env["seq"], env["fault"] = int(e.Seq), e.Fault
	return env
}
