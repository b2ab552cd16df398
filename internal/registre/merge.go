package registre

import (
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml/ast"
)

// A collection is what all layers say together, on the way to rows.
type collection struct {
	professionals []record[professionalFixture]
	structures    []record[Structure]
	patients      []record[Patient]
	documents     []record[Document]

	structure map[string]Structure // resolved, by Struct_IdNat
	person    map[string]bool      // national identifiers
	patient   map[string]bool      // ids
	problems  []*FixtureError
}

// merge puts the layers on top of one another: the last one wins, an id stands
// once in a layer, and an implied structure gives way to any other.
func merge(layers []*layer) *collection {
	c := &collection{structure: map[string]Structure{}, person: map[string]bool{}, patient: map[string]bool{}}
	for _, l := range layers {
		c.professionals = overlay(c, c.professionals, l.Professionals, func(p *professionalFixture) string { return p.ID })
		c.structures = overlay(c, c.structures, l.Structures, func(s *Structure) string { return s.ID })
		c.patients = overlay(c, c.patients, l.Patients, func(p *Patient) string { return p.ID })
		c.documents = overlay(c, c.documents, l.Documents, func(d *Document) string { return d.ID })
	}
	return c
}

func overlay[T any](c *collection, base, top []record[T], id func(*T) string) []record[T] {
	place := map[string]int{}
	for i := range base {
		place[id(&base[i].Value)] = i
	}
	below := len(base)
	for i := range top {
		r := &top[i]
		at, known := place[id(&r.Value)]
		switch {
		case !known:
			place[id(&r.Value)] = len(base)
			base = append(base, *r)
		case r.Implied:
		case at < below || base[at].Implied:
			base[at] = *r
		case id(&r.Value) != "": // an empty id is refused later, with its own words
			c.report(r.position(fmt.Sprintf("%q is already there: %s", id(&r.Value), base[at].where()), "id"))
		default:
			base = append(base, *r)
		}
	}
	return base
}

func (c *collection) report(e *FixtureError) { c.problems = append(c.problems, e) }

// where names a record for a message about another one.
func (r *record[T]) where() string {
	e := r.position("", "id")
	if e.Line == 0 {
		return e.File
	}
	return fmt.Sprintf("%s:%d", e.File, e.Line)
}

// position makes a problem at a place inside the record: it reads the file
// again, since records do not carry their positions.
func (r *record[T]) position(reason string, path ...any) *FixtureError {
	e := &FixtureError{File: r.source.path(r.File), Line: r.Line, Reason: reason}
	if r.Line > 0 {
		return e
	}
	body := r.source.body(r.File)
	if body == nil {
		return e
	}
	p := at(first(find(body, append([]any{folderOf(r.File), r.Index}, path...)...)), reason)
	p.File = e.File
	return p
}

// body parses a file again, once however many problems it has; nil when it can
// no longer be read.
func (t *tree) body(file string) ast.Node {
	if n, known := t.bodies[file]; known {
		return n
	}
	var body ast.Node
	if src, err := fs.ReadFile(t.fsys, file); err == nil {
		if f, err := parse(src); err == nil {
			if docs := documents(f); len(docs) > 0 {
				body = docs[0]
			}
		}
	}
	if t.bodies == nil {
		t.bodies = map[string]ast.Node{}
	}
	t.bodies[file] = body
	return body
}
