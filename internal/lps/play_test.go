package lps

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/oidctest"
)

// software is an LPS for a fake simulator that it has to itself.
func (s *simulator) software(t *testing.T, change func(*Options)) *LPS {
	t.Helper()
	opt := Options{Control: s.URL, Token: s.token, HTTPClient: s.op.Client(), AdvanceClock: true}
	if change != nil {
		change(&opt)
	}
	l, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	l.pace = pace{settle: 300 * time.Millisecond, failed: 70 * time.Millisecond, step: 500 * time.Millisecond, beat: time.Millisecond}
	return l
}

func grants(p *oidctest.Provider) []string {
	var g []string
	for _, f := range p.Posted("/token") {
		g = append(g, strings.TrimPrefix(f.Get("grant_type"), "urn:openid:params:grant-type:"))
	}
	return g
}

var pending = oidctest.Refuse(400, "authorization_pending", "…")

func TestPlayCIBA(t *testing.T) {
	t.Parallel()
	s := newSimulator(t, "cgu", "cgu-paragraphe", "cgu-fermeture", "zone-connexion", "elements", "connecte", "zone-deconnexion")
	s.token = "jeton"
	s.op.Say("/token", pending, pending, s.op.Tokens(nil))
	var out bytes.Buffer
	var seen []Run
	run, err := s.software(t, func(o *Options) {
		o.Out, o.Channel = &out, "CARD"
		o.OnRun = func(r Run) { seen = append(seen, r) }
	}).Play(t.Context(), "essai")
	if err != nil || run.Verdict != Passed {
		t.Fatalf("verdict %q, %v; want passed; said:\n%s", run.Verdict, err, out.String())
	}
	want := "cgu:lps-temoin cgu-paragraphe:lps-temoin cgu-fermeture:lps-temoin zone-connexion:lps-temoin elements:lps-temoin connecte:lps-temoin zone-deconnexion:lps-temoin"
	if got := s.order(); got != want {
		t.Errorf("confirmed %s\nwant %s", got, want)
	}
	if diff := cmp.Diff(map[string]any{"scenario": "essai", "mode": "played", "by": "lps-temoin"}, s.started); diff != "" {
		t.Errorf("start (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"ciba", "ciba", "ciba", "refresh_token"}, grants(s.op)); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	if s.advanced != 15*time.Second {
		t.Errorf("the clock was advanced by %v, want three intervals", s.advanced)
	}
	asks := s.op.Posted("/ciba")
	if len(asks) != 2 {
		t.Fatalf("%d CIBA requests, want 2", len(asks))
	}
	for _, f := range asks {
		code := f.Get("binding_message")
		if f.Get("acr_values") != "eidas1" || f.Get("login_hint") != "899700366240" || f.Get("channel") != "CARD" || len(code) != 2 {
			t.Errorf("request %v", f)
		}
	}
	if n := len(s.op.Posted("/logout")); n != 1 {
		t.Errorf("%d logouts, want 1", n)
	}
	if len(seen) < 8 || !seen[len(seen)-1].Over() {
		t.Errorf("%d changes were told, the last over: %v", len(seen), seen[len(seen)-1].Over())
	}
	for _, line := range []string{"Connecté : KIT DOC, 899700366240", "Jetons rafraîchis", "Session locale fermée"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("nothing said %q:\n%s", line, out.String())
		}
	}
}

// What goes wrong shows in the run: a script that cannot go on leaves it without
// a pass.
func TestPlayFails(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		manual []string
		answer oidctest.Answer
		change func(*simulator, *Options)
		reason string // in the reason of the abort
	}{
		"refused":      {answer: oidctest.Refuse(400, "access_denied", "not authorized"), reason: "access_denied"},
		"expired":      {answer: oidctest.Refuse(400, "expired_token", "authentication timed out"), reason: "expired_token"},
		"never":        {answer: pending, reason: "expired before"},
		"bad gateway":  {answer: oidctest.Answer{Status: 502}, reason: "expired before"},
		"unknown step": {manual: []string{"danser"}, reason: `the manual step "danser"`, change: func(s *simulator, _ *Options) { s.op.Say("/token", s.op.Tokens(nil)) }},
		"wrong acr":    {change: func(s *simulator, o *Options) { o.ACR = "eidas3"; s.op.Say("/token", s.op.Tokens(nil)) }, reason: `acr is "eidas1", asked for "eidas3"`},
		"another one":  {change: func(s *simulator, o *Options) { o.LoginHint = "x/Y"; s.op.Say("/token", s.op.Tokens(nil)) }, reason: `"x/Y" asked to log in and "899700366240" came`},
		"ciba refused": {change: func(s *simulator, _ *Options) {
			s.op.Say("/ciba", oidctest.Refuse(400, "invalid_request", "invalid user"))
		}, reason: "invalid user"},
		"no logout": {change: func(s *simulator, _ *Options) {
			s.op.Say("/token", s.op.Tokens(nil))
			s.op.Say("/logout", oidctest.Answer{Status: 400})
		}, reason: "logout: HTTP 400"},
		"no refresh": {change: func(s *simulator, _ *Options) {
			s.op.Say("/token", s.op.Tokens(nil), oidctest.Refuse(400, "invalid_grant", "Session not active"))
		}, reason: "Session not active"},
		"auth_time": {change: func(s *simulator, _ *Options) {
			s.op.Say("/token", s.op.Tokens(nil), s.op.Tokens(map[string]any{"auth_time": 1}))
		}, reason: "auth_time changed"},
		"no provider":   {change: func(s *simulator, _ *Options) { s.op.Say(oidctest.Discovery, oidctest.Answer{Status: 404}) }, reason: "discovery: HTTP 404"},
		"no more ticks": {change: func(s *simulator, _ *Options) { s.requests = 9; s.op.Say("/token", s.op.Tokens(nil)) }, reason: "still waits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulator(t, tc.manual...)
			s.limit = 1000 * time.Hour // the fake's steps have no limit of their own
			s.op.Say("/token", tc.answer)
			l := s.software(t, func(o *Options) {
				if tc.change != nil {
					tc.change(s, o)
				}
			})
			run, err := l.Play(t.Context(), "essai")
			if err != nil || run.Verdict != Aborted || !strings.Contains(s.aborted, tc.reason) {
				t.Errorf("verdict %q, %v, aborted for %q; want aborted for %q", run.Verdict, err, s.aborted, tc.reason)
			}
		})
	}
}

// The scenario's own limit comes before the abort: its cause is the better one.
func TestPlayReachesTheLimit(t *testing.T) {
	t.Parallel()
	s := newSimulator(t, "cgu", "danser")
	s.limit = 10 * time.Minute
	s.op.Say("/token", s.op.Tokens(nil))
	run, err := s.software(t, nil).Play(t.Context(), "essai")
	if err != nil || run.Verdict != Failed || run.Cause.In("fr") != "trop tard (EX PSC 16)" || s.aborted != "" {
		t.Errorf("%+v, %v, aborted for %q; want the failure of the limit", run, err, s.aborted)
	}
}

func TestPlaySkipsLogout(t *testing.T) {
	t.Parallel()
	s := newSimulator(t)
	s.op.Say("/token", s.op.Tokens(nil))
	if _, err := s.software(t, func(o *Options) { o.SkipLogout = true }).Play(t.Context(), "essai"); err != nil {
		t.Fatal(err)
	}
	if n, asks := len(s.op.Posted("/logout")), len(s.op.Posted("/ciba")); n != 0 || asks != 2 {
		t.Errorf("%d logouts and %d CIBA requests, want none and 2", n, asks)
	}
}

// A software that polls too fast keeps its own pace, whatever it is told.
func TestPlayPollsTooFast(t *testing.T) {
	t.Parallel()
	s := newSimulator(t)
	s.requests = 3
	slow := oidctest.Refuse(400, "slow_down", "too early to access")
	s.op.Say("/token", pending, slow, slow, s.op.Tokens(nil))
	run, err := s.software(t, func(o *Options) { o.PollEvery = time.Second }).Play(t.Context(), "essai")
	if err != nil || run.Verdict != Passed {
		t.Fatalf("verdict %q, %v", run.Verdict, err)
	}
	if s.advanced != 4*time.Second {
		t.Errorf("%v for four polls, want 4s", s.advanced)
	}
}

func TestPlayErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		scenario string
		change   func(*simulator, *Options)
		want     string
	}{
		"unknown scenario":  {"autre", nil, "Unknown scenario"},
		"no script":         {"essai", func(s *simulator, _ *Options) { s.script = "" }, "names no script"},
		"unknown script":    {"essai", func(s *simulator, _ *Options) { s.script = "danse" }, `"danse"; there are apcv-qr, insi-01-02`},
		"nobody":            {"essai", func(s *simulator, _ *Options) { s.hint = "" }, "no professional"},
		"another's mistake": {"essai", func(_ *simulator, o *Options) { o.Misbehave = "cn" }, `cannot make the mistake "cn"`},
		"no INSi":           {"essai", func(s *simulator, _ *Options) { s.script = "insi-traits" }, "names no INSi"},
		"no ApCV":           {"essai", func(s *simulator, _ *Options) { s.script = "apcv-qr" }, "names no ApCV"},
		"no pace":           {"essai", func(s *simulator, o *Options) { s.script, o.PollEvery = "psc-web", 1 }, "does not poll"},
		"no token":          {"essai", func(s *simulator, _ *Options) { s.token = "jeton" }, "HTTP 401 unauthorized: no (give the token"},
		"nobody there":      {"essai", func(_ *simulator, o *Options) { o.Control = "http://127.0.0.1:1" }, "control API"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulator(t)
			l := s.software(t, func(o *Options) {
				if tc.change != nil {
					tc.change(s, o)
				}
			})
			if _, err := l.Play(t.Context(), tc.scenario); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func TestPlayStopsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newSimulator(t, "danser")
	s.op.Say("/token", pending)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := s.software(t, func(o *Options) { o.AdvanceClock = false }).Play(ctx, "essai")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestNewRefusals(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]Options{
		"nothing":  {},
		"relative": {Control: "127.0.0.1:8090"},
		"scheme":   {Control: "ftp://a"},
		"broken":   {Control: "http://a:b:c"},
		"channel":  {Control: "http://a", Channel: "FAX"},
		"lang":     {Control: "http://a", Lang: "de"},
		"pace":     {Control: "http://a", PollEvery: -1},
		"mistake":  {Control: "http://a", Misbehave: "danse"},
	} {
		if _, err := New(opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A clock that does not move is waited for, not polled against.
func TestPassWaitsForAFrozenClock(t *testing.T) {
	t.Parallel()
	s := newSimulator(t)
	var pauses []time.Duration
	l := s.software(t, func(o *Options) {
		o.AdvanceClock = false
		o.Wait = func(ctx context.Context, d time.Duration) error {
			if pauses = append(pauses, d); len(pauses) == 4 { // somebody advances it
				return s.op.Wait(ctx, time.Minute)
			}
			return nil
		}
	})
	if err := l.pass(t.Context(), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{5 * time.Second, time.Second, time.Second, time.Second}, pauses); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
}

func TestAuthority(t *testing.T) {
	t.Parallel()
	s := newSimulator(t)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: (&x509.Certificate{}).Raw})
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	given := s.software(t, func(o *Options) { o.CA = []byte("given") })
	if got, err := given.authority(t.Context(), endpoints{CA: path}); err != nil || string(got) != "given" {
		t.Errorf("%q, %v; want the given one", got, err)
	}
	l := s.software(t, nil)
	if got, err := l.authority(t.Context(), endpoints{CA: path}); err != nil || !bytes.Equal(got, cert) {
		t.Errorf("%q, %v; want the file", got, err)
	}
	// The file of a container is not here: the fake API has none either.
	var refused *ControlError
	if _, err := l.authority(t.Context(), endpoints{CA: path + "x"}); !errors.As(err, &refused) || refused.Status != http.StatusNotFound {
		t.Errorf("error %v, want the API's 404", err)
	}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	s := newSimulator(t)
	var b bytes.Buffer
	if err := s.software(t, nil).Evidence(t.Context(), "essai-1", &b); err != nil || b.String() != "PK" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	want := []string{
		"apcv-qr", "insi-01-02", "insi-auto", "insi-certificat", "insi-date-00", "insi-douteuse",
		"insi-trait-vide", "insi-traits", "insi-verif-ko", "insi-vitale",
		"mss-annule-remplace", "mss-api-lps", "mss-bal-app", "mss-citoyenne", "mss-pro-10", "mss-reception-bio", "psc-ciba", "psc-web",
	}
	if diff := cmp.Diff(want, Scripts()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range want {
		if len(Misbehaviours(name)) == 0 {
			t.Errorf("%s can make no mistake", name)
		}
	}
	if got := Misbehaviours("psc-web"); !slices.Equal(got, []string{"acr", "logout"}) {
		t.Errorf("mistakes of psc-web: %v", got)
	}
}

// A named mistake sets the option that it stands for.
func TestMisbehave(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]func(Options) bool{
		"acr":    func(o Options) bool { return o.ACR == "eidas3" },
		"poll":   func(o Options) bool { return o.PollEvery == time.Second },
		"logout": func(o Options) bool { return o.SkipLogout },
	} {
		l, err := New(Options{Control: "http://a", Misbehave: name})
		if err != nil || !ok(l.opt) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
}
