package pki_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/pki"
)

// handshake does one mutual TLS handshake on loopback: the server asks for a
// certificate and judges it with Verify, as the simulator does.
func handshake(t *testing.T, p *pki.PKI, server *tls.Certificate, client *tls.Certificate, name string) (pki.Identity, error, error) {
	t.Helper()
	roots, err := p.ServerRoots()
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	type outcome struct {
		id  pki.Identity
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		raw, err := l.Accept()
		if err != nil {
			done <- outcome{err: err}
			return
		}
		defer raw.Close()
		conn := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{*server}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12})
		if err := conn.HandshakeContext(t.Context()); err != nil {
			done <- outcome{err: err}
			return
		}
		id, err := p.Verify(conn.ConnectionState().PeerCertificates, pki.ClientUsage)
		_, _ = conn.Write([]byte("."))
		done <- outcome{id, err}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conf := &tls.Config{RootCAs: roots, ServerName: name, MinVersion: tls.VersionTLS12}
	if client != nil {
		conf.Certificates = []tls.Certificate{*client}
	}
	conn, clientErr := (&tls.Dialer{Config: conf}).DialContext(ctx, "tcp", l.Addr().String())
	if clientErr == nil {
		_, clientErr = io.ReadFull(conn, make([]byte, 1))
		_ = conn.Close()
	}
	out := <-done
	return out.id, out.err, clientErr
}

func TestTLSClients(t *testing.T) {
	t.Parallel()
	p := shared(t)
	server, err := p.ServerCertificate("")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		kind   pki.IdentityKind
		reason pki.Reason
	}{
		"serv-ssl":             {pki.IdentitySERV, ""},
		"insi-auto":            {pki.IdentityORG, ""},
		"insi-manu":            {pki.IdentityORG, ""},
		"org-auth-cli":         {pki.IdentityORG, ""},
		"org-sign":             {pki.IdentityORG, pki.WrongUsage},
		"cps-medecin-auth":     {pki.IdentityCPS, ""},
		"cps-medecin-sign":     {pki.IdentityCPS, pki.WrongUsage},
		"cps-specialiste-auth": {pki.IdentityCPS, ""},
		"cps-pharmacien-auth":  {pki.IdentityCPS, ""},
		"cpf-medecin-auth":     {pki.IdentityCPF, ""},
		"cpe-auth":             {pki.IdentityCPE, ""},
		"cpe-non-nominative":   {pki.IdentityCDE, ""},
		"ps-sign":              {pki.IdentityPS, pki.WrongUsage},
		"expired":              {pki.IdentityORG, pki.IsExpired},
		"revoked":              {pki.IdentityORG, pki.IsRevoked},
		"not-yet-valid":        {pki.IdentityORG, pki.IsNotYetValid},
		"unknown-ca":           {pki.IdentityORG, pki.FromUnknownCA},
		"wrong-usage":          {pki.IdentityORG, pki.WrongUsage},
		"wrong-usage-email":    {pki.IdentityORG, pki.WrongUsage},
		"wrong-cn":             {pki.IdentityORG, ""}, // a matter for INSi
		"":                     {"", pki.NotACertificate},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var client *tls.Certificate
			if name != "" {
				client = credential(t, p, name).TLS()
			}
			id, err, clientErr := handshake(t, p, server, client, "localhost")
			if clientErr != nil {
				t.Fatalf("client: %v", clientErr)
			}
			var refused *pki.VerifyError
			reason := pki.Reason("")
			if errors.As(err, &refused) {
				reason = refused.Reason
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt, struct {
				kind   pki.IdentityKind
				reason pki.Reason
			}{id.Kind, reason}, cmp.AllowUnexported(tt)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

func TestTLSServers(t *testing.T) {
	t.Parallel()
	p := shared(t)
	good, err := p.ServerCertificate("")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		kind, host string
		refused    func(error) bool // by a Go client, nil when accepted
	}{
		"sound, name":           {"", "localhost", nil},
		"sound, compose name":   {"", "segursim", nil},
		"sound, IPv4":           {"", "127.0.0.1", nil},
		"sound, IPv6":           {"", "::1", nil},
		"sound, another name":   {"", "exemple.test", isHostname},
		"expired":               {"expired", "localhost", isExpired},
		"not yet valid":         {"not-yet-valid", "localhost", isExpired},
		"wrong host":            {"wrong-host", "localhost", isHostname},
		"unknown CA":            {"unknown-ca", "localhost", isUnknown},
		"revoked, for CRL only": {"revoked", "localhost", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, err := p.ServerCertificate(tt.kind)
			if err != nil {
				t.Fatal(err)
			}
			if want := 2 - boolInt(tt.kind == "unknown-ca"); len(server.Certificate) != want {
				t.Errorf("%d certificates sent, want %d", len(server.Certificate), want)
			}
			if server.PrivateKey != good.PrivateKey {
				t.Error("the variant has a key of its own")
			}
			_, _, err = handshake(t, p, server, credential(t, p, "insi-auto").TLS(), tt.host)
			if tt.refused == nil && err != nil || tt.refused != nil && !tt.refused(err) {
				t.Errorf("client: %v", err)
			}
		})
	}
	if _, err := p.ServerCertificate("inventee"); err == nil {
		t.Error("an unknown variant was given")
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func isHostname(err error) bool {
	var e x509.HostnameError
	return errors.As(err, &e)
}

func isExpired(err error) bool {
	var e x509.CertificateInvalidError
	return errors.As(err, &e) && e.Reason == x509.Expired
}

func isUnknown(err error) bool {
	var e x509.UnknownAuthorityError
	return errors.As(err, &e)
}
