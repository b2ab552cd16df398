package mocks_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// globalGenerator is what math/rand/v2 draws from a generator that nobody can
// seed. One made with New from an injected seed is repeatable.
var globalGenerator = []string{
	"ExpFloat64", "Float32", "Float64", "Int", "Int32", "Int32N", "Int64", "Int64N", "IntN", "N", "NormFloat64",
	"Perm", "Shuffle", "Uint", "Uint32", "Uint32N", "Uint64", "Uint64N", "UintN",
}

// noOwnRandomness lists what draws from the generators of the outside world.
// They may be named where a world is made and by what lives outside of it, and
// anywhere as the default of a reader that was not injected (`if x == nil`) or
// as the argument of a key or a signature (`rsa.SignPSS`), which no seed makes
// repeatable since Go 1.26.
func noOwnRandomness(s source) []string {
	if s.test() || s.under("cmd", "internal/app", "internal/lps", "mocks/container") || s.in("mocks") {
		return nil
	}

	var found []string
	for _, imported := range s.file.Imports {
		if path := importPath(imported); path == "math/rand" {
			found = append(found, s.at(imported)+": import of "+path)
		}
	}
	for _, use := range s.calls("math/rand/v2", globalGenerator...) {
		found = append(found, fmt.Sprintf("%s: rand.%s", s.at(use), use.Sel.Name))
	}
	fair := s.fairReaders()
	for _, use := range s.calls("crypto/rand", "Reader", "Read", "Text", "Int", "Prime") {
		if !fair[use] {
			found = append(found, fmt.Sprintf("%s: rand.%s", s.at(use), use.Sel.Name))
		}
	}
	return found
}

// fairReaders collects the expressions that stand where rand.Reader may: as a
// default, or as an argument of cryptography.
func (s source) fairReaders() map[ast.Expr]bool {
	var cryptography []string // local names of packages
	for _, imported := range s.file.Imports {
		path := importPath(imported)
		if strings.HasPrefix(path, "crypto/") && path != "crypto/rand" {
			cryptography = append(cryptography, localName(imported))
		}
	}

	fair := map[ast.Expr]bool{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok {
				if x, ok := f.X.(*ast.Ident); ok && slices.Contains(cryptography, x.Name) {
					for _, argument := range n.Args {
						fair[argument] = true
					}
				}
			}
		case *ast.IfStmt:
			if !isNil(n.Cond) {
				return true
			}
			for _, stmt := range n.Body.List {
				if assign, ok := stmt.(*ast.AssignStmt); ok && assign.Tok == token.ASSIGN {
					for _, value := range assign.Rhs {
						fair[value] = true
					}
				}
			}
		}
		return true
	})
	return fair
}

// isNil tells whether a condition is `x == nil`.
func isNil(cond ast.Expr) bool {
	b, ok := cond.(*ast.BinaryExpr)
	if !ok || b.Op != token.EQL {
		return false
	}
	y, ok := b.Y.(*ast.Ident)
	return ok && y.Name == "nil"
}
