package mocks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/segursim/segursim/mocks"
)

// pkiDir is shared by the tests' simulators, so that RSA keys are made once.
// TestMain alone writes it.
var pkiDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "segursim-mocks-test")
	if err != nil {
		panic(err)
	}
	pkiDir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

func start(t *testing.T, opt mocks.Options) *mocks.Server {
	t.Helper()
	if opt.PKIDir == "" {
		opt.PKIDir = pkiDir
	}
	srv, err := mocks.Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return srv
}

// ask makes a CIBA request and returns the answer.
func ask(t *testing.T, srv *mocks.Server) map[string]any {
	t.Helper()
	return post(t, srv, "/ext/ciba/auth", url.Values{
		"scope": {"openid scope_all"}, "acr_values": {"eidas1"}, "login_hint": {"899700366240"}, "binding_message": {"42"},
	})
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

func poll(t *testing.T, srv *mocks.Server, id any) map[string]any {
	t.Helper()
	return post(t, srv, "/token", url.Values{"grant_type": {"urn:openid:params:grant-type:ciba"}, "auth_req_id": {id.(string)}})
}

// TestTwoSimulators: each has its own state, ports, clock and journal.
func TestTwoSimulators(t *testing.T) {
	a, b := start(t, mocks.Options{}), start(t, mocks.Options{})
	if a.URL() == b.URL() {
		t.Fatal("both answer at", a.URL())
	}
	id := ask(t, a)["auth_req_id"]
	if got := poll(t, b, id); got["error"] != "invalid_grant" {
		t.Errorf("b knows a's request: %v", got)
	}
	if got := poll(t, a, id); got["error"] != "authorization_pending" {
		t.Errorf("a: %v", got)
	}
	a.Clock().Advance(time.Hour)
	if d := a.Clock().Now().Sub(b.Clock().Now()); d < 59*time.Minute {
		t.Errorf("the clocks differ by %s", d)
	}
	if len(a.Journal(0)) == len(b.Journal(0)) {
		t.Error("the journals are alike")
	}
}

// TestNoGoroutineLeft: after Close nothing of the simulator runs, whatever was
// under way: a connection kept alive, an event stream, a long poll, a timer.
func TestNoGoroutineLeft(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	srv, err := mocks.Start(ctx, mocks.Options{PKIDir: pkiDir})
	if err != nil {
		t.Fatal(err)
	}
	ask(t, srv)
	done := make(chan struct{}, 2)
	tr := &http.Transport{}
	for _, path := range []string{"/api/journal/stream", "/api/journal?after=100000&wait=4m"} {
		resp := make(chan struct{})
		go func() {
			defer func() { done <- struct{}{} }()
			close(resp)
			r, err := (&http.Client{Transport: tr}).Get(srv.ControlURL() + path)
			if err != nil {
				return
			}
			defer r.Body.Close()
			_, _ = io.Copy(io.Discard, r.Body)
		}()
		<-resp
	}
	idle, err := net.Dial("tcp", srv.Endpoints().Listeners["https"])
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	began := time.Now()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if d := time.Since(began); d > 8*time.Second {
		t.Errorf("Close took %s", d)
	}
	<-done
	<-done
	tr.CloseIdleConnections()
	if err := srv.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}

// TestSeed: two seeded simulators that are asked the same give the same ids, and
// so does one after a reset.
func TestSeed(t *testing.T) {
	at := "2026-01-15T09:00:00+01:00"
	run := func(srv *mocks.Server) string {
		srv.Clock().Freeze(true)
		if when, _ := time.Parse(time.RFC3339, at); !srv.Clock().Now().Equal(when) {
			srv.Clock().Set(when)
		}
		first := ask(t, srv)["auth_req_id"].(string)
		if _, err := srv.Do(t.Context(), "psc", "approve", map[string]any{"auth_req_id": first}); err != nil {
			t.Fatal(err)
		}
		tok := poll(t, srv, first)
		id := ""
		for _, e := range srv.Journal(0) {
			id = e.ID
		}
		return first + " " + tok["session_state"].(string) + " " + id
	}
	a, b := start(t, mocks.Options{Seed: "graine", Clock: at}), start(t, mocks.Options{Seed: "graine", Clock: at})
	one, two := run(a), run(b)
	if one != two {
		t.Errorf("two runs differ:\n%s\n%s", one, two)
	}
	a.Reset()
	if three := run(a); three != one {
		t.Errorf("after a reset:\n%s\nwant\n%s", three, one)
	}
	if other := run(start(t, mocks.Options{Seed: "autre", Clock: at})); other == one {
		t.Error("another seed gives the same ids")
	}
	if free := run(start(t, mocks.Options{Clock: at})); free == one {
		t.Error("without a seed the ids repeat")
	}
}

// TestReset: state, journal, clock and timers go back to the baseline.
func TestReset(t *testing.T) {
	srv := start(t, mocks.Options{})
	const mail = 2 // timers that MSSanté always has: open sessions, BAL that nobody uses
	id := ask(t, srv)["auth_req_id"]
	srv.Clock().Advance(time.Minute)
	srv.Reset()
	if n := len(srv.Journal(0)); n != 0 {
		t.Errorf("%d entries after a reset", n)
	}
	if d := time.Until(srv.Clock().Now()); d > time.Second || d < -time.Second {
		t.Errorf("the clock is off by %s", d)
	}
	if got := poll(t, srv, id); got["error"] != "invalid_grant" {
		t.Errorf("a request survived: %v", got)
	}
	if n := srv.Clock().State().Timers; n > mail {
		t.Errorf("%d timers survived", n-mail)
	}
}

// TestSnapshot: a state saved in one simulator goes on in another, timers and
// clock included.
func TestSnapshot(t *testing.T) {
	a := start(t, mocks.Options{})
	a.Clock().Freeze(true)
	a.Clock().Advance(time.Hour)
	id := ask(t, a)["auth_req_id"]
	var saved bytes.Buffer
	if err := a.Save(&saved); err != nil {
		t.Fatal(err)
	}
	b := start(t, mocks.Options{})
	if err := b.Load(bytes.NewReader(saved.Bytes())); err != nil {
		t.Fatal(err)
	}
	if !a.Clock().Now().Equal(b.Clock().Now()) {
		t.Errorf("clocks %s, %s", a.Clock().Now(), b.Clock().Now())
	}
	if got := poll(t, b, id); got["error"] != "authorization_pending" {
		t.Errorf("the request in the other simulator: %v", got)
	}
	b.Clock().Advance(3 * time.Minute)
	entries := b.Journal(0)
	if last := entries[len(entries)-1]; last.Op != "ciba.expired" {
		t.Errorf("the timer was lost: last entry %s", last.Op)
	}
	for name, bad := range map[string]string{
		"not JSON": "{", "format": `{"format":9,"clock":{},"tables":{}}`, "unknown table": `{"format":1,"clock":{},"tables":{"x":[]}}`,
		"unknown field": `{"format":1,"clock":{},"tables":{},"x":1}`,
	} {
		if err := b.Load(strings.NewReader(bad)); err == nil {
			t.Errorf("%s was loaded", name)
		}
	}
	if got := poll(t, b, id); got["error"] != "expired_token" && got["error"] != "invalid_grant" {
		t.Errorf("a refused snapshot changed the state: %v", got)
	}
}

// TestEndpointsFile: the document is written once everything answers.
func TestEndpointsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	srv := start(t, mocks.Options{EndpointsFile: path, PKIDir: t.TempDir()})
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc mocks.Endpoints
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Listeners["https"] == "" || doc.Services["psc"]["issuer"] != srv.Issuer() || doc.Services["psc"]["client_secret"] == "" {
		t.Errorf("%s", b)
	}
	if pem, err := os.ReadFile(doc.CA); err != nil || !bytes.Contains(pem, []byte("BEGIN CERTIFICATE")) {
		t.Errorf("ca %q: %v", doc.CA, err)
	}
	resp, err := http.Get(srv.ControlURL() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("readyz: %d", resp.StatusCode)
	}
}

// TestRefusedOptions: what can't work is refused before anything listens, with
// the word to change.
func TestRefusedOptions(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		name string
		opt  mocks.Options
		want string
	}{
		{"port taken", mocks.Options{Listen: map[string]string{"http": taken.Addr().String()}}, "--http"},
		{"no port", mocks.Options{Listen: map[string]string{"https": "localhost"}}, "missing port"},
		{"unknown listener", mocks.Options{Listen: map[string]string{"gopher": "127.0.0.1:0"}}, "gopher"},
		{"unknown check", mocks.Options{Relax: []string{"tout"}}, "client-certificate"},
		{"public URL", mocks.Options{PublicURL: "ftp://x"}, "public-url"},
		{"clock", mocks.Options{Clock: "demain"}, "clock"},
		{"fixtures", mocks.Options{FixturesDir: "/n/existe/pas"}, "fixtures"},
		{"unknown key", mocks.Options{Sections: map[string][]byte{"psc": []byte("profil: 2026")}}, "profil"},
		{"bad value", mocks.Options{Sections: map[string][]byte{"psc": []byte("acr: parfois")}}, "tolerate"},
		{"bad client", mocks.Options{Sections: map[string][]byte{"psc": []byte("clients: [{id: x}]")}}, "secret"},
		{"bad espace", mocks.Options{Sections: map[string][]byte{"psc": []byte("clients: [{id: x, espace: confiance, auth: [basic]}]")}}, "mtls"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.opt.PKIDir = pkiDir
			srv, err := mocks.Start(t.Context(), c.opt)
			if err == nil {
				_ = srv.Close()
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nwant it to say %q", err, c.want)
			}
		})
	}
}

// TestPublicURL: pinned after start, emitted URLs follow it; unpinned, the Host.
func TestPublicURL(t *testing.T) {
	srv := start(t, mocks.Options{PublicURL: "https://segursim.test:8443"})
	if got, want := srv.Issuer(), "https://segursim.test:8443/auth/realms/esante-wallet"; got != want {
		t.Errorf("issuer %s, want %s", got, want)
	}
}

// TestUnknownPath: what no service answers is a 404 that the journal explains.
func TestUnknownPath(t *testing.T) {
	srv := start(t, mocks.Options{})
	c, err := srv.Client("")
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	resp, err := c.Get(srv.URL() + "/si-dmp-server/v2/services/repository")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	entries := srv.Journal(0)
	last := entries[len(entries)-1]
	if resp.StatusCode != 404 || last.Outcome != "refused" || len(last.Causes) != 1 || last.Causes[0].Rule != "route.unknown" {
		t.Errorf("%d, journaled as %s %+v", resp.StatusCode, last.Outcome, last.Causes)
	}
}
