package mssante

import (
	"context"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// whitelistPath is where the liste blanche is on the real server.
const whitelistPath = "/listeblanchemssante.xml"

// trusted tells whether a domain is of the espace de confiance: simulated here, or
// in the liste blanche.
func (s *Service) trusted(domain string) bool {
	domain = strings.ToLower(domain)
	if s.estate.listed[domain] {
		return true
	}
	for _, l := range s.estate.Listed {
		if s.estate.file == nil && strings.EqualFold(l.Name, domain) {
			return true
		}
	}
	known := false
	_ = s.world.Store.View(func(tx *store.Txn) error {
		_, known = bal.Domains.Get(tx, domain)
		return nil
	})
	return known
}

// list is the liste blanche as it is served: the user's file, or the synthetic one:
// the simulated domains with their operators, then what the fixtures add. It is
// dated of the day, so that its checksum does not change within one (the real
// frequency is unknown).
func (s *Service) list() ([]byte, error) {
	if s.estate.file != nil {
		return s.estate.file, nil
	}
	w := bal.Whitelist{Generated: s.now().UTC().Truncate(day)}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		updated := epochOf(tx).Seeded.UTC().Truncate(day)
		entry := func(name, label, operator string) {
			o, ok := bal.Operators.Get(tx, operator)
			if !ok { // a domain of nobody is in no list
				return
			}
			w.Entries = append(w.Entries, bal.Entry{Name: name, Description: label, DN: o.DN, Contact: o.Contact, Support: o.Support, Updated: updated})
		}
		for d := range bal.Domains.All(tx) {
			entry(d.Name, d.Label, d.Operator)
		}
		for _, l := range s.estate.Listed {
			entry(l.Name, l.Label, l.Operator)
		}
		return nil
	})
	return w.XML()
}

// whitelist answers the list.
func (s *Service) whitelist(_ echo.Context, x *sim.Exchange) (answer, *sim.Error) {
	return func(context.Context, map[string]any) (page, *sim.Error) {
		b, err := s.list()
		if err != nil {
			return page{}, sim.AsError(err)
		}
		x.Fact("whitelist", map[string]any{"sha256": bal.Checksum(b), "bytes": int64(len(b))})
		return page{media: "application/xml", body: b}, nil
	}, nil
}

// checksum answers the SHA-256 of the list, in hexadecimal.
func (s *Service) checksum(_ echo.Context, x *sim.Exchange) (answer, *sim.Error) {
	return func(_ context.Context, patch map[string]any) (page, *sim.Error) {
		b, err := s.list()
		if err != nil {
			return page{}, sim.AsError(err)
		}
		sum := bal.Checksum(b)
		if err := patched(map[string]*string{"checksum": &sum}, patch); err != nil {
			return page{}, &sim.Error{Kind: sim.Internal, Code: webInternal, Text: "Internal error", Err: err}
		}
		x.Fact("whitelist", map[string]any{"sha256": sum, "bytes": int64(len(b))})
		return page{media: "text/plain; charset=utf-8", body: []byte(sum)}, nil
	}, nil
}
