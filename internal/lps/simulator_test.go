package lps

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/lps/oidctest"
)

// simulator is a fake of the control API beside a fake provider. Its scenario is
// manual steps, then a number of CIBA requests; it passes when all came.
type simulator struct {
	*httptest.Server
	op     *oidctest.Provider
	token  string
	script string
	hint   string
	insi   string            // address of /lps, if there is one
	mss    string            // address of config-v1.1.xml, if there is one
	vars   map[string]string // the scenario's given values
	card   []byte            // the PEM of every certificate

	mu       sync.Mutex
	run      Run
	started  map[string]any
	advanced time.Duration
	frozen   bool
	aborted  string
	requests int // CIBA requests that end the run
	limit    time.Duration
	changed  chan struct{}
}

func newSimulator(t *testing.T, manual ...string) *simulator {
	t.Helper()
	s := &simulator{
		op: oidctest.New(t), script: "psc-ciba", hint: "899700366240", requests: 2,
		limit: time.Hour, changed: make(chan struct{}),
	}
	for _, id := range manual {
		s.run.Steps = append(s.run.Steps, Step{ID: id, Kind: KindManual, Verdict: Waiting})
	}
	s.run.Steps = append(s.run.Steps, Step{ID: "fin", Kind: KindExpect, Verdict: Waiting})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/endpoints", s.endpoints)
	mux.HandleFunc("GET /api/scenarios/{id}", s.scenario)
	mux.HandleFunc("GET /api/clock", s.clock)
	mux.HandleFunc("POST /api/clock", s.move)
	mux.HandleFunc("POST /api/runs", s.start)
	mux.HandleFunc("GET /api/runs/{id}", s.state)
	mux.HandleFunc("POST /api/runs/{id}/steps/{step}/confirm", s.confirm)
	mux.HandleFunc("POST /api/runs/{id}/abort", s.abort)
	mux.HandleFunc("GET /api/certs/{file}", func(w http.ResponseWriter, r *http.Request) {
		if s.card == nil {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(s.card)
	})
	mux.HandleFunc("GET /api/runs/{id}/evidence.zip", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("PK")) })
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.token != "" && r.Header.Get("Authorization") != "Bearer "+s.token {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"code":"unauthorized","message":{"fr":"non","en":"no"}}}`))
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func reply(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func (s *simulator) endpoints(w http.ResponseWriter, _ *http.Request) {
	reply(w, map[string]any{"services": map[string]any{"psc": map[string]any{
		"issuer": s.op.Issuer(), "client_id": oidctest.ClientID, "client_secret": oidctest.ClientSecret,
	}, "insi": map[string]any{"url": s.insi}, "mssante": map[string]any{"autoconfig": s.mss}}})
}

func (s *simulator) scenario(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") != "essai" {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"error":{"code":"not_found","message":{"fr":"Scénario inconnu","en":"Unknown scenario"}}}`))
		return
	}
	reply(w, map[string]any{"play": s.script, "given": map[string]any{"professional": s.hint, "patient": "2751263220749", "vars": s.vars}})
}

func (s *simulator) clock(w http.ResponseWriter, r *http.Request) {
	now, _ := s.op.Now(r.Context())
	reply(w, map[string]any{"now": now, "frozen": s.frozen})
}

func (s *simulator) move(w http.ResponseWriter, r *http.Request) {
	var in struct{ Advance string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	d, err := time.ParseDuration(in.Advance)
	if err != nil {
		http.Error(w, "{}", http.StatusBadRequest)
		return
	}
	_ = s.op.Wait(r.Context(), d)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advanced += d
	s.turn()
	s.clock(w, r)
}

func (s *simulator) start(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = json.NewDecoder(r.Body).Decode(&s.started)
	s.run.ID, s.run.Status, s.run.Verdict = "essai-1", "running", Waiting
	s.turn()
	reply(w, s.run)
}

// turn moves the run on. s.mu is held.
func (s *simulator) turn() {
	i := slices.IndexFunc(s.run.Steps, func(st Step) bool { return st.Verdict == Waiting })
	if i < 0 || s.run.Over() {
		return
	}
	st := &s.run.Steps[i]
	before := *st
	st.Active = true
	switch {
	case st.Kind == KindExpect && len(s.op.Posted("/ciba")) >= s.requests:
		st.Active, st.Verdict = false, Passed
		s.run.Status, s.run.Verdict = "ended", Passed
	case s.advanced > s.limit:
		st.Active, st.Verdict = false, Failed
		st.Cause = &Cause{Text: Text{FR: "trop tard", EN: "too late"}, Ref: "EX PSC 16"}
		s.run.Status, s.run.Verdict, s.run.Cause = "ended", Failed, st.Cause
	}
	if *st != before {
		s.tell()
	}
}

// tell announces a change. s.mu is held.
func (s *simulator) tell() {
	s.run.Rev++
	s.run.Steps = slices.Clone(s.run.Steps)
	close(s.changed)
	s.changed = make(chan struct{})
}

// state answers when the run changed, or after a short while.
func (s *simulator) state(w http.ResponseWriter, r *http.Request) {
	rev, _ := strconv.ParseUint(r.URL.Query().Get("rev"), 10, 64)
	s.mu.Lock()
	if s.run.Rev == rev {
		c := s.changed
		s.mu.Unlock()
		select {
		case <-c:
		case <-r.Context().Done():
		case <-time.After(50 * time.Millisecond):
		}
		s.mu.Lock()
		s.turn()
	}
	defer s.mu.Unlock()
	reply(w, s.run)
}

func (s *simulator) confirm(w http.ResponseWriter, r *http.Request) {
	var in struct{ By string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.run.Steps, func(st Step) bool { return st.ID == r.PathValue("step") && st.Active })
	if i < 0 {
		http.Error(w, "{}", http.StatusConflict)
		return
	}
	s.run.Steps[i].Active, s.run.Steps[i].Verdict, s.run.Steps[i].By = false, Passed, in.By
	s.tell()
	s.turn()
	reply(w, s.run)
}

func (s *simulator) abort(w http.ResponseWriter, r *http.Request) {
	var in struct{ Reason string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aborted = in.Reason
	s.run.Status, s.run.Verdict = "ended", Aborted
	s.tell()
	reply(w, s.run)
}

// order lists the manual steps that were confirmed, as step:by.
func (s *simulator) order() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var done []string
	for _, st := range s.run.Steps {
		if st.Verdict == Passed && st.Kind == KindManual {
			done = append(done, st.ID+":"+st.By)
		}
	}
	return strings.Join(done, " ")
}
