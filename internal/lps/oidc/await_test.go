package oidc

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/oidctest"
)

const (
	pendingText = "The authorization request is still pending as the end-user hasn't yet been authenticated."
	early       = "too early to access"
)

var ticket = Ticket{ID: "req-1", ExpiresIn: 120 * time.Second, Interval: 5 * time.Second}

func TestAwait(t *testing.T) {
	t.Parallel()
	pending := oidctest.Refuse(400, AuthorizationPending, pendingText)
	slow := oidctest.Refuse(400, SlowDown, early)
	for name, tc := range map[string]struct {
		answers []oidctest.Answer // then the tokens
		how     Await
		code    string // of the error; "" wants the tokens
		pauses  []int  // seconds before each poll
	}{
		"at once":                {nil, Await{}, "", []int{5}},
		"pending":                {[]oidctest.Answer{pending, pending}, Await{}, "", []int{5, 5, 5}},
		"first without waiting":  {[]oidctest.Answer{pending}, Await{First: true}, "", []int{5}},
		"slow down, for good":    {[]oidctest.Answer{slow, pending, slow, pending}, Await{}, "", []int{5, 10, 10, 15, 15}},
		"obstinate":              {[]oidctest.Answer{slow, slow}, Await{Every: time.Second}, "", []int{1, 1, 1}},
		"refused":                {[]oidctest.Answer{pending, oidctest.Refuse(400, AccessDenied, "not authorized")}, Await{}, AccessDenied, []int{5, 5}},
		"expired there":          {[]oidctest.Answer{oidctest.Refuse(400, ExpiredToken, "authentication timed out")}, Await{}, ExpiredToken, []int{5}},
		"used":                   {[]oidctest.Answer{oidctest.Refuse(400, "invalid_grant", "Invalid Auth Req ID")}, Await{}, "invalid_grant", []int{5}},
		"bad secret":             {[]oidctest.Answer{oidctest.Refuse(401, "unauthorized_client", "Invalid client")}, Await{}, "unauthorized_client", []int{5}},
		"bad gateway":            {[]oidctest.Answer{{Status: 502, Body: "<html>"}}, Await{}, "", []int{5, 10}},
		"hung up":                {[]oidctest.Answer{{}, {}}, Await{}, "", []int{5, 10, 20}},
		"retry after":            {[]oidctest.Answer{{Status: 503, Header: map[string]string{"Retry-After": "30"}}}, Await{}, "", []int{5, 30}},
		"retry after, pending":   {[]oidctest.Answer{{Status: 503, Header: map[string]string{"Retry-After": "30"}}, pending}, Await{}, "", []int{5, 30, 10}},
		"backoff has a bound":    {[]oidctest.Answer{{}, {}, {}, {}}, Await{}, "", []int{5, 10, 20, 40, 60}},
		"not found is no excuse": {[]oidctest.Answer{{Status: 404}}, Await{}, "", []int{5}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := oidctest.New(t)
			p.Say("/token", append(tc.answers, p.Tokens(nil))...)
			how := tc.how
			var pauses []int
			how.Wait = func(ctx context.Context, d time.Duration) error {
				pauses = append(pauses, int(d/time.Second))
				return p.Wait(ctx, d)
			}
			polls := 0
			how.Polled = func(n int, err error) error {
				if polls++; n != polls {
					t.Errorf("poll %d is called number %d", polls, n)
				}
				return nil
			}
			long := ticket
			long.ExpiresIn = time.Hour
			got, err := client(t, p).Await(t.Context(), long, how)
			switch {
			case name == "not found is no excuse":
				if err == nil || Code(err) != "" {
					t.Errorf("error %v, want one without code", err)
				}
			case tc.code == "" && (err != nil || got.Access != "access-1"):
				t.Errorf("%v, %v; want the tokens", got, err)
			case tc.code != "" && Code(err) != tc.code:
				t.Errorf("error %v, want %s", err, tc.code)
			}
			if diff := cmp.Diff(tc.pauses, pauses); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
			if want := len(p.Posted("/token")); polls != want {
				t.Errorf("%d polls told, %d made", polls, want)
			}
		})
	}
}

func TestAwaitExpiresHere(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	p.Say("/token", oidctest.Refuse(400, AuthorizationPending, pendingText))
	_, err := client(t, p).Await(t.Context(), ticket, Await{Wait: p.Wait})
	if !errors.Is(err, ErrExpired) {
		t.Errorf("error %v, want ErrExpired", err)
	}
	if n := len(p.Posted("/token")); n != 25 { // 120 s and one interval more
		t.Errorf("%d polls, want 25", n)
	}
}

func TestAwaitStops(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	p := oidctest.New(t)
	p.Say("/token", oidctest.Refuse(400, AuthorizationPending, pendingText))
	_, err := client(t, p).Await(t.Context(), ticket, Await{Wait: p.Wait, Polled: func(n int, _ error) error {
		if n == 3 {
			return enough
		}
		return nil
	}})
	if !errors.Is(err, enough) || len(p.Posted("/token")) != 3 {
		t.Errorf("%v after %d polls, want enough after 3", err, len(p.Posted("/token")))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client(t, p).Await(ctx, ticket, Await{Wait: p.Wait}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want canceled", err)
	}
}

func TestBackchannel(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	got, err := client(t, p).Backchannel(t.Context(), BackchannelRequest{
		LoginHint: "500000001815646/CPAT00045", ACR: "eidas1", BindingMessage: "07", Channel: "CARD",
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ticket, got); diff != "" {
		t.Errorf("ticket (-want +got):\n%s", diff)
	}
	want := []url.Values{{
		"scope": {"openid scope_all"}, "acr_values": {"eidas1"}, "login_hint": {"500000001815646/CPAT00045"},
		"binding_message": {"07"}, "channel": {"CARD"},
	}}
	if diff := cmp.Diff(want, p.Posted("/ciba")); diff != "" {
		t.Errorf("form (-want +got):\n%s", diff)
	}
	// RFC 6749 §2.3.1: form-encoded, then Basic.
	if got, want := p.Header("/ciba", "Authorization"), "Basic bHBzJTJGdGVtb2luOnMzY3JldCUyRiUyQiUyNg=="; got != want {
		t.Errorf("Authorization %q, want %q", got, want)
	}
	if id := p.Header("/ciba", "X-Correlation-Id"); len(id) != 36 || id[14] != '4' {
		t.Errorf("X-Correlation-Id %q is no random UUID", id)
	}
}

func TestBackchannelDefaultInterval(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	p.Say("/ciba", oidctest.OK(map[string]any{"auth_req_id": "a", "expires_in": 60}))
	got, err := client(t, p).Backchannel(t.Context(), BackchannelRequest{})
	if err != nil || got.Interval != 5*time.Second {
		t.Errorf("%+v, %v; want an interval of 5 s", got, err)
	}
	if _, sent := p.Posted("/ciba")[0]["channel"]; sent {
		t.Error("an empty channel was sent")
	}
}

func TestBackchannelRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer oidctest.Answer
		code   string
		want   string
	}{
		"unknown person":   {oidctest.Refuse(400, "invalid_request", "invalid user"), "invalid_request", "invalid user"},
		"not enabled":      {oidctest.Refuse(400, "invalid_grant", "Client not allowed OIDC CIBA Grant"), "invalid_grant", ""},
		"bad message":      {oidctest.Refuse(400, "invalid_binding_message", "the binding_message value…"), "invalid_binding_message", ""},
		"device down":      {oidctest.Refuse(503, "server_error", "Failed to send authentication request"), "server_error", ""},
		"401 without body": {oidctest.Answer{Status: 401}, "", "HTTP 401"},
		"redirection":      {oidctest.Answer{Status: 302, Header: map[string]string{"Location": "/elsewhere"}}, "", "HTTP 302"},
		"not JSON":         {oidctest.Answer{Status: 200, Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>"}, "", "not application/json"},
		"broken JSON":      {oidctest.Answer{Status: 200, Body: `{"auth_req_id":`}, "", "unexpected end"},
		"no id":            {oidctest.OK(map[string]any{"expires_in": 1}), "", "unusable"},
		"expired already":  {oidctest.OK(map[string]any{"auth_req_id": "a", "expires_in": 0}), "", "unusable"},
		"negative pace":    {oidctest.OK(map[string]any{"auth_req_id": "a", "expires_in": 9, "interval": -1}), "", "unusable"},
		"endless":          {oidctest.Answer{Status: 200, Body: strings.Repeat(" ", maxAnswer+1)}, "", "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := oidctest.New(t)
			p.Say("/ciba", tc.answer)
			_, err := client(t, p).Backchannel(t.Context(), BackchannelRequest{LoginHint: "x"})
			if err == nil || Code(err) != tc.code || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want code %q and %q", err, tc.code, tc.want)
			}
		})
	}
}
