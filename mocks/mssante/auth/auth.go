package auth

import (
	"context"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// The mechanisms.
const (
	XOAUTH2     = "XOAUTH2"
	OAuthBearer = "OAUTHBEARER"
	Plain       = "PLAIN"
	External    = "EXTERNAL"
)

// An Identity is who a mail session acts as.
type Identity struct {
	// BAL is the address of the mailbox, in lower case.
	BAL string
	// Person is the national identifier of the professional behind a token; empty
	// for a BAL applicative.
	Person string
	// Session is the Pro Santé Connect session; empty for a BAL applicative.
	Session string
	// Client is the token's azp, or the common name of the certificate: the software.
	Client string
	// Mechanism is the SASL mechanism.
	Mechanism string
}

// An Authority says whether a BAL opens to somebody. Its refusals carry the cause
// for the journal; the wire's text is the protocol's.
type Authority interface {
	// Mechanisms are those offered on this connection, the preferred first.
	Mechanisms(c *wire.Conn) []string
	// Token opens a BAL to the bearer of a token.
	Token(ctx context.Context, c *wire.Conn, bal, token string) (Identity, *sim.Error)
	// Certificate opens a BAL to the holder of the connection's certificate;
	// password is what PLAIN carried, and may be empty. bal is empty when EXTERNAL
	// named none: the certificate's own, if it has just one.
	Certificate(ctx context.Context, c *wire.Conn, bal, password string) (Identity, *sim.Error)
	// Alive says, with nil, that the identity may go on: its session lives, its BAL
	// is open. The refusal otherwise is what a session ends with.
	Alive(id Identity) *sim.Error
	// OnEnd has f called when an identity may have come to its end: a session was
	// closed, a BAL changed. f must not block; it asks Alive. forget undoes it.
	OnEnd(f func()) (forget func())
	// Refusal is how a token is refused: "clean" (the mechanism's failure after the
	// client's empty answer) or "drop" (the connection is dropped after the
	// challenge, as seen on the training platform over SMTP).
	Refusal(protocol string) string
}
