package oidc

import (
	"context"
	"net/url"
)

// Logout ends the provider's session from the server: a POST of the id_token
// alone; any 2xx is a success (ANS, example proxy of the espace de confiance).
func (c *Client) Logout(ctx context.Context, idToken string) error {
	m, err := c.Discover(ctx)
	if err != nil {
		return err
	}
	return c.post(ctx, "logout", m.EndSession, url.Values{"id_token_hint": {idToken}}, nil)
}
