package mssante

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/reading"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// gate says who may open which BAL, and until when. Beside the store it keeps who
// wants to be told of ends, and its timers.
type gate struct {
	s    *Service
	subs sync.Once // to the ends of Pro Santé Connect sessions

	mu       sync.Mutex
	watchers map[uint64]func()
	next     uint64
	check    *clock.Timer         // of open sessions: sessions.go
	alarm    *clock.Timer         // of unused BAL: unused.go
	expires  map[string]time.Time // of the latest token, by session: config TokenLife
}

func newGate(s *Service) *gate {
	g := &gate{s: s, watchers: map[uint64]func(){}, expires: map[string]time.Time{}}
	s.mail.SetLimit(g.limit)
	return g
}

// Mechanisms are those of the settings; PLAIN and EXTERNAL need a certificate
// (REM MSS/CONF.12), or that the check of certificates was relaxed.
func (g *gate) Mechanisms(c *wire.Conn) []string {
	certificate := len(c.Chain()) > 0 || g.s.world.Relaxed("client-certificate")
	return slices.DeleteFunc(slices.Clone(g.s.config.Mechanisms), func(m string) bool {
		return !certificate && (m == auth.Plain || m == auth.External)
	})
}

// Token opens a BAL to the bearer of an access token (ECO.1.2.1): the person it is
// of holds the BAL, shares it, or has delegation for it.
func (g *gate) Token(ctx context.Context, _ *wire.Conn, address, token string) (auth.Identity, *sim.Error) {
	w := g.s.world
	if w.Tokens == nil {
		return auth.Identity{}, denied(tokensAbsent)
	}
	claims, err := w.Tokens.VerifyToken(ctx, token)
	switch {
	case errors.Is(err, sim.ErrTokenExpired):
		return auth.Identity{}, deniedBy(err, tokenExpired)
	case errors.Is(err, sim.ErrSessionEnded):
		return auth.Identity{}, deniedBy(err, sessionEnded)
	case err != nil:
		return auth.Identity{}, deniedBy(err, tokenRefused, err.Error())
	}
	g.subscribe()
	if refusal := g.s.config.Token.check(claims); refusal != nil {
		return auth.Identity{}, refusal
	}
	address = strings.ToLower(address)
	var refusal *sim.Error
	_ = w.Store.View(func(tx *store.Txn) error {
		refusal = g.opensTo(tx, address, claims.SubjectNameID)
		return nil
	})
	if refusal != nil {
		return auth.Identity{}, refusal
	}
	g.used(address)
	g.remember(claims)
	return auth.Identity{BAL: address, Person: claims.SubjectNameID, Session: claims.Session, Client: claims.Client}, nil
}

// opensTo refuses a BAL that does not open to that person.
func (g *gate) opensTo(tx *store.Txn, address, person string) *sim.Error {
	b, ok := bal.BALs.Get(tx, address)
	switch {
	case !ok:
		return denied(balUnknown, address)
	case b.Kind == bal.Patient:
		return denied(balOfPatient, address)
	case b.Kind == bal.Applicative:
		return denied(balWantsCertificate, address)
	case !slices.Contains(b.Holders, person) && !slices.Contains(b.Delegates, person):
		return denied(balOfOthers, address, person, strings.Join(b.Holders, ", "))
	}
	return g.open(tx, b)
}

// open refuses a BAL that opens to nobody.
func (g *gate) open(tx *store.Txn, b bal.BAL) *sim.Error {
	switch g.s.stateOf(tx, b) {
	case bal.Active:
		return nil
	case bal.Inaccessible:
		return denied(balUnused, b.Address)
	case bal.Opposed:
		return denied(balOpposed, b.Address)
	}
	return denied(balClosed, b.Address)
}

// Alive says whether a mail session may go on.
func (g *gate) Alive(id auth.Identity) *sim.Error {
	if id.Session != "" {
		if refusal := g.sessionAlive(id.Session); refusal != nil {
			return refusal
		}
	}
	var refusal *sim.Error
	_ = g.s.world.Store.View(func(tx *store.Txn) error {
		if id.Person != "" {
			refusal = g.opensTo(tx, id.BAL, id.Person)
			return nil
		}
		b, ok := bal.BALs.Get(tx, id.BAL)
		if !ok {
			refusal = denied(balUnknown, id.BAL)
			return nil
		}
		refusal = g.open(tx, b)
		return nil
	})
	return refusal
}

// Refusal is how a token is refused over a protocol.
func (g *gate) Refusal(protocol string) string {
	if strings.EqualFold(protocol, "smtp") {
		return g.s.config.Refusal.SMTP
	}
	return g.s.config.Refusal.IMAP
}

// Opened notes that a BAL was opened.
func (g *gate) Opened(id auth.Identity) { g.used(id.BAL) }

// Quota is the limit of a BAL in bytes.
func (g *gate) Quota(address string) int64 {
	var n int64
	_ = g.s.world.Store.View(func(tx *store.Txn) error {
		n = g.limit(tx, address)
		return nil
	})
	return n
}

func (g *gate) limit(tx *store.Txn, address string) int64 {
	if b, ok := bal.BALs.Get(tx, address); ok && b.Quota > 0 {
		return b.Quota
	}
	return g.s.config.Storage.Quota
}

// MaxSize is the largest message that may be put into a BAL: the operator's limit
// for sending.
func (g *gate) MaxSize() int64 { return g.s.office.MaxSize() }

// Host is the name in IMAP's greeting.
func (g *gate) Host() string { return "imap." + g.s.config.Domain }

// check holds a token to what the settings want of it.
func (t TokenChecks) check(c sim.Claims) *sim.Error {
	if len(t.Audience) > 0 && !slices.ContainsFunc(claimed(c.All["aud"]), func(a string) bool { return slices.Contains(t.Audience, a) }) {
		return denied(tokenAudience, strings.Join(claimed(c.All["aud"]), " "), strings.Join(t.Audience, ", "))
	}
	scopes := []string{}
	for _, s := range claimed(c.All["scope"]) {
		scopes = append(scopes, strings.Fields(s)...)
	}
	for _, want := range t.Scopes {
		if !slices.Contains(scopes, want) {
			return denied(tokenScope, strings.Join(scopes, " "), want)
		}
	}
	if len(t.Clients) > 0 && !slices.Contains(t.Clients, c.Client) {
		return denied(tokenClient, c.Client, strings.Join(t.Clients, ", "))
	}
	if acr, _ := c.All["acr"].(string); len(t.ACR) > 0 && !slices.Contains(t.ACR, acr) {
		return denied(tokenACR, acr, strings.Join(t.ACR, ", "))
	}
	return nil
}

// claimed are the texts of a claim that is one text or a list of them.
func claimed(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

var (
	_ auth.Authority = (*gate)(nil)
	_ reading.Keeper = (*gate)(nil)
)
