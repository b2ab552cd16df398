package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// TestApache has a service behind Apache and mod_auth_openidc: login through the
// wallet, session, logout at Pro Santé Connect, login again.
func TestApache(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		extra string
		// The journal's facts of the token and authorization requests.
		token, authorize map[string]any
	}{
		"secret in a header": {token: map[string]any{"client.auth": "basic", "form.code_verifier": nil}},
		"secret in the form": {extra: "OIDCProviderTokenEndpointAuth client_secret_post", token: map[string]any{"client.auth": "post"}},
		"PKCE":               {extra: "OIDCPKCEMethod S256", authorize: map[string]any{"query.code_challenge_method": "S256"}},
		"form_post":          {extra: "OIDCResponseMode form_post", authorize: map[string]any{"query.response_mode": "form_post"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, mocks.Options{})
			site := s.startApache(t, tt.extra)
			b := s.browser(t)

			b.open(t, site+"/prive/")
			if !b.through(s.URL()+"/auth?") || !b.has(t, "identifiant") {
				t.Fatalf("not at the wallet, but at %s (by %v)\n%s", b.url, b.hops, b.body)
			}
			b.loginAtWallet(t, s, doctor)
			if b.has(t, "code") { // form_post: a script would submit it
				b.submit(t, "code", formValue(t, b, "code"))
			}
			if b.url.String() != site+"/prive/" || b.status != http.StatusOK || !strings.Contains(string(b.body), "privée") {
				t.Fatalf("after the login: %s %d\n%s", b.url, b.status, b.body)
			}
			if got := b.header.Get("X-Utilisateur"); got != doctor {
				t.Errorf("REMOTE_USER %q, want %s", got, doctor)
			}
			if got := b.header.Get("X-Nom"); got != doctorFamily {
				t.Errorf("family_name %q, want %s (from userinfo)", got, doctorFamily)
			}

			for op, want := range map[string]map[string]any{"token": tt.token, "authorize": tt.authorize} {
				for fact, v := range want {
					if got := s.last(t, op).Fact(fact); got != v {
						t.Errorf("%s: %s is %v, want %v", op, fact, got, v)
					}
				}
			}

			tokens := count(s, "token")
			b.open(t, site+"/prive/")
			if b.status != http.StatusOK || len(b.hops) != 1 || count(s, "token") != tokens {
				t.Errorf("the session is not kept: %d by %v, %d token requests, want %d", b.status, b.hops, count(s, "token"), tokens)
			}

			away := site + "/public.html?bye=1"
			b.open(t, site+"/prive/redirect_uri?logout="+url.QueryEscape(away))
			if !b.through(s.Issuer()+"/protocol/openid-connect/logout?") || !strings.HasPrefix(b.url.String(), away) {
				t.Errorf("the logout went by %v", b.hops)
			}
			// mod_auth_openidc revokes its tokens first, which ends the session of a
			// person who has no other service open (Keycloak), then logs out.
			if revoked, ended := s.last(t, "revoke"), s.last(t, "session.ended"); revoked.Status != http.StatusOK ||
				ended.Fact("session.id") != s.last(t, "logout").Fact("session.id") {
				t.Errorf("no session ended at Pro Santé Connect: revocation %d, %v", revoked.Status, ended.Facts)
			}
			b.open(t, site+"/prive/")
			if !b.has(t, "identifiant") {
				t.Errorf("after the logout, not asked to log in: %s %d (by %v)", b.url, b.status, b.hops)
			}
		})
	}
}

// formValue is the value of a field on the page.
func formValue(t *testing.T, b *browser, name string) string {
	t.Helper()
	for n := range b.parse(t).Descendants() {
		if n.Data == "input" && attr(n, "name") == name {
			return attr(n, "value")
		}
	}
	t.Fatalf("no field %q", name)
	return ""
}

func count(s *simulator, op string) int {
	n := 0
	for _, e := range s.Journal(0) {
		if e.Op == op {
			n++
		}
	}
	return n
}

// TestApacheSingleSignOn logs in once for two services.
func TestApacheSingleSignOn(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{Sections: section(`
clients:
  - { id: autre-service, secret: autre-secret-de-test, redirect_uris: ["*"] }
`)})
	one, two := s.startApache(t, ""), s.startApache(t, "OIDCCookie autre_session\nOIDCClientID autre-service\nOIDCClientSecret autre-secret-de-test")
	b := s.browser(t)
	b.open(t, one+"/prive/")
	b.loginAtWallet(t, s, doctor)
	b.open(t, two+"/prive/")
	first := s.last(t, "session.started").Fact("session.id")
	if b.status != http.StatusOK || b.url.String() != two+"/prive/" || !b.through(s.URL()+"/auth?") {
		t.Errorf("the second service asked again: %s %d (by %v)", b.url, b.status, b.hops)
	}
	// The first service's logout ends the session although the second one still
	// has it: there, its next request to Pro Santé Connect is refused.
	b.open(t, one+"/prive/redirect_uri?logout="+url.QueryEscape(one+"/public.html"))
	if e := s.last(t, "logout"); e.Fact("session.id") != first || e.Fact("session.ended") != true {
		t.Errorf("the logout of one of two services: %v, want session %v ended", e.Facts, first)
	}
	b.open(t, one+"/prive/")
	if !b.has(t, "identifiant") {
		t.Fatalf("after the logout, not asked to log in: %s %d", b.url, b.status)
	}
	b.loginAtWallet(t, s, doctor)
	s.advance(t, 4*time.Hour) // the SSO session's end
	third := s.startApache(t, "OIDCCookie troisieme")
	b.open(t, third+"/prive/")
	if !b.has(t, "identifiant") {
		t.Errorf("a session of four hours still opens: %s %d", b.url, b.status)
	}
}

// TestApacheRefused has the person say no: the service must show an error and
// open nothing.
func TestApacheRefused(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	site := s.startApache(t, "")
	b := s.browser(t)
	b.open(t, site+"/prive/")
	b.submit(t, "identifiant", doctor)
	s.act(t, "refuse", map[string]any{"login_hint": doctor})
	b.refresh(t)
	if !b.has(t, "identifiant") {
		t.Errorf("after a refusal, not back on the login page: %s %d", b.url, b.status)
	}
	b.open(t, site+"/prive/")
	if b.header.Get("X-Utilisateur") != "" || !b.has(t, "identifiant") {
		t.Errorf("opened without a login: %s %d", b.url, b.status)
	}
}
