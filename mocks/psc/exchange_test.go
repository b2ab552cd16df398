package psc_test

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"testing"
	"time"
)

const grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"

// leaf is the certificate that a client shows.
func leaf(t *testing.T, c *http.Client) []byte {
	t.Helper()
	conf := c.Transport.(*http.Transport).TLSClientConfig
	return conf.Certificates[0].Certificate[0]
}

func exchangeForm(token string) url.Values {
	return form("grant_type", grantExchange, "subject_token", token, "subject_issuer", "psc", "scope", "dossier.lire",
		"subject_token_type", "urn:ietf:params:oauth:token-type:access_token", "client_id", "segursim-lps-confiance")
}

// TestExchange follows the chain of the espace de confiance: a PSC token, its
// exchange over mutual TLS, a token bound to the certificate, in both encodings.
func TestExchange(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"ans-hex64", "rfc8705"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			w := start(t, "cnf: "+format)
			c := w.client("org-auth-cli")
			as := w.srv.URL() + "/realms/signsessiondata/protocol/openid-connect"
			a := w.do(c, w.req("POST", as+"/token", exchangeForm(w.ciba().text("access_token"))))
			if a.status != http.StatusOK || a.json["expires_in"] != 14400.0 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			_, _, m := claims(t, a.text("access_token"))
			if m["SubjectNameID"] != doctor || m["scope"] != "dossier.lire" || m["iss"] != w.srv.URL()+"/realms/signsessiondata" {
				t.Errorf("claims %v", m)
			}
			sum := sha256.Sum256(leaf(t, c))
			want := base64.RawURLEncoding.EncodeToString(sum[:])
			if format == "ans-hex64" {
				want = base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(sum[:])))
			}
			if got := m["cnf"].(map[string]any)["x5t#S256"]; got != want {
				t.Errorf("x5t#S256 %v, want %s", got, want)
			}
			in := w.do(c, w.req("POST", as+"/token/introspect", form("token", a.text("access_token"), "client_id", "segursim-lps-confiance")))
			if in.json["active"] != true || in.json["cnf"] == nil {
				t.Errorf("introspection %d %s", in.status, in.body)
			}
		})
	}
}

func TestExchangeRefusals(t *testing.T) {
	t.Parallel()
	w := start(t, "clients: [{id: borne, espace: confiance, certificate: {any: true}, exchange_scopes: [autre]}]")
	as := w.srv.URL() + "/realms/signsessiondata/protocol/openid-connect/token"
	good := w.client("org-auth-cli")
	tok := w.ciba()
	right := exchangeForm(tok.text("access_token"))
	for _, c := range []struct {
		name   string
		client *http.Client
		form   url.Values
		status int
		code   string
		text   string
	}{
		{"no certificate", w.http, right, 401, "unauthorized_client", "Invalid client or Invalid client credentials"},
		{"expired certificate", w.client("expired"), right, 401, "unauthorized_client", "Invalid client or Invalid client credentials"},
		{"revoked certificate", w.client("revoked"), right, 401, "unauthorized_client", "Invalid client or Invalid client credentials"},
		{"unknown CA", w.client("unknown-ca"), right, 401, "unauthorized_client", "Invalid client or Invalid client credentials"},
		{"wrong usage", w.client("wrong-usage"), right, 401, "unauthorized_client", "Invalid client or Invalid client credentials"},
		{"no subject_token", good, with(right, "subject_token", ""), 400, "invalid_request", "Parameter 'subject_token' is missing"},
		{"no type", good, with(right, "subject_token_type", ""), 400, "invalid_request", "Parameter 'subject_token_type' is missing"},
		{"wrong type", good, with(right, "subject_token_type", "urn:ietf:params:oauth:token-type:saml2"), 400, "invalid_request", "Invalid 'subject_token_type'"},
		{"wrong issuer", good, with(right, "subject_issuer", "autre"), 400, "invalid_request", "Invalid subject_issuer"},
		{"no scope", good, with(right, "scope", ""), 400, "invalid_scope", "Missing parameter: scope"},
		{"scope not open", good, with(right, "client_id", "borne"), 400, "invalid_scope", "Invalid scopes: dossier.lire"},
		{"refresh token as subject", good, with(right, "subject_token", tok.text("refresh_token")), 400, "invalid_token", "invalid subject token"},
		{"code grant", good, with(right, "grant_type", "authorization_code"), 400, "unsupported_grant_type", "Unsupported grant_type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			w.refused(w.do(c.client, w.req("POST", as, c.form)), c.status, c.code, c.text)
		})
	}
	w.advance(2 * time.Minute)
	w.refused(w.do(good, w.req("POST", as, right)), 400, "invalid_token", "invalid subject token")
}

// TestEspaceDeConfiance: there, mutual TLS is mandatory at PSC too, and the
// certificate must be the registered one.
func TestEspaceDeConfiance(t *testing.T) {
	t.Parallel()
	w := start(t, "clients: [{id: INSI-AUTO, espace: confiance}, {id: empreinte, espace: confiance, certificate: {sha256: '00'}}]")
	ask := func(c *http.Client, id string) answer {
		return w.do(c, w.req("POST", "/ext/ciba/auth", with(cibaForm(), "client_id", id)))
	}
	if a := ask(w.client("insi-auto"), "INSI-AUTO"); a.status != 200 {
		t.Errorf("the CN is the client's id: %d %s", a.status, a.body)
	}
	for name, a := range map[string]answer{
		"another CN":   ask(w.client("insi-manu"), "INSI-AUTO"),
		"thumbprint":   ask(w.client("insi-auto"), "empreinte"),
		"no cert":      ask(w.http, "INSI-AUTO"),
		"a CPS":        ask(w.client("cps-medecin-sign"), "INSI-AUTO"),
		"unknown auth": ask(w.client("unknown-ca"), "INSI-AUTO"),
	} {
		if a.status != 401 || a.text("error") != "unauthorized_client" {
			t.Errorf("%s: %d %s, want a refusal", name, a.status, a.body)
		}
	}
	if got := w.client("insi-auto").Transport.(*http.Transport).TLSClientConfig.MinVersion; got != tls.VersionTLS12 {
		t.Errorf("the client's TLS is %x", got)
	}
}
