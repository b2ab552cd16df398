package registre

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// A layer is what one tree of fixtures says: the embedded one, or the user's on
// top of it. Its records are as written: defaults and references come later.
type layer struct {
	source tree

	Professionals []record[professionalFixture] `json:"professionnels"`
	Structures    []record[Structure]           `json:"structures"`
	Patients      []record[Patient]             `json:"patients"`
	Documents     []record[Document]            `json:"documents"`
}

// A record is one item of a file.
type record[T any] struct {
	// File is relative to the tree; Index is the item's place in its list. Line
	// is set instead for the lines of a RASS extraction.
	File  string `json:"file"`
	Index int    `json:"index"`
	Line  int    `json:"line,omitempty"`
	// Implied marks a structure that nobody wrote: it follows from a line of a
	// RASS extraction, and gives way to one that somebody wrote.
	Implied bool `json:"implied,omitempty"`
	Value   T    `json:"value"`
	source  *tree
}

// A tree is a file system with the name that messages give it.
type tree struct {
	fsys fs.FS
	name string // "fixtures", or the folder the user gave

	bodies map[string]ast.Node // files parsed again, to point at a problem
}

func (t *tree) path(file string) string { return path.Join(t.name, file) }

// The folders of a tree, each with one kind of record.
const (
	folderProfessionals = "professionnels"
	folderStructures    = "structures"
	folderPatients      = "patients"
	folderDocuments     = "documents"
)

// readLayer reads every file of a tree, and goes on after a bad one.
func readLayer(t tree) (*layer, []*FixtureError) {
	l := &layer{source: t}
	var problems []*FixtureError
	found := false
	for _, folder := range []string{folderStructures, folderProfessionals, folderPatients, folderDocuments} {
		entries, err := fs.ReadDir(t.fsys, folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			problems = append(problems, &FixtureError{File: t.path(folder), Reason: err.Error()})
			continue
		}
		found = true
		for _, e := range entries {
			problems = append(problems, l.readFile(folder, e)...)
		}
	}
	if !found {
		problems = append(problems, &FixtureError{File: t.name, Reason: fmt.Sprintf(
			"no fixtures here: none of the folders %s, %s, %s, %s",
			folderProfessionals, folderStructures, folderPatients, folderDocuments)})
	}
	return l, problems
}

func (l *layer) readFile(folder string, e fs.DirEntry) []*FixtureError {
	name := path.Join(folder, e.Name())
	ext := strings.ToLower(path.Ext(name))
	switch {
	case strings.HasPrefix(e.Name(), "."), ext == ".md":
		return nil
	case e.IsDir():
		return l.refuse(name, "a folder in a folder of fixtures: files only")
	case ext == ".txt" && folder == folderProfessionals:
		return l.readRASS(name)
	case ext != ".yaml" && ext != ".yml":
		return l.refuse(name, fmt.Sprintf("neither .yaml nor .yml; only %s may hold .txt files, of the RASS extraction", folderProfessionals))
	}
	switch folder {
	case folderStructures:
		return readYAML(l, name, folder, &l.Structures)
	case folderProfessionals:
		return readYAML(l, name, folder, &l.Professionals)
	case folderPatients:
		return readYAML(l, name, folder, &l.Patients)
	default:
		return readYAML(l, name, folder, &l.Documents)
	}
}

func (l *layer) refuse(file, reason string) []*FixtureError {
	return []*FixtureError{{File: l.source.path(file), Reason: reason}}
}

// bind tells each record the tree it came from, to find its position again.
func (l *layer) bind() *layer {
	bind(l.Professionals, &l.source)
	bind(l.Structures, &l.source)
	bind(l.Patients, &l.source)
	bind(l.Documents, &l.source)
	return l
}

func bind[T any](records []record[T], t *tree) {
	for i := range records {
		records[i].source = t
	}
}
