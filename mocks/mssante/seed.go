package mssante

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// seed makes the operators, the domains and the BAL: those that follow from the
// registre, and on top of them those that are declared.
//
//	an address of a professional (mssante)  BAL personnelle of that person
//	an address of a structure (mssante)     BAL organisationnelle, held by the
//	                                        professionals who work there, delegated
//	                                        to those whom it employs without one
//
// An address of a domain that nobody declared has its domain made, at the operator
// of the default one.
func (s *Service) seed(tx *store.Txn, _ fs.FS) error {
	now := s.now()
	for _, o := range s.estate.Operators {
		if err := bal.Operators.Put(tx, o); err != nil {
			return err
		}
	}
	for _, d := range s.estate.Domains {
		d.Name = strings.ToLower(d.Name)
		if err := bal.Domains.Put(tx, d); err != nil {
			return err
		}
	}
	rows, order := map[string]bal.BAL{}, []string{}
	add := func(b bal.BAL) {
		if _, known := rows[b.Address]; !known {
			order = append(order, b.Address)
		}
		rows[b.Address] = b
	}
	if !s.config.NoDefaultBALs {
		for _, b := range s.derived(tx, now) {
			add(b)
		}
	}
	var problems []error
	for _, d := range s.estate.BALs {
		row, problem := s.declared(tx, d, now)
		if problem != nil {
			problems = append(problems, problem)
			continue
		}
		add(row)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	for _, address := range order {
		if err := s.seedBAL(tx, rows[address]); err != nil {
			return err
		}
	}
	if err := bal.Epochs.Put(tx, bal.Epoch{ID: bal.EpochID, Seeded: now, Began: now}); err != nil {
		return err
	}
	return s.gate.seeded(tx)
}

// seedBAL puts a BAL with its folders, and its domain when it is new.
func (s *Service) seedBAL(tx *store.Txn, b bal.BAL) error {
	if _, known := bal.Domains.Get(tx, b.Domain()); !known {
		d := bal.Domain{Name: b.Domain(), Label: b.Domain()}
		if home, ok := bal.Domains.Get(tx, s.config.Domain); ok {
			d.Operator = home.Operator
		}
		if err := bal.Domains.Put(tx, d); err != nil {
			return err
		}
	}
	if err := bal.BALs.Put(tx, b); err != nil {
		return err
	}
	if err := s.mail.Create(tx, b.Address); err != nil {
		return fmt.Errorf("mssante: BAL %s: %w", b.Address, err)
	}
	return nil
}

// declared makes the row of a declared BAL: holders and delegates by their
// national identifier, whichever identifier they were declared by.
func (s *Service) declared(tx *store.Txn, d bal.Declared, now time.Time) (bal.BAL, error) {
	row := d.BAL(now)
	for _, list := range []struct {
		field string
		ids   []string
	}{{"titulaires", row.Holders}, {"delegues", row.Delegates}} {
		for i, id := range list.ids {
			p, ok := personOf(tx, id)
			if !ok {
				return row, s.estate.at(d.Address, list.field, fmt.Sprintf("no professional has the identifier %q", id))
			}
			list.ids[i] = p.ID
		}
	}
	if row.Structure != "" {
		st, ok := registre.FindStructure(tx, row.Structure)
		if !ok {
			return row, s.estate.at(d.Address, "structure", fmt.Sprintf("no structure has the identifier %q", row.Structure))
		}
		row.Structure = st.ID
	}
	if row.Label == "" {
		row.Label = s.label(tx, row)
	}
	return row, nil
}

// personOf finds a professional by an identifier of any kind, or an RPPS number.
func personOf(tx *store.Txn, id string) (registre.Professional, bool) {
	if p, ok := registre.FindProfessional(tx, id); ok || id == "" {
		return p, ok
	}
	return registre.FindRPPS(tx, id)
}

// derived are the BAL that follow from the registre.
func (s *Service) derived(tx *store.Txn, now time.Time) []bal.BAL {
	made := map[string]*bal.BAL{}
	var order []string
	put := func(b bal.BAL) {
		if bal.CheckAddress(b.Address) != nil { // the registre is less strict
			return
		}
		if old, known := made[b.Address]; known { // two people write the same address
			old.Holders = append(old.Holders, b.Holders...)
			return
		}
		b.State, b.Created, b.Used = bal.Active, now, now
		b.Label = s.label(tx, b)
		made[b.Address] = &b
		order = append(order, b.Address)
	}
	for p := range registre.Professionals.All(tx) {
		for _, address := range p.MSSante {
			b := bal.BAL{Address: strings.ToLower(address), Kind: bal.Personal, Holders: []string{p.ID}}
			if _, a, ok := p.First(); ok {
				b.Structure = a.AncienIdentifiantDeLaStructure
			}
			put(b)
		}
	}
	for st := range registre.Structures.All(tx) {
		if len(st.MSSante) == 0 {
			continue
		}
		var holders, delegates []string
		for p := range registre.Professionals.Find(tx, "structure", st.ID) {
			if len(p.Exercices) > 0 {
				holders = append(holders, p.ID)
			} else {
				delegates = append(delegates, p.ID)
			}
		}
		for _, address := range st.MSSante {
			put(bal.BAL{
				Address: strings.ToLower(address), Kind: bal.Organisational,
				Holders: slices.Clone(holders), Delegates: slices.Clone(delegates), Structure: st.ID,
			})
		}
	}
	out := make([]bal.BAL, len(order))
	for i, address := range order {
		out[i] = *made[address]
	}
	return out
}

// label is the intitulé of a BAL that was given none. That of a person follows
// <Titre>_<Prénom>_<NOM>_<Entité> (ECO.2.2.7); another has its structure's name.
func (s *Service) label(tx *store.Txn, b bal.BAL) string {
	entity := ""
	if st, ok := registre.FindStructure(tx, b.Structure); ok {
		entity = st.RaisonSocialeSite
	}
	if b.Kind != bal.Personal || len(b.Holders) == 0 {
		if entity == "" {
			entity, _, _ = strings.Cut(b.Address, "@")
		}
		return entity
	}
	p, _ := registre.FindProfessional(tx, b.Holders[0])
	parts := []string{}
	if e, _, ok := p.First(); ok && e.CodeCiviliteDexercice != "" {
		parts = append(parts, capital(e.CodeCiviliteDexercice))
	}
	for _, part := range []string{capital(p.GivenName), strings.ToUpper(p.FamilyName), entity} {
		if part != "" {
			parts = append(parts, strings.ReplaceAll(part, "_", " "))
		}
	}
	return strings.Join(parts, "_")
}

// capital writes a name in lower case but for its first letters: "Jean-Luc".
func capital(s string) string {
	up := true
	return strings.Map(func(r rune) rune {
		if !up {
			r = unicode.ToLower(r)
		} else {
			r = unicode.ToUpper(r)
		}
		up = !unicode.IsLetter(r)
		return r
	}, s)
}
