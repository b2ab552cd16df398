package scenario

import (
	"fmt"
	"maps"
	"slices"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// A catalogue is what exists: services, their operations with typed facts and
// error codes, their actions. It does not change once made.
type catalogue struct {
	services map[string]*serviceEntry
}

type serviceEntry struct {
	ops     map[string]*opEntry
	actions map[string]sim.Action
	any     *opEntry // any operation: the fields of every entry
}

type opEntry struct {
	op    sim.Op
	shape *shape
}

// newCatalogue refuses two services or operations of one name, and facts that
// would hide a field that every entry has.
func newCatalogue(services []sim.Service) (*catalogue, error) {
	c := &catalogue{services: map[string]*serviceEntry{}}
	for _, s := range services {
		info := s.Info()
		if _, dup := c.services[info.Name]; dup {
			return nil, fmt.Errorf("scenario: service %q is declared twice", info.Name)
		}
		entry := &serviceEntry{ops: map[string]*opEntry{}}
		for _, op := range info.Ops {
			if _, dup := entry.ops[op.Name]; dup {
				return nil, fmt.Errorf("scenario: service %q declares operation %q twice", info.Name, op.Name)
			}
			sh, err := newShape(op.Facts)
			if err != nil {
				return nil, fmt.Errorf("scenario: operation %s/%s: %w", info.Name, op.Name, err)
			}
			entry.ops[op.Name] = &opEntry{op: op, shape: sh}
		}
		sh, err := newShape(nil)
		if err != nil {
			return nil, err
		}
		entry.any = &opEntry{shape: sh}
		if a, ok := s.(sim.ActionService); ok {
			entry.actions = a.Actions()
		}
		c.services[info.Name] = entry
	}
	return c, nil
}

// op finds an operation, or says what exists and which key is wrong.
func (c *catalogue) op(service, name string) (entry *opEntry, key string, t journal.Text) {
	s, ok := c.services[service]
	if !ok {
		return nil, "service", unknown("service", "service", service, slices.Collect(maps.Keys(c.services)))
	}
	if name == "" {
		return s.any, "", t
	}
	o, ok := s.ops[name]
	if !ok {
		return nil, "op", unknown("opération de "+service, "operation of "+service, name, slices.Collect(maps.Keys(s.ops)))
	}
	return o, "", t
}

// action finds an action, or says what exists.
func (c *catalogue) action(service, name string) (a sim.Action, key string, t journal.Text) {
	s, ok := c.services[service]
	if !ok {
		return a, "service", unknown("service", "service", service, slices.Collect(maps.Keys(c.services)))
	}
	a, ok = s.actions[name]
	if !ok {
		return a, "action", unknown("action de "+service, "action of "+service, name, slices.Collect(maps.Keys(s.actions)))
	}
	return a, "", t
}
