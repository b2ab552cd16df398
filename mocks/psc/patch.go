package psc

import (
	"encoding/json"
	"fmt"
	"strings"
)

// applyPatch replaces named fields of a JSON answer, by dotted path; a nil value
// removes the field.
func applyPatch(body any, patch map[string]any) (any, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("psc: patch: %w", err)
	}
	m := map[string]any{}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("psc: patch: the answer is no object: %w", err)
	}
	for path, value := range patch {
		at := m
		steps := strings.Split(path, ".")
		for _, step := range steps[:len(steps)-1] {
			next, ok := at[step].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[step] = next
			}
			at = next
		}
		last := steps[len(steps)-1]
		if value == nil {
			delete(at, last)
		} else {
			at[last] = value
		}
	}
	return m, nil
}
