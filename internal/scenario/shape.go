package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/types"

	"github.com/segursim/segursim/internal/sim"
)

// base are the fields of every entry, as sim.Env names them.
func base() map[string]sim.FactType {
	return map[string]sim.FactType{
		"service": sim.String, "op": sim.String, "transport": sim.String, "id": sim.String,
		"status": sim.Int, "outcome": sim.String, "seq": sim.Int, "fault": sim.String,
	}
}

// given are the names under "given", all texts.
func given() []string { return []string{"professional", "patient", "structure", "clock"} }

// A shape is the typed environment of one operation's conditions.
type shape struct {
	root  *group
	types types.Map
	paths []string // every declared fact and base field, sorted
}

// A group is a level of dotted facts. Its wild type, when not empty, is the one
// of members that are not declared ("form.*").
type group struct {
	leaves map[string]sim.FactType
	groups map[string]*group
	wild   sim.FactType
}

func newGroup() *group {
	return &group{leaves: map[string]sim.FactType{}, groups: map[string]*group{}}
}

func newShape(facts map[string]sim.FactType) (*shape, error) {
	s := &shape{root: newGroup()}
	all := base()
	for path, t := range facts {
		head, _, _ := strings.Cut(path, ".")
		if _, taken := all[head]; taken && !strings.Contains(path, ".") {
			return nil, fmt.Errorf("fact %q has the name of a field of every entry", path)
		}
		if _, taken := base()[head]; taken || head == "given" {
			return nil, fmt.Errorf("fact %q has the name of a field of every entry", path)
		}
		if _, err := exprType(t); err != nil {
			return nil, fmt.Errorf("fact %q: %w", path, err)
		}
		all[path] = t
	}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		s.root.add(strings.Split(path, "."), all[path])
		s.paths = append(s.paths, path)
	}
	s.types = s.root.types()
	vars := types.Map{}
	for _, name := range given() {
		vars[name] = types.String
	}
	vars["vars"] = types.Map{types.Extra: types.String}
	s.types["given"] = vars
	return s, nil
}

func (g *group) add(path []string, t sim.FactType) {
	switch {
	case path[0] == "*":
		g.wild = t
	case len(path) == 1:
		g.leaves[path[0]] = t
	default:
		sub := g.groups[path[0]]
		if sub == nil {
			sub = newGroup()
			g.groups[path[0]] = sub
		}
		sub.add(path[1:], t)
	}
}

// types are the group's, strictly: a member that is not declared is unknown. A
// name that is both a fact and a group reads as the group, with open members.
func (g *group) types() types.Map {
	m := types.Map{}
	for name, t := range g.leaves {
		m[name], _ = exprType(t)
	}
	for name, sub := range g.groups {
		st := sub.types()
		if _, both := g.leaves[name]; both {
			st[types.Extra] = types.Any
		}
		m[name] = st
	}
	if g.wild != "" {
		m[types.Extra], _ = exprType(g.wild)
	}
	return m
}

func exprType(t sim.FactType) (types.Type, error) {
	switch t {
	case sim.String:
		return types.String, nil
	case sim.Int:
		return types.Int, nil
	case sim.Float:
		return types.Float64, nil
	case sim.Bool:
		return types.Bool, nil
	case sim.Strings:
		return types.TypeOf([]string{}), nil
	case sim.Any:
		return types.Any, nil
	}
	return nil, fmt.Errorf("unknown type %q", t)
}

// env gives what a condition sees of raw, an environment as sim.Env makes them:
// every declared name is there, with the declared type.
func (s *shape) env(raw map[string]any, vars map[string]any) map[string]any {
	env := s.root.env(raw, nil)
	env["given"] = vars
	return env
}

// env builds a group's level. here is what the facts hold at this level; whole
// resolves names that hold a dot themselves ("ciba.interval" as one key).
func (g *group) env(here map[string]any, prefixed func(string) (any, bool)) map[string]any {
	out := make(map[string]any, len(g.leaves)+len(g.groups)+1)
	get := func(name string) (any, bool) {
		if v, ok := here[name]; ok {
			return v, true
		}
		if prefixed != nil {
			return prefixed(name)
		}
		return nil, false
	}
	if g.wild != "" {
		for name, v := range here {
			out[name] = convert(v, g.wild)
		}
	}
	for name, t := range g.leaves {
		v, _ := get(name)
		out[name] = convert(v, t)
	}
	for name, sub := range g.groups {
		v, _ := get(name)
		level := stringMap(v)
		deeper := func(rest string) (any, bool) { return get(name + "." + rest) }
		out[name] = sub.env(level, deeper)
	}
	return out
}
