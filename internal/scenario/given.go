package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// vars are the given values by name: "professional", "vars.x".
func (g Given) values() map[string]string {
	m := map[string]string{"professional": g.Professional, "patient": g.Patient, "structure": g.Structure, "clock": g.Clock}
	for k, v := range g.Vars {
		m["vars."+k] = v
	}
	return m
}

// override lays values by name over the given ones. Unknown names are an error.
func (g Given) override(with map[string]string) (Given, error) {
	g.Vars = maps.Clone(g.Vars)
	for _, name := range slices.Sorted(maps.Keys(with)) {
		v := with[name]
		switch name {
		case "professional":
			g.Professional = v
		case "patient":
			g.Patient = v
		case "structure":
			g.Structure = v
		case "clock":
			g.Clock = v
		default:
			key, ok := strings.CutPrefix(name, "vars.")
			if _, known := g.Vars[key]; !ok || !known {
				return g, Problems{{File: "given", Text: unknown("valeur", "value", name, slices.Collect(maps.Keys(g.values())))}}
			}
			g.Vars[key] = v
		}
	}
	return g, nil
}

// env is what conditions see under "given".
func (g Given) env() map[string]any {
	vars := make(map[string]any, len(g.Vars))
	for k, v := range g.Vars {
		vars[k] = v
	}
	return map[string]any{"professional": g.Professional, "patient": g.Patient, "structure": g.Structure, "clock": g.Clock, "vars": vars}
}

func (c *checker) isGiven(name string) bool {
	short, ok := strings.CutPrefix(name, "given.")
	_, known := c.sc.Given.values()[short]
	return ok && known
}

func (c *checker) givenList() []string {
	var out []string
	for k := range c.sc.Given.values() {
		out = append(out, "given."+k)
	}
	return out
}

// givenNames lists the placeholders in v.
func givenNames(v any) []string {
	var out []string
	walkTexts(v, func(s string) string {
		out = append(out, placeholders(s)...)
		return s
	})
	return out
}

// substitute replaces "${given.name}" in every text of v, which it copies.
func substitute(v any, values map[string]string) any {
	return walkTexts(v, func(s string) string {
		return placeholder.ReplaceAllStringFunc(s, func(p string) string {
			return values[strings.TrimPrefix(p[2:len(p)-1], "given.")]
		})
	})
}

func walkTexts(v any, f func(string) string) any {
	switch v := v.(type) {
	case string:
		return f(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = walkTexts(x, f)
		}
		return out
	case map[any]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[fmt.Sprint(k)] = walkTexts(x, f)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = walkTexts(x, f)
		}
		return out
	}
	return v
}
