package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/oauth2"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/segursim/segursim/mocks"
)

// TestTwoSimulators runs two in one process: state, clock, faults, journal and
// authorities are each one's own.
func TestTwoSimulators(t *testing.T) {
	t.Parallel()
	a, b := start(t, mocks.Options{}), start(t, mocks.Options{})

	pa, pb := a.join(t), b.join(t)
	ta, tb := a.login(t, pa), b.login(t, pb)
	checkLogin(t, pa, ta, "unique")
	checkLogin(t, pb, tb, "unique")
	if _, err := pa.verify(tb); err == nil {
		t.Error("one verifies the other's token")
	}
	if _, err := pa.provider.UserInfo(pa.ctx, oauth2.StaticTokenSource(tb)); err == nil {
		t.Error("one accepts the other's token")
	}
	if res, err := a.client.Get(b.URL() + "/"); err == nil {
		_ = res.Body.Close()
		t.Error("they share an authority")
	}

	a.advance(t, time.Hour)
	a.fault(t, map[string]any{"service": "psc", "op": "userinfo", "effect": map[string]any{"http": map[string]any{"status": 503}}})
	checkLogin(t, pb, tb, "unique") // b's token has not aged, and no fault is b's
	a.Reset()
	if n := len(b.Journal(0)); n == 0 {
		t.Error("one's reset emptied the other's journal")
	}
	checkLogin(t, pb, tb, "unique")
}

// TestNoGoroutineLeft starts, uses and closes simulators one after the other.
func TestNoGoroutineLeft(t *testing.T) { // not parallel: it looks at the whole process
	before := goleak.IgnoreCurrent()
	for range 3 {
		srv, err := mocks.Start(t.Context(), mocks.Options{PKIDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		client, err := srv.Client("")
		if err != nil {
			t.Fatal(err)
		}
		s := &simulator{Server: srv, client: client}
		s.post(t, cibaPath, cibaForm()) // leaves a timer: the demand expires later
		follow, hangUp := s.stream(t, "0")
		follow("ciba.request")
		waiting := make(chan error, 1)
		go func() {
			_, _, err := s.askControl(t.Context(), http.MethodGet, "/api/journal?wait=5m&op=logout", nil)
			waiting <- err
		}()
		time.Sleep(50 * time.Millisecond)
		began := time.Now()
		if err := srv.Close(); err != nil {
			t.Errorf("close, with a stream, a wait and idle connections open: %v", err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("close took %s", took)
		}
		<-waiting
		hangUp()
		client.CloseIdleConnections()
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// TestSeed sends the same requests to two simulators of one seed, over HTTP: all
// identifiers are the same, byte for byte. Another seed gives others.
func TestSeed(t *testing.T) {
	t.Parallel()
	a, b, other := start(t, mocks.Options{Seed: "x"}), start(t, mocks.Options{Seed: "x"}), start(t, mocks.Options{Seed: "y"})
	idsA, idsB, idsOther := identifiers(t, a), identifiers(t, b), identifiers(t, other)
	if diff := cmp.Diff(idsA, idsB); diff != "" {
		t.Errorf("two simulators of one seed differ (-a +b):\n%s", diff)
	}
	for name, v := range idsA {
		if v == idsOther[name] {
			t.Errorf("%s is the same under another seed: %s", name, v)
		}
	}
	a.Reset()
	if diff := cmp.Diff(idsA, identifiers(t, a)); diff != "" {
		t.Errorf("after a reset they differ (-before +after):\n%s", diff)
	}
}

// identifiers plays a code flow, a CIBA flow and a refresh, and collects what was
// made up on the way.
func identifiers(t *testing.T, s *simulator) map[string]string {
	t.Helper()
	for _, change := range []map[string]any{{"freeze": true}, {"set": "2026-01-15T09:30:00+01:00"}} {
		if status, body := s.control(t, http.MethodPost, "/api/clock", change); status != http.StatusOK {
			t.Fatalf("clock: %d %s", status, body)
		}
	}
	out := map[string]string{}
	collect := func(what string, token map[string]any) {
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			c := claims(t, text(t, token, name))
			out[what+" "+name+" jti"], out[what+" "+name+" sid"] = text(t, c, "jti"), text(t, c, "sid")
		}
		out[what+" session_state"] = text(t, token, "session_state")
		// HMAC under a secret that the seed made: the whole token is the same.
		out[what+" refresh_token"] = withoutIssuer(t, text(t, token, "refresh_token"))
	}

	p := s.join(t)
	s.act(t, "login", map[string]any{"login_hint": doctor})
	back := p.authorize(t, "etat", oidc.Nonce("n"))
	out["code"] = back.Get("code")
	r := s.post(t, tokenPath, url.Values{"grant_type": {"authorization_code"}, "code": {back.Get("code")}, "redirect_uri": {redirectURI}})
	code := object(t, r.body)
	collect("code", code)

	asked := object(t, s.post(t, cibaPath, cibaForm()).body)
	out["auth_req_id"] = text(t, asked, "auth_req_id")
	s.act(t, "approve", map[string]any{"auth_req_id": out["auth_req_id"]})
	r = s.post(t, tokenPath, url.Values{"grant_type": {cibaGrant}, "auth_req_id": {out["auth_req_id"]}})
	collect("ciba", object(t, r.body))

	r = s.post(t, tokenPath, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text(t, code, "refresh_token")}})
	refreshed := object(t, r.body)
	out["refreshed jti"] = text(t, claims(t, text(t, refreshed, "access_token")), "jti")
	out["exchange id"] = r.header.Get("X-Segursim-Id")
	return out
}

// withoutIssuer is a token's claims without those that hold the port.
func withoutIssuer(t *testing.T, token string) string {
	t.Helper()
	c := claims(t, token)
	delete(c, "iss")
	delete(c, "aud")
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
