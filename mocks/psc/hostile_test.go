package psc_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks"
)

// forge makes a JWS of the token's payload under another header and signature.
func forge(token, header string, sign func(input string) []byte) string {
	payload := strings.Split(token, ".")[1]
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + payload
	return input + "." + base64.RawURLEncoding.EncodeToString(sign(input))
}

// TestForgedTokens: alg=none, a public key used as an HMAC secret, a foreign kid,
// an altered payload. Every endpoint that takes a token refuses each.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	tok := w.ciba().text("access_token")
	var jwks struct {
		Keys []struct {
			X5C []string `json:"x5c"`
			Kid string   `json:"kid"`
			N   string   `json:"n"`
		} `json:"keys"`
	}
	if err := json.Unmarshal([]byte(w.get("/certs").body), &jwks); err != nil {
		t.Fatal(err)
	}
	der, err := base64.StdEncoding.DecodeString(jwks.Keys[0].X5C[0])
	if err != nil {
		t.Fatal(err)
	}
	hs := func(secret []byte) func(string) []byte {
		return func(in string) []byte {
			m := hmac.New(sha256.New, secret)
			m.Write([]byte(in))
			return m.Sum(nil)
		}
	}
	kid := jwks.Keys[0].Kid
	parts := strings.Split(tok, ".")
	altered, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"none":            forge(tok, `{"alg":"none"}`, func(string) []byte { return nil }),
		"none, cased":     forge(tok, `{"alg":"nOnE"}`, func(string) []byte { return nil }),
		"confusion, PEM":  forge(tok, `{"alg":"HS256","kid":"`+kid+`"}`, hs(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		"confusion, DER":  forge(tok, `{"alg":"HS256","kid":"`+kid+`"}`, hs(der)),
		"foreign kid":     forge(tok, `{"alg":"RS256","kid":"ailleurs"}`, func(string) []byte { b, _ := base64.RawURLEncoding.DecodeString(parts[2]); return b }),
		"no signature":    parts[0] + "." + parts[1] + ".",
		"altered payload": parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(altered), doctor, "899700218896", 1))) + "." + parts[2],
		"jku":             forge(tok, `{"alg":"RS256","kid":"`+kid+`","jku":"https://pirate.test/"}`, func(string) []byte { return []byte("x") }),
		"empty":           "..",
		"not base64":      "é.é.é",
		"long":            strings.Repeat("A", 200_000),
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			if a := w.get("/userinfo", func(r *http.Request) {
				if len(bad) < 100_000 {
					r.Header["Authorization"] = []string{"Bearer " + bad}
				}
			}); a.status != 401 {
				t.Errorf("userinfo: %d %s", a.status, a.body)
			}
			if a := w.post("/token/introspect", form("token", bad), basic); a.body != `{"active":false}` && a.status != 413 {
				t.Errorf("introspect: %d %s", a.status, a.body)
			}
			if a := w.post("/revoke", form("token", bad), basic); a.text("error") != "invalid_token" && a.status != 413 {
				t.Errorf("revoke: %d %s", a.status, a.body)
			}
			if a := w.get("/logout?" + form("id_token_hint", bad).Encode()); a.status < 400 && len(bad) < 100_000 {
				t.Errorf("logout: %d", a.status)
			}
		})
	}
}

// TestHostileForms: whatever is sent, the answer is an answer, and the journal
// says why.
func TestHostileForms(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for _, c := range []struct {
		name   string
		body   string
		media  string
		status int
	}{
		{"not UTF-8", "grant_type=%ff%fe", "application/x-www-form-urlencoded", 400},
		{"bad escape", "grant_type=%zz", "application/x-www-form-urlencoded", 400},
		{"semicolon", "a=1;b=2", "application/x-www-form-urlencoded", 400},
		{"too large", "a=" + strings.Repeat("x", 2<<20), "application/x-www-form-urlencoded", 413},
		{"large attribute", "a=" + strings.Repeat("x", 200<<10), "application/x-www-form-urlencoded", 413},
		{"JSON", `{"grant_type":"refresh_token"}`, "application/json", 415},
		{"multipart", "--x\r\n", "multipart/form-data; boundary=x", 415},
		{"bad media", "a=b", "pas;un=type/du tout", 415},
		{"NUL", "grant_type=%00", "application/x-www-form-urlencoded", 400},
		{"empty", "", "application/x-www-form-urlencoded", 400},
		{"many", strings.Repeat("a=b&", 100_000), "application/x-www-form-urlencoded", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			for _, path := range []string{"/token", "/ext/ciba/auth", "/ext/par/request", "/revoke", "/token/introspect"} {
				req := w.req("POST", path, nil, basic)
				req.Body, req.ContentLength = http.NoBody, 0
				if c.body != "" {
					r, err := http.NewRequestWithContext(t.Context(), "POST", w.oidc+path, strings.NewReader(c.body))
					if err != nil {
						t.Fatal(err)
					}
					req.Body, req.ContentLength = r.Body, r.ContentLength
				}
				req.Header.Set("Content-Type", c.media)
				seen := w.seen()
				a := w.do(w.http, req)
				if a.status != c.status && !(path != "/token" && a.status >= 400 && a.status < 500) {
					t.Errorf("%s: %d %s, want %d", path, a.status, a.body, c.status)
				}
				for _, e := range w.srv.Journal(seen) {
					if e.Outcome == "failed" || e.Outcome == "refused" && len(e.Causes) == 0 {
						t.Errorf("%s: journaled as %s without a cause", path, e.Outcome)
					}
				}
			}
		})
	}
}

// TestHTTPSRequired: PSC on plain HTTP, from a private address, under each rule.
func TestHTTPSRequired(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule   string
		status int
	}{{"external", 401}, {"none", 401}, {"all", 403}} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			w := startWith(t, mocks.Options{Sections: map[string][]byte{"psc": []byte("ssl_required: " + c.rule)}})
			u := "http://" + w.srv.Endpoints().Listeners["http"] + "/auth/realms/esante-wallet/protocol/openid-connect/token"
			a := w.post(u, form("grant_type", "refresh_token"), basicAs("segursim-lps", "faux"))
			if a.status != c.status {
				t.Errorf("%d %s, want %d", a.status, a.body, c.status)
			}
		})
	}
}
