package mocks_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// noMutableVariable lists the package variables that the file declares or
// changes. A variable that only holds a value made at its declaration (an error,
// an expression, a table, embedded files) is a constant that Go cannot write as
// one, and is allowed.
//
// The check knows names, not types: a variable of the package is recognised in
// the file that declares it, and a local name hides it in the whole function.
func noMutableVariable(s source) []string {
	if s.test() {
		return nil
	}

	var found []string
	names := map[string]bool{}
	for _, decl := range s.file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.VAR {
			continue
		}
		for _, spec := range d.Specs {
			v := spec.(*ast.ValueSpec)
			if reason := stateful(d, v); reason != "" {
				found = append(found, fmt.Sprintf("%s: var %s %s", s.at(v), v.Names[0].Name, reason))
			}
			for _, name := range v.Names {
				names[name.Name] = true
			}
		}
	}
	delete(names, "_")

	for _, decl := range s.file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		local := localNames(f)
		for _, changed := range changedNames(f.Body) {
			if names[changed.Name] && !local[changed.Name] {
				found = append(found, fmt.Sprintf("%s: var %s is changed", s.at(changed), changed.Name))
			}
		}
	}
	return found
}

// stateful says why a variable can only be meant to change, or nothing.
func stateful(d *ast.GenDecl, v *ast.ValueSpec) string {
	if v.Names[0].Name == "_" {
		return "" // the assertion that a type has an interface
	}
	for _, doc := range []*ast.CommentGroup{d.Doc, v.Doc} {
		if doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }) {
			return ""
		}
	}
	if len(v.Values) == 0 {
		return "has no value at its declaration"
	}

	reason := ""
	ast.Inspect(v, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ChanType:
			reason = "is a channel"
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if ok && (x.Name == "atomic" || x.Name == "sync" && slices.Contains([]string{"Mutex", "RWMutex", "Map", "Once", "WaitGroup"}, n.Sel.Name)) {
				reason = "holds a " + x.Name + "." + n.Sel.Name
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "new" {
				reason = "is a pointer to something empty"
			}
		}
		return reason == ""
	})
	return reason
}

// localNames collects what a function declares itself.
func localNames(f *ast.FuncDecl) map[string]bool {
	local := map[string]bool{}
	fields := func(list *ast.FieldList) {
		if list == nil {
			return
		}
		for _, field := range list.List {
			for _, name := range field.Names {
				local[name.Name] = true
			}
		}
	}
	fields(f.Recv)
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncType:
			fields(n.Params)
			fields(n.Results)
		case *ast.ValueSpec:
			for _, name := range n.Names {
				local[name.Name] = true
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, left := range n.Lhs {
					if name, ok := left.(*ast.Ident); ok {
						local[name.Name] = true
					}
				}
			}
		case *ast.RangeStmt:
			for _, left := range []ast.Expr{n.Key, n.Value} {
				if name, ok := left.(*ast.Ident); ok && n.Tok == token.DEFINE {
					local[name.Name] = true
				}
			}
		}
		return true
	})
	return local
}

// changedNames collects the variables that a block assigns to, steps, deletes
// from, clears, or gives the address of.
func changedNames(body *ast.BlockStmt) []*ast.Ident {
	var changed []*ast.Ident
	change := func(e ast.Expr) {
		if name := rootName(e); name != nil {
			changed = append(changed, name)
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, left := range n.Lhs {
					change(left)
				}
			}
		case *ast.IncDecStmt:
			change(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				change(n.X)
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
				change(n.Args[0])
			}
		}
		return true
	})
	return changed
}

// rootName is the variable at the root of x.f, x[i], *x or (x).
func rootName(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}
