package container

import (
	"context"
	"fmt"
)

// HTTPS returns the base URL of the simulated services as the host sees it:
// "https://localhost:49153".
func (c *Container) HTTPS(ctx context.Context) (string, error) {
	return c.base(ctx, HTTPSPort, "https")
}

// HTTP returns the base URL of the same services without TLS, where the CRL,
// OCSP and CA files are served too: "http://localhost:49154".
func (c *Container) HTTP(ctx context.Context) (string, error) {
	return c.base(ctx, HTTPPort, "http")
}

// Control returns the base URL of the console and of the control API, whose
// requests carry [Container.Token]: "http://localhost:49155".
func (c *Container) Control(ctx context.Context) (string, error) {
	return c.base(ctx, ControlPort, "http")
}

func (c *Container) base(ctx context.Context, port, scheme string) (string, error) {
	base, err := c.PortEndpoint(ctx, port, scheme)
	if err != nil {
		return "", fmt.Errorf("mapped port of %s: %w", port, err)
	}
	return base, nil
}

// SMTP returns the address of MSSanté's submission with STARTTLS as the host sees
// it: "localhost:49156". Its certificate carries the name localhost.
func (c *Container) SMTP(ctx context.Context) (string, error) { return c.base(ctx, SMTPPort, "") }

// SMTPS is SMTP with TLS from the start.
func (c *Container) SMTPS(ctx context.Context) (string, error) { return c.base(ctx, SMTPSPort, "") }

// IMAP returns the address of MSSanté's reading with STARTTLS as the host sees it.
func (c *Container) IMAP(ctx context.Context) (string, error) { return c.base(ctx, IMAPPort, "") }

// IMAPS is IMAP with TLS from the start.
func (c *Container) IMAPS(ctx context.Context) (string, error) { return c.base(ctx, IMAPSPort, "") }
