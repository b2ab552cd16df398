package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/journal"
)

// kind compiles what makes the step true.
func (c *checker) kind(i int, s *Step, p *planStep, bad func(string, journal.Text)) {
	switch {
	case s.Manual:
		p.kind = KindManual
	case s.Never != nil:
		p.kind, p.bound = KindLimit, bound{0, 0}
		p.match = c.matcher("never", *s.Never, bad)
	case s.Expect != nil:
		p.kind = KindExpect
		p.match = c.matcher("expect", s.Expect.Match(), bad)
		b, err := parseBound(s.Expect.Count)
		if err != nil {
			bad("expect.count", text("nombre « %[1]s » invalide : 2, >=10 ou <=3", "invalid count %[1]q: 2, >=10 or <=3", s.Expect.Count))
		}
		if p.bound = b; b.limit() && err == nil {
			p.kind = KindLimit
		}
		if o := s.Expect.Order; o != "" && o != "any" {
			bad("expect.order", unknown("ordre", "order", o, []string{"any"}))
		}
		if d := s.Expect.Distinct; d != "" {
			p.distinct = strings.TrimPrefix(d, "facts.")
			if p.match != nil && !slices.Contains(p.match.shape.paths, p.distinct) {
				bad("expect.distinct", unknown("fait", "fact", p.distinct, slices.Clone(p.match.shape.paths)))
			}
		}
	}
	if s.Do == nil {
		return
	}
	if p.kind == "" {
		p.kind = KindDo
	}
	if p.kind == KindLimit {
		bad("do", text("do ne va pas avec une limite", "do does not go with a limit"))
	}
	if s.Do.Service == "" || s.Do.Action == "" {
		bad("do", text("do veut service et action", "do wants service and action"))
	} else if c.cat != nil {
		a, key, t := c.cat.action(s.Do.Service, s.Do.Action)
		if key != "" {
			bad("do."+key, t)
		}
		p.action = a
		for name := range s.Do.With {
			if key == "" && a.Params != nil {
				if _, ok := a.Params[name]; !ok {
					bad("do.with", unknown("paramètre", "parameter", name, mapKeys(a.Params)))
				}
			}
		}
	}
	for _, name := range givenNames(s.Do.With) {
		if !c.isGiven(name) {
			bad("do.with", unknown("valeur", "value", name, c.givenList()))
		}
	}
}

// matcher compiles a match under a key of a step.
func (c *checker) matcher(key string, m Match, bad func(string, journal.Text)) *matcher {
	if m.Service == "" {
		bad(key, text("service manquant", "missing service"))
		return nil
	}
	if c.cat == nil {
		return nil
	}
	op, wrong, t := c.cat.op(m.Service, m.Op)
	if op == nil {
		bad(key+"."+wrong, t)
		return nil
	}
	cond, err := compile(m.Where, op.shape)
	if err != nil {
		bad(key+".where", conditionText(err, m.Where, op.shape))
		return nil
	}
	return &matcher{service: m.Service, op: m.Op, where: cond, shape: op.shape}
}

// rejects compiles a step's rejects.
func (c *checker) rejects(i int, s *Step, p *planStep, bad func(string, journal.Text)) {
	if len(s.Reject) > 0 && p.kind == KindLimit {
		bad("reject", text("reject ne va pas avec une limite", "reject does not go with a limit"))
		return
	}
	for n, r := range s.Reject {
		key := fmt.Sprintf("reject[%d]", n)
		m := Match{r.Service, r.Op, r.Where}
		if s.Expect != nil {
			if m.Service == "" {
				m.Service = s.Expect.Service
			}
			if m.Op == "" && m.Service == s.Expect.Service {
				m.Op = s.Expect.Op
			}
		}
		out := planReject{match: c.matcher(key, m, bad), since: active, cause: r.Cause, ref: r.Ref}
		switch r.Since {
		case "":
		case "start":
			out.since = start
		default:
			out.since = c.earlier(i, key+".since", r.Since, bad)
		}
		if r.Cause.FR == "" || r.Cause.EN == "" {
			bad(key+".cause", text("cause veut fr et en", "cause wants fr and en"))
		}
		if out.match != nil {
			for _, name := range placeholders(r.Cause.FR + r.Cause.EN) {
				if !slices.Contains(out.match.shape.paths, name) {
					bad(key+".cause", unknown("fait", "fact", name, slices.Clone(out.match.shape.paths)))
				}
			}
		}
		if out.ref == "" {
			out.ref = strings.Join(s.Refs, ", ")
		}
		p.rejects = append(p.rejects, out)
	}
}

// placeholders lists the names in "${name}".
func placeholders(s string) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	return out
}

// placeholder is "${name}".
var placeholder = regexp.MustCompile(`\$\{([^{}]*)\}`)

func mapKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}
