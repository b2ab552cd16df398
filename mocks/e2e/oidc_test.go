package e2e_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/segursim/segursim/mocks"
)

// redirectURI is never served: the tests read the redirection themselves.
const redirectURI = "http://localhost:9/retour"

// A party is a relying party made of go-oidc and x/oauth2.
type party struct {
	ctx      context.Context // carries the HTTP client, as both libraries want it
	client   *http.Client
	provider *oidc.Provider
	conf     oauth2.Config
	now      func() time.Time
}

// join discovers an issuer by its standard document.
func join(tb testing.TB, client *http.Client, issuer string, now func() time.Time) *party {
	tb.Helper()
	ctx := oidc.ClientContext(tb.Context(), client)
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		tb.Fatalf("discovery: %v", err)
	}
	return &party{
		ctx: ctx, client: client, provider: provider, now: now,
		conf: oauth2.Config{
			ClientID: clientID, ClientSecret: clientSecret, Endpoint: provider.Endpoint(),
			RedirectURL: redirectURI, Scopes: []string{oidc.ScopeOpenID, "scope_all"},
		},
	}
}

func (s *simulator) join(tb testing.TB) *party {
	tb.Helper()
	return join(tb, s.client, s.Issuer(), s.Clock().Now)
}

// authorize opens the authorization URL and returns what the redirection
// carries.
func (p *party) authorize(tb testing.TB, state string, opts ...oauth2.AuthCodeOption) url.Values {
	tb.Helper()
	opts = append(opts, oauth2.SetAuthURLParam("acr_values", "eidas1"))
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, p.conf.AuthCodeURL(state, opts...), nil)
	if err != nil {
		tb.Fatal(err)
	}
	got := do(tb, p.client, req)
	if got.status != http.StatusFound {
		tb.Fatalf("authorization: %d\n%s", got.status, got.body)
	}
	to, err := url.Parse(got.header.Get("Location"))
	if err != nil {
		tb.Fatal(err)
	}
	if back := to.Scheme + "://" + to.Host + to.Path; back != redirectURI {
		tb.Fatalf("redirected to %s", to)
	}
	return to.Query()
}

// verify verifies the ID token of a token answer.
func (p *party) verify(token *oauth2.Token) (*oidc.IDToken, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("no id_token")
	}
	return p.verifier().Verify(p.ctx, raw)
}

func (p *party) verifier() *oidc.IDTokenVerifier {
	return p.provider.VerifierContext(p.ctx, &oidc.Config{ClientID: clientID, Now: p.now})
}

// login runs a whole code flow for the doctor.
func (s *simulator) login(tb testing.TB, p *party) *oauth2.Token {
	tb.Helper()
	s.act(tb, "login", map[string]any{"login_hint": doctor, "client_id": clientID})
	back := p.authorize(tb, "etat", oidc.Nonce("unique"))
	token, err := p.conf.Exchange(p.ctx, back.Get("code"))
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

func TestOIDCDiscovery(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	p := s.join(t)
	var doc struct {
		Algs    []string `json:"id_token_signing_alg_values_supported"`
		CIBA    string   `json:"backchannel_authentication_endpoint"`
		Logout  string   `json:"end_session_endpoint"`
		Methods []string `json:"code_challenge_methods_supported"`
	}
	if err := p.provider.Claims(&doc); err != nil {
		t.Fatal(err)
	}
	if doc.CIBA != s.Issuer()+cibaPath || !strings.HasPrefix(doc.Logout, s.Issuer()) || len(doc.Algs) == 0 {
		t.Errorf("document: %+v", doc)
	}
	if _, err := oidc.NewProvider(p.ctx, s.Issuer()+"/"); err == nil {
		t.Error("an issuer with a final slash was accepted")
	}
}

// TestOIDCCode logs in by authorization code, with and without PKCE.
func TestOIDCCode(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	p := s.join(t)
	verifier := oauth2.GenerateVerifier()
	tests := map[string]struct {
		ask, exchange []oauth2.AuthCodeOption
		style         oauth2.AuthStyle
		refused       string // the error code of the exchange
	}{
		"plain code":         {},
		"secret in the form": {style: oauth2.AuthStyleInParams},
		"secret in a header": {style: oauth2.AuthStyleInHeader},
		"PKCE":               {ask: []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}, exchange: []oauth2.AuthCodeOption{oauth2.VerifierOption(verifier)}},
		"PKCE, no verifier":  {ask: []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}, refused: "invalid_grant"},
		"PKCE, other one": {
			ask:      []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)},
			exchange: []oauth2.AuthCodeOption{oauth2.VerifierOption(oauth2.GenerateVerifier())}, refused: "invalid_grant",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { // not parallel: each takes the login that it armed
			p := *p
			p.conf.Endpoint.AuthStyle = tt.style
			s.act(t, "login", map[string]any{"login_hint": doctor, "client_id": clientID, "auth_mode": "CARD"})
			back := p.authorize(t, "état & co", append(tt.ask, oidc.Nonce("n-"+name))...)
			if got := back.Get("state"); got != "état & co" {
				t.Errorf("state %q", got)
			}
			if got := back.Get("iss"); got != s.Issuer() {
				t.Errorf("iss %q (RFC 9207), want %q", got, s.Issuer())
			}
			token, err := p.conf.Exchange(p.ctx, back.Get("code"), tt.exchange...)
			if tt.refused != "" {
				wantError(t, err, tt.refused)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkLogin(t, &p, token, "n-"+name)
			if _, err := p.conf.Exchange(p.ctx, back.Get("code"), tt.exchange...); err == nil {
				t.Error("a code served twice")
			}
		})
	}
}

// checkLogin verifies tokens and userinfo as a relying party does.
func checkLogin(t *testing.T, p *party, token *oauth2.Token, nonce string) {
	t.Helper()
	id, err := p.verify(token)
	if err != nil {
		t.Fatal(err)
	}
	if id.Nonce != nonce {
		t.Errorf("nonce %q, want %q", id.Nonce, nonce)
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		t.Errorf("at_hash: %v", err)
	}
	var claims struct {
		SubjectNameID string
		ACR           string `json:"acr"`
		AuthTime      int64  `json:"auth_time"`
		Typ           string `json:"typ"`
	}
	if err := id.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if claims.SubjectNameID != doctor || claims.ACR != "eidas1" || claims.Typ != "ID" || claims.AuthTime == 0 {
		t.Errorf("claims %+v", claims)
	}
	info, err := p.provider.UserInfo(p.ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		t.Fatal(err)
	}
	var person struct {
		SubjectNameID string
		FamilyName    string `json:"family_name"`
		SubjectRole   []string
	}
	if err := info.Claims(&person); err != nil {
		t.Fatal(err)
	}
	if info.Subject != id.Subject {
		t.Errorf("userinfo of %q, ID token of %q (OIDC Core 1.0 §5.3.2)", info.Subject, id.Subject)
	}
	if person.SubjectNameID != doctor || person.FamilyName != doctorFamily || len(person.SubjectRole) == 0 {
		t.Errorf("userinfo %+v", person)
	}
}

// wantError checks the error code that x/oauth2 read.
func wantError(t *testing.T, err error, code string) *oauth2.RetrieveError {
	t.Helper()
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		t.Fatalf("error %v, want %s", err, code)
	}
	if refused.ErrorCode != code {
		t.Errorf("refused with %q (%s), want %q", refused.ErrorCode, refused.ErrorDescription, code)
	}
	return refused
}

// TestOIDCVerify holds a verifier against what it must refuse.
func TestOIDCVerify(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	p := s.join(t)
	token := s.login(t, p)
	raw, _ := token.Extra("id_token").(string)
	cut := strings.LastIndexByte(raw, '.')
	flipped := []byte(raw)
	flipped[cut+10] ^= 1
	tests := map[string]struct {
		conf oidc.Config
		raw  string
	}{
		"other client":      {oidc.Config{ClientID: "autre", Now: p.now}, raw},
		"other algorithm":   {oidc.Config{ClientID: clientID, SupportedSigningAlgs: []string{"ES256"}, Now: p.now}, raw},
		"later":             {oidc.Config{ClientID: clientID, Now: func() time.Time { return p.now().Add(time.Hour) }}, raw},
		"altered signature": {oidc.Config{ClientID: clientID, Now: p.now}, string(flipped)},
		"access token":      {oidc.Config{ClientID: clientID, Now: p.now}, token.AccessToken},
		"refresh token":     {oidc.Config{SkipClientIDCheck: true, Now: p.now}, token.RefreshToken},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if id, err := p.provider.VerifierContext(p.ctx, &tt.conf).Verify(p.ctx, tt.raw); err == nil {
				t.Errorf("verified: %+v", id)
			}
		})
	}
}

// TestOIDCSignedUserinfo has go-oidc verify a userinfo that is a JWT.
func TestOIDCSignedUserinfo(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{Sections: section("userinfo: jwt")})
	p := s.join(t)
	checkLogin(t, p, s.login(t, p), "unique")
}

// TestOIDCRefresh lets tokens age on the simulated clock.
func TestOIDCRefresh(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	p := s.join(t)
	first := s.login(t, p)
	before, err := p.verify(first)
	if err != nil {
		t.Fatal(err)
	}

	s.advance(t, 2*time.Minute+time.Second)
	if _, err := p.provider.UserInfo(p.ctx, oauth2.StaticTokenSource(first)); err == nil {
		t.Error("an expired access token opened userinfo")
	}
	renew := func(old *oauth2.Token) (*oauth2.Token, error) {
		stale := *old
		stale.Expiry = time.Unix(1, 0) // x/oauth2 reads the wall's clock, not the simulator's
		return p.conf.TokenSource(p.ctx, &stale).Token()
	}
	second, err := renew(first)
	if err != nil {
		t.Fatal(err)
	}
	checkLogin(t, p, second, "unique")
	after, err := p.verify(second)
	if err != nil {
		t.Fatal(err)
	}
	same := func(id *oidc.IDToken) []any {
		var c struct {
			AuthTime int64  `json:"auth_time"`
			Sid      string `json:"sid"`
		}
		if err := id.Claims(&c); err != nil {
			t.Fatal(err)
		}
		return []any{id.Issuer, id.Subject, id.Audience, c.AuthTime, c.Sid}
	}
	// OIDC Core 1.0 §12.2
	if diff := cmp.Diff(same(before), same(after)); diff != "" {
		t.Errorf("the refreshed ID token differs (-first +refreshed):\n%s", diff)
	}
	if second.AccessToken == first.AccessToken || second.RefreshToken == first.RefreshToken {
		t.Error("a token was not renewed")
	}

	s.advance(t, 31*time.Minute)
	_, err = renew(second)
	if refused := wantError(t, err, "invalid_grant"); refused != nil && refused.Response.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", refused.Response.StatusCode)
	}
}
