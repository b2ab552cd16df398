package e2e_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/segursim/segursim/mocks"
)

// The real qualification names, which a machine points at the simulator.
const (
	authHost   = "auth.bas.psc.esante.gouv.fr"
	walletHost = "wallet.bas.psc.esante.gouv.fr"
)

// aliased is a client that reaches the simulator under other names: as with a
// hosts file, each host:port leads to one listener and no name is looked up.
// Names that are not in the table are refused: nothing leaves the machine.
func (s *simulator) aliased(tb testing.TB, table map[string]string) *http.Client {
	tb.Helper()
	conf, err := s.TLS("")
	if err != nil {
		tb.Fatal(err)
	}
	transport := &http.Transport{
		TLSClientConfig: conf,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			to, ok := table[addr]
			if !ok {
				return nil, fmt.Errorf("dial %s: not an alias of the simulator", addr)
			}
			return new(net.Dialer).DialContext(ctx, network, to)
		},
	}
	tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// TestOIDCTwoHosts logs in on the two-host layout: the wallet's host has the
// authorization endpoint, the other has all else.
func TestOIDCTwoHosts(t *testing.T) {
	t.Parallel()
	const realm = "/auth/realms/esante-wallet"
	tests := map[string]struct {
		conf         string
		auth, wallet string // base URLs
		standardAuth string // authorization endpoint of the standard document
	}{
		"qualification names, real port": {
			auth: "https://" + authHost, wallet: "https://" + walletHost,
			standardAuth: "https://" + authHost + realm + "/protocol/openid-connect/auth",
		},
		"qualification names, other port": {
			auth: "https://" + authHost + ":8443", wallet: "https://" + walletHost + ":8443",
			standardAuth: "https://" + authHost + ":8443" + realm + "/protocol/openid-connect/auth",
		},
		"pinned in the configuration": {
			conf: "auth_url: https://localhost:9443\nwallet_url: https://segursim:9444/",
			auth: "https://localhost:9443", wallet: "https://segursim:9444",
			standardAuth: "https://localhost:9443" + realm + "/protocol/openid-connect/auth",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, mocks.Options{Sections: section(tt.conf)})
			front := s.Endpoints().Listeners["https"]
			client := s.aliased(t, map[string]string{dialName(t, tt.auth): front, dialName(t, tt.wallet): front})
			issuer := tt.auth + realm
			p := join(t, client, issuer, s.Clock().Now)
			if got := p.conf.Endpoint.AuthURL; got != tt.standardAuth {
				t.Errorf("authorization endpoint of the standard document %q, want %q", got, tt.standardAuth)
			}

			wallet := walletDocument(t, client, issuer)
			if got, want := text(t, wallet, "authorization_endpoint"), tt.wallet+"/auth"; got != want {
				t.Errorf("authorization endpoint of the wallet document %q, want %q", got, want)
			}
			if got := text(t, wallet, "issuer"); got != issuer {
				t.Errorf("issuer of the wallet document %q, want %q", got, issuer)
			}
			p.conf.Endpoint.AuthURL = text(t, wallet, "authorization_endpoint")
			s.act(t, "login", map[string]any{"login_hint": doctor})
			back := p.authorize(t, "etat", oidc.Nonce("deux-hotes"))
			if got := back.Get("iss"); got != issuer {
				t.Errorf("iss %q, want %q", got, issuer)
			}
			token, err := p.conf.Exchange(p.ctx, back.Get("code"))
			if err != nil {
				t.Fatal(err)
			}
			checkLogin(t, p, token, "deux-hotes")
		})
	}
}

// dialName is the host:port that a client dials for a URL.
func dialName(t *testing.T, base string) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	if u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return u.Host
}

func walletDocument(t *testing.T, client *http.Client, issuer string) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, issuer+"/.well-known/wallet-openid-configuration", nil)
	if err != nil {
		t.Fatal(err)
	}
	got := do(t, client, req)
	if got.status != http.StatusOK {
		t.Fatalf("wallet document: %d %s", got.status, got.body)
	}
	return object(t, got.body)
}

// TestOIDCForeignName proves that the names are verified: the certificate has
// the qualification names and no other.
func TestOIDCForeignName(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	front := s.Endpoints().Listeners["https"]
	const other = "autre.segursim.test"
	client := s.aliased(t, map[string]string{other + ":443": front})
	res, err := client.Get("https://" + other + "/auth/realms/esante-wallet/.well-known/openid-configuration")
	if err == nil {
		_ = res.Body.Close()
		t.Fatal("a name that the certificate does not have was accepted")
	}
	if !strings.Contains(err.Error(), "certificate is valid for") {
		t.Errorf("refused for another reason: %v", err)
	}
}
