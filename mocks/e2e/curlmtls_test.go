package e2e_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks"
)

const (
	exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessType    = "urn:ietf:params:oauth:token-type:access_token"
)

// apiToken is the token endpoint of the espace de confiance.
func (s *simulator) apiToken(tb testing.TB) string {
	tb.Helper()
	v, ok := s.Endpoints().Services["psc"]["api_as"].(string)
	if !ok {
		tb.Fatal("no api_as in the endpoints document")
	}
	return v + tokenPath
}

// cert exports a certificate over the control API and returns curl's arguments
// that show it.
func (s *simulator) cert(tb testing.TB, profile string) (args []string, path string) {
	tb.Helper()
	path = s.download(tb, profile+".pem")
	return []string{"--cert", path}, path
}

// cibaTokens is a login by CIBA with a client certificate.
func (s *simulator) cibaTokens(t *testing.T, who []string) map[string]any {
	t.Helper()
	status, asked := s.curlForm(t, s.Issuer()+cibaPath, who, "client_id", confianceClient, "scope", "openid scope_all",
		"acr_values", "eidas1", "login_hint", doctor, "binding_message", "11")
	if status != http.StatusOK {
		t.Fatalf("request: %d %v", status, asked)
	}
	s.act(t, "approve", map[string]any{"login_hint": doctor})
	status, tokens := s.curlForm(t, s.Issuer()+tokenPath, who, "client_id", confianceClient, "grant_type", cibaGrant,
		"auth_req_id", text(t, asked, "auth_req_id"))
	if status != http.StatusOK {
		t.Fatalf("tokens: %d %v", status, tokens)
	}
	return tokens
}

// TestCurlConfiance logs in over mutual TLS, exchanges the token for an API's,
// and compares the certificate thumbprint in it with what openssl computes.
func TestCurlConfiance(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		conf string
		// digest reads the claim back to the bytes of the SHA-256.
		digest func(claim string) ([]byte, error)
	}{
		"by default, as the ANS test server writes it": {"", func(claim string) ([]byte, error) {
			text, err := base64.StdEncoding.DecodeString(claim)
			if err != nil {
				return nil, err
			}
			return hex.DecodeString(string(text))
		}},
		"ans-hex64": {"cnf: ans-hex64", func(claim string) ([]byte, error) {
			text, err := base64.StdEncoding.DecodeString(claim)
			if err != nil {
				return nil, err
			}
			return hex.DecodeString(string(text))
		}},
		"rfc8705": {"cnf: rfc8705", base64.RawURLEncoding.DecodeString},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, mocks.Options{Sections: section(tt.conf)})
			who, file := s.cert(t, "org-auth-cli")
			tokens := s.cibaTokens(t, who)
			status, got := s.curlForm(t, s.apiToken(t), who, "client_id", confianceClient, "grant_type", exchangeGrant,
				"subject_token", text(t, tokens, "access_token"), "subject_token_type", accessType,
				"subject_issuer", "psc", "scope", "openid mesure")
			if status != http.StatusOK {
				t.Fatalf("exchange: %d %v", status, got)
			}
			if got["issued_token_type"] != accessType || got["expires_in"] != 14400.0 {
				t.Errorf("answer: %v", got)
			}
			token := claims(t, text(t, got, "access_token"))
			if token["SubjectNameID"] != doctor || token["azp"] != confianceClient || token["scope"] != "openid mesure" {
				t.Errorf("token: %v", token)
			}
			cnf, _ := token["cnf"].(map[string]any)
			digest, err := tt.digest(text(t, cnf, "x5t#S256"))
			if err != nil {
				t.Fatalf("cnf %v: %v", cnf, err)
			}
			if want := fingerprint(t, file); hex.EncodeToString(digest) != want {
				t.Errorf("thumbprint %x, openssl says %s", digest, want)
			}
			checkAPIToken(t, s, who, text(t, got, "access_token"))
		})
	}
}

// checkAPIToken introspects an API token at its own authorization server, and at
// the one that did not issue it.
func checkAPIToken(t *testing.T, s *simulator, who []string, token string) {
	t.Helper()
	status, got := s.curlForm(t, s.apiToken(t)+"/introspect", who, "client_id", confianceClient, "token", token)
	if status != http.StatusOK || got["active"] != true {
		t.Errorf("introspection: %d %v", status, got)
	}
	status, got = s.curlForm(t, s.Issuer()+tokenPath+"/introspect", who, "client_id", confianceClient, "token", token)
	if status != http.StatusOK || got["active"] != false {
		t.Errorf("introspection by Pro Santé Connect: %d %v", status, got)
	}
}

// fingerprint is the SHA-256 of a PEM certificate as openssl computes it, in
// lower-case hexadecimal.
func fingerprint(t *testing.T, file string) string {
	t.Helper()
	out := mustRun(t, "openssl", "x509", "-in", file, "-noout", "-fingerprint", "-sha256")
	_, hexed, ok := strings.Cut(strings.TrimSpace(out), "=")
	if !ok {
		t.Fatalf("openssl said %q", out)
	}
	return strings.ToLower(strings.ReplaceAll(hexed, ":", ""))
}

// TestCurlConfianceRefused shows what mutual TLS refuses: at Pro Santé Connect
// and at the authorization server of the exchange.
func TestCurlConfianceRefused(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	good, _ := s.cert(t, "org-auth-cli")
	subject := text(t, s.cibaTokens(t, good), "access_token")
	tests := map[string]struct {
		profile string
		rule    string
	}{
		"no certificate": {"", "psc.mtls-missing"},
		"expired":        {"expired", "psc.mtls-refused"},
		"not yet valid":  {"not-yet-valid", "psc.mtls-refused"},
		"revoked":        {"revoked", "psc.mtls-refused"},
		"unknown CA":     {"unknown-ca", "psc.mtls-refused"},
		"wrong usage":    {"wrong-usage", "psc.mtls-refused"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { // not parallel: they read the journal's last entry
			var who []string
			if tt.profile != "" {
				who, _ = s.cert(t, tt.profile)
			}
			status, got := s.curlForm(t, s.Issuer()+cibaPath, who, "client_id", confianceClient, "scope", "openid scope_all",
				"acr_values", "eidas1", "login_hint", doctor, "binding_message", "11")
			if status != http.StatusUnauthorized || got["error"] == nil {
				t.Errorf("request: %d %v", status, got)
			}
			if e := s.last(t, "ciba.request"); !strings.Contains(rules(e), tt.rule) {
				t.Errorf("request: causes %s, want %s", rules(e), tt.rule)
			}
			status, got = s.curlForm(t, s.apiToken(t), who, "client_id", confianceClient, "grant_type", exchangeGrant,
				"subject_token", subject, "subject_token_type", accessType, "subject_issuer", "psc", "scope", "mesure")
			if status != http.StatusUnauthorized || got["error"] != "unauthorized_client" {
				t.Errorf("exchange: %d %v", status, got)
			}
			if e := s.last(t, "api.token"); !strings.Contains(rules(e), tt.rule) {
				t.Errorf("exchange: causes %s, want %s", rules(e), tt.rule)
			}
		})
	}
	t.Run("secret instead of a certificate", func(t *testing.T) {
		status, got := s.curlForm(t, s.Issuer()+cibaPath, []string{"-u", confianceClient + ":secret"}, "scope", "openid",
			"login_hint", doctor, "binding_message", "11")
		if status != http.StatusUnauthorized {
			t.Errorf("request: %d %v", status, got)
		}
	})
}
