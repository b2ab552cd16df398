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
