package psc

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/segursim/segursim/internal/sim"
)

// realm is one of the two Keycloak realms that are simulated.
type realm struct {
	name string
	path string // before "/realms/": "/auth" on Keycloak up to 16's layout
}

var (
	// walletRealm is PSC itself.
	walletRealm = realm{name: "esante-wallet", path: "/auth"}
	// apiRealm is the authorization server of the espace de confiance that ANS
	// runs for its conformity tests.
	apiRealm = realm{name: "signsessiondata"}
)

// The real qualification host names.
const (
	authHost   = "auth.bas.psc.esante.gouv.fr"
	walletHost = "wallet.bas.psc.esante.gouv.fr"
	apiHost    = "auth.server.api.edc-psc.esante.gouv.fr"
)

func (r realm) root() string     { return r.path + "/realms/" + r.name }
func (r realm) protocol() string { return r.root() + "/protocol/openid-connect" }

// base is the URL that a request came to: scheme and host.
func (s *Service) base(r *http.Request) string {
	if u := s.world.PublicURL(); u != "" {
		return strings.TrimSuffix(u, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// authBase and walletBase are the two hosts of PSC. On the real names they
// differ; elsewhere both are the host that was asked, unless pinned.
func (s *Service) authBase(r *http.Request) string {
	if s.config.AuthURL != "" {
		return strings.TrimSuffix(s.config.AuthURL, "/")
	}
	return swapHost(s.base(r), walletHost, authHost)
}

func (s *Service) walletBase(r *http.Request) string {
	if s.config.WalletURL != "" {
		return strings.TrimSuffix(s.config.WalletURL, "/")
	}
	return swapHost(s.base(r), authHost, walletHost)
}

// swapHost replaces one host name by another and keeps the port.
func swapHost(base, from, to string) string {
	u, err := url.Parse(base)
	if err != nil || !strings.EqualFold(u.Hostname(), from) {
		return base
	}
	if p := u.Port(); p != "" {
		u.Host = net.JoinHostPort(to, p)
	} else {
		u.Host = to
	}
	return u.String()
}

// issuer is the realm's issuer as seen by a request.
func (s *Service) issuer(r *http.Request, rl realm) string { return s.url(r, rl, rl.root()) }

func (s *Service) url(r *http.Request, rl realm, path string) string {
	if rl == apiRealm {
		return s.base(r) + path
	}
	return s.authBase(r) + path
}

// needTLS refuses plain HTTP as Keycloak's sslRequired does: "external" lets
// private and loopback addresses pass.
func (s *Service) needTLS(r *http.Request) *sim.Error {
	if r.TLS != nil || s.config.SSL == "none" || s.config.SSL == "external" && private(r.RemoteAddr) {
		return nil
	}
	return refuse(http.StatusForbidden, "invalid_request", "HTTPS required", cause("https",
		"PSC n'accepte que HTTPS (ssl_required: "+s.config.SSL+").",
		"PSC accepts HTTPS only (ssl_required: "+s.config.SSL+").", "Keycloak (sslRequired)"))
}

func private(remote string) bool {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	a := ap.Addr().Unmap()
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}
