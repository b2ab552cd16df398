package mss

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/emersion/go-sasl"
)

// An Account is one BAL, and how it is opened.
type Account struct {
	BAL     string // address
	Servers Servers
	// TLS trusts the operator's authority. For a BAL applicative it also carries the
	// certificate ORG AUTH_CLI (MSS/CONF.12).
	TLS *tls.Config
	// Token gives the Pro Santé Connect access token, anew for each opening
	// (MSS/CONF.07). It is asked for nothing where it is nil: PLAIN is said then.
	Token func(context.Context) (string, error)
}

// ErrNoTLS says that a server does not speak TLS, which nothing is told without.
var ErrNoTLS = errors.New("mss: the server offers no STARTTLS")

// dial connects to a server.
func (a *Account) dial(ctx context.Context, s Server) (net.Conn, *tls.Config, error) {
	if s.Socket != "STARTTLS" { // ECO.1.0.1, ECO.1.0.2
		return nil, nil, fmt.Errorf("mss: %s: socket type %q: %w", s.Host, s.Socket, ErrNoTLS)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(s.Host, s.Port))
	if err != nil {
		return nil, nil, fmt.Errorf("mss: %w", err)
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if a.TLS != nil {
		conf = a.TLS.Clone()
	}
	conf.ServerName = s.Host
	return conn, conf, nil
}

// mechanism is what the BAL is opened with.
func (a *Account) mechanism(ctx context.Context) (sasl.Client, error) {
	if a.Token == nil {
		// The certificate has said who it is: the password is empty (what an operator
		// wants there is not public).
		return sasl.NewPlainClient("", a.BAL, ""), nil
	}
	token, err := a.Token(ctx)
	if err != nil {
		return nil, err
	}
	return &XOAUTH2{BAL: a.BAL, Token: token}, nil
}

// guard closes a connection when the context ends; the returned function takes the
// guard away.
func guard(ctx context.Context, c net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.Close() })
}
