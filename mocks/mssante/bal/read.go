package bal

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/segursim/segursim/internal/registre"
)

// maxFile bounds a file, in bytes: the parser is slow, and a file written by hand
// far smaller.
const maxFile = 2 << 20

// maxProblems is how many problems one error tells about: more do not help.
const maxProblems = 20

// Read decodes a file of fixtures strictly: UTF-8, no unknown key, no key twice.
// It then checks each item by itself, see [Collection.Check]. Its error joins a
// *registre.FixtureError for each problem, with name, line and column.
func Read(name string, src []byte) (Collection, error) {
	if len(src) > maxFile {
		return Collection{}, &registre.FixtureError{File: name, Reason: fmt.Sprintf("%d bytes: at most %d", len(src), maxFile)}
	}
	if !utf8.Valid(src) {
		return Collection{}, &registre.FixtureError{File: name, Reason: "not UTF-8"}
	}
	c, err := decode(src)
	if err != nil {
		return Collection{}, located(name, err)
	}
	err = c.Check()
	if err == nil {
		return c, nil
	}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return Collection{}, err
	}
	var out []error
	for _, one := range joined.Unwrap() {
		if len(out) == maxProblems {
			break
		}
		var p *Problem
		if errors.As(one, &p) {
			one = At(name, src, p.Path, p.Reason)
		}
		out = append(out, one)
	}
	return Collection{}, errors.Join(out...)
}

// decode and parse turn a panic of the YAML library into an error: it meets files
// that people write.
func decode(src []byte) (c Collection, err error) {
	defer recovered(&err)
	if len(strings.TrimSpace(string(src))) == 0 {
		return Collection{}, nil
	}
	err = yaml.UnmarshalWithOptions(src, &c, yaml.Strict())
	return c, err
}

func parse(src []byte) (f *ast.File, err error) {
	defer recovered(&err)
	return parser.ParseBytes(src, 0)
}

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("not understood by the YAML library: %v", r)
	}
}

// located keeps the position that the library gives.
func located(name string, err error) *registre.FixtureError {
	e := &registre.FixtureError{File: name, Reason: err.Error()}
	var y yaml.Error
	if errors.As(err, &y) {
		e.Reason = y.GetMessage()
		if t := y.GetToken(); t != nil && t.Position != nil {
			e.Line, e.Column = t.Position.Line, t.Position.Column
		}
	}
	return e
}

// find is the token at "bals[2].adresse", or at the nearest place above it.
func find(f *ast.File, path string) (t *token.Token) {
	defer func() {
		if recover() != nil {
			t = nil
		}
	}()
	for path != "" {
		if p, err := yaml.PathString("$." + path); err == nil {
			if n, err := p.FilterFile(f); err == nil && n != nil {
				return first(n)
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return nil
		}
		path = path[:cut]
	}
	return nil
}

// first is the token that a person would point at: a mapping's is its first key.
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

// At is a problem found later at a place of a file: "bals[2].titulaires".
func At(name string, src []byte, path, reason string) error {
	e := &registre.FixtureError{File: name, Reason: path + ": " + reason}
	if f, err := parse(src); err == nil {
		if t := find(f, path); t != nil && t.Position != nil {
			e.Line, e.Column = t.Position.Line, t.Position.Column
		}
	}
	return e
}
