package evidence_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"io/fs"
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/evidence"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

type service struct{}

func (service) Hosts() []string              { return nil }
func (service) Tables() []store.Schema       { return nil }
func (service) Seed(*store.Txn, fs.FS) error { return nil }
func (service) Mount(*echo.Group)            {}
func (service) Info() sim.Info               { return info() }
func (service) Actions() map[string]sim.Action {
	return map[string]sim.Action{"approve": {Do: func(context.Context, map[string]any) (any, error) { return nil, nil }}}
}

func info() sim.Info {
	form := map[string]sim.FactType{"form.acr_values": sim.String, "form.grant_type": sim.String, "form.password": sim.String}
	return sim.Info{Name: "psc", Ops: []sim.Op{
		{Name: "ciba.request", Provenance: sim.Confirmed, Source: "OIDC CIBA Core 1.0 §7", Facts: form},
		{Name: "token", Provenance: sim.Inferred, Source: "Keycloak", Facts: form},
		{Name: "mail", Provenance: sim.Invented},
		{Name: "adt", Provenance: sim.Invented},
		{Name: "session.started"},
	}}
}

const source = `id: exemple
title: { fr: "Exemple à l'écran", en: "Example" }
couloirs: [MDV-LGC]
requirements: [PSC.01.03]
references: [EX PSC 16]
steps:
  - { id: cgu, say: { fr: "Montrer les CGU --> <b>ici</b> ; = #1", en: "Show" }, manual: true, refs: [EX PSC 31] }
  - id: demande
    say: { fr: "Demander", en: "Ask" }
    expect: { service: psc, op: ciba.request, where: 'form.acr_values == "eidas1"' }
    within: 10m
    refs: [EX PSC 16]
  - id: jeton
    say: { fr: "Retirer le jeton", en: "Collect" }
    expect: { service: psc, op: token, where: 'status == 200' }
  - id: fin
    say: { fr: "Montrer la fin", en: "Show the end" }
    manual: true
  - id: jamais
    say: { fr: "Pas de mot de passe", en: "No password" }
    never: { service: psc, op: token, where: 'form.grant_type == "password"' }
proofs:
  - { requirement: PSC.01, scenario: PSC.01.03, proof: PSC.01.01.03, chapter: PSC, profile: Général, text: { fr: "=vidéo", en: "video" } }
`

// The secrets that must not be seen in a pack.
var (
	jwt      = "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"tres-secret-et-assez-long"}`)) + ".c2lnbmF0dXJlLXRyZXMtc2VjcmV0ZQ"
	refresh  = "0123456789abcdef0123456789abcdefREFRESH"
	password = "Motdepasse-Tres-Secret"
	basic    = base64.StdEncoding.EncodeToString([]byte("client:" + password))
	cookie   = "KEYCLOAK_IDENTITY_abcdefghijklmnopqrstuvwxyz"
	code     = "code-0123456789-abcdefghij-0123456789"
	xoauth   = base64.StdEncoding.EncodeToString([]byte("user=a@b\x01auth=Bearer tres-secret-jeton\x01\x01"))
	key      = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"
)

// a run of the example: how far it goes is the caller's.
func run(t testing.TB, do func(w *world)) evidence.Input {
	t.Helper()
	c := clock.New(nil)
	c.Freeze(true)
	c.Set(time.Date(2026, 1, 15, 9, 0, 0, 0, time.FixedZone("", 3600)))
	defer c.Close()
	log := journal.New(journal.Options{})
	e, err := scenario.NewEngine(scenario.Options{Clock: c, Journal: log, Scenarios: fstest.MapFS{"e.yaml": {Data: []byte(source)}}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Attach([]sim.Service{service{}}); err != nil {
		t.Fatal(err)
	}
	r, err := e.StartRun(t.Context(), "exemple", scenario.RunOptions{By: "Camille TEST"})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: c, log: log, run: r}
	do(w)
	s := r.State()
	return evidence.Input{
		Run: s, Scenario: r.Scenario(), Entries: evidence.Collect(log, s), Services: []sim.Info{info()},
		Version: "v0.0.0-test", Seed: "42",
	}
}

type world struct {
	t     testing.TB
	clock *clock.Clock
	log   *journal.Log
	run   *scenario.Run
}

func (w *world) confirm(step string) {
	w.t.Helper()
	if err := w.run.Confirm(step, "Camille TEST"); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) saw(transport, op string, status int, facts map[string]any, req, res journal.Message) {
	for _, m := range []*journal.Message{&req, &res} {
		m.Size = int64(len(m.Body))
	}
	w.log.Append(&journal.Entry{
		Time: w.clock.Now(), Duration: 1234567, Transport: transport, Service: "psc", Op: op, Status: status,
		Outcome: journal.OK, Facts: facts, Request: req, Response: res, Provenance: "confirmed", Summary: op,
	})
	w.clock.Advance(1500 * time.Millisecond)
}

func ciba(w *world, acr string) {
	w.saw("https", "ciba.request", 200,
		map[string]any{"form": map[string]any{"acr_values": acr, "client_secret": password, "code": code}, "error": map[string]any{"code": "not-a-secret-code-at-all-really"}, "token": map[string]any{"raw": jwt}, "header": map[string]any{"authorization": "Bearer " + refresh}},
		journal.Message{
			Head: []byte("POST /ext/ciba/auth?code=" + code + "&x=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " + basic + "\r\nCookie: KC=" + cookie + "; b=" + cookie + "\r\n\r\n"),
			Body: []byte("acr_values=" + acr + "&client_secret=" + password + "&id_token_hint=" + jwt + "&login_hint=899700366240"),
		},
		journal.Message{
			Head: []byte("HTTP/1.1 200 OK\r\nSet-Cookie: KC=" + cookie + "; Path=/; HttpOnly\r\nLocation: https://localhost/cb?code=" + code + "&state=abc\r\n"),
			Body: []byte(`{"auth_req_id":"` + refresh + `","expires_in":120}`),
		})
}

func whole(w *world) {
	w.clock.Advance(2 * time.Second)
	w.confirm("cgu")
	ciba(w, "eidas3")
	w.log.Append(&journal.Entry{Time: w.clock.Now(), Transport: "event", Service: "psc", Op: "session.started", Outcome: journal.Event, Facts: map[string]any{"token": jwt}})
	ciba(w, "eidas1")
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	_, _ = z.Write([]byte(`{"access_token":"` + jwt + `","refresh_token":"` + refresh + `","token_type":"Bearer"}`))
	_ = z.Close()
	w.saw("https", "token", 200, map[string]any{"form": map[string]any{"grant_type": "x"}}, journal.Message{
		Head: []byte("POST /token HTTP/1.1\r\n\r\n"), Body: []byte("<?xml version=\"1.0\"?><s:Password>" + password + "</s:Password>"),
	}, journal.Message{Head: []byte("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"), Header: http.Header{"Content-Encoding": {"gzip"}}, Body: gz.Bytes()})
	w.saw("smtp", "mail", 250, nil, journal.Message{
		Head: []byte("EHLO x\r\nAUTH XOAUTH2 " + xoauth + "\r\nAUTH PLAIN\r\n" + base64.StdEncoding.EncodeToString([]byte("\x00user\x00"+password)) + "\r\nMAIL FROM:<a@b>\r\n-----BEGIN PRIVATE KEY-----\r\n" + key + "\r\n-----END PRIVATE KEY-----\r\n"),
		Body: []byte("Subject: essai\r\n\r\nBonjour\r\n"),
	}, journal.Message{Head: []byte("250 ok\r\n")})
	w.saw("mllp", "adt", 0, nil, journal.Message{Body: []byte("MSH|^~\\&|TEST\r")}, journal.Message{Body: []byte{0xff, 0xfe, 0}})
	w.confirm("fin")
}
