package psc

import (
	"fmt"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/store"
)

// clientView is a registered client, its switches dereferenced.
type clientView struct {
	Client
	CIBAOn, StandardOn bool
}

// Ways are the means of client authentication in a line.
func (v clientView) Ways() string { return strings.Join(v.Auth, ", ") }

func (s *Service) clientViews() []clientView {
	var out []clientView
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for c := range clients.All(tx) {
			out = append(out, clientView{Client: c, CIBAOn: *c.CIBA, StandardOn: *c.Standard})
		}
		return nil
	})
	return out
}

// sessionsClient flips one switch of a client: ciba, standard_flow or disabled.
func (p *panel) sessionsClient(c echo.Context) error {
	in := map[string]any{"client_id": c.FormValue("client")}
	name, value, _ := strings.Cut(c.FormValue("set"), "=")
	switch name {
	case "ciba", "standard_flow", "disabled":
		in[name] = value
	default:
		return p.back(c, nil, "", "bad_value")
	}
	return p.act(c, p.s.actClient, in, nil, "client")
}

// keyView is a signing key of PSC's realm.
type keyView struct {
	Name, Kid string
	Signs     bool
	Created   time.Time
}

// keyViews are the published keys of the wallet's realm, the signing one first.
func (s *Service) keyViews() ([]keyView, error) {
	ks, err := s.keys(walletRealm)
	if err != nil {
		return nil, fmt.Errorf("psc: panel: %w", err)
	}
	out := make([]keyView, len(ks))
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for i, k := range ks {
			row, _ := signingKeys.Get(tx, k.name)
			out[i] = keyView{Name: k.name, Kid: k.kid, Signs: i == 0, Created: row.Created}
		}
		return nil
	})
	return out, nil
}

// sessionsRotate gives PSC a new signing key.
func (p *panel) sessionsRotate(c echo.Context) error {
	drop, done := "false", "rotated"
	if c.FormValue("drop") != "" {
		drop, done = "true", "dropped"
	}
	return p.act(c, p.s.actRotate, map[string]any{"drop": drop}, nil, done)
}
