package psc

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// badCredentials is Keycloak's text for every wrong secret or certificate.
const badCredentials = "Invalid client or Invalid client credentials"

// authenticate finds and authenticates the client of a back-channel request, in
// Keycloak's order: the Authorization header, then the form, which wins over it;
// then what the client's registration asks for. It records the facts client.id
// and client.auth.
func (s *Service) authenticate(r *http.Request, f form, x *sim.Exchange) (Client, *sim.Error) {
	if f.has("client_assertion") || f.has("client_assertion_type") {
		return s.authenticateJWT(r, f, x)
	}
	id, secret, how, refusal := credentials(r, f)
	if refusal != nil {
		return Client{}, refusal
	}
	if id == "" && len(x.Chain) > 0 {
		id, how = x.Chain[0].Subject.CommonName, authMTLS
	}
	x.Fact("client", map[string]any{"id": id, "auth": how})
	if id == "" {
		return Client{}, refuse(http.StatusBadRequest, "invalid_client", "Missing client_id parameter", cause("client-id",
			"Ni en-tête Authorization: Basic, ni client_id dans le formulaire, ni certificat client.",
			"Neither an Authorization: Basic header, nor client_id in the form, nor a client certificate.", "RFC 6749 §2.3.1"))
	}
	c, refusal := s.client(id)
	if refusal != nil {
		return Client{}, refusal
	}
	if c.Espace == confiance && !s.world.Relaxed("client-certificate") {
		return c, s.checkCertificate(c, x, how)
	}
	switch {
	case secret != "" && (c.allows(authBasic) && how == authBasic || c.allows(authPost) && how == authPost):
		if subtle.ConstantTimeCompare([]byte(secret), []byte(c.Secret)) != 1 {
			return Client{}, refuse(http.StatusUnauthorized, "unauthorized_client", badCredentials, cause("client-secret",
				"Le secret du client "+c.ID+" n'est pas le bon.", "The secret of client "+c.ID+" is wrong.", "RFC 6749 §2.3.1"))
		}
		return c, nil
	case c.allows(authMTLS) && len(x.Chain) > 0 && secret == "":
		return c, s.checkCertificate(c, x, how)
	case c.allows(authNone):
		return c, nil
	}
	return Client{}, refuse(http.StatusUnauthorized, "unauthorized_client", badCredentials, cause("client-auth",
		"Le client "+c.ID+" doit s'authentifier par "+strings.Join(c.Auth, " ou ")+" ; reçu : "+received(how, secret, x.Chain)+".",
		"Client "+c.ID+" must authenticate by "+strings.Join(c.Auth, " or ")+"; received: "+received(how, secret, x.Chain)+".",
		"OIDC Core 1.0 §9"))
}

func received(how, secret string, chain []*x509.Certificate) string {
	switch {
	case secret == "" && len(chain) == 0:
		return "client_id seul / client_id alone"
	case secret == "":
		return authMTLS
	}
	return how
}

// client returns an enabled client.
func (s *Service) client(id string) (Client, *sim.Error) {
	var c Client
	var ok bool
	_ = s.world.Store.View(func(tx *store.Txn) error {
		c, ok = clients.Get(tx, id)
		return nil
	})
	if !ok {
		return c, refuse(http.StatusUnauthorized, "invalid_client", badCredentials, cause("client-unknown",
			"Aucun client « "+id+" » n'est enregistré.", "No client “"+id+"” is registered.", "RFC 6749 §5.2"))
	}
	if c.Disabled {
		return c, refuse(http.StatusUnauthorized, "invalid_client", badCredentials, cause("client-disabled",
			"Le client "+id+" est désactivé.", "Client "+id+" is disabled.", "RFC 6749 §5.2"))
	}
	return c, nil
}

// credentials reads the id and the secret from where Keycloak looks for them.
func credentials(r *http.Request, f form) (id, secret, how string, refusal *sim.Error) {
	if h := r.Header.Get("Authorization"); h != "" {
		var ok bool
		if id, secret, ok = parseBasic(h); ok {
			how = authBasic
		} else if !f.has("client_id") {
			return "", "", "", refuse(http.StatusUnauthorized, bare, "", cause("authorization-header",
				"L'en-tête Authorization n'est pas un Basic lisible : 401 sans corps.",
				"The Authorization header is not a readable Basic one: 401 without a body.", "RFC 7617 §2"))
		}
	}
	if f.has("client_id") {
		id = f.get("client_id")
	}
	if f.has("client_secret") {
		secret, how = f.get("client_secret"), authPost
	}
	return id, secret, how, nil
}

// parseBasic reads RFC 6749's variant of Basic: both parts are form-encoded.
// Plain ones with characters that are no encoding pass too.
func parseBasic(h string) (id, secret string, ok bool) {
	scheme, rest, found := strings.Cut(h, " ")
	if !found || !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil {
		return "", "", false
	}
	id, secret, ok = strings.Cut(string(raw), ":")
	return unescape(id), unescape(secret), ok
}

func unescape(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

// checkCertificate verifies the client's certificate against the hierarchy and
// the registration (RFC 8705 §2.1; EXI PSC 24).
func (s *Service) checkCertificate(c Client, x *sim.Exchange, how string) *sim.Error {
	x.Fact("client", map[string]any{"id": c.ID, "auth": authMTLS})
	no := func(why journal.Cause) *sim.Error {
		return refuse(http.StatusUnauthorized, "unauthorized_client", badCredentials, why)
	}
	if len(x.Chain) == 0 {
		got := "aucune authentification"
		if how != "" {
			got = how
		}
		return no(cause("mtls-missing",
			"Espace de confiance : le certificat client ORG AUTH_CLI est obligatoire, aucun n'a été présenté (reçu : "+got+").",
			"Espace de confiance: the ORG AUTH_CLI client certificate is mandatory, none was shown.", "RFC 8705 §2, EXI PSC 24"))
	}
	if err := s.world.PKI.VerifyClient(x.Chain); err != nil && !s.world.Relaxed("client-certificate") {
		return no(cause("mtls-refused", "Le certificat client est refusé : "+err.Error()+".",
			"The client certificate is refused: "+err.Error()+".", "RFC 5280 §6"))
	}
	leaf := x.Chain[0]
	if !c.Certificate.matches(c.ID, leaf) {
		return no(cause("mtls-unknown",
			"Le certificat « "+leaf.Subject.String()+" » n'est pas celui enregistré pour "+c.ID+".",
			"The certificate “"+leaf.Subject.String()+"” is not the one registered for "+c.ID+".", "RFC 8705 §2.1"))
	}
	return nil
}

func (m Certificate) matches(clientID string, leaf *x509.Certificate) bool {
	if m.Any {
		return true
	}
	if m == (Certificate{}) {
		return leaf.Subject.CommonName == clientID
	}
	if m.CN != "" && m.CN != leaf.Subject.CommonName {
		return false
	}
	if m.OU != "" && !slices.Contains(leaf.Subject.OrganizationalUnit, m.OU) {
		return false
	}
	if m.SHA256 != "" {
		sum := sha256.Sum256(leaf.Raw)
		if !strings.EqualFold(m.SHA256, hex.EncodeToString(sum[:])) {
			return false
		}
	}
	if m.Subject != "" {
		re, err := regexp.Compile(m.Subject)
		return err == nil && re.MatchString(leaf.Subject.String())
	}
	return true
}
