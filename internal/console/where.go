package console

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// maxWhere bounds an expression's length.
const maxWhere = 4096

// whereEnv is what expressions may name: the fields that every entry has, the
// groups of facts that the services declare, and the groups that the edge writes.
// A name outside of these is refused rather than never matching.
type whereEnv struct {
	types  types.Map
	groups []string
}

func newWhereEnv(services []sim.Service) whereEnv {
	groups := map[string]bool{}
	for _, g := range []string{"form", "query", "header", "client", "error"} {
		groups[g] = true
	}
	scalars := map[string]bool{}
	for _, s := range services {
		for _, op := range s.Info().Ops {
			for path := range op.Facts {
				if group, _, dotted := strings.Cut(path, "."); dotted {
					groups[group] = true
				} else {
					scalars[path] = true
				}
			}
		}
	}
	env := whereEnv{types: types.Map{}}
	for name := range scalars {
		env.types[name] = types.Any
	}
	for name := range groups {
		env.types[name] = types.Any
	}
	for name, v := range sim.Env(&journal.Entry{}) {
		env.types[name] = types.TypeOf(v)
		delete(groups, name)
	}
	env.groups = slices.Sorted(maps.Keys(groups))
	return env
}

// compile checks an expression, which must be a condition.
func (w whereEnv) compile(src string) (*vm.Program, error) {
	if len(src) > maxWhere {
		return nil, refusef(400, "invalid_where", "plus de %d octets.", "over %d bytes.", maxWhere)
	}
	return expr.Compile(src, expr.Env(w.types), expr.AsBool())
}

// holds runs a condition over an entry. A condition that an entry makes
// meaningless (a comparison with a fact it lacks) does not hold.
func (w whereEnv) holds(p *vm.Program, e *journal.Entry) bool {
	env := sim.Env(e)
	for _, g := range w.groups {
		if env[g] == nil {
			env[g] = map[string]any{}
		}
	}
	out, err := expr.Run(p, env)
	yes, _ := out.(bool)
	return err == nil && yes
}
