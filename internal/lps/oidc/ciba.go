package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// defaultInterval is the polling interval when the provider names none (OIDC
// CIBA Core 1.0 §7.3).
const defaultInterval = 5 * time.Second

// A BackchannelRequest asks for a person's authentication on a device apart.
type BackchannelRequest struct {
	// LoginHint is the person's national identifier, in exact case; it may
	// hold a "/".
	LoginHint string
	// ACR is the wanted acr_values: "eidas1" (EX PSC 16).
	ACR string
	// BindingMessage is what the software shows: two digits.
	BindingMessage string
	// Channel is PSC's choice of means: "CARD" or "MOBILE"; empty sends none.
	Channel string
}

// A Ticket is an accepted request (OIDC CIBA Core 1.0 §7.3).
type Ticket struct {
	ID        string
	ExpiresIn time.Duration
	Interval  time.Duration
}

// Backchannel sends the request. Its refusals are *Error values.
func (c *Client) Backchannel(ctx context.Context, r BackchannelRequest) (Ticket, error) {
	m, err := c.Discover(ctx)
	if err != nil {
		return Ticket{}, err
	}
	if m.Backchannel == "" {
		return Ticket{}, errors.New("oidc: ciba.request: the provider announces no backchannel_authentication_endpoint")
	}
	form := url.Values{
		"scope":           {"openid scope_all"},
		"acr_values":      {r.ACR},
		"login_hint":      {r.LoginHint},
		"binding_message": {r.BindingMessage},
	}
	if r.Channel != "" {
		form.Set("channel", r.Channel)
	}
	var answer struct {
		ID        string   `json:"auth_req_id"`
		ExpiresIn float64  `json:"expires_in"`
		Interval  *float64 `json:"interval"`
	}
	if err := c.post(ctx, "ciba.request", m.Backchannel, form, &answer); err != nil {
		return Ticket{}, err
	}
	t := Ticket{ID: answer.ID, ExpiresIn: seconds(answer.ExpiresIn), Interval: defaultInterval}
	if answer.Interval != nil {
		t.Interval = seconds(*answer.Interval)
	}
	if t.ID == "" || t.ExpiresIn <= 0 || t.Interval <= 0 {
		return Ticket{}, fmt.Errorf("oidc: ciba.request: unusable answer: auth_req_id of %d bytes, expires_in %v, interval %v",
			len(t.ID), answer.ExpiresIn, t.Interval)
	}
	return t, nil
}

// Poll asks once for the tokens of a ticket. A pending request is an *Error
// whose code is authorization_pending.
func (c *Client) Poll(ctx context.Context, t Ticket) (Tokens, error) {
	return c.token(ctx, url.Values{
		"grant_type":  {"urn:openid:params:grant-type:ciba"},
		"auth_req_id": {t.ID},
	})
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
