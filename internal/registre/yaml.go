package registre

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/printer"
	"github.com/goccy/go-yaml/token"
)

// maxYAML bounds a file: a hand-written one is far smaller, and the parser takes
// a second for each megabyte, and longer for absurd nesting.
const maxYAML = 2 << 20

// readYAML reads one file, `<folder>: [items]`, and appends its items. A file
// with any problem gives none.
func readYAML[T any](l *layer, name, folder string, into *[]record[T]) []*FixtureError {
	src, err := fs.ReadFile(l.source.fsys, name)
	if err != nil {
		return l.refuse(name, reasonOf(err))
	}
	items, problem := decodeYAML[T](src, folder)
	if problem != nil {
		problem.File = l.source.path(name)
		return []*FixtureError{problem}
	}
	for i, v := range items {
		*into = append(*into, record[T]{File: name, Index: i, Value: v})
	}
	return nil
}

// decodeYAML decodes one file strictly: no unknown key, no key twice, one
// document. The problem it returns has no file name yet.
func decodeYAML[T any](src []byte, folder string) ([]T, *FixtureError) {
	if len(src) > maxYAML {
		return nil, &FixtureError{Reason: fmt.Sprintf("%d bytes: at most %d", len(src), maxYAML)}
	}
	if !utf8.Valid(src) {
		return nil, notUTF8(src)
	}
	file, err := parse(src)
	if err != nil {
		return nil, yamlProblem(err)
	}
	docs := documents(file)
	if len(docs) == 0 {
		return nil, nil
	}
	if len(docs) > 1 {
		return nil, at(first(docs[1]), "a second document in the file: only one is read")
	}
	if problem := ambiguous(docs[0]); problem != nil {
		return nil, problem
	}
	whole := map[string][]T{}
	if err := decode(docs[0], &whole); err != nil {
		return nil, yamlProblem(err)
	}
	for key := range whole {
		if key != folder {
			return nil, at(keyOf(docs[0], key), fmt.Sprintf("unknown field %q: a file of this folder holds %q", key, folder))
		}
	}
	return whole[folder], nil
}

// parse and decode turn a panic of the YAML library into an error: it meets
// files that people write.
func parse(src []byte) (f *ast.File, err error) {
	defer recovered(&err)
	return parser.ParseBytes(src, 0)
}

func decode(n ast.Node, v any) (err error) {
	defer recovered(&err)
	return yaml.NodeToValue(n, v, yaml.Strict())
}

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("not understood by the YAML library: %v", r)
	}
}

// documents returns the bodies of the documents that hold something.
func documents(f *ast.File) []ast.Node {
	var out []ast.Node
	for _, d := range f.Docs {
		switch d.Body.(type) {
		case nil, *ast.CommentGroupNode, *ast.NullNode:
		default:
			out = append(out, d.Body)
		}
	}
	return out
}

// ambiguous refuses the plain numbers that YAML does not read as they are
// written: the postal code 01000 would become 512.
func ambiguous(n ast.Node) *FixtureError {
	var found *FixtureError
	ast.Walk(visit(func(n ast.Node) bool {
		var value string
		switch n := n.(type) {
		case *ast.IntegerNode:
			value = fmt.Sprint(n.Value)
		case *ast.FloatNode:
			value = fmt.Sprint(n.Value)
		default:
			return found == nil
		}
		if t := n.GetToken(); found == nil && t.Value != value {
			found = at(t, fmt.Sprintf("%s would be read as the number %s: put it between quotes", t.Value, value))
		}
		return false
	}), n)
	return found
}

type visit func(ast.Node) bool

// Visit goes on below n when the function says so.
func (v visit) Visit(n ast.Node) ast.Visitor {
	if !v(n) {
		return nil
	}
	return v
}

// find goes down from a node along keys (string) and places (int), as far as
// there is something, and returns where it arrived.
func find(n ast.Node, path ...any) ast.Node {
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			break
		}
		n = next
	}
	return n
}

func child(n ast.Node, step any) ast.Node {
	switch n := n.(type) {
	case *ast.AnchorNode:
		return child(n.Value, step)
	case *ast.TagNode:
		return child(n.Value, step)
	case *ast.SequenceNode:
		if i, ok := step.(int); ok && i < len(n.Values) {
			return n.Values[i]
		}
	case *ast.MappingNode:
		for _, v := range n.Values {
			if c := child(v, step); c != nil {
				return c
			}
		}
	case *ast.MappingValueNode:
		if key, ok := step.(string); ok && n.Key.GetToken().Value == key {
			return n.Value
		}
	}
	return nil
}

// keyOf is the token of a key of the top-level mapping.
func keyOf(n ast.Node, key string) *token.Token {
	values := []*ast.MappingValueNode{}
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = append(values, n)
	}
	for _, v := range values {
		if t := v.Key.GetToken(); t.Value == key {
			return t
		}
	}
	return n.GetToken()
}

// first is the token that a person would point at for a node: a mapping's is
// its first key, not its first colon.
func first(n ast.Node) *token.Token {
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 {
			return m.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return m.Key.GetToken()
	}
	return n.GetToken()
}

func at(t *token.Token, reason string) *FixtureError {
	e := &FixtureError{Reason: reason}
	if t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
		var p printer.Printer
		e.Excerpt = trimBlank(p.PrintErrorToken(t, false))
	}
	return e
}

// trimBlank drops the excerpt's empty lines at its end.
func trimBlank(excerpt string) string {
	lines := strings.Split(excerpt, "\n")
	for n := len(lines); n > 1; n-- {
		if _, text, numbered := strings.Cut(lines[n-1], "|"); strings.TrimSpace(text) != "" ||
			!numbered && strings.TrimSpace(lines[n-1]) != "" {
			break
		}
		lines = lines[:n-1]
	}
	return strings.Join(lines, "\n")
}

// yamlProblem keeps the position that the library gives.
func yamlProblem(err error) (problem *FixtureError) {
	defer func() {
		if recover() != nil { // in the excerpt's printer
			problem = &FixtureError{Reason: reasonOf(err)}
		}
	}()
	var y yaml.Error
	if errors.As(err, &y) {
		return at(y.GetToken(), y.GetMessage())
	}
	return &FixtureError{Reason: reasonOf(err)}
}

func notUTF8(src []byte) *FixtureError {
	line, column := 1, 1
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n == 1 {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		src = src[n:]
	}
	return &FixtureError{Line: line, Column: column, Reason: "not UTF-8"}
}

// reasonOf drops the path from a file error: FixtureError names the file.
func reasonOf(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
