package container

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Endpoints is the document of the addresses of a simulator, as it sees them
// itself: inside of the container. From the host use [Container.HTTPS] and its
// kin, and [Container.Issuer].
type Endpoints struct {
	// Version of the simulator.
	Version string `json:"version"`
	// Listeners maps a name ("https", "control") to host:port.
	Listeners map[string]string `json:"listeners"`
	// CA is the path of the CA file in the container; empty when it keeps none.
	CA string `json:"ca"`
	// Services maps a service ("psc") to what a client of it needs ("issuer",
	// "client_id", …).
	Services map[string]map[string]any `json:"services"`
}

// Endpoints asks for the addresses of the simulator.
func (c *Container) Endpoints(ctx context.Context) (*Endpoints, error) {
	var doc Endpoints
	if err := c.API(ctx, http.MethodGet, "/api/endpoints", nil, &doc); err != nil {
		return nil, err
	}
	return &doc, nil
}

// Issuer returns the issuer of the simulated Pro Santé Connect as a client that
// comes by the mapped port sees it: what its discovery document says there,
// which is the pinned public URL when there is one.
func (c *Container) Issuer(ctx context.Context) (string, error) {
	doc, err := c.Endpoints(ctx)
	if err != nil {
		return "", err
	}
	inside, _ := doc.Services["psc"]["issuer"].(string)
	if inside == "" {
		return "", errors.New("issuer: the endpoints document names none for psc")
	}
	issuer, err := url.Parse(inside)
	if err != nil {
		return "", fmt.Errorf("issuer: %w", err)
	}
	base, err := c.HTTPS(ctx)
	if err != nil {
		return "", err
	}
	client, err := c.Client(ctx)
	if err != nil {
		return "", err
	}
	defer client.CloseIdleConnections()

	return discover(ctx, client, base+issuer.Path)
}

// discover reads the issuer of a discovery document (OpenID Connect Discovery
// 1.0 §4).
func discover(ctx context.Context, client *http.Client, at string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"/.well-known/openid-configuration", nil)
	if err != nil {
		return "", fmt.Errorf("discovery: %w", err)
	}
	answer, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("discovery: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("discovery: %s answers %s", request.URL, answer.Status)
	}

	var doc struct {
		Issuer string `json:"issuer"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&doc); err != nil {
		return "", fmt.Errorf("discovery: %s: %w", request.URL, err)
	}
	if doc.Issuer == "" {
		return "", fmt.Errorf("discovery: %s names no issuer", request.URL)
	}
	return doc.Issuer, nil
}
