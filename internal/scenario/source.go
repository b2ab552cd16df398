package scenario

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/printer"
	"github.com/goccy/go-yaml/token"

	"github.com/segursim/segursim/internal/journal"
)

// Bounds of a source, far above any honest scenario: the library takes
// quadratic time for some hostile ones.
const (
	maxSource  = 64 << 10
	maxNesting = 32
)

// A source is a YAML file that parsed, and where its parts are.
type source struct {
	name  string
	bytes []byte
	file  *ast.File
}

// parse reads a scenario's YAML strictly, without looking at what it means.
func parse(src []byte, name string) (*Scenario, *source, error) {
	sc := &Scenario{}
	s, err := decode(src, name, sc)
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(src)
	sc.File, sc.Source, sc.Hash = name, bytes.Clone(src), hex.EncodeToString(sum[:])
	return sc, s, nil
}

// decode fills v from YAML; its error is a Problems.
func decode(src []byte, name string, v any) (s *source, err error) {
	fail := func(fr, en string, args ...any) (*source, error) {
		return nil, Problems{{File: name, Text: text(fr, en, args...)}}
	}
	switch {
	case len(src) > maxSource:
		return fail("fichier de plus de %d octets", "file of more than %d bytes", maxSource)
	case !utf8.Valid(src):
		return fail("le fichier n'est pas en UTF-8", "the file is not UTF-8")
	case tooDeep(src):
		return fail("plus de %d niveaux d'imbrication", "more than %d levels of nesting", maxNesting)
	}
	// The library is not ours: whatever it makes of a hostile file is an error.
	defer func() {
		if r := recover(); r != nil {
			s, err = fail("YAML illisible (%v)", "unreadable YAML (%v)", r)
		}
	}()
	tokens := lexer.Tokenize(string(src))
	for _, t := range tokens {
		switch t.Type {
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType:
			return nil, Problems{{
				File: name, Line: t.Position.Line, Column: t.Position.Column, Excerpt: excerpt(t),
				Text: text("ancres, alias et étiquettes YAML ne sont pas admis (%q)", "YAML anchors, aliases and tags are not allowed (%q)", t.Value),
			}}
		}
	}
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, Problems{yamlProblem(name, err)}
	}
	docs := 0
	for _, d := range file.Docs {
		if d.Body != nil {
			docs++
		}
	}
	if docs != 1 {
		return fail("un fichier tient un document YAML, pas %d", "a file holds one YAML document, not %d", docs)
	}
	if err := yaml.NewDecoder(bytes.NewReader(src), yaml.Strict()).Decode(v); err != nil {
		var de *durationError
		if !errors.As(err, &de) {
			return nil, Problems{yamlProblem(name, err)}
		}
		p := Problem{File: name, Text: de.Text}
		for _, t := range tokens {
			if t.Value == de.value {
				p.Line, p.Column, p.Excerpt = t.Position.Line, t.Position.Column, excerpt(t)
				break
			}
		}
		return nil, Problems{p}
	}
	return &source{name: name, bytes: src, file: file}, nil
}

// excerpt shows the source around a token.
func excerpt(t *token.Token) string {
	var p printer.Printer
	return p.PrintErrorToken(t, false)
}

// tooDeep finds the nesting that would exhaust a recursive parser.
func tooDeep(src []byte) bool {
	depth := 0
	for line := range bytes.Lines(src) {
		if bytes.Count(line, []byte("- ")) > 4*maxNesting || bytes.Count(line, []byte("? ")) > 4*maxNesting {
			return true
		}
		if indent := len(line) - len(bytes.TrimLeft(line, " ")); indent > 16*maxNesting {
			return true
		}
		for _, c := range line {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth--
			}
			if depth > 16*maxNesting { // brackets inside texts count too: hence the room
				return true
			}
		}
	}
	return false
}

// yamlProblem turns the library's error into ours.
func yamlProblem(name string, err error) Problem {
	p := Problem{File: name}
	var ye yaml.Error
	if !errors.As(err, &ye) {
		p.Text = text("YAML invalide : %v", "invalid YAML: %v", err)
		return p
	}
	msg := ye.GetMessage()
	if t := ye.GetToken(); t != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
		whole := ye.FormatError(false, true)
		if _, rest, ok := strings.Cut(whole, "\n"); ok {
			p.Excerpt = rest
		}
	}
	if field, ok := strings.CutPrefix(msg, "unknown field "); ok {
		p.Text = text("clé inconnue %s", "unknown key %s", field)
	} else {
		p.Text = text("YAML invalide : %s", "invalid YAML: %s", msg)
	}
	return p
}

// problem places a text at a path such as "$.steps[2].expect.op". A path that
// is not in the file is placed at its nearest parent.
func (s *source) problem(path, step string, t journal.Text) Problem {
	p := Problem{File: s.name, Step: step, Text: t}
	for at := path; ; {
		if yp, err := yaml.PathString(at); err == nil {
			if node, err := yp.FilterFile(s.file); err == nil && node != nil && node.GetToken() != nil {
				pos := node.GetToken().Position
				p.Line, p.Column = pos.Line, pos.Column
				if out, err := yp.AnnotateSource(s.bytes, false); err == nil {
					p.Excerpt = string(out)
				}
				return p
			}
		}
		i := strings.LastIndexAny(at, ".[")
		if i <= 0 {
			return p
		}
		at = at[:i]
	}
}

func stepPath(i int, key string) string {
	if key == "" {
		return fmt.Sprintf("$.steps[%d]", i)
	}
	return fmt.Sprintf("$.steps[%d].%s", i, key)
}
