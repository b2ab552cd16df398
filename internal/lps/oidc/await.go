package oidc

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// slowDownStep is added to the interval at each slow_down (OIDC CIBA Core
	// 1.0 §11).
	slowDownStep = 5 * time.Second
	// maxBackoff bounds the interval that transport failures stretch.
	maxBackoff = time.Minute
)

// Await says how to wait for a person.
type Await struct {
	// Wait lets d pass, in the time of the provider. Required.
	Wait func(ctx context.Context, d time.Duration) error
	// Every polls with that period whatever the provider asked for: the fault
	// of a badly written client. Zero obeys.
	Every time.Duration
	// First polls at once instead of waiting for the interval first. The
	// interval starts with the first poll, not with the request (OIDC CIBA
	// Core 1.0 §7.3: minimum time between polling requests).
	First bool
	// Polled is told each poll's number, from 1, and its result; nil tells
	// nobody. Its error ends the waiting.
	Polled func(n int, err error) error
}

// Await polls until the person answered, the request expired, or ctx ended.
//
// authorization_pending goes on at the same pace; slow_down adds five seconds
// for good; a transport failure or a 5xx doubles the interval, as RFC 8628 §3.5
// asks of the sister flow, or waits for Retry-After; everything else ends it:
// expired_token, access_denied and invalid_grant are *Error values. It returns
// ErrExpired, without asking again, once expires_in has passed.
func (c *Client) Await(ctx context.Context, t Ticket, how Await) (Tokens, error) {
	asked, err := c.cfg.Now(ctx)
	if err != nil {
		return Tokens{}, fmt.Errorf("oidc: token: %w", err)
	}
	interval := t.Interval
	if how.Every > 0 {
		interval = how.Every
	}
	pause := interval
	if how.First {
		pause = 0
	}
	for n := 1; ; n++ {
		if pause > 0 {
			if err := how.Wait(ctx, pause); err != nil {
				return Tokens{}, fmt.Errorf("oidc: token: %w", err)
			}
		}
		if err := c.expired(ctx, asked, t); err != nil {
			return Tokens{}, err
		}
		tokens, err := c.Poll(ctx, t)
		if how.Polled != nil {
			if stop := how.Polled(n, err); stop != nil {
				return Tokens{}, stop
			}
		}
		switch {
		case err == nil:
			return tokens, nil
		case ctx.Err() != nil:
			return Tokens{}, err
		case Code(err) == AuthorizationPending:
		case Code(err) == SlowDown && how.Every == 0:
			interval += slowDownStep
		case Code(err) == SlowDown:
		case passing(err):
			interval = min(2*interval, maxBackoff)
		default:
			return Tokens{}, err
		}
		pause = max(interval, retry(err))
	}
}

// expired tells whether the ticket's lifetime is over. One interval more is
// granted, so that it is the provider who says so when it can.
func (c *Client) expired(ctx context.Context, asked time.Time, t Ticket) error {
	now, err := c.cfg.Now(ctx)
	if err != nil {
		return fmt.Errorf("oidc: token: %w", err)
	}
	if now.Sub(asked) > t.ExpiresIn+t.Interval {
		return fmt.Errorf("oidc: token: %w", ErrExpired)
	}
	return nil
}

// passing tells whether a failure may go away by itself: the transport's, or a
// 5xx without an OAuth error.
func passing(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Status >= 500
	}
	var t interface{ Timeout() bool } // *url.Error, like every failure of http.Client.Do
	return errors.As(err, &t)
}

// retry is what the refusal's Retry-After asked for, zero when nothing.
func retry(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.Retry
	}
	return 0
}
