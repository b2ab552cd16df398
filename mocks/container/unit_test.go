package container

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/testcontainers/testcontainers-go"
)

// mapped stands for a running container whose ports are mapped to addresses of
// this machine.
type mapped struct {
	testcontainers.Container
	ports map[string]string // "443/tcp" to host:port
}

func (m mapped) PortEndpoint(_ context.Context, port, scheme string) (string, error) {
	address, ok := m.ports[port]
	if !ok {
		return "", errors.New("port not found")
	}
	if scheme != "" {
		return scheme + "://" + address, nil
	}
	return address, nil
}

// A call is what the control API was asked.
type call struct{ Method, Path, Authorization, ContentType, Body string }

// stand makes a Container over three servers of the test: the control API
// answers with answers by "METHOD path", and is listened to.
func stand(t *testing.T, answers map[string]string) (*Container, *[]call) {
	t.Helper()

	calls := &[]call{}
	control := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*calls = append(*calls, call{r.Method, r.URL.EscapedPath(), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)})
		answer, ok := answers[r.Method+" "+r.URL.EscapedPath()]
		if !ok {
			http.Error(w, `{"error":"not_found"}`, http.StatusNotFound)
			return
		}
		io.WriteString(w, answer)
	}))
	t.Cleanup(control.Close)

	service := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if issuer, ok := strings.CutSuffix(r.URL.Path, "/.well-known/openid-configuration"); ok && !strings.Contains(issuer, "absent") {
			json.NewEncoder(w).Encode(map[string]string{"issuer": "https://" + r.Host + issuer})
			return
		}
		http.NotFound(w, r)
	})
	secure := httptest.NewTLSServer(service)
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(service)
	t.Cleanup(plain.Close)

	if _, ok := answers["GET /api/certs/ca.pem"]; !ok && answers != nil {
		answers["GET /api/certs/ca.pem"] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}))
	}
	address := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	return &Container{token: "jeton-de-test", Container: mapped{ports: map[string]string{
		HTTPSPort: address(secure), HTTPPort: address(plain), ControlPort: address(control),
	}}}, calls
}

func TestControlAPI(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		answer string // to the call, as "METHOD path"
		do     func(context.Context, *Container) error
		want   call
	}{
		"reset": {
			"POST /api/reset",
			func(ctx context.Context, c *Container) error { return c.Reset(ctx) },
			call{Method: "POST", Path: "/api/reset"},
		},
		"advance": {
			"POST /api/clock",
			func(ctx context.Context, c *Container) error { return c.Advance(ctx, 2*time.Minute) },
			call{Method: "POST", Path: "/api/clock", Body: `{"advance":"2m0s"}`},
		},
		"set the clock": {
			"POST /api/clock",
			func(ctx context.Context, c *Container) error {
				return c.SetClock(ctx, time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC))
			},
			call{Method: "POST", Path: "/api/clock", Body: `{"set":"2026-03-01T08:00:00Z"}`},
		},
		"freeze": {
			"POST /api/clock",
			func(ctx context.Context, c *Container) error { return c.Freeze(ctx, true) },
			call{Method: "POST", Path: "/api/clock", Body: `{"freeze":true}`},
		},
		"pin the public url": {
			"PUT /api/public-url",
			func(ctx context.Context, c *Container) error {
				return c.PinPublicURL(ctx, "https://logiciel.test:8443")
			},
			call{Method: "PUT", Path: "/api/public-url", Body: `{"url":"https://logiciel.test:8443"}`},
		},
		"unpin the public url": {
			"PUT /api/public-url",
			func(ctx context.Context, c *Container) error { return c.PinPublicURL(ctx, "") },
			call{Method: "PUT", Path: "/api/public-url", Body: `{"url":""}`},
		},
		"action": {
			"POST /api/actions/psc/approve",
			func(ctx context.Context, c *Container) error {
				_, err := c.Action(ctx, "psc", "approve", map[string]string{"login_hint": "899700000001"})
				return err
			},
			call{Method: "POST", Path: "/api/actions/psc/approve", Body: `{"login_hint":"899700000001"}`},
		},
		"action without a body": {
			"POST /api/actions/psc/insert",
			func(ctx context.Context, c *Container) error {
				_, err := c.Action(ctx, "psc", "insert", nil)
				return err
			},
			call{Method: "POST", Path: "/api/actions/psc/insert", Body: `{}`},
		},
		"action with a strange name": {
			"POST /api/actions/psc/..%2Freset",
			func(ctx context.Context, c *Container) error {
				_, err := c.Action(ctx, "psc", "../reset", nil)
				return err
			},
			call{Method: "POST", Path: "/api/actions/psc/..%2Freset", Body: `{}`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c, calls := stand(t, map[string]string{tt.answer: `{}`})
			if err := tt.do(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			tt.want.Authorization = "Bearer jeton-de-test"
			if tt.want.Body != "" {
				tt.want.ContentType = "application/json"
			}
			if diff := cmp.Diff([]call{tt.want}, *calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}

			deaf, _ := stand(t, map[string]string{})
			if err := tt.do(t.Context(), deaf); err == nil || !strings.Contains(err.Error(), "404 Not Found") || !strings.Contains(err.Error(), "not_found") {
				t.Errorf("error of a refused call = %v, want the status and the answer", err)
			}
		})
	}
}

func TestPinPublicURLRefuses(t *testing.T) {
	t.Parallel()

	c, calls := stand(t, map[string]string{})
	for _, base := range []string{"logiciel.test", "ftp://logiciel.test", "https://", "https://a.test/chemin", "https://a.test?q", "https://u@a.test", "https://a.test:port", "http://[::1"} {
		if err := c.PinPublicURL(t.Context(), base); err == nil {
			t.Errorf("public url %q was taken", base)
		}
		if err := WithPublicURL(base)(&settings{}); err == nil {
			t.Errorf("public url %q was taken as an option", base)
		}
	}
	if len(*calls) != 0 {
		t.Errorf("the control API was asked: %v", *calls)
	}
}

func TestEndpointsAndIssuer(t *testing.T) {
	t.Parallel()

	document := func(issuer string) string {
		return `{"version":"test","listeners":{"https":"0.0.0.0:443"},"ca":"","services":{"psc":{"issuer":` + issuer + `,"client_id":"c"}}}`
	}
	tests := map[string]struct {
		document string
		wantPath string // of the issuer; empty for an error
		wantErr  string
	}{
		"issuer":           {document: document(`"https://localhost:443/auth/realms/esante-wallet"`), wantPath: "/auth/realms/esante-wallet"},
		"no service":       {document: `{"services":{}}`, wantErr: "names none for psc"},
		"not a string":     {document: document(`12`), wantErr: "names none for psc"},
		"not a url":        {document: document(`"https://[::1"`), wantErr: "issuer"},
		"not json":         {document: `<html>`, wantErr: "decode"},
		"discovery absent": {document: document(`"https://localhost/absent"`), wantErr: "404"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c, _ := stand(t, map[string]string{"GET /api/endpoints": tt.document})
			got, err := c.Issuer(t.Context())
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Errorf("issuer = %q, error = %v, want %q in it", got, err, tt.wantErr)
				}
				return
			}
			base, baseErr := c.HTTPS(t.Context())
			if err := errors.Join(err, baseErr); err != nil {
				t.Fatal(err)
			}
			if want := base + tt.wantPath; got != want {
				t.Errorf("issuer = %q, want %q", got, want)
			}
		})
	}
}

func TestClientReachesTheSimulatorOnly(t *testing.T) {
	t.Parallel()

	c, _ := stand(t, map[string]string{})
	client, err := c.Client(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	// The certificate of httptest names example.com: it stands for a name that
	// the simulator answers for.
	plain, err := c.HTTP(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plainURL, err := url.Parse(plain)
	if err != nil {
		t.Fatal(err)
	}

	tests := map[string]struct {
		url     string
		refused string // a part of the error; empty when it answers
	}{
		"virtual host":            {url: "https://example.com/"},
		"virtual host, no TLS":    {url: "http://auth.bas.psc.esante.gouv.fr/"},
		"mapped port":             {url: plain + "/"},
		"mapped port by name":     {url: "http://localhost:" + plainURL.Port() + "/"},
		"mapped port, other host": {url: "http://example.com:" + plainURL.Port() + "/", refused: "not an address of the container"},
		"any other port":          {url: "http://localhost:1/", refused: "not an address of the container"},
		"name without a cert":     {url: "https://ailleurs.test/", refused: "certificate"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tt.url+".well-known/openid-configuration", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := client.Do(request)
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) {
					t.Fatalf("error = %v, want %q in it", err, tt.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("status %s", answer.Status)
			}
		})
	}
}

func TestClientWantsCertificates(t *testing.T) {
	t.Parallel()

	c, _ := stand(t, map[string]string{"GET /api/certs/ca.pem": "rien"})
	if _, err := c.Client(t.Context()); err == nil || !strings.Contains(err.Error(), "no certificate") {
		t.Errorf("error = %v, want that the bundle holds no certificate", err)
	}
}

func TestNoMappedPort(t *testing.T) {
	t.Parallel()

	c := &Container{Container: mapped{}}
	for name, ask := range map[string]func(context.Context) (string, error){"https": c.HTTPS, "http": c.HTTP, "control": c.Control, "issuer": c.Issuer} {
		if got, err := ask(t.Context()); err == nil {
			t.Errorf("%s = %q without a mapped port", name, got)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	for name, content := range map[string]string{"patients/a.yaml": "a: 1", "b.yaml": "b: 2"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	tests := map[string]struct {
		options []Option
		env     map[string]string
		files   map[string]string
		wantErr string
	}{
		"none":          {env: map[string]string{"SEGURSIM_TOKEN": "tiré"}},
		"token":         {options: []Option{WithToken("mien")}, env: map[string]string{"SEGURSIM_TOKEN": "mien"}},
		"empty token":   {options: []Option{WithToken(" ")}, wantErr: "token is empty"},
		"empty seed":    {options: []Option{WithSeed("")}, wantErr: "seed is empty"},
		"clock":         {options: []Option{WithClock(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC))}, env: map[string]string{"SEGURSIM_TOKEN": "tiré", "SEGURSIM_CLOCK": "2026-03-01T08:00:00Z"}},
		"zero clock":    {options: []Option{WithClock(time.Time{})}, wantErr: "time is zero"},
		"seed":          {options: []Option{WithSeed("graine")}, env: map[string]string{"SEGURSIM_TOKEN": "tiré", "SEGURSIM_SEED": "graine"}},
		"relax":         {options: []Option{WithRelax("signatures", "accounts")}, env: map[string]string{"SEGURSIM_TOKEN": "tiré", "SEGURSIM_RELAX": "signatures,accounts"}},
		"public url":    {options: []Option{WithPublicURL("https://a.test")}, env: map[string]string{"SEGURSIM_TOKEN": "tiré", "SEGURSIM_PUBLIC_URL": "https://a.test"}},
		"no folder":     {options: []Option{WithFixtures(filepath.Join(folder, "absent"))}, wantErr: "fixtures"},
		"empty folder":  {options: []Option{WithScenarios(t.TempDir())}, wantErr: "holds no file"},
		"not a folder":  {options: []Option{WithScenarios(filepath.Join(folder, "b.yaml", "c"))}, wantErr: "scenarios"},
		"fixtures":      {options: []Option{WithFixtures(folder)}, env: map[string]string{"SEGURSIM_TOKEN": "tiré", "SEGURSIM_FIXTURES": "/fixtures"}, files: map[string]string{"/fixtures/patients/a.yaml": "a: 1", "/fixtures/b.yaml": "b: 2"}},
		"own scenarios": {options: []Option{WithScenarios(folder)}, env: map[string]string{"SEGURSIM_TOKEN": "tiré", "SEGURSIM_SCENARIOS": "/scenarios"}, files: map[string]string{"/scenarios/patients/a.yaml": "a: 1", "/scenarios/b.yaml": "b: 2"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			set := settings{token: "tiré"}
			var err error
			for _, option := range tt.options {
				err = errors.Join(err, option(&set))
			}
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("error = %v, want %q in it", err, tt.wantErr)
				}
				if _, err := Run(t.Context(), "segursim", tt.options[0]); err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Errorf("error of Run = %v, want %q in it", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(tt.env, set.environment()); diff != "" {
				t.Errorf("environment (-want +got):\n%s", diff)
			}
			var files map[string]string
			for _, file := range set.files {
				content, err := io.ReadAll(file.Reader)
				if err != nil {
					t.Fatal(err)
				}
				if files == nil {
					files = map[string]string{}
				}
				files[file.ContainerFilePath] = string(content)
			}
			if diff := cmp.Diff(tt.files, files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}
