package auth

import (
	"context"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// credentials are what a response said.
type credentials struct {
	user     string
	token    string
	password string
}

// A mechanism reads responses of one message.
type mechanism interface {
	// read decodes a response; what it understood before a refusal stays.
	read(response []byte) (credentials, *sim.Error)
	ask(ctx context.Context, a Authority, c *wire.Conn, cred credentials) (Identity, *sim.Error)
	// challenge is what a refusal is announced with; empty for none.
	challenge() string
}

// mechanismOf returns nil for a name that nobody knows.
func mechanismOf(name string) mechanism {
	switch name {
	case XOAUTH2:
		return xoauth2{}
	case OAuthBearer:
		return oauthBearer{}
	case Plain:
		return plain{}
	case External:
		return external{}
	}
	return nil
}

// bearer is the part common to the mechanisms of a token.
type bearer struct{}

func (bearer) ask(ctx context.Context, a Authority, c *wire.Conn, cred credentials) (Identity, *sim.Error) {
	return a.Token(ctx, c, cred.user, cred.token)
}

// certificate is the part common to the mechanisms beside a client certificate.
type certificate struct{}

func (certificate) ask(ctx context.Context, a Authority, c *wire.Conn, cred credentials) (Identity, *sim.Error) {
	return a.Certificate(ctx, c, cred.user, cred.password)
}

func (certificate) challenge() string { return "" }
