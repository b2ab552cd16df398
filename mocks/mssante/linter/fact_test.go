package linter_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// What Facts gives is declared, with its type.
func TestFactsAreDeclared(t *testing.T) {
	t.Parallel()
	declared := linter.FactTypes()
	got := map[string]sim.FactType{}
	for group, facts := range right(t).lint().Facts() {
		for name, v := range facts.(map[string]any) {
			switch v.(type) {
			case string:
				got[group+"."+name] = sim.String
			case int:
				got[group+"."+name] = sim.Int
			case bool:
				got[group+"."+name] = sim.Bool
			case []string:
				got[group+"."+name] = sim.Strings
			default:
				got[group+"."+name] = sim.Any
			}
		}
	}
	got["xdm.refused"] = sim.String // of a refused archive only
	if diff := cmp.Diff(declared, got); diff != "" {
		t.Errorf("(-declared +given):\n%s", diff)
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	facts := right(t).lint().Facts()
	want := map[string]any{
		"present": true, "documents": 1, "patient": matricule(t), "types": []string{crBio}, "unique_ids": []string{newID},
		"replaces": []string{}, "deletes": false,
	}
	if diff := cmp.Diff(want, facts["xdm"]); diff != "" {
		t.Errorf("xdm (-want +got):\n%s", diff)
	}
	m := facts["message"].(map[string]any)
	for name, want := range map[string]any{
		"id": "1@medecin.segursim.test", "nil": "TEST0001", "ins": "O", "codecda": crBio, "from": sender,
		"label": "Dr_Alix_SEGURSIM_Cabinet", "mdn_asked": true, "kind": "message",
	} {
		if m[name] != want {
			t.Errorf("message.%s is %v, want %v", name, m[name], want)
		}
	}
	if names := m["attachments"].([]string); !slices.Contains(names, "IHE_XDM.zip") || len(names) != 2 {
		t.Errorf("attachments: %v", names)
	}
	if keys := slices.Sorted(maps.Keys(facts)); !slices.Equal(keys, []string{"cda", "lint", "message", "pdf", "xdm"}) {
		t.Errorf("groups: %v", keys)
	}
}
