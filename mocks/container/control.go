package container

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Reset puts the state of every service, the clock and the journal back to
// where they were at the start.
func (c *Container) Reset(ctx context.Context) error {
	return c.API(ctx, http.MethodPost, "/api/reset", nil, nil)
}

// Advance moves the clock of the simulated world forward: tokens expire,
// waiting requests time out.
func (c *Container) Advance(ctx context.Context, d time.Duration) error {
	return c.clock(ctx, map[string]any{"advance": d.String()})
}

// SetClock moves the clock of the simulated world to an instant.
func (c *Container) SetClock(ctx context.Context, now time.Time) error {
	return c.clock(ctx, map[string]any{"set": now.Format(time.RFC3339Nano)})
}

// Freeze stops the clock of the simulated world, or lets it run again.
func (c *Container) Freeze(ctx context.Context, frozen bool) error {
	return c.clock(ctx, map[string]any{"freeze": frozen})
}

func (c *Container) clock(ctx context.Context, order map[string]any) error {
	return c.API(ctx, http.MethodPost, "/api/clock", order, nil)
}

// PinPublicURL makes the services emit URLs under this base, "https://host" or
// "https://host:port", whatever name they are called by; an empty one lets them
// follow the request again.
func (c *Container) PinPublicURL(ctx context.Context, base string) error {
	if base != "" {
		if err := checkBase(base); err != nil {
			return err
		}
	}
	return c.API(ctx, http.MethodPut, "/api/public-url", map[string]string{"url": base}, nil)
}

// Action does what a person or the outside world does to a service, for example
// "psc" and "approve" with a login_hint. in is the JSON body, nil for an empty
// one; the answer is the action's JSON.
func (c *Container) Action(ctx context.Context, service, verb string, in any) (json.RawMessage, error) {
	if in == nil {
		in = struct{}{}
	}
	var out []byte
	path := fmt.Sprintf("/api/actions/%s/%s", url.PathEscape(service), url.PathEscape(verb))
	if err := c.API(ctx, http.MethodPost, path, in, &out); err != nil {
		return nil, err
	}
	return out, nil
}
