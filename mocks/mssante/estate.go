package mssante

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/segursim/segursim/mocks/mssante/bal"
)

// estate is what is declared before the world begins: operators, domains, BAL and
// the liste blanche, of the fixtures and of the settings. It never changes; what
// may change is in the store.
type estate struct {
	bal.Collection
	// sources are the files that BAL were declared in, by address; one of the
	// settings has none.
	sources map[string]source
	// file is the user's liste blanche, nil for the synthetic one; listed are its
	// domains.
	file   []byte
	listed map[string]bool
}

// source is where a BAL was declared.
type source struct {
	name  string
	body  []byte
	index int
}

// newEstate reads the fixtures and puts the settings on top.
func newEstate(fixtures fs.FS, c *Config) (*estate, error) {
	e := &estate{sources: map[string]source{}}
	names, err := fs.Glob(fixtures, "messageries/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("mssante: fixtures: %w", err)
	}
	for _, name := range names {
		body, err := fs.ReadFile(fixtures, name)
		if err != nil {
			return nil, fmt.Errorf("mssante: fixtures: %w", err)
		}
		name = "fixtures/" + name
		part, err := bal.Read(name, body)
		if err != nil {
			return nil, fmt.Errorf("mssante: invalid fixtures:\n%w", err)
		}
		e.Collection = e.Merge(part)
		for i, b := range part.BALs {
			e.sources[strings.ToLower(b.Address)] = source{name, body, i}
		}
	}
	if c.NoDefaultBALs {
		e.BALs = nil
	}
	own := bal.Collection{Operators: c.Operators, Domains: c.Domains, BALs: c.BALs}
	if err := own.Check(); err != nil {
		return nil, fmt.Errorf("mssante: settings:\n%w", err)
	}
	e.Collection = e.Merge(own)
	for _, b := range c.BALs {
		delete(e.sources, strings.ToLower(b.Address))
	}
	var listed bal.Whitelist
	if e.file, listed, err = c.listFile(); err != nil {
		return nil, err
	}
	e.listed = listed.Names()
	if err := errors.Join(e.references(), e.defaultDomain(c)); err != nil {
		return nil, fmt.Errorf("mssante: %w", err)
	}
	return e, nil
}

// references holds domains to their operators and BAL to their domains.
func (e *estate) references() error {
	var problems []error
	operators := map[string]bool{}
	for _, o := range e.Operators {
		operators[o.ID] = true
	}
	domains := map[string]bool{}
	for _, d := range e.Domains {
		domains[strings.ToLower(d.Name)] = true
		if !operators[d.Operator] {
			problems = append(problems, fmt.Errorf("domain %s: no operator has the id %q", d.Name, d.Operator))
		}
	}
	for _, l := range e.Listed {
		if !operators[l.Operator] {
			problems = append(problems, fmt.Errorf("liste blanche: %s: no operator has the id %q", l.Name, l.Operator))
		}
	}
	for _, b := range e.BALs {
		if d := bal.DomainOf(b.Address); !domains[d] {
			problems = append(problems, e.at(b.Address, "adresse", fmt.Sprintf("the domain %s is not declared", d)))
		}
	}
	return errors.Join(problems...)
}

// defaultDomain holds the default domain to those that there are.
func (e *estate) defaultDomain(c *Config) error {
	if c.Domain == "" && len(e.Domains) > 0 {
		c.Domain = strings.ToLower(e.Domains[0].Name)
	}
	c.Domain = strings.ToLower(c.Domain)
	known := func(d bal.Domain) bool { return strings.EqualFold(d.Name, c.Domain) }
	if c.Domain != "" && !slices.ContainsFunc(e.Domains, known) {
		return fmt.Errorf("domain: %q is not declared", c.Domain)
	}
	return nil
}

// at is a problem of a BAL, where it was declared.
func (e *estate) at(address, field, reason string) error {
	address = strings.ToLower(address)
	if src, ok := e.sources[address]; ok {
		return bal.At(src.name, src.body, fmt.Sprintf("bals[%d].%s", src.index, field), reason)
	}
	return fmt.Errorf("bals: %s: %s: %s", address, field, reason)
}
