package scenario

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/segursim/segursim/internal/journal"
)

// Origins of a fault, besides "file:NAME" and "run:ID".
const (
	originAPI   = "api"
	originChaos = "chaos"
)

// A faultFile is a file of faults.
type faultFile struct {
	name   string
	faults []Fault
	where  []*condition
}

// ParseFaults reads a YAML file with one key, faults, strictly. Operations and
// facts are not checked: AddFault does.
func ParseFaults(src []byte, name string) ([]Fault, error) {
	files, ps := parseFaultFiles(map[string][]byte{name: src}, nil)
	if len(ps) > 0 {
		return nil, ps
	}
	return files[0].faults, nil
}

func parseFaultFiles(files map[string][]byte, cat *catalogue) ([]faultFile, Problems) {
	var out []faultFile
	var problems Problems
	for _, name := range slices.Sorted(maps.Keys(files)) {
		var doc struct {
			Faults []Fault `json:"faults"`
		}
		s, err := decode(files[name], name, &doc)
		var ps Problems
		if errors.As(err, &ps) {
			problems = append(problems, ps...)
			continue
		}
		file := faultFile{name: name}
		for i, f := range doc.Faults {
			if f.Origin != "" || f.Seen != 0 || f.Hits != 0 || f.Spent {
				problems = append(problems, s.problem(fmt.Sprintf("$.faults[%d]", i), "", text("origin, seen, hits et spent sont des réponses", "origin, seen, hits and spent are answers")))
			}
			where, flaws := checkFault(cat, f)
			for _, fl := range flaws {
				problems = append(problems, s.problem(fmt.Sprintf("$.faults[%d].%s", i, fl.key), "", fl.text))
			}
			f.Origin = "file:" + name
			file.faults, file.where = append(file.faults, f), append(file.where, where)
		}
		out = append(out, file)
	}
	return out, problems
}

// loadFileFaults sets the faults of files.
func (e *Engine) loadFileFaults() error {
	for _, file := range e.files {
		for i, f := range file.faults {
			if _, err := e.faults.add(f, file.where[i]); err != nil {
				return fmt.Errorf("%s: %w", file.name, err)
			}
		}
	}
	return nil
}

// AddFault sets a fault, and returns it with its id. Its error is a Problems
// when the fault is wrong, and wraps ErrExists when the id is taken.
func (e *Engine) AddFault(f Fault) (Fault, error) {
	f.Origin, f.Seen, f.Hits, f.Spent = originAPI, 0, 0, false
	f, err := e.addFault(f)
	if err == nil {
		e.sayFault("fault.set", f.ID, f)
	}
	return f, err
}

// sayFault writes a change of faults in the journal, so that whoever reads an
// odd exchange there sees where it came from.
func (e *Engine) sayFault(op, id string, f Fault) {
	facts := map[string]any{"id": id}
	if names := f.Effect.names(); len(names) > 0 {
		facts["effect"] = names[0]
	} else if f.Effect.Delay > 0 {
		facts["effect"] = "delay"
	}
	if f.Service != "" {
		facts["service"], facts["op"] = f.Service, f.Op
	}
	e.journal.Append(&journal.Entry{
		Time: e.clock.Now(), Transport: "event", Service: Service, Op: op, Outcome: journal.Event,
		Summary: id, Facts: map[string]any{"fault": facts},
	})
}

func (e *Engine) addFault(f Fault) (Fault, error) {
	e.mu.Lock()
	cat := e.cat
	e.mu.Unlock()
	if cat == nil {
		return Fault{}, errors.New("scenario: faults are set after Attach")
	}
	where, flaws := checkFault(cat, f)
	if len(flaws) > 0 {
		return Fault{}, faultProblems(f, flaws)
	}
	return e.faults.add(f, where)
}

// RemoveFault removes a fault by id, and tells whether there was one. Chaos
// stays.
func (e *Engine) RemoveFault(id string) bool {
	removed := e.faults.remove(func(f *Fault) bool { return f.ID == id })
	if removed {
		e.sayFault("fault.removed", id, Fault{})
	}
	return removed
}

// Faults lists the faults in force with their counters: in order of arrival,
// then those of the chaos.
func (e *Engine) Faults() []Fault { return e.faults.list() }

// ClearFaults removes every fault but the chaos, whoever set it.
func (e *Engine) ClearFaults() {
	for _, f := range e.faults.list() {
		if f.Origin != originChaos {
			e.RemoveFault(f.ID)
		}
	}
}
