package config

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile is the longest file that is read.
const maxFile = 256 << 10

// document is what a file says.
type document struct {
	settings map[string]written
	sections map[string][]byte
}

// decode reads a file strictly. name is how problems call it; services are the
// sections that there may be.
func decode(name string, src []byte, services []string) (*document, error) {
	here := origin{file: name}
	if len(src) > maxFile {
		return nil, here.problem("%d bytes; a configuration file has at most %d", len(src), maxFile)
	}
	if !utf8.Valid(src) {
		return nil, here.problem("not UTF-8")
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	doc := &document{settings: map[string]written{}, sections: map[string][]byte{}}
	tree, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, syntax(here, err)
	}
	if len(tree.Docs) > 1 {
		return nil, here.problem("%d documents; a configuration file is one", len(tree.Docs))
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return doc, nil
	}
	var entries []*ast.MappingValueNode
	flow := false
	switch body := tree.Docs[0].Body.(type) {
	case *ast.MappingNode:
		entries, flow = body.Values, body.IsFlowStyle
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{body}
	case *ast.NullNode, *ast.CommentGroupNode:
		return doc, nil
	default:
		here.token = body.GetToken()
		return nil, here.problem("a configuration file is a mapping of settings, not a %s", body.Type())
	}
	return doc, doc.fill(name, src, entries, flow, services)
}

// fill takes the entries in, and reports every problem, not just the first.
func (d *document) fill(name string, src []byte, entries []*ast.MappingValueNode, flow bool, services []string) error {
	known := map[string]Setting{}
	var words []string
	for _, s := range Settings() {
		known[s.Name] = s
		words = append(words, s.Name)
	}
	isService := map[string]bool{}
	for _, s := range services {
		isService[s] = true
	}
	words = append(words, services...)

	var problems []error
	seen := map[string]bool{}
	for i, e := range entries {
		o := origin{file: name, token: e.Key.GetToken()}
		key, ok := scalar(e.Key)
		s, isSetting := known[key]
		switch {
		case !ok:
			problems = append(problems, o.problem("a key is a plain word"))
		case seen[key]:
			problems = append(problems, o.problem("%q is said twice", key))
		case isSetting:
			w, err := value(s, name, e.Value)
			if err != nil {
				problems = append(problems, err)
				break
			}
			d.settings[key] = w
		case isService[key]:
			end := 0
			if i+1 < len(entries) {
				end = entries[i+1].Key.GetToken().Position.Line
			}
			d.sections[key] = section(src, e, end, flow)
		default:
			problems = append(problems, o.problem("unknown setting %q%s", key, meant(key, words)))
		}
		seen[key] = true
	}
	return errors.Join(problems...)
}

// value reads a setting's value: a scalar, or for words a list of them too.
func value(s Setting, name string, n ast.Node) (written, error) {
	w := written{origin: origin{file: name, token: n.GetToken()}}
	if list, ok := n.(*ast.SequenceNode); ok && s.Shape == "words" {
		w.list = []string{}
		for _, item := range list.Values {
			word, ok := scalar(item)
			if !ok {
				return w, origin{file: name, token: item.GetToken()}.problem("%s: an item is a plain word", s.Name)
			}
			w.list = append(w.list, word)
		}
		return w, nil
	}
	text, ok := scalar(n)
	if !ok {
		return w, w.origin.problem("%s is a plain value, not a %s", s.Name, n.Type())
	}
	w.text = text
	if s.Shape == "words" {
		w.list = []string{text}
	}
	return w, nil
}

// scalar is the text of a plain value, as it was written.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// syntax makes a Problem of the parser's error.
func syntax(o origin, err error) error {
	var y yaml.Error
	if errors.As(err, &y) {
		o.token = y.GetToken()
		return o.problem("%s", y.GetMessage())
	}
	return fmt.Errorf("%s: %w", o.file, err)
}
