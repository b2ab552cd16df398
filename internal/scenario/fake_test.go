package scenario_test

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/scenarios"
)

// psc is a service that declares what Pro Santé Connect does, and acts by
// writing events in the journal.
type psc struct {
	clock *clock.Clock
	log   *journal.Log
	mu    sync.Mutex
	calls []map[string]any
}

func (*psc) Hosts() []string              { return nil }
func (*psc) Tables() []store.Schema       { return nil }
func (*psc) Seed(*store.Txn, fs.FS) error { return nil }
func (*psc) Mount(*echo.Group)            {}
func (p *psc) Info() sim.Info             { return sim.Info{Name: "psc", Ops: pscOps()} }
func (p *psc) Actions() map[string]sim.Action {
	return map[string]sim.Action{
		"approve": {
			Params: map[string]string{"login_hint": "", "auth_req_id": "", "number": ""},
			Do: func(_ context.Context, in map[string]any) (any, error) {
				p.mu.Lock()
				p.calls = append(p.calls, in)
				p.mu.Unlock()
				if in["login_hint"] == "nobody" {
					return nil, &sim.Error{Kind: sim.NotFound, Code: "not_found", Text: "no pending request"}
				}
				p.event("ciba.approved")
				return nil, nil
			},
		},
		"explode": {Do: func(context.Context, map[string]any) (any, error) { panic("boom") }},
	}
}

func (p *psc) event(op string) {
	p.log.Append(&journal.Entry{Time: p.clock.Now(), Transport: "event", Service: "psc", Op: op, Outcome: journal.Event, Facts: map[string]any{}})
}

func pscOps() []sim.Op {
	request := map[string]sim.FactType{
		"client.id": sim.String, "client.auth": sim.String, "header.authorization_scheme": sim.String,
		"error.code": sim.String, "error.text": sim.String,
	}
	op := func(name string, codes []string, facts ...string) sim.Op {
		o := sim.Op{Name: name, Provenance: sim.Confirmed, Facts: map[string]sim.FactType{}, Codes: codes}
		for k, v := range request {
			o.Facts[k] = v
		}
		for _, f := range facts {
			o.Facts[f] = sim.String
		}
		return o
	}
	token := op("token", []string{"invalid_grant", "slow_down", "authorization_pending", "server_error"},
		"form.grant_type", "form.auth_req_id", "form.client_secret", "form.scope")
	token.Facts["ciba.waited_s"], token.Facts["ciba.interval"] = sim.Float, sim.Float
	token.Facts["token.roles"], token.Facts["token.fresh"], token.Facts["token.raw"] = sim.Strings, sim.Bool, sim.Any
	return []sim.Op{
		op("ciba.request", []string{"invalid_request", "server_error"}, "form.acr_values", "form.login_hint", "form.binding_message", "form.scope", "form.channel"),
		token,
		op("authorize", nil, "query.client_id", "query.response_type", "query.acr_values", "query.state", "query.nonce", "query.prompt"),
		op("logout", nil, "form.id_token_hint"),
		op("userinfo", nil),
		{Name: "ciba.approved"},
		{Name: "ciba.refused"},
		{Name: "ciba.expired"},
		{Name: "session.started"},
		{Name: "session.ended"},
	}
}

// A world is an engine over the fake service, with a frozen clock.
type world struct {
	t       testing.TB
	clock   *clock.Clock
	journal *journal.Log
	psc     *psc
	engine  *scenario.Engine
	base    time.Time
}

// shipped are the scenarios of the one service that the fake world has.
func shipped(t testing.TB) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	for _, name := range []string{"psc-ciba.yaml", "psc-web.yaml"} {
		b, err := scenarios.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: b}
	}
	return out
}

func newWorld(t testing.TB, opt scenario.Options) *world {
	t.Helper()
	w := &world{t: t, base: time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)}
	if opt.Clock == nil {
		opt.Clock = clock.New(nil)
		opt.Clock.Freeze(true)
		opt.Clock.Set(w.base)
		t.Cleanup(opt.Clock.Close)
	}
	if opt.Journal == nil {
		opt.Journal = journal.New(journal.Options{})
	}
	if opt.Scenarios == nil {
		opt.Scenarios = shipped(t)
	}
	w.clock, w.journal = opt.Clock, opt.Journal
	w.psc = &psc{clock: w.clock, log: w.journal}
	e, err := scenario.NewEngine(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	if err := e.Attach([]sim.Service{w.psc}); err != nil {
		t.Fatal(err)
	}
	w.engine = e
	return w
}

// one makes a world with one scenario, and starts a run of it.
func one(t testing.TB, src string, opt scenario.RunOptions) (*world, *scenario.Run) {
	t.Helper()
	w := newWorld(t, scenario.Options{Scenarios: fstest.MapFS{"s.yaml": {Data: []byte(src)}}})
	id := w.engine.Scenarios()[0].ID
	return w, w.start(id, opt)
}

func (w *world) start(id string, opt scenario.RunOptions) *scenario.Run {
	w.t.Helper()
	r, err := w.engine.StartRun(w.t.Context(), id, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// saw writes an exchange of psc in the journal.
func (w *world) saw(op string, status int, facts map[string]any) uint64 {
	out := journal.OK
	if status >= 400 {
		out = journal.Refused
	}
	return w.journal.Append(&journal.Entry{
		Time: w.clock.Now(), Transport: "https", Service: "psc", Op: op, Status: status, Outcome: out,
		Facts: facts, Provenance: string(sim.Confirmed),
	})
}

func (w *world) ciba(acr string) uint64 {
	return w.saw("ciba.request", 200, map[string]any{"form": map[string]any{
		"acr_values": acr, "login_hint": "899700366240", "binding_message": "42",
	}})
}

func (w *world) poll(status int, code string) uint64 {
	facts := map[string]any{
		"form": map[string]any{"grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": "abcdefghijkl"},
		"ciba": map[string]any{"waited_s": 2.5, "interval": 5},
	}
	if code != "" {
		facts["error"] = map[string]any{"code": code, "text": "…"}
	}
	return w.saw("token", status, facts)
}

func (w *world) confirm(r *scenario.Run, steps ...string) {
	w.t.Helper()
	for _, s := range steps {
		if err := r.Confirm(s, "Camille TEST"); err != nil {
			w.t.Fatal(err)
		}
	}
}

// verdicts is the run in one line, for tables.
func verdicts(s scenario.RunState) string {
	out := string(s.Verdict)
	for _, st := range s.Steps {
		out += fmt.Sprintf(" %s=%s", st.ID, st.Verdict)
		if st.Active {
			out += "*"
		}
	}
	return out
}
