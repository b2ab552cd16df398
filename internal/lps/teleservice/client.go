package teleservice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A Config says who calls, and how.
type Config struct {
	// HTTP makes the exchanges. Its TLS certificate identifies the structure
	// when there is no Card.
	HTTP *http.Client
	// Rand makes identifiers of messages and assertions.
	Rand io.Reader
	// Now is the time that messages and assertions carry.
	Now func(ctx context.Context) (time.Time, error)
	// Software is who calls, in ContexteLPS.
	Software Software
	// Emitter is the national identifier of the professional (CPx) or of the
	// structure (mutual TLS).
	Emitter string
	// Card signs an assertion for every call; nil sends none.
	Card *Card
	// Practice goes into that assertion.
	Practice Practice
}

// Software is what ContexteLPS says of the calling software.
type Software struct {
	IDAM     string // authorisation number given by the CNDA, 12 characters
	Name     string // "urn:lps:NAME:VERSION"
	Version  string
	Instance string // a UUID that stays the same for one installation
}

// A Practice is where the professional works, for the assertion.
type Practice struct {
	Billing   string // identifiantFacturation: Assurance Maladie number, else FINESS or SIRET
	Sector    string // secteurActivite: "SA07"
	Specialty string // codeSpecialite: "01"
}

// A Client calls téléservices. It may be used concurrently if its Config may.
type Client struct{ cfg Config }

// New checks the configuration; it speaks to nobody.
func New(cfg Config) (*Client, error) {
	switch {
	case cfg.HTTP == nil:
		return nil, errors.New("teleservice: no HTTP client")
	case cfg.Rand == nil:
		return nil, errors.New("teleservice: no source of randomness")
	case cfg.Now == nil:
		return nil, errors.New("teleservice: no clock")
	}
	return &Client{cfg}, nil
}

// uuid makes a random UUID (RFC 9562 §5.4).
func (c *Client) uuid() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(c.cfg.Rand, b[:]); err != nil {
		return "", fmt.Errorf("teleservice: identifier: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
