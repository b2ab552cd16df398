package teleservice

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// maxAnswer is the longest answer that is read.
const maxAnswer = 1 << 20

// Call sends a message to an address and decodes the first element of the
// answer's body into v, a pointer for encoding/xml. A SOAP fault is an *Error.
// It returns the message's identifier (wsa:MessageID), also with an error of
// the service.
func (c *Client) Call(ctx context.Context, address string, m Message, v any) (id string, err error) {
	now, err := c.cfg.Now(ctx)
	if err != nil {
		return "", fmt.Errorf("teleservice: %w", err)
	}
	doc, id, err := c.envelope(m, now)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader([]byte(doc)))
	if err != nil {
		return "", fmt.Errorf("teleservice: %w", err)
	}
	req.Header.Set("Content-Type", mime.FormatMediaType("application/soap+xml", map[string]string{
		"charset": "utf-8", "action": m.Action,
	}))
	req.Header.Set("Accept", "application/soap+xml")
	resp, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return id, fmt.Errorf("teleservice: %s: %w", m.Action, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return id, fmt.Errorf("teleservice: %s: reading the answer: %w", m.Action, err)
	case len(b) > maxAnswer:
		return id, fmt.Errorf("teleservice: %s: the answer is longer than %d bytes", m.Action, maxAnswer)
	}
	if err := read(resp, b, v); err != nil {
		return id, fmt.Errorf("teleservice: %s: %w", m.Action, err)
	}
	return id, nil
}

// read takes an answer apart.
func read(resp *http.Response, b []byte, v any) error {
	t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || t != "application/soap+xml" {
		return fmt.Errorf("HTTP %d with %q, not application/soap+xml", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	var env struct {
		XMLName xml.Name  `xml:"http://www.w3.org/2003/05/soap-envelope Envelope"`
		Body    *struct{} `xml:"http://www.w3.org/2003/05/soap-envelope Body"`
	}
	if err := xml.Unmarshal(b, &env); err != nil {
		return fmt.Errorf("HTTP %d: %w", resp.StatusCode, err)
	}
	if env.Body == nil {
		return fmt.Errorf("HTTP %d: an envelope without a body", resp.StatusCode)
	}
	return readBody(b, resp.StatusCode, v)
}

// readBody decodes the first element of the body within its document, where
// every namespace is declared.
func readBody(doc []byte, status int, v any) error {
	d := xml.NewDecoder(bytes.NewReader(doc))
	for depth, inside := 0, false; ; {
		tok, err := d.Token()
		if err != nil {
			return fmt.Errorf("HTTP %d: %w", status, err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			switch {
			case inside && tok.Name == (xml.Name{Space: nsSOAP, Local: "Fault"}):
				return readFault(d, tok, status)
			case inside && (status < 200 || status > 299):
				return fmt.Errorf("HTTP %d with %s, which is no fault", status, tok.Name.Local)
			case inside:
				if err := d.DecodeElement(v, &tok); err != nil {
					return fmt.Errorf("%s: %w", tok.Name.Local, err)
				}
				return nil
			}
			depth++
			inside = depth == 2 && tok.Name == xml.Name{Space: nsSOAP, Local: "Body"}
		case xml.EndElement:
			if inside {
				return errors.New("the body of the answer is empty")
			}
			depth--
		}
	}
}
