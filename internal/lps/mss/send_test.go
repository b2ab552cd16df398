package mss_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/mss"
)

// A message leaves under TLS, from a BAL that a token or a certificate opened.
func TestSend(t *testing.T) {
	t.Parallel()
	const body = "From: <a@b.test>\r\n\r\n.text\r\n"
	for name, c := range map[string]struct {
		token    string // empty: PLAIN
		envelope mss.Envelope
		want     posted
		fails    string
	}{
		"token":          {token, mss.Envelope{To: []string{"x@medecin.segursim.test"}}, posted{bal, body, []string{"x@medecin.segursim.test"}, 0}, ""},
		"certificate":    {"", mss.Envelope{To: []string{"x@medecin.segursim.test"}}, posted{bal, body, []string{"x@medecin.segursim.test"}, 0}, ""},
		"report":         {token, mss.Envelope{To: []string{"x@y.test", "z@y.test"}, Report: true}, posted{bal, body, []string{"x@y.test", "z@y.test"}, 2}, ""},
		"null path":      {token, mss.Envelope{To: []string{"x@y.test"}, Null: true}, posted{"", body, []string{"x@y.test"}, 0}, ""},
		"outside":        {token, mss.Envelope{To: []string{"x@example.test"}}, posted{}, "outside"},
		"nobody":         {token, mss.Envelope{}, posted{}, "SMTP"},
		"bad token":      {"e30.e30.bad", mss.Envelope{}, posted{}, `status "401"`},
		"a token's line": {strings.Repeat("t", 11000), mss.Envelope{}, posted{}, `status "401"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf, trust := keys(t)
			box := &letterbox{}
			a := &mss.Account{BAL: bal, TLS: trust, Servers: mss.Servers{SMTP: box.start(t, conf)}}
			if c.token != "" {
				a.Token = giving(c.token)
			}
			out, err := a.Outbox(t.Context())
			if err == nil {
				err = errors.Join(out.Send(t.Context(), c.envelope, []byte(body)), out.Close())
			}
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Fatalf("%v, want %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]posted{c.want}, box.messages(), cmp.AllowUnexported(posted{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What cannot be opened says why, in a form that the software can tell apart.
func TestOutboxRefused(t *testing.T) {
	t.Parallel()
	conf, trust := keys(t)
	t.Run("drop", func(t *testing.T) {
		t.Parallel()
		box := &letterbox{drop: true}
		a := &mss.Account{BAL: bal, TLS: trust, Servers: mss.Servers{SMTP: box.start(t, conf)}, Token: giving("dead")}
		var refused *mss.TokenError
		if _, err := a.Outbox(t.Context()); !errors.As(err, &refused) || refused.Status != "401" || refused.Schemes != "bearer" || refused.Scope != "mail" {
			t.Errorf("%v", err)
		}
	})
	t.Run("no token", func(t *testing.T) {
		t.Parallel()
		gone := errors.New("nobody is logged in")
		a := &mss.Account{BAL: bal, TLS: trust, Servers: mss.Servers{SMTP: (&letterbox{}).start(t, conf)}, Token: func(context.Context) (string, error) { return "", gone }}
		if _, err := a.Outbox(t.Context()); !errors.Is(err, gone) {
			t.Errorf("%v", err)
		}
	})
	t.Run("another mechanism", func(t *testing.T) {
		t.Parallel()
		a := &mss.Account{BAL: bal, TLS: trust, Servers: mss.Servers{SMTP: (&letterbox{only: "PLAIN"}).start(t, conf)}, Token: giving(token)}
		if _, err := a.Outbox(t.Context()); err == nil || !strings.Contains(err.Error(), "does not offer XOAUTH2") {
			t.Errorf("%v", err)
		}
	})
	t.Run("no TLS", func(t *testing.T) {
		t.Parallel()
		a := &mss.Account{BAL: bal, TLS: trust, Servers: mss.Servers{SMTP: (&letterbox{}).start(t, nil)}, Token: giving(token)}
		if _, err := a.Outbox(t.Context()); err == nil || !strings.Contains(err.Error(), "STARTTLS") {
			t.Errorf("%v", err)
		}
	})
	t.Run("another socket", func(t *testing.T) {
		t.Parallel()
		a := &mss.Account{BAL: bal, Servers: mss.Servers{SMTP: mss.Server{Host: "127.0.0.1", Port: "1", Socket: "plain"}}}
		if _, err := a.Outbox(t.Context()); !errors.Is(err, mss.ErrNoTLS) {
			t.Errorf("%v", err)
		}
	})
	t.Run("another authority", func(t *testing.T) {
		t.Parallel()
		a := &mss.Account{BAL: bal, Servers: mss.Servers{SMTP: (&letterbox{}).start(t, conf)}, Token: giving(token)}
		if _, err := a.Outbox(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%v", err)
		}
	})
	t.Run("silence", func(t *testing.T) {
		t.Parallel()
		l := listen(t)
		defer l.Close()
		a := &mss.Account{BAL: bal, TLS: trust, Servers: mss.Servers{SMTP: at(t, l), IMAP: at(t, l)}, Token: giving(token)}
		for _, open := range []func(context.Context) error{
			func(ctx context.Context) error { _, err := a.Outbox(ctx); return err },
			func(ctx context.Context) error { _, err := a.Inbox(ctx); return err },
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			err := open(ctx)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v", err)
			}
		}
	})
	t.Run("nobody", func(t *testing.T) {
		t.Parallel()
		l := listen(t)
		there := at(t, l)
		_ = l.Close()
		a := &mss.Account{BAL: bal, TLS: trust, Servers: mss.Servers{SMTP: there, IMAP: there}}
		var op *net.OpError
		if _, err := a.Outbox(t.Context()); !errors.As(err, &op) {
			t.Errorf("%v", err)
		}
		if _, err := a.Inbox(t.Context()); !errors.As(err, &op) {
			t.Errorf("%v", err)
		}
	})
}
