package scenario

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"github.com/segursim/segursim/internal/journal"
)

// maxCondition bounds a condition's text, so that its parser's recursion is.
const maxCondition = 4 << 10

// A condition is a compiled "where", and its parts for the nearest miss.
type condition struct {
	source string
	shape  *shape
	prog   *vm.Program
	parts  []part // the operands of the outermost &&
}

// compile checks a condition against the facts of an operation. An empty one is
// nil, which holds for everything.
func compile(src string, sh *shape) (*condition, error) {
	if strings.TrimSpace(src) == "" {
		return nil, nil
	}
	if len(src) > maxCondition {
		return nil, refuse("plus de %d octets", "more than %d bytes", maxCondition)
	}
	if strings.Contains(src, "${") {
		return nil, refuse(`une condition nomme les valeurs données directement : given.professional, et non "${given.professional}"`, `a condition names given values directly: given.professional, not "${given.professional}"`)
	}
	c := &condition{source: src, shape: sh}
	var err error
	if c.prog, err = program(src, sh, true); err != nil {
		return nil, err
	}
	tree, err := parser.Parse(src)
	if err != nil {
		return nil, err
	}
	for _, n := range conjuncts(tree.Node, nil) {
		c.parts = append(c.parts, newPart(n, sh))
	}
	return c, nil
}

// program compiles an expression. Conditions are functions of the entry alone:
// what reads the wall clock is not there.
func program(src string, sh *shape, boolean bool) (*vm.Program, error) {
	opts := []expr.Option{
		expr.Env(sh.types), expr.MaxNodes(1000),
		expr.DisableBuiltin("now"), expr.DisableBuiltin("repeat"),
	}
	if boolean {
		opts = append(opts, expr.AsBool())
	}
	p, err := expr.Compile(src, opts...)
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return p, nil
}

// holds evaluates the condition. An error means that it does not hold: a type
// that was only known at run time did not fit.
func (c *condition) holds(env map[string]any) (bool, error) {
	if c == nil {
		return true, nil
	}
	v, err := expr.Run(c.prog, env)
	if err != nil {
		return false, err
	}
	b, _ := v.(bool)
	return b, nil
}

// conjuncts appends the operands of the outermost && chain.
func conjuncts(n ast.Node, to []ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "&&" || b.Operator == "and") {
		return conjuncts(b.Right, conjuncts(b.Left, to))
	}
	return append(to, n)
}

// conditionText explains a compile error to a person: an unknown fact gets a
// list of what exists.
func conditionText(err error, src string, sh *shape) journal.Text {
	var own *Refusal
	if errors.As(err, &own) {
		return journal.Text{FR: "condition invalide : " + own.Text.FR, EN: "invalid condition: " + own.Text.EN}
	}
	var fe *file.Error
	if !errors.As(err, &fe) {
		return text("condition invalide : %v", "invalid condition: %v", err)
	}
	for _, prefix := range []string{"unknown name ", "unknown field "} {
		if name, ok := strings.CutPrefix(fe.Message, prefix); ok {
			full := factAt(src, fe, name)
			return unknown("fait", "fact", full, append([]string(nil), sh.paths...))
		}
	}
	return text("condition invalide : %s (colonne %d)", "invalid condition: %s (column %d)", fe.Message, fe.Column+1)
}

// factAt finds the dotted path around an unknown name.
func factAt(src string, fe *file.Error, name string) string {
	tree, err := parser.Parse(src)
	if err != nil {
		return name
	}
	found := name
	for _, p := range factPaths(tree.Node) {
		if p == name || strings.HasSuffix(p, "."+name) {
			found = p
		}
	}
	return found
}

// factPaths are the dotted names that an expression reads.
func factPaths(n ast.Node) []string {
	v := &pathVisitor{}
	ast.Walk(&n, v)
	return v.paths
}

type pathVisitor struct{ paths []string }

// Visit collects member chains and names.
func (v *pathVisitor) Visit(n *ast.Node) {
	if p := pathOf(*n); p != "" {
		v.paths = append(v.paths, p)
	}
}

// pathOf is the dotted path of a chain of members, or "".
func pathOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.ChainNode:
		return pathOf(n.Node)
	case *ast.IdentifierNode:
		return n.Value
	case *ast.MemberNode:
		p, ok := n.Property.(*ast.StringNode)
		if !ok {
			return ""
		}
		if left := pathOf(n.Node); left != "" {
			return left + "." + p.Value
		}
	}
	return ""
}
