package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// read loads every scenario and fault file; with a catalogue they are compiled.
// Nothing is kept when one of them is wrong. Deferred ones are left for own.
func (e *Engine) read(cat *catalogue) error {
	library := map[string]*Scenario{}
	var problems Problems
	collect := func(src []byte, name string, replace map[string]*Scenario) error {
		sc, err := load(src, name, cat)
		var ps Problems
		if errors.As(err, &ps) {
			problems = append(problems, ps...)
			return nil
		}
		if err != nil {
			return err
		}
		if twin, dup := replace[sc.ID]; dup {
			problems = append(problems, Problem{File: name, Text: text("le scénario « %[1]s » est déjà dans %[2]s", "scenario %[1]q is in %[2]s already", sc.ID, twin.File)})
			return nil
		}
		replace[sc.ID] = sc
		return nil
	}
	for _, from := range []struct {
		fsys   fs.FS
		prefix string
	}{{e.opt.Scenarios, ownPrefix}, {dirFS(e.opt.Dir), e.opt.Dir}} {
		if from.fsys == nil || e.opt.Deferred && from.prefix == ownPrefix {
			continue
		}
		own := map[string]*Scenario{}
		if err := eachYAML(from.fsys, from.prefix, func(src []byte, name string) error { return collect(src, name, own) }); err != nil {
			return err
		}
		for id, sc := range own {
			library[id] = sc
		}
	}
	files, ps := parseFaultFiles(e.opt.Faults, cat)
	problems = append(problems, ps...)
	if len(problems) > 0 {
		return fmt.Errorf("scenario: %w", problems)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.library, e.files = library, files
	return nil
}

// ownPrefix is the folder of the program's own scenarios, in their names.
const ownPrefix = "scenarios"

// own reads the deferred scenarios, once; those of the user's folder win. One
// that can't be read is left out and logged: the tests of the program read them
// all.
func (e *Engine) own() {
	e.deferred.Do(func() {
		if !e.opt.Deferred || e.opt.Scenarios == nil {
			return
		}
		e.mu.Lock()
		cat := e.cat
		e.mu.Unlock()
		err := eachYAML(e.opt.Scenarios, ownPrefix, func(src []byte, name string) error {
			sc, err := load(src, name, cat)
			if err != nil {
				e.log.Error("scenario left out", "file", name, "error", err)
				return nil
			}
			e.mu.Lock()
			defer e.mu.Unlock()
			if _, replaced := e.library[sc.ID]; !replaced {
				e.library[sc.ID] = sc
			}
			return nil
		})
		if err != nil {
			e.log.Error("scenarios left out", "error", err)
		}
	})
}

func dirFS(dir string) fs.FS {
	if dir == "" {
		return nil
	}
	return os.DirFS(dir)
}

// eachYAML calls f with every *.yaml and *.yml of the folder itself, by name.
func eachYAML(fsys fs.FS, prefix string, f func(src []byte, name string) error) error {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return fmt.Errorf("scenario: folder %s: %w", prefix, err)
	}
	for _, d := range entries {
		ext := path.Ext(d.Name())
		if d.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		src, err := fs.ReadFile(fsys, d.Name())
		if err != nil {
			return fmt.Errorf("scenario: %w", err)
		}
		if err := f(src, filepath.Join(prefix, d.Name())); err != nil {
			return err
		}
	}
	return nil
}

// Scenarios lists what is loaded, by id.
func (e *Engine) Scenarios() []*Scenario {
	e.own()
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []*Scenario
	for _, sc := range e.library {
		out = append(out, sc)
	}
	slices.SortFunc(out, func(a, b *Scenario) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Scenario finds a scenario by id.
func (e *Engine) Scenario(id string) (*Scenario, bool) {
	e.own()
	e.mu.Lock()
	defer e.mu.Unlock()
	sc, ok := e.library[id]
	return sc, ok
}

// Check reads a scenario without keeping it; its error is a Problems. Before
// Attach only the form is checked.
func (e *Engine) Check(src []byte, name string) (*Scenario, error) {
	e.mu.Lock()
	cat := e.cat
	e.mu.Unlock()
	return load(src, name, cat)
}
