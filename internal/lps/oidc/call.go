package oidc

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer is the longest answer that is read.
const maxAnswer = 1 << 20

// post sends a form with the client's Basic credentials and decodes the JSON
// answer into v; a nil v takes any success without reading it.
func (c *Client) post(ctx context.Context, op, target string, form url.Values, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("oidc: %s: %w", op, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// RFC 6749 §2.3.1: both halves are form-encoded before Basic joins them.
	req.SetBasicAuth(url.QueryEscape(c.cfg.ClientID), url.QueryEscape(c.cfg.ClientSecret))
	return c.do(op, req, v)
}

// get reads a JSON document; a bearer token may be given.
func (c *Client) get(ctx context.Context, op, target, bearer string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return fmt.Errorf("oidc: %s: %w", op, err)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	return c.do(op, req, v)
}

func (c *Client) do(op string, req *http.Request, v any) error {
	id, err := c.correlation()
	if err != nil {
		return fmt.Errorf("oidc: %s: %w", op, err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("X-Correlation-Id", id) // EXI EDC PSC 115
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("oidc: %s: %w", op, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("oidc: %s: reading the answer: %w", op, err)
	case len(body) > maxAnswer:
		return fmt.Errorf("oidc: %s: the answer is longer than %d bytes", op, maxAnswer)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return refusal(op, resp, body)
	case v == nil:
		return nil
	}
	if t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return fmt.Errorf("oidc: %s: the answer is %q, not application/json", op, resp.Header.Get("Content-Type"))
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("oidc: %s: %w", op, err)
	}
	return nil
}

// correlation makes a random UUID (RFC 9562 §5.4).
func (c *Client) correlation() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(c.cfg.Rand, b[:]); err != nil {
		return "", fmt.Errorf("correlation id: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
