package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/goleak"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// service is a small Pro Santé Connect: enough operations, codes, actions and a
// panel for the console to show.
type service struct{}

func (s service) Info() sim.Info {
	text := func(fr, en string) journal.Text { return journal.Text{FR: fr, EN: en} }
	form := map[string]sim.FactType{"form.grant_type": sim.String, "form.acr_values": sim.String, "error.code": sim.String}
	return sim.Info{
		Name: "psc", Title: text("Pro Santé Connect", "Pro Santé Connect"), Spec: "Référentiel PSC 2026 (TEST)",
		Ops: []sim.Op{
			{Name: "token", Title: text("Jeton", "Token"), Method: "POST", Path: "/auth/realms/esante-wallet/token", Provenance: sim.Confirmed, Source: "documentation publique", Facts: form, Codes: []string{"invalid_grant", "slow_down"}},
			{Name: "ciba.request", Title: text("Demande CIBA", "CIBA request"), Method: "POST", Path: "/auth/realms/esante-wallet/ciba/auth", Provenance: sim.Inferred, Facts: form, Codes: []string{"invalid_request"}},
			{Name: "cgu", Title: text("Conditions d’utilisation", "Terms of use"), Method: "GET", Path: "/cgu", Provenance: sim.Invented},
		},
		Absent: []journal.Text{text("La fédération de fournisseurs d’identité", "Federation of identity providers")},
	}
}

func (s service) Hosts() []string                 { return []string{"auth.bas.psc.esante.gouv.fr"} }
func (s service) Tables() []store.Schema          { return nil }
func (s service) Seed(*store.Txn, fs.FS) error    { return nil }
func (s service) Mount(*echo.Group)               {}
func (s service) Endpoints(string) map[string]any { return nil }

func (s service) Actions() map[string]sim.Action {
	return map[string]sim.Action{
		"approve": {
			Title: journal.Text{FR: "La personne accepte", EN: "The person accepts"}, Params: map[string]string{"login_hint": "identifiant national"},
			Do: func(_ context.Context, in map[string]any) (any, error) {
				if in["login_hint"] == "inconnu" {
					return nil, &sim.Error{Kind: sim.NotFound, Code: "no_request", Cause: journal.Cause{Text: journal.Text{FR: "Aucune demande.", EN: "No request."}}}
				}
				return map[string]any{"approved": in["login_hint"]}, nil
			},
		},
		"nothing": {Title: journal.Text{FR: "Rien", EN: "Nothing"}, Do: func(context.Context, map[string]any) (any, error) { return nil, nil }},
		"broken":  {Title: journal.Text{FR: "Panne", EN: "Broken"}, Do: func(context.Context, map[string]any) (any, error) { return nil, errors.New("boom") }},
	}
}

func (s service) Panels() []sim.Panel {
	return []sim.Panel{{
		Name: "phone", Title: journal.Text{FR: "Téléphone e-CPS", EN: "e-CPS phone"},
		Mount: func(g *echo.Group, p sim.PanelRenderer) {
			g.GET("", func(c echo.Context) error {
				return p.Render(c, journal.Text{FR: "Téléphone e-CPS", EN: "e-CPS phone"},
					`<form method="post"><input type="hidden" name="_token" value="`+p.Token(c)+`"><button class="primary">`+p.Lang(c)+`</button></form>`)
			})
			g.POST("", func(c echo.Context) error { return c.String(http.StatusOK, "confirmed "+c.FormValue("number")) })
		},
	}}
}

// certs is a PKI that signs nothing.
type certs struct{}

func (certs) Profiles() []console.Profile {
	return []console.Profile{
		{Name: "cps-medecin-auth", Title: journal.Text{FR: "Carte CPS d’un médecin, authentification", EN: "CPS card of a physician, authentication"}, Kind: "cps-auth", Issuer: "ACI-FO-PERS", Subject: "CN=899700366240,SN=TEST,C=FR", Provenance: "confirmed"},
		{Name: "expired", Title: journal.Text{FR: "Certificat périmé", EN: "Expired certificate"}, Kind: "org-auth-cli", Issuer: "ACI-EL-ORG", Subject: "CN=TEST SEGURSIM,C=FR", Defect: "expired", Provenance: "inferred"},
	}
}

func (certs) Export(profile, format, password string) ([]byte, error) {
	return []byte(profile + "|" + format + "|" + password), nil
}

func (certs) Trust(format, password string) ([]byte, error) {
	return []byte("ca|" + format + "|" + password), nil
}

const scenarioFile = `
id: essai
title: { fr: "Connexion de démonstration", en: "Demonstration login" }
couloirs: [MDV-LGC]
requirements: [PSC.01.03]
references: ["EX PSC 16"]
steps:
  - id: cgu
    say: { fr: "Afficher la page des CGU du service", en: "Show the terms of use" }
    manual: true
  - id: demande
    say: { fr: "Lancer la connexion à Pro Santé Connect", en: "Start the login" }
    expect: { service: psc, op: ciba.request, where: 'form.acr_values == "eidas1"' }
    refs: ["EX PSC 16"]
  - id: pas-de-mot-de-passe
    never: { service: psc, op: token, where: 'form.grant_type == "password"' }
`

// harness is a console on a real socket.
type harness struct {
	t       *testing.T
	world   *sim.World
	engine  *scenario.Engine
	console *console.Console
	server  *httptest.Server
	client  *http.Client

	publicURL string
	resets    int
	state     string // what a snapshot holds
	notReady  bool
}

func newHarness(t *testing.T, change ...func(*console.Deps)) *harness {
	t.Helper()
	h := &harness{t: t, state: `{"rows":1}`}
	clk := clock.New(nil)
	h.world = &sim.World{
		Clock: clk, Journal: journal.New(journal.Options{}), Director: sim.Pass{}, Log: slog.New(slog.DiscardHandler),
	}
	var err error
	h.engine, err = scenario.NewEngine(scenario.Options{
		Clock: clk, Journal: h.world.Journal, Seed: "test",
		Scenarios: fstest.MapFS{"essai.yaml": {Data: []byte(scenarioFile)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	services := []sim.Service{service{}}
	if err := h.engine.Attach(services); err != nil {
		t.Fatal(err)
	}
	d := console.Deps{
		World: h.world, Services: services, Engine: h.engine, PKI: certs{}, Version: "0.0-test", Seed: "test",
		Endpoints: func() any {
			return map[string]any{
				"version": "0.0-test", "ca": "/donnees/segursim/ca.pem",
				"listeners": map[string]string{"https": "127.0.0.1:8443", "control": "127.0.0.1:8090"},
				"services":  map[string]any{"psc": map[string]any{"issuer": "https://localhost:8443/auth/realms/esante-wallet", "client_id": "segursim-demo", "client_secret": "TEST-secret"}},
			}
		},
		SetPublicURL: func(u string) error {
			if strings.Contains(u, "interdit") {
				return errors.New("not this one")
			}
			h.publicURL = u
			return nil
		},
		Reset:    func() error { h.resets++; h.world.Journal.Reset(); return nil },
		Snapshot: func(w io.Writer) error { _, err := io.WriteString(w, h.state); return err },
		Restore: func(r io.Reader) error {
			b, err := io.ReadAll(r)
			if err == nil && !json.Valid(b) {
				err = errors.New("not JSON")
			}
			if err == nil {
				h.state = string(b)
			}
			return err
		},
		Ready:     func() bool { return !h.notReady },
		Heartbeat: 50 * time.Millisecond,
	}
	for _, f := range change {
		f(&d)
	}
	h.console, err = console.New(d)
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	h.console.Mount(e)
	h.server = httptest.NewUnstartedServer(e)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = h.server.Listener.Close()
	h.server.Listener = l
	h.server.Start()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	h.client = &http.Client{
		Transport: &http.Transport{}, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(func() {
		h.client.CloseIdleConnections()
		h.console.Close()
		h.server.Close()
		h.engine.Close()
		clk.Close()
	})
	return h
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// call makes a request; headers are "Name: value", with Host as a special case.
func (h *harness) call(method, path, body string, headers ...string) reply {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	resp, err := h.client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(b)}
}

func (h *harness) get(path string, headers ...string) reply {
	return h.call("GET", path, "", headers...)
}

// form posts a form, as the console's pages do.
func (h *harness) form(path string, fields url.Values, headers ...string) reply {
	return h.call("POST", path, fields.Encode(), append(headers, "Content-Type: application/x-www-form-urlencoded")...)
}

// token finds the forms' token in a page.
func (h *harness) token() string {
	h.t.Helper()
	_, rest, ok := strings.Cut(h.get("/console/clock").body, `name="_token" value="`)
	if !ok {
		h.t.Fatal("no form token in the clock's page")
	}
	token, _, _ := strings.Cut(rest, `"`)
	return token
}

// decode reads a JSON answer of the wanted status.
func decode[T any](t *testing.T, r reply, status int) T {
	t.Helper()
	var v T
	if r.status != status {
		t.Fatalf("status = %d, want %d; body: %s", r.status, status, r.body)
	}
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Fatalf("body is not JSON: %v\n%s", err, r.body)
	}
	return v
}

// refused checks an error of the API, and that it is said in both languages.
func refused(t *testing.T, r reply, status int, code string) {
	t.Helper()
	e := decode[console.ErrorBody](t, r, status).Error
	if e.Code != code {
		t.Errorf("code = %q, want %q (%s)", e.Code, code, e.Message.EN)
	}
	if e.Message.FR == "" || e.Message.EN == "" {
		t.Errorf("message = %+v, want both languages", e.Message)
	}
}

// exchange is a token request that was refused, with everything a page shows.
func exchange(n int) *journal.Entry {
	body := fmt.Sprintf("grant_type=urn%%3Aopenid%%3Aparams%%3Agrant-type%%3Aciba&auth_req_id=demande-%d&acr_values=eidas1", n)
	jwt := "eyJhbGciOiJSUzI1NiIsImtpZCI6InRlc3QifQ.eyJpc3MiOiJodHRwczovL2xvY2FsaG9zdDo4NDQzIiwic3ViIjoiZjo1NTBlOkFOUyIsIlN1YmplY3ROYW1lSUQiOiI4OTk3MDAzNjYyNDAiLCJpYXQiOjE3NjgyMTQ4MDAsImV4cCI6MTc2ODIxNDg2MH0.c2lnbmF0dXJl"
	answer := `{"access_token":"` + jwt + `","expires_in":60,"token_type":"Bearer","scope":"openid scope_all"}`
	return &journal.Entry{
		ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n), Time: time.Date(2026, 1, 12, 10, 47, n%60, 120e6, time.UTC),
		Duration: 1840 * time.Microsecond, Transport: "https", Service: "psc", Op: "token", Provenance: "confirmed",
		Status: 200, Outcome: journal.OK, Summary: "POST /auth/realms/esante-wallet/token → 200",
		Facts: map[string]any{"form": map[string]any{"grant_type": "urn:openid:params:grant-type:ciba", "acr_values": "eidas1"}, "client": map[string]any{"id": "segursim-demo", "auth": "basic"}},
		Peer: journal.Peer{Addr: "127.0.0.1:51234", TLS: &journal.TLS{
			Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", ServerName: "localhost",
		}},
		Request: journal.Message{
			Head: []byte("POST /auth/realms/esante-wallet/token HTTP/1.1\r\nHost: localhost:8443\r\nUser-Agent: logiciel-de-test/1.0\r\nAccept: application/json\r\nAuthorization: Basic c2VndXJzaW06VEVTVA==\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n"),
			Body: []byte(body), Size: int64(len(body)),
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		},
		Response: journal.Message{
			Head: []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: AUTH=1; Path=/; HttpOnly\r\n\r\n"),
			Body: []byte(answer), Size: int64(len(answer)), Header: http.Header{"Content-Type": {"application/json"}},
		},
	}
}

// refusal is an exchange that a rule refused.
func refusal(n int) *journal.Entry {
	e := exchange(n)
	e.Op, e.Status, e.Outcome, e.Provenance = "ciba.request", 400, journal.Refused, "inferred"
	e.Summary = "POST /auth/realms/esante-wallet/ciba/auth → 400"
	e.Facts = map[string]any{"form": map[string]any{"acr_values": "eidas3"}, "error": map[string]any{"code": "invalid_request"}}
	e.Causes = []journal.Cause{{
		Rule: "psc.acr-values", Ref: "EX PSC 16",
		Text: journal.Text{FR: "acr_values vaut « eidas3 » ; la valeur attendue est « eidas1 ».", EN: "acr_values is “eidas3”; the wanted value is “eidas1”."},
	}}
	body := `{"error":"invalid_request","error_description":"acr_values"}`
	e.Response = journal.Message{
		Head: []byte("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n"), Body: []byte(body), Size: int64(len(body)),
	}
	return e
}

// binary is an exchange whose bodies are not text.
func binary(n int) *journal.Entry {
	e := exchange(n)
	e.Request.Body, e.Request.Size = []byte{0, 1, 2, 0xff}, 4
	e.Request.Head = []byte("PUT /piece HTTP/1.1\r\nHost: localhost:8443\r\nContent-Type: application/octet-stream\r\n\r\n")
	e.Response.Body, e.Response.Size = bytes.Repeat([]byte{0xfe}, 8), 8
	return e
}

// event is something that happened without an exchange.
func event() *journal.Entry {
	return &journal.Entry{
		Time: time.Date(2026, 1, 12, 10, 48, 0, 0, time.UTC), Transport: "event", Service: "psc", Op: "ciba.approved",
		Outcome: journal.Event, Summary: "demande acceptée sur le téléphone", Facts: map[string]any{"session": map[string]any{"id": "s1"}},
	}
}

// benchHarness calls the handlers of a console over a journal, without sockets.
func benchHarness(b *testing.B, log *journal.Log) func(path string) int {
	b.Helper()
	clk := clock.New(nil)
	c, err := console.New(console.Deps{
		World: &sim.World{Clock: clk, Journal: log, Log: slog.New(slog.DiscardHandler)}, Services: []sim.Service{service{}},
	})
	if err != nil {
		b.Fatal(err)
	}
	e := echo.New()
	c.Mount(e)
	b.Cleanup(func() { c.Close(); clk.Close() })
	return func(path string) int {
		r := httptest.NewRequest("GET", "http://localhost"+path, nil)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		return w.Code
	}
}
