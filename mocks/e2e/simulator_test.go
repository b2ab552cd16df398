package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// The identities and clients of the tests: the simulator's own.
const (
	doctor          = "899700366240" // KIT DOC0036624, a public test identity
	doctorFamily    = "DOC0036624"
	clientID        = "segursim-lps"
	clientSecret    = "secret-de-test-segursim"
	confianceClient = "segursim-lps-confiance"

	tokenPath    = "/protocol/openid-connect/token"
	certsPath    = "/protocol/openid-connect/certs"
	userinfoPath = "/protocol/openid-connect/userinfo"
	cibaPath     = "/protocol/openid-connect/ext/ciba/auth"
	cibaGrant    = "urn:openid:params:grant-type:ciba"
)

// A simulator is one under test, with what its clients need.
type simulator struct {
	*mocks.Server
	client *http.Client // trusts it, does not follow redirections
	ca     string       // path of its trust bundle, fetched over its control API
}

// start starts a simulator that is closed when the test ends.
func start(tb testing.TB, opt mocks.Options) *simulator {
	tb.Helper()
	srv, err := mocks.Start(tb.Context(), opt)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := srv.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	client, err := srv.Client("")
	if err != nil {
		tb.Fatal(err)
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Timeout = time.Minute
	tb.Cleanup(client.CloseIdleConnections)
	s := &simulator{Server: srv, client: client}
	s.ca = s.download(tb, "ca.pem")
	return s
}

// section is the psc section of a configuration.
func section(yaml string) map[string][]byte { return map[string][]byte{"psc": []byte(yaml)} }

// download fetches a file of /api/certs and returns its path.
func (s *simulator) download(tb testing.TB, name string) string {
	tb.Helper()
	status, body := s.control(tb, http.MethodGet, "/api/certs/"+name, nil)
	if status != http.StatusOK {
		tb.Fatalf("GET /api/certs/%s: %d %s", name, status, body)
	}
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// control calls the control API; in, when not nil, is sent as JSON.
func (s *simulator) control(tb testing.TB, method, path string, in any) (int, []byte) {
	tb.Helper()
	status, body, err := s.askControl(tb.Context(), method, path, in)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, path, err)
	}
	return status, body
}

// askControl is control for goroutines that may not end the test.
func (s *simulator) askControl(ctx context.Context, method, path string, in any) (int, []byte, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return 0, nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.ControlURL()+path, body)
	if err != nil {
		return 0, nil, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, b, err
}

// act runs an action of Pro Santé Connect and returns its result.
func (s *simulator) act(tb testing.TB, verb string, in map[string]any) map[string]any {
	tb.Helper()
	status, body := s.control(tb, http.MethodPost, "/api/actions/psc/"+verb, in)
	if status != http.StatusOK {
		tb.Fatalf("action %s: %d %s", verb, status, body)
	}
	return object(tb, body)
}

// advance moves the simulated clock.
func (s *simulator) advance(tb testing.TB, d time.Duration) {
	tb.Helper()
	if status, body := s.control(tb, http.MethodPost, "/api/clock", map[string]any{"advance": d.String()}); status != http.StatusOK {
		tb.Fatalf("clock: %d %s", status, body)
	}
}

// fault sets a fault.
func (s *simulator) fault(tb testing.TB, fault map[string]any) {
	tb.Helper()
	if status, body := s.control(tb, http.MethodPost, "/api/faults", fault); status != http.StatusCreated {
		tb.Fatalf("fault: %d %s", status, body)
	}
}

// reply is an answer read to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// post sends a form to a path of the issuer as the default client.
func (s *simulator) post(tb testing.TB, path string, form url.Values) reply {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, s.Issuer()+path, strings.NewReader(form.Encode()))
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(clientID, clientSecret)
	return do(tb, s.client, req)
}

// do sends a request and reads the answer.
func do(tb testing.TB, client *http.Client, req *http.Request) reply {
	tb.Helper()
	res, err := client.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, body}
}

// object reads a JSON object.
func object(tb testing.TB, b []byte) map[string]any {
	tb.Helper()
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		tb.Fatalf("not a JSON object: %v\n%s", err, b)
	}
	return m
}

// text is a member that must be a string.
func text(tb testing.TB, m map[string]any, name string) string {
	tb.Helper()
	v, ok := m[name].(string)
	if !ok || v == "" {
		tb.Fatalf("no text %q in %v", name, m)
	}
	return v
}

// last is the newest journal entry of an operation.
func (s *simulator) last(tb testing.TB, op string) *mocks.Entry {
	tb.Helper()
	all := s.Journal(0)
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Op == op {
			return all[i]
		}
	}
	tb.Fatalf("the journal has no %s", op)
	return nil
}

// rules are the rules that an entry's causes cite.
func rules(e *mocks.Entry) string {
	names := make([]string, len(e.Causes))
	for i, c := range e.Causes {
		names[i] = c.Rule
	}
	return fmt.Sprint(names)
}
