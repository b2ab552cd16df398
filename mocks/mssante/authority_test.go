package mssante

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// TestToken: whom a token opens a BAL to, and why it does not.
func TestToken(t *testing.T) {
	t.Parallel()
	b := prepare(t, "")
	b.issuer.errs["expired"] = fmt.Errorf("psc: %w: not active", sim.ErrTokenExpired)
	b.issuer.errs["ended"] = fmt.Errorf("psc: %w: gone", sim.ErrSessionEnded)
	tests := map[string]struct {
		address, token string
		want           string // rule of the refusal, empty for an opened BAL
		kind           sim.Kind
	}{
		"holder":               {address: kitBAL, token: "token-s-kit"},
		"address in capitals":  {address: strings.ToUpper(kitBAL), token: "token-s-kit"},
		"second address":       {address: "kit.doc0036624@hopital.segursim.test", token: "token-s-kit"},
		"shared, one":          {address: sharedBAL, token: "token-s-kit"},
		"shared, another":      {address: sharedBAL, token: "token-s-robert"},
		"delegate of a shared": {address: sharedBAL, token: "token-s-secretary"},
		"delegate of a person": {address: noaBAL, token: "token-s-secretary"},
		"cabinet":              {address: "cabinet.doc9000001@medecin.segursim.test", token: "token-s-alix"},
		"of the registre":      {address: "alix.doc9000001@medecin.segursim.test", token: "token-s-alix"},
		"liste rouge":          {address: "camille.doc9000002@medecin.segursim.test", token: "token-s-kit", want: balOfOthers, kind: sim.Forbidden},
		"not a token":          {address: kitBAL, token: "x", want: tokenRefused, kind: sim.Unauthorized},
		"no token":             {address: kitBAL, token: "", want: tokenRefused, kind: sim.Unauthorized},
		"expired":              {address: kitBAL, token: "expired", want: tokenExpired, kind: sim.Unauthorized},
		"session ended":        {address: kitBAL, token: "ended", want: sessionEnded, kind: sim.Unauthorized},
		"unknown BAL":          {address: "nobody@medecin.segursim.test", token: "token-s-kit", want: balUnknown, kind: sim.Forbidden},
		"no address":           {address: "", token: "token-s-kit", want: balUnknown, kind: sim.Forbidden},
		"somebody else's":      {address: kitBAL, token: "token-s-robert", want: balOfOthers, kind: sim.Forbidden},
		"closed":               {address: kitClosed, token: "token-s-kit", want: balClosed, kind: sim.Forbidden},
		"unused for 60 days":   {address: kitUnused, token: "token-s-kit", want: balUnused, kind: sim.Forbidden},
		"applicative":          {address: appBAL, token: "token-s-kit", want: balWantsCertificate, kind: sim.Forbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			id, refusal := b.s.gate.Token(t.Context(), nil, tt.address, tt.token)
			if tt.want == "" {
				if refusal != nil {
					t.Fatalf("refused: %v", refusal)
				}
				claims := b.issuer.tokens[tt.token]
				want := auth.Identity{BAL: strings.ToLower(tt.address), Person: claims.SubjectNameID, Session: claims.Session, Client: "lps"}
				if diff := cmp.Diff(want, id); diff != "" {
					t.Errorf("identity (-want +got):\n%s", diff)
				}
				if again := b.s.gate.Alive(id); again != nil {
					t.Errorf("just opened, and not alive: %v", again)
				}
				return
			}
			expectDenied(t, refusal, tt.want, tt.kind)
		})
	}
}

// expectDenied holds a refusal to its rule, and to having a cause that a person
// can read.
func expectDenied(t *testing.T, e *sim.Error, rule string, kind sim.Kind) {
	t.Helper()
	if e == nil {
		t.Fatalf("opened, want a refusal: %s", rule)
	}
	if e.Cause.Rule != "mssante."+rule || e.Kind != kind {
		t.Errorf("refusal %s (kind %d), want mssante.%s (kind %d)", e.Cause.Rule, e.Kind, rule, kind)
	}
	for _, text := range []string{e.Cause.Text.FR, e.Cause.Text.EN, e.Cause.Ref, e.Text} {
		if text == "" || strings.ContainsAny(text, "%\x00") {
			t.Errorf("refusal %s: a text is empty or has a place left: %q", rule, text)
		}
	}
}

// TestDenialsDiffer: each refusal says something of its own, in both languages.
func TestDenialsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, d := range denials {
		for _, text := range []string{d.fr, d.en} {
			if other, dup := seen[text]; dup || text == "" {
				t.Errorf("%s and %s say the same: %q", name, other, text)
			}
			seen[text] = name
		}
		if d.ref == "" {
			t.Errorf("%s cites nothing", name)
		}
		e := denied(name, "%1 premier", "%2 second", "%3 troisième")
		if strings.Contains(e.Cause.Text.FR, "%1 %1") {
			t.Errorf("%s: a value was read as a place: %s", name, e.Cause.Text.FR)
		}
	}
}

// TestTokenChecks: what the settings want of a token beside the rest.
func TestTokenChecks(t *testing.T) {
	t.Parallel()
	claims := sim.Claims{Client: "lps", All: map[string]any{"aud": "mail", "scope": "openid scope_all", "acr": "eidas1"}}
	tests := map[string]struct {
		checks TokenChecks
		want   string
	}{
		"none":           {},
		"all hold":       {checks: TokenChecks{Audience: []string{"x", "mail"}, Scopes: []string{"scope_all", "openid"}, Clients: []string{"lps"}, ACR: []string{"eidas1"}}},
		"audience":       {checks: TokenChecks{Audience: []string{"imap"}}, want: tokenAudience},
		"scope":          {checks: TokenChecks{Scopes: []string{"openid", "mail"}}, want: tokenScope},
		"part of scope":  {checks: TokenChecks{Scopes: []string{"scope"}}, want: tokenScope},
		"client":         {checks: TokenChecks{Clients: []string{"other"}}, want: tokenClient},
		"authentication": {checks: TokenChecks{ACR: []string{"eidas3"}}, want: tokenACR},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusal := tt.checks.check(claims)
			if tt.want == "" {
				if refusal != nil {
					t.Errorf("refused: %v", refusal)
				}
				return
			}
			expectDenied(t, refusal, tt.want, sim.Unauthorized)
		})
	}
	empty := sim.Claims{}
	expectDenied(t, (TokenChecks{Audience: []string{"mail"}}).check(empty), tokenAudience, sim.Unauthorized)
}

// TestNoTokens: without a service that issues tokens, the cause says so.
func TestNoTokens(t *testing.T) {
	t.Parallel()
	b := prepare(t, "")
	b.app.World().Tokens = nil
	_, refusal := b.s.gate.Token(t.Context(), nil, kitBAL, "token-s-kit")
	expectDenied(t, refusal, tokensAbsent, sim.Unavailable)
}

// TestMechanisms: PLAIN and EXTERNAL need a certificate, or that none is asked for.
func TestMechanisms(t *testing.T) {
	t.Parallel()
	relax := func(o *app.Options) { o.Relax = []string{"client-certificate"} }
	tests := map[string]struct {
		section, profile string
		change           []func(*app.Options)
		want             string
	}{
		"default":                   {want: "XOAUTH2"},
		"default, with certificate": {profile: "org-auth-cli", want: "XOAUTH2 PLAIN"},
		"relaxed":                   {change: []func(*app.Options){relax}, want: "XOAUTH2 PLAIN"},
		"all":                       {section: "mechanisms: [EXTERNAL, xoauth2, OAUTHBEARER, PLAIN]", profile: "org-auth-cli", want: "EXTERNAL XOAUTH2 OAUTHBEARER PLAIN"},
		"all, no certificate":       {section: "mechanisms: [EXTERNAL, xoauth2, OAUTHBEARER, PLAIN]", want: "XOAUTH2 OAUTHBEARER"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := prepare(t, tt.section, tt.change...)
			if got := strings.Join(b.s.gate.Mechanisms(b.connect(tt.profile)), " "); got != tt.want {
				t.Errorf("mechanisms %q, want %q", got, tt.want)
			}
		})
	}
}

// TestRefusal: how a token is refused, by protocol.
func TestRefusal(t *testing.T) {
	t.Parallel()
	b := prepare(t, "")
	for protocol, want := range map[string]string{"SMTP": "drop", "smtp": "drop", "IMAP": "clean"} {
		if got := b.s.gate.Refusal(protocol); got != want {
			t.Errorf("%s: %q, want %q", protocol, got, want)
		}
	}
	b = prepare(t, "refusal: {smtp: clean, imap: drop}")
	if got := b.s.gate.Refusal("SMTP") + " " + b.s.gate.Refusal("IMAP"); got != "clean drop" {
		t.Errorf("set to clean and drop: %s", got)
	}
}

// TestQuota: a BAL's own, or the default.
func TestQuota(t *testing.T) {
	t.Parallel()
	b := prepare(t, "storage: {quota: 5000000}")
	for address, want := range map[string]int64{kitBAL: 5_000_000, "kit.petite@medecin.segursim.test": 65_536, "nobody@nowhere.test": 5_000_000} {
		if got := b.s.gate.Quota(address); got != want {
			t.Errorf("%s: %d, want %d", address, got, want)
		}
	}
}

func BenchmarkToken(b *testing.B) {
	bench := prepare(b, "")
	for b.Loop() {
		if _, refusal := bench.s.gate.Token(b.Context(), nil, sharedBAL, "token-s-kit"); refusal != nil {
			b.Fatal(refusal)
		}
	}
}

func BenchmarkAlive(b *testing.B) {
	bench := prepare(b, "")
	id, refusal := bench.s.gate.Token(b.Context(), nil, sharedBAL, "token-s-kit")
	if refusal != nil {
		b.Fatal(refusal)
	}
	for b.Loop() {
		if refusal := bench.s.gate.Alive(id); refusal != nil {
			b.Fatal(refusal)
		}
	}
}
