package container

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxAnswer bounds what is read of an answer of the control API.
const maxAnswer = 64 << 20

// API calls the control API. path starts with "/api/"; in is sent as JSON
// unless nil; a JSON answer is decoded into out unless nil, and any answer is
// copied when out is a *[]byte. A status of 400 and above is an error that
// carries the answer.
func (c *Container) API(ctx context.Context, method, path string, in, out any) error {
	base, err := c.Control(ctx)
	if err != nil {
		return err
	}

	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: encode the request: %w", method, path, err)
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, base+path, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}

	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("control api: %w", err)
	}
	defer answer.Body.Close()

	content, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, strings.TrimSpace(string(content)))
	}

	switch out := out.(type) {
	case nil:
	case *[]byte:
		*out = content
	default:
		if err := json.Unmarshal(content, out); err != nil {
			return fmt.Errorf("%s %s: decode the answer: %w", method, path, err)
		}
	}
	return nil
}
