package scenario

import (
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/segursim/segursim/internal/journal"
)

// A part is one operand of a condition's outermost &&.
type part struct {
	source string
	paths  []string // every name it reads
	whole  *vm.Program
	// path, operator, left and right are of a comparison with a fact on its
	// left; left is nil for anything else.
	path     string
	operator string
	negated  bool
	left     *vm.Program
	right    *vm.Program
}

// mirrored comparisons, for a fact written on the right.
func mirrored(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return op
}

func newPart(n ast.Node, sh *shape) part {
	p := part{source: n.String(), paths: factPaths(n)}
	p.whole, _ = program(p.source, sh, true)
	if u, ok := n.(*ast.UnaryNode); ok && (u.Operator == "!" || u.Operator == "not") {
		p.negated, n = true, u.Node
	}
	if path := pathOf(n); path != "" { // a fact by itself: a boolean
		p.path, p.operator = path, "true"
		p.left, _ = program(n.String(), sh, false)
		return p
	}
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return p
	}
	left, right, op := b.Left, b.Right, b.Operator
	if pathOf(left) == "" || isGiven(left) {
		if pathOf(right) == "" || !slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, op) {
			return p
		}
		left, right, op = right, left, mirrored(op)
	}
	p.path, p.operator = pathOf(left), op
	p.left, _ = program(left.String(), sh, false)
	p.right, _ = program(right.String(), sh, false)
	if p.left == nil || p.right == nil {
		p.left = nil
	}
	return p
}

func isGiven(n ast.Node) bool {
	p := pathOf(n)
	return len(p) > 6 && p[:6] == "given."
}

// A Miss is one part of a condition that an entry did not fulfil.
type Miss struct {
	Fact     string       `json:"fact,omitempty"`     // "form.acr_values"
	Actual   any          `json:"actual,omitempty"`   // nil when the entry lacks it
	Expected any          `json:"expected,omitempty"` // nil when it is no one value
	Text     journal.Text `json:"text"`
}

// misses evaluates a condition part by part: those that did not hold, and how
// many there are in all. raw tells what the entry really has.
func (c *condition) misses(env, raw map[string]any) (out []Miss, total int) {
	if c == nil {
		return nil, 0
	}
	for _, p := range c.parts {
		if p.whole != nil {
			if v, err := expr.Run(p.whole, env); err == nil && v == true {
				continue
			}
		}
		out = append(out, p.explain(env, raw))
	}
	return out, len(c.parts)
}

func (p part) explain(env, raw map[string]any) Miss {
	if p.left == nil {
		return Miss{Text: text("la condition `%s` n'est pas remplie", "the condition `%s` does not hold", p.source)}
	}
	m := Miss{Fact: p.path}
	actual, err := expr.Run(p.left, env)
	if err != nil {
		return Miss{Fact: p.path, Text: text("`%s` ne peut pas être lu", "`%s` cannot be read", p.path)}
	}
	is := text("`%s` vaut %s", "`%s` is %s", p.path, show(p.path, actual))
	if _, has := lookup(raw, p.path); !has && !isGivenPath(p.path) {
		is = text("`%s` est absent", "`%s` is missing", p.path)
	} else {
		m.Actual = actual
	}
	var want any
	if p.right != nil {
		if want, err = expr.Run(p.right, env); err != nil {
			want = nil
		}
	}
	w := p.wanted(want)
	if (p.operator == "==" || p.operator == "!=") && want != nil {
		m.Expected = want
	}
	if secret(p.path) {
		m.Actual, m.Expected = nil, nil
	}
	m.Text = journal.Text{FR: is.FR + ", attendu " + w.FR, EN: is.EN + ", expected " + w.EN}
	return m
}

func isGivenPath(p string) bool { return len(p) > 6 && p[:6] == "given." }

// wanted says what a comparison asks for.
func (p part) wanted(v any) journal.Text {
	s := show(p.path, v)
	op := p.operator
	if p.negated {
		return negatedWanted(op, s)
	}
	switch op {
	case "true":
		return text("`true`", "`true`")
	case "==":
		return text("%s", "%s", s)
	case "!=":
		return text("autre chose que %s", "anything but %s", s)
	case "<":
		return text("moins de %s", "less than %s", s)
	case "<=":
		return text("au plus %s", "at most %s", s)
	case ">":
		return text("plus de %s", "more than %s", s)
	case ">=":
		return text("au moins %s", "at least %s", s)
	case "matches":
		return text("un texte de la forme %s", "a text like %s", s)
	case "in":
		return text("l'une des valeurs %s", "one of %s", s)
	case "contains":
		return text("un texte qui contient %s", "a text that contains %s", s)
	case "startsWith":
		return text("un texte qui commence par %s", "a text that starts with %s", s)
	case "endsWith":
		return text("un texte qui finit par %s", "a text that ends with %s", s)
	}
	return text("`%s`", "`%s`", p.source)
}

func negatedWanted(op, s string) journal.Text {
	switch op {
	case "true":
		return text("`false`", "`false`")
	case "in":
		return text("aucune des valeurs %s", "none of %s", s)
	}
	return text("que `%s %s` soit faux", "`%s %s` to be false", op, s)
}
