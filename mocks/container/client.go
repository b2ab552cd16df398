package container

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// CA returns the certificates that a client must trust to speak to the
// simulator, as PEM: the roots and intermediates of its TEST PKI.
func (c *Container) CA(ctx context.Context) ([]byte, error) {
	var bundle []byte
	if err := c.API(ctx, http.MethodGet, "/api/certs/ca.pem", nil, &bundle); err != nil {
		return nil, err
	}
	return bundle, nil
}

// Client returns an HTTP client that trusts the CA of the simulator, and
// reaches the simulator and nothing else: a connection to port 443 or 80 goes
// to the container whatever host the URL names, so the qualification names
// (https://auth.bas.psc.esante.gouv.fr/…) work from the test without a hosts
// file; any other address than a mapped one of the container is refused. Give
// the transport a client certificate through its TLSClientConfig.
//
// The client keeps cookies only if the caller gives it a jar. It ends with
// CloseIdleConnections.
func (c *Container) Client(ctx context.Context) (*http.Client, error) {
	bundle, err := c.CA(ctx)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(bundle) {
		return nil, errors.New("the bundle of the simulator holds no certificate")
	}

	routes, err := c.routes(ctx)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{}

	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			RootCAs:            roots,
			InsecureSkipVerify: true, // replaced by VerifyConnection, which is as strict
			VerifyConnection:   verify(roots, routes.https),
		},
		ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			to, err := routes.to(address)
			if err != nil {
				return nil, err
			}
			return dialer.DialContext(ctx, network, to)
		},
	}}, nil
}

// verify checks the simulator's certificate as crypto/tls does, but for the
// name of a Docker host that is not this machine, say "172.17.0.1" or "docker":
// the simulator cannot know it, and is checked to be "localhost" there.
func verify(roots *x509.CertPool, https string) func(tls.ConnectionState) error {
	host, _, _ := net.SplitHostPort(https)
	return func(state tls.ConnectionState) error {
		name := state.ServerName
		if name == host && !loopback(host) {
			name = "localhost"
		}
		chain := x509.NewCertPool()
		for _, issuer := range state.PeerCertificates[1:] {
			chain.AddCert(issuer)
		}
		_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: chain})
		return err
	}
}

// routes maps what a client dials to what it reaches.
type routes struct {
	https, http, control string // mapped addresses, host:port
}

// routes looks the mapped ports up.
func (c *Container) routes(ctx context.Context) (routes, error) {
	var r routes
	for _, door := range []struct {
		port    string
		address *string
	}{{HTTPSPort, &r.https}, {HTTPPort, &r.http}, {ControlPort, &r.control}} {
		address, err := c.base(ctx, door.port, "")
		if err != nil {
			return routes{}, err
		}
		*door.address = address
	}
	return r, nil
}

// to returns the address to dial instead of another.
func (r routes) to(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("client of the simulator: %w", err)
	}

	for _, mapped := range []string{r.https, r.http, r.control} {
		here, mappedPort, err := net.SplitHostPort(mapped)
		if err == nil && port == mappedPort && (host == here || loopback(host) && loopback(here)) {
			return mapped, nil
		}
	}
	switch port {
	case "443":
		return r.https, nil
	case "80":
		return r.http, nil
	default:
		return "", fmt.Errorf("client of the simulator: %s is not an address of the container", address)
	}
}

// loopback tells whether a host name or address is the machine itself.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
