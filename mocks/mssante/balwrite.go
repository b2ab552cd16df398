package mssante

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// readBAL writes the fields of an action into a declaration; those that are not
// given stay.
func readBAL(m map[string]any, d *bal.Declared) *sim.Error {
	var kind, label, structure, description string
	given := func(name string) bool { _, ok := m[name]; return ok }
	if refusal := texts(m, map[string]*string{"kind": &kind, "label": &label, "structure": &structure, "description": &description}); refusal != nil {
		return refusal
	}
	for name, to := range map[string]func(){
		"kind": func() { d.Kind = bal.Kind(strings.ToUpper(kind)) }, "label": func() { d.Label = label },
		"structure": func() { d.Structure = structure }, "description": func() { d.Description = description },
	} {
		if given(name) {
			to()
		}
	}
	for name, to := range map[string]*[]string{"holders": &d.Holders, "delegates": &d.Delegates, "certificates": &d.Certificates} {
		if !given(name) {
			continue
		}
		names, refusal := list(m, name)
		if refusal != nil {
			return refusal
		}
		*to = names
	}
	if given("listeRouge") {
		red := false
		if refusal := flags(m, map[string]*bool{"listeRouge": &red}); refusal != nil {
			return refusal
		}
		d.ListeRouge = red
	}
	if given("quota") {
		n, refusal := number(m, "quota")
		if refusal != nil {
			return refusal
		}
		d.Quota = n
	}
	return nil
}

// declaredRow checks a declaration against the world and makes its row.
func (s *Service) declaredRow(tx *store.Txn, d bal.Declared) (bal.BAL, error) {
	if err := d.Check(); err != nil {
		return bal.BAL{}, actionError(sim.BadRequest, "bad-value", err.Error(), err.Error())
	}
	if domain := bal.DomainOf(d.Address); domain == patientDomain {
		return bal.BAL{}, patientsBAL()
	} else if _, ok := bal.Domains.Get(tx, domain); !ok {
		return bal.BAL{}, actionError(sim.NotFound, "no-domain", "le domaine "+domain+" n'est pas simulé", "the domain "+domain+" is not simulated")
	}
	row := d.BAL(s.now())
	for _, ids := range [][]string{row.Holders, row.Delegates} {
		for i, id := range ids {
			p, ok := personOf(tx, id)
			if !ok {
				return row, noPerson(id)
			}
			ids[i] = p.ID
		}
	}
	if row.Structure != "" {
		st, ok := registre.FindStructure(tx, row.Structure)
		if !ok {
			return row, actionError(sim.NotFound, "no-structure", "aucune structure n'a l'identifiant « "+excerpt(row.Structure)+" »", "no structure has the identifier “"+excerpt(row.Structure)+"”")
		}
		row.Structure = st.ID
	}
	if row.Label == "" {
		row.Label = s.label(tx, row)
	}
	return row, nil
}

func (s *Service) actCreateBAL(_ context.Context, m map[string]any) (any, error) {
	address, refusal := text(m, "address")
	if refusal != nil {
		return nil, refusal
	}
	d := bal.Declared{Address: address}
	if refusal := readBAL(m, &d); refusal != nil {
		return nil, refusal
	}
	var row bal.BAL
	var view map[string]any
	err := s.mail.Update(func(tx *store.Txn) error {
		var err error
		if row, err = s.declaredRow(tx, d); err != nil {
			return err
		}
		if _, there := bal.BALs.Get(tx, row.Address); there {
			return actionError(sim.Conflict, "bal-exists", "la BAL « "+row.Address+" » existe déjà", "the BAL “"+row.Address+"” exists already")
		}
		// In a world that was reset, what is made now must not count as seeded.
		if e := epochOf(tx); !e.Live {
			e.Live = true
			if err := bal.Epochs.Put(tx, e); err != nil {
				return err
			}
		}
		if err := bal.BALs.Put(tx, row); err != nil {
			return err
		}
		if err := s.mail.Create(tx, row.Address); err != nil {
			return err
		}
		view = s.balView(tx, row)
		_, next := s.gate.due(tx)
		s.gate.arm(next)
		return nil
	})
	if err != nil {
		return nil, plain(err)
	}
	s.told(evCreated, "BAL créée : "+row.Address, row, nil)
	return view, nil
}

func (s *Service) actUpdateBAL(_ context.Context, m map[string]any) (any, error) {
	return s.change(m, evChanged, "BAL modifiée", func(tx *store.Txn, b *bal.BAL) error {
		d := bal.Declared{
			Address: b.Address, Kind: b.Kind, Label: b.Label, Holders: slices.Clone(b.Holders), Delegates: slices.Clone(b.Delegates),
			Structure: b.Structure, Certificates: slices.Clone(b.Certificates), ListeRouge: b.ListeRouge, Description: b.Description, Quota: b.Quota,
		}
		if refusal := readBAL(m, &d); refusal != nil {
			return refusal
		}
		if d.Kind != b.Kind { // as in the directory (IG-BAL): neither address nor type change
			return actionError(sim.BadRequest, "bal-kind", "le type d'une BAL ne change pas", "the type of a BAL does not change")
		}
		row, err := s.declaredRow(tx, d)
		if err != nil {
			return err
		}
		row.State, row.Created, row.Used, row.Warned = b.State, b.Created, b.Used, b.Warned
		*b = row
		return nil
	})
}

// plain is an action's own refusal out of what a transaction wrapped it in.
func plain(err error) error {
	var e *sim.Error
	if errors.As(err, &e) {
		return e
	}
	return err
}
