package mssante_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/segursim/segursim/mocks"
	"github.com/segursim/segursim/mocks/mssante"
)

// TestOpening: a token of the simulated Pro Santé Connect opens a BAL over IMAP; an
// expired one, and one whose session was ended, are refused with that cause.
func TestOpening(t *testing.T) {
	t.Parallel()
	srv, err := mocks.Start(t.Context(), mocks.Options{Seed: "opening", PKIDir: mssante.PKIDir(), Clock: "2026-01-15T09:00:00Z", Scenarios: fstest.MapFS{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	srv.Clock().Freeze(true)
	const bal = "kit.doc0036624@medecin.segursim.test"
	token := login(t, srv)
	if got := authenticate(t, srv, bal, token); !strings.Contains(got, " OK ") {
		t.Fatalf("a good token: %s", got)
	}
	srv.Clock().Advance(3 * time.Minute)
	expect(t, srv, "mssante.token-expired", func() string { return authenticate(t, srv, bal, token) })
	token = login(t, srv)
	if _, err := srv.Do(t.Context(), "psc", "end-session", map[string]any{"login_hint": "899700366240"}); err != nil {
		t.Fatal(err)
	}
	expect(t, srv, "mssante.session-ended", func() string { return authenticate(t, srv, bal, token) })
	expect(t, srv, "mssante.token", func() string { return authenticate(t, srv, bal, token[:len(token)-4]+"AAAA") })
	token = login(t, srv)
	expect(t, srv, "mssante.bal-not-yours", func() string { return authenticate(t, srv, "noa.rad9000012@hopital.segursim.test", token) })
}

// expect runs a login that is refused, and wants that rule in the journal.
func expect(t *testing.T, srv *mocks.Server, rule string, do func() string) {
	t.Helper()
	after := srv.JournalStats().Last
	if got := do(); !strings.Contains(got, " NO ") {
		t.Errorf("%s: %s", rule, got)
	}
	var seen []string
	for _, e := range srv.Journal(after) {
		for _, c := range e.Causes {
			if c.Rule == rule {
				return
			}
			seen = append(seen, c.Rule)
		}
	}
	t.Errorf("no cause %s, there are %v", rule, seen)
}

// login gets an access token for the default doctor, by CIBA.
func login(t *testing.T, srv *mocks.Server) string {
	t.Helper()
	id := post(t, srv, "/ext/ciba/auth", url.Values{
		"scope": {"openid scope_all"}, "acr_values": {"eidas1"}, "login_hint": {"899700366240"}, "binding_message": {"42"},
	})["auth_req_id"].(string)
	if _, err := srv.Do(t.Context(), "psc", "approve", map[string]any{"auth_req_id": id}); err != nil {
		t.Fatal(err)
	}
	answer := post(t, srv, "/token", url.Values{"grant_type": {"urn:openid:params:grant-type:ciba"}, "auth_req_id": {id}})
	token, _ := answer["access_token"].(string)
	if token == "" {
		t.Fatalf("no token: %v", answer)
	}
	return token
}

func post(t *testing.T, srv *mocks.Server, path string, form url.Values) map[string]any {
	t.Helper()
	c, err := srv.Client("")
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.Issuer()+"/protocol/openid-connect"+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("segursim-lps", "secret-de-test-segursim")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	out := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// authenticate logs in over IMAP with TLS from the start and returns the tagged
// answer.
func authenticate(t *testing.T, srv *mocks.Server, bal, token string) string {
	t.Helper()
	conf, err := srv.TLS("")
	if err != nil {
		t.Fatal(err)
	}
	addr := srv.Endpoints().Listeners["imaps"]
	c, err := tls.Dial("tcp", addr, conf)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	blob := base64.StdEncoding.EncodeToString([]byte("user=" + bal + "\x01auth=Bearer " + token + "\x01\x01"))
	if _, err := c.Write([]byte("a AUTHENTICATE XOAUTH2 " + blob + "\r\n")); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "+"):
			_, _ = c.Write([]byte("\r\n")) // after the challenge of a refusal
		case strings.HasPrefix(line, "a "):
			return line
		}
	}
	t.Fatalf("no answer: %v", lines.Err())
	return ""
}
