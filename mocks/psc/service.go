package psc

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// Service is a simulated Pro Santé Connect. Its state is in the world's store;
// the Service itself holds only what can be derived again: certificates of
// published keys, and the timers of demands.
type Service struct {
	world  *sim.World
	config Config
	info   sim.Info
	ops    map[string]sim.Op

	mu     sync.Mutex
	x5c    map[string][]byte // self-signed certificate by key id
	alarms map[string]alarm  // by demand
	purged time.Time         // when expired rows were last looked for
	// watchers are told of the sessions that end; set while the world is made.
	watchers []func(session string)
}

type alarm interface{ Stop() bool }

// New returns the service. It refuses a configuration that means nothing.
func New(w *sim.World) (sim.Service, error) {
	s := &Service{world: w, x5c: map[string][]byte{}, alarms: map[string]alarm{}, ops: map[string]sim.Op{}}
	if err := w.Configure("psc", &s.config); err != nil {
		return nil, err
	}
	if err := s.config.setDefaults(); err != nil {
		return nil, err
	}
	if !s.config.NoDefaultClients {
		s.config.Clients = append(defaultClients(), s.config.Clients...)
	}
	for i := range s.config.Clients {
		if err := s.config.Clients[i].setDefaults(); err != nil {
			return nil, err
		}
	}
	s.info = s.describe()
	for _, op := range s.info.Ops {
		s.ops[op.Name] = op
	}
	w.Tokens = s
	return s, nil
}

// Info describes the service.
func (s *Service) Info() sim.Info { return s.info }

// describe makes what Info answers, once.
func (s *Service) describe() sim.Info {
	return sim.Info{
		Name:  "psc",
		Title: journal.Text{FR: "Pro Santé Connect", EN: "Pro Santé Connect"},
		Spec:  "OpenID Connect Core 1.0, CIBA Core 1.0, référentiel Pro Santé Connect (arrêté du 4 avril 2022), profil " + s.config.Profile,
		Ops:   operations(),
		Absent: []journal.Text{
			{FR: "Flux implicite et hybride, device, mot de passe : annoncés par la découverte, refusés comme pour un éditeur.", EN: "Implicit, hybrid, device and password flows: advertised by the discovery, refused as they are to an editor."},
			{FR: "CIBA en mode ping et requêtes CIBA signées : seul le mode poll est offert.", EN: "CIBA ping mode and signed CIBA requests: only poll is offered."},
			{FR: "Objets de requête (request) et chiffrement des jetons.", EN: "Request objects and token encryption."},
			{FR: "Délégation à un fournisseur d'identité tiers, clé de sécurité.", EN: "Delegation to a third-party identity provider, security keys."},
		},
	}
}

// Hosts are the qualification host names.
func (s *Service) Hosts() []string { return []string{authHost, walletHost, apiHost} }

// Tables are the service's.
func (s *Service) Tables() []store.Schema { return tables() }

// Seed registers the clients and makes the symmetric keys.
func (s *Service) Seed(tx *store.Txn, _ fs.FS) error {
	for _, c := range s.config.Clients {
		if err := clients.Put(tx, c); err != nil {
			return err
		}
	}
	for _, rl := range []realm{walletRealm, apiRealm} {
		k := signingKey{ID: keyName(rl, 1), Realm: rl.name, Created: s.world.Clock.Now()}
		if err := signingKeys.Put(tx, k); err != nil {
			return err
		}
	}
	for _, name := range []string{secretRefresh, secretCIBA} {
		k := secretKey{ID: name, Kid: s.world.ID(), Value: s.world.Random(64)}
		if err := secretKeys.Put(tx, k); err != nil {
			return err
		}
	}
	return nil
}

// Endpoints are the service's part of the endpoints document.
func (s *Service) Endpoints(base string) map[string]any {
	base = strings.TrimSuffix(base, "/")
	issuer := base + walletRealm.root()
	if s.config.AuthURL != "" {
		issuer = strings.TrimSuffix(s.config.AuthURL, "/") + walletRealm.root()
	}
	out := map[string]any{
		"issuer":    issuer,
		"discovery": issuer + "/.well-known/wallet-openid-configuration",
		"api_as":    base + apiRealm.root(),
	}
	if !s.config.NoDefaultClients {
		out["client_id"], out["client_secret"] = DefaultClientID, DefaultClientSecret
	}
	return out
}

// SigningKeys are the keys that the first token needs.
func (s *Service) SigningKeys() []string { return []string{keyName(walletRealm, 1)} }

// Reset sets the timers anew, from what the store now holds. Those from before are
// left to themselves: what they would settle is no longer there, or is settled by
// what its row says.
func (s *Service) Reset() {
	s.mu.Lock()
	s.alarms = map[string]alarm{}
	s.purged = time.Time{}
	s.mu.Unlock()
	for _, d := range s.waiting("") {
		s.arm(d)
	}
}

func (s *Service) now() time.Time { return s.world.Clock.Now() }

// person returns the account known under an identifier of any kind.
func (s *Service) person(id string) (registre.Professional, bool) {
	var p registre.Professional
	var ok bool
	_ = s.world.Store.View(func(tx *store.Txn) error {
		p, ok = registre.FindProfessional(tx, id)
		return nil
	})
	return p, ok
}

// event writes in the journal what happened outside of an exchange.
func (s *Service) event(op string, summary journal.Text, facts map[string]any) {
	s.world.Journal.Append(&journal.Entry{
		Time: s.now(), Transport: "event", Service: "psc", Op: op, Outcome: journal.Event,
		Provenance: string(s.ops[op].Provenance), Summary: summary.FR, Facts: facts,
	})
}

// handler is an operation's body: it returns a refusal, or nil when it answered.
type handler func(c echo.Context, x *sim.Exchange, f form) *sim.Error

// op wraps a handler in what every JSON operation does: names it, reads its
// form, records the facts, asks the director, encodes the refusal.
func (s *Service) op(name string, h handler) echo.HandlerFunc {
	op, ok := s.ops[name]
	if !ok {
		panic("psc: undeclared operation " + name)
	}
	return func(c echo.Context) error {
		r := c.Request()
		x := sim.ExchangeOf(r.Context())
		x.Begin("psc", op)
		f, refusal := s.decode(c, x)
		if refusal == nil {
			var patch map[string]any
			patch, refusal = s.world.Decide(r.Context(), x)
			if patch != nil {
				c.Set(patchKey, patch)
			}
		}
		if refusal == nil && x.Wire.Kind != sim.HTTPStatus {
			refusal = h(c, x, f)
		}
		if refusal == nil {
			return nil
		}
		x.Refuse(refusal)
		if refusal.Err != nil {
			s.world.Log.WarnContext(r.Context(), "psc", "op", name, "error", refusal.Err)
		}
		if page, ok := c.Get(pageKey).(func(*sim.Error) error); ok {
			return page(refusal)
		}
		return encode(c, refusal)
	}
}

const (
	patchKey = "psc.patch" // fields that a fault replaces in the answer
	pageKey  = "psc.page"  // how this operation shows a refusal, when not as JSON
)

// decode reads the query and, of a POST, the form.
func (s *Service) decode(c echo.Context, x *sim.Exchange) (form, *sim.Error) {
	r := c.Request()
	facts := map[string]any{"method": r.Method, "path": r.URL.Path, "host": r.Host}
	x.Fact("http", facts)
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	x.Fact("header", map[string]any{"authorization_scheme": scheme, "correlation_id": r.Header.Get("X-Correlation-Id")})
	q, refusal := parseForm(r.URL.RawQuery)
	if refusal != nil {
		return nil, refusal
	}
	x.Fact("query", q.facts())
	if r.Method != "POST" {
		return q, nil
	}
	f, refusal := readForm(r)
	if refusal != nil {
		return nil, refusal
	}
	x.Fact("form", f.facts())
	return f, nil
}

// answer writes a JSON answer, with the fields that a fault replaced.
func answer(c echo.Context, status int, body any) *sim.Error {
	if patch, ok := c.Get(patchKey).(map[string]any); ok {
		patched, err := applyPatch(body, patch)
		if err != nil {
			return sim.AsError(err)
		}
		body = patched
	}
	if err := writeJSON(c, status, body); err != nil {
		return sim.AsError(err)
	}
	return nil
}

// writeJSON writes JSON as Keycloak does: compact, no HTML escapes, no newline.
func writeJSON(c echo.Context, status int, body any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return err
	}
	return c.Blob(status, echo.MIMEApplicationJSON, bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// noStore sets the headers of RFC 6749 §5.1.
func noStore(c echo.Context) {
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("Pragma", "no-cache")
}

var (
	_ sim.ActionService   = (*Service)(nil)
	_ sim.PanelService    = (*Service)(nil)
	_ sim.ResetService    = (*Service)(nil)
	_ sim.EndpointService = (*Service)(nil)
	_ sim.TokenVerifier   = (*Service)(nil)
	_ sim.SessionKeeper   = (*Service)(nil)
)
