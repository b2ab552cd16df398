package lps

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// maxDocument is the longest JSON document that the control API may answer.
const maxDocument = 16 << 20

// control calls the simulator's control API.
type control struct {
	base, token string
	http        *http.Client
	transport   *http.Transport
}

func newControl(base, token string) *control {
	t := &http.Transport{MaxIdleConnsPerHost: 4}
	return &control{base: base, token: token, transport: t, http: &http.Client{Transport: t}}
}

// close drops the idle connections.
func (c *control) close() { c.transport.CloseIdleConnections() }

// A ControlError is a refusal by the control API.
type ControlError struct {
	Method, Path string
	Status       int
	Code         string
	FR, EN       string // why, empty when the answer did not say
}

// Error describes the refusal in one line.
func (e *ControlError) Error() string {
	s := fmt.Sprintf("%s %s: HTTP %d", e.Method, e.Path, e.Status)
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.EN != "" {
		s += ": " + e.EN
	}
	if e.Status == http.StatusUnauthorized {
		s += " (give the token that the simulator's banner shows)"
	}
	return s
}

// json calls the API: in is sent as JSON unless nil, the answer decoded into
// out unless nil.
func (c *control) json(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("lps: %s %s: %w", method, path, err)
		}
		body = bytes.NewReader(b)
	}
	resp, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case err != nil:
		return fmt.Errorf("lps: %s %s: %w", method, path, err)
	case len(b) > maxDocument:
		return fmt.Errorf("lps: %s %s: the answer is longer than %d bytes", method, path, maxDocument)
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("lps: %s %s: %w", method, path, err)
	}
	return nil
}

// send returns a successful answer, or why there is none.
func (c *control) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("lps: %w", err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("lps: control API: %w", err)
	}
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		return resp, nil
	}
	defer resp.Body.Close()
	refused := &ControlError{Method: method, Path: path, Status: resp.StatusCode}
	var doc struct {
		Error struct {
			Code    string `json:"code"`
			Message struct{ FR, EN string }
		} `json:"error"`
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err == nil && json.Unmarshal(b, &doc) == nil {
		refused.Code, refused.FR, refused.EN = doc.Error.Code, doc.Error.Message.FR, doc.Error.Message.EN
	}
	return nil, fmt.Errorf("lps: control API: %w", refused)
}
